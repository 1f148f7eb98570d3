"""A till takes a voucher, asks about one, or undoes what it took.

One transaction decides. It reads everything once, then writes op id, journal, transfers, resolution, audit row and
body, and the answer is built from what was written. When another till was faster, the insert of the resolution
fails; the caller runs the whole again (``Database.transact(..., again_on_conflict=True, turn=…)``), reads that the
voucher is spent, and says so.
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from math import ceil
from uuid import UUID

import rfc8785
from sqlalchemy import insert
from sqlalchemy.orm import Session

from buyback.audit import service as audit
from buyback.db import core
from buyback.ids import new_id
from buyback.ledger import rules as postings
from buyback.merchants import queries as merchants
from buyback.money import CURRENCY, decimal_text
from buyback.redemption.facts import Facts, Wanted, read_facts, wrong_codes
from buyback.redemption.rules import (
    PASSING,
    WRONG_CODES,
    Code,
    Refusal,
    VoucherFacts,
    Yes,
    decide_till,
    decide_voucher,
    refuse,
    typing_locked,
)
from buyback.redemption.tables import Attempt, WrongCode
from buyback.security.keyring import KeyRing, token_hash
from buyback.times import iso_utc, panama_day
from buyback.vouchers.codes import Misread, QrText, TypedCode, classify
from buyback.vouchers.qrtext import Genuine, decode
from buyback.vouchers.resolutions import Ending, resolve
from buyback.vouchers.rules import ResolutionKind

_INSERT_ATTEMPT = insert(core(Attempt))


@dataclass(frozen=True)
class Request:
    """What a till sends. ``till`` is its id or the digest of its token; ``claimed_at`` its own clock's time."""

    till: UUID | bytes
    op_id: UUID
    voucher: str
    claimed_at: datetime | None = None
    cashier: UUID | None = None


@dataclass(frozen=True)
class Answer:
    """What the till is told: a code and its facts. ``replayed`` when it was told before."""

    code: Code
    facts: dict[str, str]
    replayed: bool = False
    retry_after_s: int | None = None


@dataclass(frozen=True)
class Read:
    """A voucher text after reading: what to look it up by, or why it cannot be read."""

    typed: bool
    misread: Misread | None = None
    token_hash: bytes | None = None
    code_hash: bytes | None = None


class UnknownTill(Exception):  # noqa: N818  an answer (401), not a fault
    """The token is no till's."""


def read_text(text: str, keys: KeyRing) -> Read:
    """Tell a QR text from a typed code, verify its signature or check character, and hash it."""
    told = classify(text)
    if isinstance(told, TypedCode):
        return Read(typed=True, code_hash=keys.code_hash(told.value))
    if isinstance(told, QrText):
        genuine = decode(told.text, keys)
        if isinstance(genuine, Genuine):
            return Read(typed=False, token_hash=token_hash(genuine.token))
        return Read(typed=False, misread=genuine)
    return Read(typed=not text.strip().upper().startswith("PMB"), misread=told)


def redeem(session: Session, request: Request, *, keys: KeyRing, now: datetime) -> Answer:
    """Take a voucher, or say why not; the same op id gets the same answer. UnknownTill when the token is no till's."""
    read = read_text(request.voucher, keys)
    wanted = Wanted(request.till, request.op_id, read.token_hash, read.code_hash)
    facts = _read(session, wanted)
    asked = _request_hash(facts, request.voucher)
    if facts.past is not None:
        if facts.past.request_hash != asked:
            return Answer(Code.OP_ID_REUSED, {})
        return Answer(Code(facts.past.code), json.loads(facts.past.answer), replayed=True)
    decision = _decide(session, facts, read, keys=keys, now=now)
    if isinstance(decision, Refusal):
        return _refuse(session, request, facts, read, decision, asked=asked, now=now)
    return _take(session, request, facts, decision.voucher, asked=asked, now=now)


def take_turn(session: Session, till: UUID | bytes) -> None:
    """Wait for the other tries of this till that wait as well: before a try again, when tries at once collided.

    A till sends one at a time; only when it sends many do they meet at the end of its audit chain. Locking always
    would cost every redemption a statement.
    """
    if isinstance(till, UUID):
        audit.hold(session, till)
    elif found := merchants.find_till(session, till):
        audit.hold(session, found)


