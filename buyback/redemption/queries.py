"""What a till asks of the past: what became of a try, and its day."""

import json
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from buyback.money import parse_cents
from buyback.redemption.facts import FactsKey, get_facts
from buyback.redemption.rules import Code, TillAnswer, refuse
from buyback.redemption.tables import Attempt
from buyback.times import day_end, day_start
from buyback.vouchers import redemptions


@dataclass(frozen=True)
class TillEntry:
    """One line of a till's day: what was answered, and when it was undone. Amount in cents."""

    op_id: UUID
    code: Code
    amount: int | None
    decided_at: datetime
    reversed_at: datetime | None

    @property
    def stands(self) -> bool:
        """Whether the merchant is owed its amount: a redemption that was not undone."""
        return self.amount is not None and self.reversed_at is None


@dataclass(frozen=True)
class TillDay:
    """What a till was answered on a day of Panama, newest first; what was undone is not counted. Total in cents."""

    day: date
    entries: tuple[TillEntry, ...]

    @property
    def count(self) -> int:
        """How many redemptions stand."""
        return sum(entry.stands for entry in self.entries)

    @property
    def total(self) -> int:
        """What they are worth."""
        return sum(entry.amount or 0 for entry in self.entries if entry.stands)


def look_up(session: Session, *, till: UUID | bytes, op_id: UUID) -> TillAnswer:
    """What became of a try: the answer it got, and since when it is undone, if it is."""
    prior = get_facts(session, FactsKey(till, op_id)).prior
    return refuse(Code.UNKNOWN_OPERATION) if prior is None else prior.replay()


def till_day(session: Session, *, till: UUID | bytes, day: date) -> TillDay:
    """A till's day."""
    facts = get_facts(session, FactsKey(till))
    rows = session.execute(
        select(Attempt.op_id, Attempt.code, Attempt.answer, Attempt.decided_at, Attempt.resolution)
        .where(
            Attempt.till == facts.till.id,
            Attempt.decided_at >= day_start(day),
            Attempt.decided_at < day_end(day),
        )
        .order_by(Attempt.decided_at.desc(), Attempt.op_id)
    ).all()
    undone = redemptions.reversed_at(session, [row.resolution for row in rows if row.resolution is not None])
    return TillDay(day, tuple(_entry(row, undone) for row in rows))


def _entry(row: Row[UUID, str, str, datetime, UUID | None], undone: dict[UUID, datetime]) -> TillEntry:
    op_id, code, text, decided_at, resolution = row
    if resolution is None:
        return TillEntry(op_id, Code(code), None, decided_at, None)
    return TillEntry(op_id, Code(code), parse_cents(json.loads(text)["amount"]), decided_at, undone.get(resolution))
