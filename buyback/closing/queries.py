"""How an event's counts stand, what keeps it from closing, and where its money is at the close and after it."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from buyback.closing.rules import Count, CountMoment, Tally, TallyOutcome
from buyback.closing.tables import StockCount
from buyback.intake import queries as intake
from buyback.intake.rules import UNFINISHED
from buyback.ledger import queries as ledger
from buyback.ledger.rules import OUTSTANDING, AccountRef, JournalKind
from buyback.vouchers import queries as vouchers
from buyback.vouchers.rules import Stock


@dataclass(frozen=True)
class ClosedBalance:
    """A closed event in cents: ``returned`` to the programme, and ``outstanding`` in vouchers that may be spent."""

    returned: int
    outstanding: int
    stock: Stock


def current_tally(session: Session, *, event: UUID, moment: CountMoment) -> Tally:
    """The tally that the next count belongs to; empty where none waits for its second count."""
    counted = last_tally(session, event=event, moment=moment)
    if counted is None or counted.outcome is not TallyOutcome.WAITING:
        return Tally(1 if counted is None else counted.number + 1, (), vouchers.stock(session, event))
    return counted


def last_tally(session: Session, *, event: UUID, moment: CountMoment) -> Tally | None:
    """The newest tally that has a count; beside what the records say now."""
    rows = session.execute(
        select(StockCount.tally, StockCount.counted_by, StockCount.blank, StockCount.issued)
        .where(StockCount.event == event, StockCount.moment == moment)
        .order_by(StockCount.tally.desc(), StockCount.counted_at)
    ).all()
    if not rows:
        return None
    number = rows[0].tally
    counts = tuple(Count(row.counted_by, Stock(row.blank, row.issued)) for row in rows if row.tally == number)
    return Tally(number, counts, vouchers.stock(session, event))


def unfinished(session: Session, event: UUID) -> int:
    """How many surrenders of an event have not come to an end."""
    states = intake.counts_by_state(session, event)
    return sum(count for state, count in states.items() if state in UNFINISHED)


def get_balance(session: Session, event: UUID) -> ClosedBalance:
    """What became of a closed event's float and of its vouchers so far."""
    return ClosedBalance(
        returned=ledger.posted(session, event=event, kind=JournalKind.RETURN),
        outstanding=ledger.balance(session, AccountRef(OUTSTANDING, event=event)),
        stock=vouchers.stock(session, event),
    )