def check(session: Session, request: Request, *, keys: KeyRing, now: datetime) -> Answer:
    """Say whether a voucher would be taken. Writes nothing but a wrong code's count."""
    read = read_text(request.voucher, keys)
    facts = _read(session, Wanted(request.till, None, read.token_hash, read.code_hash))
    decision = _decide(session, facts, read, keys=keys, now=now)
    if isinstance(decision, Refusal):
        _count_wrong(session, facts, read, decision, now=now)
        return _passing(decision)
    voucher = decision.voucher
    amount = {"amount": decimal_text(voucher.face), "currency": CURRENCY}
    return Answer(Code.REDEEMABLE, {**amount, "expires_on": voucher.expires_on.isoformat()})


def _read(session: Session, wanted: Wanted) -> Facts:
    facts = read_facts(session, wanted)
    if facts is None:
        raise UnknownTill
    return facts


def _decide(session: Session, facts: Facts, read: Read, *, keys: KeyRing, now: datetime) -> Yes | Refusal:
    refused = decide_till(facts.till)
    if refused is not None:
        return refused
    if read.typed:
        wait = typing_locked(wrong_codes(session, facts.till.id, now=now), now=now)
        if wait is not None:
            return refuse(Code.SLOW_DOWN, retry_after_s=str(ceil(wait.total_seconds())))
    if read.misread is not None:
        reason = {"reason": read.misread.reason} if read.misread.reason else {}
        return Refusal(Code(read.misread.kind.value), reason)
    if facts.voucher is not None:
        key = keys.find_signing_key(facts.voucher.key_id)
        if key is None or key.revoked_because is not None:
            return refuse(Code.KEY_REVOKED, reason=key.revoked_because if key and key.revoked_because else "")
    return decide_voucher(facts.till, facts.voucher, today=panama_day(now))


def _take(
    session: Session, request: Request, facts: Facts, voucher: VoucherFacts, *, asked: bytes, now: datetime
) -> Answer:
    till = facts.till
    resolution = resolve(
        session,
        Ending(voucher.id, voucher.cycle, ResolutionKind.REDEEM, voucher.face, till.merchant, till.id),
        legs=postings.redeem(voucher.event, voucher.face),
        event=voucher.event,
        by=request.cashier,
        now=now,
    )
    answer = {
        "redemption_id": str(resolution),
        "amount": decimal_text(voucher.face),
        "currency": CURRENCY,
        "redeemed_at": iso_utc(now),
    }
    _store(session, request, facts, Code.REDEEMED, answer, asked=asked, resolution=resolution, now=now)
    body = {"op_id": str(request.op_id), "redemption": str(resolution), "amount": answer["amount"]}
    link = audit.next_link(till.id, till.head, act="voucher:redeem", body=body, now=now)
    audit.append(session, link)
    return Answer(Code.REDEEMED, answer)


def _refuse(
    session: Session, request: Request, facts: Facts, read: Read, refusal: Refusal, *, asked: bytes, now: datetime
) -> Answer:
    _count_wrong(session, facts, read, refusal, now=now)
    if refusal.code not in PASSING:
        _store(session, request, facts, refusal.code, refusal.facts, asked=asked, resolution=None, now=now)
        body = {"op_id": str(request.op_id), "code": refusal.code.value}
        link = audit.next_link(facts.till.id, facts.till.head, act="voucher:refuse", body=body, now=now)
        audit.append(session, link)
    return _passing(refusal)


def _passing(refusal: Refusal) -> Answer:
    wait = refusal.facts.get("retry_after_s")
    return Answer(refusal.code, refusal.facts, retry_after_s=int(wait) if wait else None)


def _count_wrong(session: Session, facts: Facts, read: Read, refusal: Refusal, *, now: datetime) -> None:
    if read.typed and refusal.code in WRONG_CODES:
        session.execute(insert(core(WrongCode)).values(id=new_id(), till=facts.till.id, tried_at=now))


def _store(
    session: Session,
    request: Request,
    facts: Facts,
    code: Code,
    answer: dict[str, str],
    *,
    asked: bytes,
    resolution: UUID | None,
    now: datetime,
) -> None:
    session.execute(
        _INSERT_ATTEMPT,
        {
            "till": facts.till.id,
            "op_id": request.op_id,
            "request_hash": asked,
            "code": code.value,
            "answer": rfc8785.dumps(dict(answer)).decode(),
            "resolution": resolution,
            "claimed_at": request.claimed_at,
            "decided_at": now,
            "cashier": request.cashier,
        },
    )


def _request_hash(facts: Facts, text: str) -> bytes:
    """Of till and voucher: the voucher's id where it is known (typed or scanned is the same), else the text."""
    voucher = (
        facts.voucher.id.bytes if facts.voucher is not None else " ".join(text.split()).encode(errors="surrogatepass")
    )
    return hashlib.sha256(facts.till.id.bytes + voucher).digest()
