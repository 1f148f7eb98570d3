"""A till takes a voucher, or asks about one. What it undoes is in ``reversal.py``.

One transaction decides. It reads everything once, then writes op id, journal, transfers, resolution, audit row and
body, and the answer is built from what was written. When another till was faster, the insert of the resolution
fails; the caller runs the whole again (``Database.transact(..., again_on_conflict=True, turn=…)``), reads that the
voucher is spent, and says so.
"""

from dataclasses import dataclass
from datetime import date, datetime
from math import ceil
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.orm import Session

from buyback.audit import service as audit
from buyback.db import core
from buyback.ids import new_id
from buyback.merchants import queries as merchants
from buyback.money import CURRENCY, decimal_text
from buyback.redemption.facts import FactsKey, RedemptionFacts, get_facts, taken, wrong_codes
from buyback.redemption.rules import (
    UNSTORED,
    Code,
    TillAnswer,
    VoucherFacts,
    decide_key,
    decide_till,
    decide_voucher,
    is_wrong_code,
    refuse,
    typing_locked,
)
from buyback.redemption.tables import Attempt, WrongCode
from buyback.security.keyring import KeyRing, token_hash
from buyback.times import iso_utc, month_of, panama_day
from buyback.vouchers import postings
from buyback.vouchers.codes import Misread, QrText, TypedCode, classify
from buyback.vouchers.qrtext import Genuine, decode
from buyback.vouchers.resolutions import Ending, resolve
from buyback.vouchers.rules import ResolutionKind

_INSERT_ATTEMPT = insert(core(Attempt))

Hashes = dict[str, bytes]  # what a try is found by and compared with, under the names of their columns


@dataclass(frozen=True)
class TillRequest:
    """What a till sends. ``till`` is its id or the digest of its token; ``claimed_at`` its own clock's time."""

    till: UUID | bytes
    op_id: UUID
    voucher: str
    claimed_at: datetime | None = None
    cashier: UUID | None = None


@dataclass(frozen=True)
class VoucherReading:
    """A voucher's text after reading: what to look it up by, or why it cannot be read."""

    misread: Misread | None = None
    token_hash: bytes | None = None
    code_hash: bytes | None = None
    signed_by: int | None = None

    @property
    def is_typed(self) -> bool:
        """Whether it is a well-formed typed code."""
        return self.code_hash is not None

    def key(self, till: UUID | bytes, op_id: UUID | None) -> FactsKey:
        """What to read of it, for a till and its op id."""
        return FactsKey(till, op_id, self.token_hash, self.code_hash, self.signed_by)


def read_voucher(text: str, keys: KeyRing) -> VoucherReading:
    """Tell a QR text from a typed code, verify its signature or check character, and hash it."""
    kind = classify(text)
    if isinstance(kind, TypedCode):
        return VoucherReading(code_hash=keys.code_hash(kind.value))
    found = decode(kind.text, keys) if isinstance(kind, QrText) else kind
    if isinstance(found, Genuine):
        return VoucherReading(token_hash=token_hash(found.token), signed_by=found.key_id)
    return VoucherReading(misread=found)


def redeem(session: Session, request: TillRequest, *, keys: KeyRing, now: datetime) -> TillAnswer:
    """Take a voucher, or say why not; the same op id gets the same answer. UnknownTill when the token is no till's."""
    reading = read_voucher(request.voucher, keys)
    facts = get_facts(session, reading.key(request.till, request.op_id), keys=keys)
    hashes = _hashes(facts, request, keys)
    if facts.prior is not None:
        is_same = facts.prior.request_hash == hashes["request_hash"]
        return facts.prior.replay() if is_same else refuse(Code.OP_ID_REUSED)
    decided = _decide(session, facts, reading, now=now)
    if isinstance(decided, VoucherFacts):
        return _take(session, request, facts, decided, hashes=hashes, now=now)
    _count_wrong(session, facts, reading, decided, now=now)
    if decided.code not in UNSTORED:
        _refuse(session, request, facts, decided, hashes=hashes, now=now)
    return decided


def check(session: Session, *, till: UUID | bytes, voucher: str, keys: KeyRing, now: datetime) -> TillAnswer:
    """Say whether a voucher would be taken. Writes nothing but a wrong code's count."""
    reading = read_voucher(voucher, keys)
    facts = get_facts(session, reading.key(till, None), keys=keys)
    decided = _decide(session, facts, reading, now=now)
    if isinstance(decided, VoucherFacts):
        amount = {"amount": decimal_text(decided.face), "currency": CURRENCY}
        return TillAnswer(Code.REDEEMABLE, {**amount, "expires_on": decided.expires_on.isoformat()})
    _count_wrong(session, facts, reading, decided, now=now)
    return decided


