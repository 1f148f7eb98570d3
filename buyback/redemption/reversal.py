"""A till undoes what it took, within 15 minutes."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from buyback.audit import service as audit
from buyback.redemption.facts import FactsKey, get_facts, taken
from buyback.redemption.rules import Code, TillAnswer, decide_reversal, decide_till, refuse
from buyback.security.keyring import KeyRing
from buyback.times import When
from buyback.vouchers.redemptions import get_redemption
from buyback.vouchers.resolutions import reverse


def undo(
    session: Session, *, till: UUID | bytes, op_id: UUID, cashier: UUID | None, keys: KeyRing, now: datetime
) -> TillAnswer:
    """Undo what this till took under an op id, within 15 minutes by the server's clock; again is the same yes."""
    facts = get_facts(session, FactsKey(till, op_id), keys=keys)
    refused = decide_till(facts.till)
    if refused is not None:
        return refused
    if facts.prior is None:
        return refuse(Code.UNKNOWN_OPERATION)
    if facts.prior.resolution is None:
        return refuse(Code.NOT_REDEEMED)
    redemption = get_redemption(session, facts.prior.resolution)
    named = taken(redemption.id, redemption.amount)
    if facts.prior.reversed is not None:
        return _reversed(named, facts.prior.reversed, replayed=True)
    refused = decide_reversal(redemption.redeemed, redemption.fate, now=now)
    if refused is not None:
        return refused
    reverse(session, redemption, till=facts.till.id, by=cashier, now=now)
    body = {"op_id": str(op_id), "redemption": str(redemption.id), "amount": named["amount"]}
    audit.record_after(session, facts.till.head, chain=facts.till.id, act="voucher:reverse", body=body, now=now)
    return _reversed(named, When.of(now), replayed=False)


def _reversed(named: dict[str, str], when: When, *, replayed: bool) -> TillAnswer:
    return TillAnswer(Code.REVERSED, {**named, "reversed_at": when.text}, replayed=replayed)
