"""Spans of days, the span before each, and how a figure changed between them. Pure; days are Panama's."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from buyback.files.reading.refusals import DaysReversed

MONTHS = 12
ALL = 100  # percent


class Direction(StrEnum):
    """Where a figure went."""

    UP = "up"
    DOWN = "down"
    SAME = "same"


@dataclass(frozen=True)
class Span:
    """Days from the first to the last, both included. Raises DaysReversed (field ``to``)."""

    since: date
    until: date

    def __post_init__(self) -> None:
        if self.until < self.since:
            raise DaysReversed(field="to")

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.until - self.since).days + 1

    def before(self) -> "Span | None":
        """The span to compare with; None where the calendar has none.

        Whole months are compared with as many months before them; what begins with a year, with the same days of the
        year before; anything else with as many days as it has.
        """
        try:
            if self._is_whole_months:
                count = _month(self.until) - _month(self.since) + 1
                return Span(_first(_month(self.since) - count), self.since - timedelta(days=1))
            if (self.since.month, self.since.day) == (1, 1) and self.until.year == self.since.year:
                return Span(_year_before(self.since), _year_before(self.until))
            return Span(self.since - timedelta(days=self.days), self.since - timedelta(days=1))
        except (ValueError, OverflowError):
            return None

    @property
    def _is_whole_months(self) -> bool:
        return self.since.day == 1 and self.until == _last(_month(self.until))


def month_of(day: date) -> Span:
    """The month of a day, until that day."""
    return Span(day.replace(day=1), day)


def quarter_of(day: date) -> Span:
    """The quarter of a day, until that day."""
    return Span(date(day.year, (day.month - 1) // 3 * 3 + 1, 1), day)


def year_of(day: date) -> Span:
    """The year of a day, until that day."""
    return Span(date(day.year, 1, 1), day)


def twelve_months(day: date) -> Span:
    """Twelve whole months, the last of which is that of a day."""
    return Span(_first(_month(day) - MONTHS + 1), _last(_month(day)))


@dataclass(frozen=True)
class Change:
    """A figure now and in the span before."""

    now: int
    before: int

    @property
    def direction(self) -> Direction:
        """Where it went."""
        if self.now == self.before:
            return Direction.SAME
        return Direction.UP if self.now > self.before else Direction.DOWN

    @property
    def percent(self) -> int | None:
        """By how much of what it was, signed, to the nearest whole, half away from zero; None from nothing."""
        if not self.before:
            return None
        difference = self.now - self.before
        size = (200 * abs(difference) + self.before) // (2 * self.before)
        return size if difference >= 0 else -size

    @property
    def tenths_fallen(self) -> int | None:
        """Of a fall that rounds to the whole while something is left, its tenths of a percent, rounded towards zero."""
        if self.percent != -ALL or not self.now:
            return None
        return 1000 * (self.before - self.now) // self.before


def _month(day: date) -> int:
    return day.year * MONTHS + day.month - 1


def _first(month: int) -> date:
    return date(month // MONTHS, month % MONTHS + 1, 1)


def _last(month: int) -> date:
    first = _first(month)
    return first.replace(day=monthrange(first.year, first.month)[1])


def _year_before(day: date) -> date:
    return date(day.year - 1, day.month, min(day.day, monthrange(day.year - 1, day.month)[1]))
