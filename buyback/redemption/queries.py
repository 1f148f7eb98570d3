"""What a till asks of the past: what became of a try, and its day."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from buyback.redemption.facts import FactsKey, get_facts
from buyback.redemption.rules import Code, TillAnswer, refuse
from buyback.redemption.tables import Attempt
from buyback.security.keyring import KeyRing
from buyback.times import When, month_of
from buyback.vouchers import redemptions


@dataclass(frozen=True)
class TillEntry:
    """One line of a till's day: what was answered, and when it was undone. Amount in cents.

    The op id goes with the time.
    """

    op_id: UUID | None
    code: Code
    amount: int | None
    decided_at: When
    reversed_at: When | None

    @property
    def stands(self) -> bool:
        """Whether the merchant is owed its amount: a redemption that was not undone."""
        return self.amount is not None and self.reversed_at is None


@dataclass(frozen=True)
class TillDay:
    """What a till was answered on a day of Panama, newest first while times are known, then in no order.

    What was undone is not counted. Total in cents.
    """

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


@dataclass(frozen=True)
class TimedRedemption:
    """A redemption whose time is still known, as its merchant keeps it. ``op_id`` is the shop's own number for it."""

    till: UUID
    at: datetime
    op_id: UUID
    amount: int
    undone: When | None


def timed(session: Session, *, tills: Collection[UUID]) -> tuple[TimedRedemption, ...]:
    """The redemptions of some tills whose times have not faded, oldest first."""
    rows = session.execute(
        select(Attempt.till, Attempt.decided_at, Attempt.op_id, Attempt.resolution)
        .where(Attempt.till.in_(tills), Attempt.decided_at.is_not(None), Attempt.resolution.is_not(None))
        .order_by(Attempt.decided_at, Attempt.op_hash)
    ).all()
    found = redemptions.find_redemptions(session, [row.resolution for row in rows if row.resolution])
    undone = redemptions.reversed_when(session, found)
    return tuple(
        TimedRedemption(till, at, op_id, found[key].amount, undone.get(key))
        for till, at, op_id, key in rows
        if till and at and op_id and key
    )


def oldest_time(session: Session, *, tills: Collection[UUID]) -> date | None:
    """The oldest day of which some tills' times are known; None where there is none."""
    timed_on = select(func.min(Attempt.decided_on)).where(Attempt.till.in_(tills), Attempt.decided_at.is_not(None))
    return session.scalar(timed_on.where(Attempt.resolution.is_not(None)))


def look_up(session: Session, *, till: UUID | bytes, op_id: UUID, keys: KeyRing) -> TillAnswer:
    """What became of a try: the answer it got, and since when it is undone, if it is."""
    prior = get_facts(session, FactsKey(till, op_id), keys=keys).prior
    return refuse(Code.UNKNOWN_OPERATION) if prior is None else prior.replay()


def till_day(session: Session, *, till: UUID | bytes, day: date, keys: KeyRing) -> TillDay:
    """A till's day."""
    facts = get_facts(session, FactsKey(till), keys=keys)
    rows = session.execute(
        select(Attempt.op_id, Attempt.code, Attempt.decided_at, Attempt.resolution)
        .where(Attempt.till == facts.till.id, Attempt.decided_on == day)
        .order_by(Attempt.decided_at.is_(None), Attempt.decided_at.desc(), Attempt.op_hash)
    ).all()
    found = redemptions.find_redemptions(session, [row.resolution for row in rows if row.resolution is not None])
    undone = redemptions.reversed_when(session, found)
    return TillDay(
        day,
        tuple(
            TillEntry(
                op_id,
                Code(code),
                None if resolution is None else found[resolution].amount,
                When(decided_at, day, month_of(day)),
                None if resolution is None else undone.get(resolution),
            )
            for op_id, code, decided_at, resolution in rows
        ),
    )
