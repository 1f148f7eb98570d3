"""Instants are UTC and aware; days are Panama's (America/Panama, UTC−5, no daylight saving)."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

PANAMA = ZoneInfo("America/Panama")


def panama_day(instant: datetime) -> date:
    """The day it is in Panama at an instant."""
    return instant.astimezone(PANAMA).date()


def day_start(day: date) -> datetime:
    """The instant at which a day of Panama begins, in UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=PANAMA).astimezone(UTC)


def day_end(day: date) -> datetime:
    """The instant at which a day of Panama is over; of the calendar's last day the last instant that there is."""
    return datetime.max.replace(tzinfo=UTC) if day == date.max else day_start(day + timedelta(days=1))


def iso_utc(instant: datetime) -> str:
    """``2026-11-24T15:04:05Z``: how audit rows and answers spell an instant."""
    return instant.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


@dataclass(frozen=True)
class When:
    """When something happened, as far as it is still known: the instant goes first, then the day, never the month."""

    at: datetime | None
    on: date | None
    month: str  # 2026-11, of Panama

    @classmethod
    def of(cls, instant: datetime) -> "When":
        """What is known of something that happens now."""
        day = panama_day(instant)
        return cls(instant, day, month_of(day))

    @classmethod
    def read(cls, text: str) -> "When":
        """What ``text`` said; ValueError where it is no such text."""
        if len(text) == len("2026-11"):
            date.fromisoformat(f"{text}-01")
            return cls(None, None, text)
        if len(text) == len("2026-11-24"):
            day = date.fromisoformat(text)
            return cls(None, day, month_of(day))
        return cls.of(datetime.fromisoformat(text))

    @property
    def day_or_month(self) -> date | str:
        """The day; once it has faded, the month: 2026-11."""
        return self.month if self.on is None else self.on

    @property
    def text(self) -> str:
        """``2026-11-24T15:04:05Z``, once the time has faded ``2026-11-24``, and in the end ``2026-11``."""
        if self.at is not None:
            return iso_utc(self.at)
        return self.month if self.on is None else self.on.isoformat()


def month_of(day: date) -> str:
    """``2026-11``: the accounting month of a day."""
    return f"{day:%Y-%m}"
