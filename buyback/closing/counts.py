"""Counting an event's vouchers, at the opening and at the close: two people, each alone.

Two counts make a tally. Where they differ from each other or from the records, both stay on record and a new tally
begins, which the same people may count: a small event has no others.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from buyback.audit import service as audit
from buyback.campaigns.facts import EventFacts
from buyback.campaigns.states import EventState
from buyback.closing.states import CountMoment
from buyback.closing.tables import StockCount
from buyback.errors import Refused
from buyback.ids import new_id
from buyback.people.rules import Actor
from buyback.security.access import Permission
from buyback.vouchers import queries as vouchers
from buyback.vouchers.service import hold_numbering

COUNTERS = 2  # people whose counts make a tally
STATES = {
    CountMoment.OPENING: frozenset({EventState.PLANNED, EventState.OPEN}),
    CountMoment.CLOSING: frozenset({EventState.CLOSING}),
}


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


class Outcome(StrEnum):
    """What a tally has come to."""

    WAITING = "waiting"
    AGREED = "agreed"
    DIFFERS = "differs"


@dataclass(frozen=True)
class Figures:
    """Numbers of vouchers: still blank, and given out whatever became of them since."""

    blank: int
    issued: int


@dataclass(frozen=True)
class Count:
    """One person's figures."""

    by: UUID
    figures: Figures


@dataclass(frozen=True)
class Tally:
    """The counts of one round, ``number`` from 1, beside what the records say."""

    number: int
    counts: tuple[Count, ...]
    system: Figures

    @property
    def outcome(self) -> Outcome:
        """Waiting for the second person, agreed, or different in any of the three."""
        if len(self.counts) < COUNTERS:
            return Outcome.WAITING
        agree = all(count.figures == self.system for count in self.counts)
        return Outcome.AGREED if agree else Outcome.DIFFERS


def add_count(
    session: Session, *, event: EventFacts, moment: CountMoment, figures: Figures, by: Actor, now: datetime
) -> Tally:
    """Store what one person counted, and how the tally stands with it; a difference is stored as well.

    NotACounter, NotTheMoment, or CountedAlready when this tally has a count of that person.
    """
    if by.id is None or not by.may(Permission.STOCK_COUNT):
        raise NotACounter(name=by.name)
    if event.state not in STATES[moment]:
        raise NotTheMoment(event=event.code)
    hold_numbering(session, event.id)  # two people who count at once must see each other
    tally = current(session, event=event.id, moment=moment)
    if by.id in {count.by for count in tally.counts}:
        raise CountedAlready(name=by.name)
    session.execute(
        insert(StockCount).values(
            id=new_id(),
            event=event.id,
            moment=moment,
            tally=tally.number,
            counted_by=by.id,
            blank=figures.blank,
            issued=figures.issued,
            counted_at=now,
        )
    )
    counted = Tally(tally.number, (*tally.counts, Count(by.id, figures)), tally.system)
    body = {
        "by": by.name,
        "event": event.code,
        "moment": moment.value,
        "tally": tally.number,
        "blank": figures.blank,
        "issued": figures.issued,
        "outcome": counted.outcome.value,
    }
    audit.record(session, chain=by.chain, act="stock:count", body=body, now=now)
    return counted


def current(session: Session, *, event: UUID, moment: CountMoment) -> Tally:
    """The tally that the next count belongs to; empty where none waits for its second count."""
    counted = last(session, event=event, moment=moment)
    if counted is None or counted.outcome is not Outcome.WAITING:
        return Tally(1 if counted is None else counted.number + 1, (), in_records(session, event))
    return counted


def last(session: Session, *, event: UUID, moment: CountMoment) -> Tally | None:
    """The newest tally that has a count; beside what the records say now."""
    rows = session.execute(
        select(StockCount.tally, StockCount.counted_by, StockCount.blank, StockCount.issued)
        .where(StockCount.event == event, StockCount.moment == moment)
        .order_by(StockCount.tally.desc(), StockCount.counted_at)
    ).all()
    if not rows:
        return None
    number = rows[0].tally
    counts = tuple(Count(row.counted_by, Figures(row.blank, row.issued)) for row in rows if row.tally == number)
    return Tally(number, counts, in_records(session, event))


def in_records(session: Session, event: UUID) -> Figures:
    """What the counts should be."""
    stock = vouchers.stock(session, event)
    return Figures(blank=stock.minted - stock.issued, issued=stock.issued)


def differ(tally: Tally, names: dict[UUID, str]) -> CountsDiffer:
    """The refusal that tells the figures of a tally that does not agree."""
    first, second = tally.counts[:COUNTERS]
    return CountsDiffer(
        first=names[first.by],
        first_blank=first.figures.blank,
        first_issued=first.figures.issued,
        second=names[second.by],
        second_blank=second.figures.blank,
        second_issued=second.figures.issued,
        system_blank=tally.system.blank,
        system_issued=tally.system.issued,
    )
