"""The end of an event: what two people's counts of its vouchers come to, and when the review is over. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import combinations
from types import MappingProxyType
from uuid import UUID

from buyback.campaigns.states import EventState
from buyback.errors import Refused
from buyback.money import round_half_up
from buyback.vouchers.rules import Stock

COUNTERS = 2  # people whose counts make a tally
REVIEW_DAYS = 30  # after the close, for complaints and reconciliation: the links are still needed then


class CountMoment(StrEnum):
    """When stock is counted."""

    OPENING = "opening"
    CLOSING = "closing"


# What is counted while an event is in which state; an event that is closed is counted no more.
MOMENTS: Mapping[EventState, CountMoment] = MappingProxyType(
    {
        EventState.PLANNED: CountMoment.OPENING,
        EventState.OPEN: CountMoment.OPENING,
        EventState.CLOSING: CountMoment.CLOSING,
    }
)


class NotACounter(Refused):
    """Counting is signed by people whose role answers for the stock."""

    sentence = "{name} no tiene un rol que cuente vales."


class CountedAlready(Refused):
    """The second count is another person's."""

    sentence = "{name} ya contó. El segundo conteo lo hace otra persona."


class NotTheMoment(Refused):
    """The opening is counted until the event closes, the close while it is closing."""

    sentence = "La jornada {event} no está en el momento de este conteo."


class CountsDiffer(Refused):
    """The three figures, so that people can see who is off."""

    sentence = (
        "Los conteos no coinciden. {first}: {first_blank} en blanco y {first_issued} entregados; {second}:"
        " {second_blank} y {second_issued}; el sistema: {system_blank} y {system_issued}. Cuenten otra vez los dos."
    )


class SurrendersUnfinished(Refused):
    """Whoever still sits at a table is paid, declined or cancelled first."""

    sentence = "Entregas sin terminar en la jornada {event}: {count}. Termínelas o cancélelas antes del cierre."


class ReviewNotOver(Refused):
    """The links are kept for a while, so that a complaint can be answered."""

    sentence = "La jornada {event} está en revisión hasta el {day}; se purga después."


class CountsDoNotAgree(Refused):
    """Once the links are gone nobody could find out why."""

    sentence = "La jornada {event} no se purga: se ofrecieron {awarded} y se emitieron {issued}. Busque la diferencia."


class TallyOutcome(StrEnum):
    """What a tally has come to."""

    WAITING = "waiting"
    AGREED = "agreed"
    DIFFERS = "differs"


@dataclass(frozen=True)
class Count:
    """One person's count."""

    by: UUID
    stock: Stock


@dataclass(frozen=True)
class Tally:
    """The counts of one round, ``number`` from 1, beside what the records say.

    Two counts make a tally. Where they differ from each other or from the records, both stay on record and a new
    tally begins, which the same people may count: a small event has no others.
    """

    number: int
    counts: tuple[Count, ...]
    system: Stock

    @property
    def outcome(self) -> TallyOutcome:
        """Waiting for the second person, agreed, or different in any of the three."""
        if len(self.counts) < COUNTERS:
            return TallyOutcome.WAITING
        agree = all(count.stock == self.system for count in self.counts)
        return TallyOutcome.AGREED if agree else TallyOutcome.DIFFERS

    @property
    def counters(self) -> tuple[UUID, ...]:
        """Who has counted, in the order of the counts."""
        return tuple(count.by for count in self.counts)


def differ(tally: Tally, names: Mapping[UUID, str]) -> CountsDiffer:
    """The refusal that tells the figures of a tally that does not agree."""
    first, second = tally.counts[:COUNTERS]
    return CountsDiffer(
        first=names[first.by],
        first_blank=first.stock.blank,
        first_issued=first.stock.issued,
        second=names[second.by],
        second_blank=second.stock.blank,
        second_issued=second.stock.issued,
        system_blank=tally.system.blank,
        system_issued=tally.system.issued,
    )


def review_end(closed_at: datetime) -> datetime:
    """From when an event that was closed at an instant may be purged."""
    return closed_at + timedelta(days=REVIEW_DAYS)


def explanations(remainder: int, values: Sequence[int], *, smallest: int, step: int, together: int) -> int:
    """How many sets of at most ``together`` items would leave a remainder voucher of this face; cents.

    An award is the rounded sum of its items, and what the denominations do not cover of it is one remainder voucher.
    So the voucher says of its surrender: its items' values, added and rounded, leave this much over the smallest
    denomination. Whoever knows an event's items and vouchers of a day may ask which items fit. ``values`` are those
    of the day's items, ``smallest`` the smallest denomination, ``step`` the rounding.
    """
    return sum(
        round_half_up(sum(some), step) % smallest == remainder
        for size in range(1, together + 1)
        for some in combinations(values, size)
    )