def take_turn(session: Session, till: UUID | bytes) -> None:
    """Wait for the other tries of this till that wait as well: before a try again, when tries at once collided.

    A till sends one at a time; only when it sends many do they meet at the end of its audit chain. Locking always
    would cost every redemption a statement.
    """
    found = till if isinstance(till, UUID) else merchants.find_till(session, till)
    if found is not None:
        audit.hold(session, found)


def _decide(
    session: Session, facts: RedemptionFacts, reading: VoucherReading, *, now: datetime
) -> VoucherFacts | TillAnswer:
    refused = decide_till(facts.till)
    if refused is not None:
        return refused
    if reading.is_typed:
        wait = typing_locked(wrong_codes(session, facts.till.id, now=now), now=now)
        if wait is not None:
            return refuse(Code.SLOW_DOWN, retry_after_s=str(ceil(wait.total_seconds())))
    if reading.misread is not None:
        return refuse(Code(reading.misread.kind.value))
    refused = decide_key(facts.key, scanned=reading.signed_by is not None)
    if refused is not None:
        return refused
    return decide_voucher(facts.till, facts.voucher, today=panama_day(now))


def _take(
    session: Session,
    request: TillRequest,
    facts: RedemptionFacts,
    voucher: VoucherFacts,
    *,
    hashes: Hashes,
    now: datetime,
) -> TillAnswer:
    till = facts.till
    resolution = resolve(
        session,
        Ending(voucher.id, voucher.cycle, ResolutionKind.REDEEM, voucher.face, till.merchant, till.id),
        legs=postings.redeem(voucher.event, voucher.face),
        event=voucher.event,
        by=request.cashier,
        now=now,
    )
    named = taken(resolution, voucher.face)
    answer = TillAnswer(Code.REDEEMED, {**named, "redeemed_at": iso_utc(now)})
    _store(session, request, till.id, answer, hashes=hashes, resolution=resolution, now=now)
    body = {"op_id": str(request.op_id), "redemption": str(resolution), "amount": named["amount"]}
    audit.record_after(session, till.head, chain=till.id, act="voucher:redeem", body=body, now=now)
    return answer


def _refuse(
    session: Session,
    request: TillRequest,
    facts: RedemptionFacts,
    answer: TillAnswer,
    *,
    hashes: Hashes,
    now: datetime,
) -> None:
    till = facts.till
    _store(session, request, till.id, answer, hashes=hashes, resolution=None, now=now)
    body = {"op_id": str(request.op_id), "code": answer.code.value}
    audit.record_after(session, till.head, chain=till.id, act="voucher:refuse", body=body, now=now)


def _count_wrong(
    session: Session, facts: RedemptionFacts, reading: VoucherReading, answer: TillAnswer, *, now: datetime
) -> None:
    if is_wrong_code(answer.code, typed=reading.is_typed):
        session.execute(insert(core(WrongCode)).values(_wrong(facts.till.id, now)))


def _wrong(till: UUID, now: datetime) -> dict[str, object]:
    return {"id": new_id(), "till": till, "tried_at": now, "tried_on": panama_day(now)}


def _store(
    session: Session,
    request: TillRequest,
    till: UUID,
    answer: TillAnswer,
    *,
    hashes: Hashes,
    resolution: UUID | None,
    now: datetime,
) -> None:
    session.execute(
        _INSERT_ATTEMPT,
        {
            **hashes,
            "till": till,
            "op_id": request.op_id,
            "code": answer.code.value,
            "resolution": resolution,
            "spent_by": answer.spent_by,
            "expired_on": _day(answer.facts.get("expired_on")),
            "reason": answer.facts.get("reason"),
            "claimed_at": request.claimed_at,
            "decided_at": now,
            "decided_on": panama_day(now),
            "decided_in": month_of(panama_day(now)),
            "cashier": request.cashier,
        },
    )


def _hashes(facts: RedemptionFacts, request: TillRequest, keys: KeyRing) -> Hashes:
    """Of the voucher its id where it is known (typed or scanned is the same), else the text."""
    till, op_id = facts.till.id, request.op_id
    text = " ".join(request.voucher.split()).encode(errors="surrogatepass")
    return {
        "op_hash": keys.op_hash(op_id),
        "asker_hash": keys.asker_hash(till, op_id),
        "request_hash": keys.request_hash(till, op_id, text if facts.voucher is None else facts.voucher.id.bytes),
    }


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
