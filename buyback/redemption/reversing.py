"""A till looks up what became of a try, lists its day, and undoes a redemption within 15 minutes."""

import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from buyback.audit import service as audit
from buyback.money import CURRENCY, decimal_text, parse_cents
from buyback.redemption.facts import Wanted, read_facts
from buyback.redemption.rules import Code, decide_till, may_reverse
from buyback.redemption.service import Answer, UnknownTill
from buyback.redemption.tables import Attempt
from buyback.times import day_start, iso_utc
from buyback.vouchers import redemptions as vouchers
from buyback.vouchers.resolutions import reverse
from buyback.vouchers.rules import Fate


@dataclass(frozen=True)
class TillEntry:
    """One line of a till's day: what was answered, and when it was undone. Amount in cents."""

    op_id: UUID
    code: Code
    amount: int | None
    decided_at: datetime
    reversed_at: datetime | None


def look_up(session: Session, *, till: UUID | bytes, op_id: UUID) -> Answer:
    """What became of a try: the answer it got, and since when it is undone, if it is."""
    facts = read_facts(session, Wanted(till, op_id))
    if facts is None:
        raise UnknownTill
    if facts.past is None:
        return Answer(Code.UNKNOWN_OPERATION, {})
    answer: dict[str, str] = json.loads(facts.past.answer)
    if facts.past.resolution is not None:
        undone = vouchers.reversed_at(session, [facts.past.resolution]).get(facts.past.resolution)
        if undone is not None:
            answer["reversed_at"] = iso_utc(undone)
    return Answer(Code(facts.past.code), answer, replayed=True)


def undo(session: Session, *, till: UUID | bytes, op_id: UUID, cashier: UUID | None, now: datetime) -> Answer:
    """Undo what this till took under an op id, within 15 minutes by the server's clock; again is the same yes."""
    facts = read_facts(session, Wanted(till, op_id))
    if facts is None:
        raise UnknownTill
    refused = decide_till(facts.till)
    if refused is not None:
        return Answer(refused.code, refused.facts)
    if facts.past is None:
        return Answer(Code.UNKNOWN_OPERATION, {})
    if facts.past.resolution is None:
        return Answer(Code.NOT_REDEEMED, {})
    taken = vouchers.get_redemption(session, facts.past.resolution)
    if taken.fate is Fate.SETTLED:
        return Answer(Code.SETTLED, {})
    answer = {"redemption_id": str(taken.id), "amount": decimal_text(taken.amount), "currency": CURRENCY}
    if taken.fate is Fate.REVERSED:
        at = vouchers.reversed_at(session, [taken.id])[taken.id]
        return Answer(Code.REVERSED, {**answer, "reversed_at": iso_utc(at)}, replayed=True)
    if not may_reverse(taken.redeemed_at, now=now):
        return Answer(Code.TOO_LATE_TO_REVERSE, {"redeemed_at": iso_utc(taken.redeemed_at)})
    reverse(session, taken, till=facts.till.id, by=cashier, now=now)
    body = {"op_id": str(op_id), "redemption": str(taken.id), "amount": answer["amount"]}
    audit.append(session, audit.next_link(facts.till.id, facts.till.head, act="voucher:reverse", body=body, now=now))
    return Answer(Code.REVERSED, {**answer, "reversed_at": iso_utc(now)})


def till_day(session: Session, *, till: UUID | bytes, day: date) -> list[TillEntry]:
    """What a till was answered on a day of Panama, newest first."""
    facts = read_facts(session, Wanted(till))
    if facts is None:
        raise UnknownTill
    rows = session.execute(
        select(Attempt.op_id, Attempt.code, Attempt.answer, Attempt.decided_at, Attempt.resolution)
        .where(
            Attempt.till == facts.till.id,
            Attempt.decided_at >= day_start(day),
            Attempt.decided_at < day_start(day + timedelta(days=1)),
        )
        .order_by(Attempt.decided_at.desc(), Attempt.op_id)
    ).all()
    undone = vouchers.reversed_at(session, [row.resolution for row in rows if row.resolution is not None])
    return [_entry(row, undone) for row in rows]


def _entry(row: Row[UUID, str, str, datetime, UUID | None], undone: dict[UUID, datetime]) -> TillEntry:
    op_id, code, text, decided_at, resolution = row
    if resolution is None:
        return TillEntry(op_id, Code(code), None, decided_at, None)
    return TillEntry(op_id, Code(code), parse_cents(json.loads(text)["amount"]), decided_at, undone.get(resolution))
