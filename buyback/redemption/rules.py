"""What a till is told. Pure: facts in, decision out.

A no is an answer, stored like a yes: asked again with the same op id, the till hears the same.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from buyback.audit.rules import Head
from buyback.keys.rules import KeyState
from buyback.merchants.states import MerchantState, TillState
from buyback.times import When
from buyback.vouchers.rules import Fate, ResolutionKind, is_past

VOUCHER_TEXT_MAX = 400  # characters that a scanner or a cashier may send; a QR text has 148
REVERSAL_WINDOW = timedelta(minutes=15)
WRONG_CODES_MAX = 5
WRONG_CODES_WINDOW = timedelta(minutes=10)


class Code(StrEnum):
    """Every answer a till can get. The values are the API's."""

    REDEEMED = "redeemed"
    REDEEMABLE = "redeemable"
    REVERSED = "reversed"
    OP_ID_REUSED = "op_id_reused"
    UNREADABLE = "unreadable"
    WRONG_CHECK_CHARACTER = "wrong_check_character"
    BAD_SIGNATURE = "bad_signature"
    KEY_REVOKED = "key_revoked"
    UNKNOWN_VOUCHER = "unknown_voucher"
    ALREADY_REDEEMED = "already_redeemed"
    VOID = "void"
    REPLACED = "replaced"
    EXPIRED = "expired"
    NOT_ISSUED = "not_issued"
    TILL_REVOKED = "till_revoked"
    MERCHANT_SUSPENDED = "merchant_suspended"
    CATEGORY_NOT_ALLOWED = "category_not_allowed"
    PROGRAMME_CLOSED = "programme_closed"
    SLOW_DOWN = "slow_down"
    UNKNOWN_OPERATION = "unknown_operation"
    NOT_REDEEMED = "not_redeemed"
    TOO_LATE_TO_REVERSE = "too_late_to_reverse"
    SETTLED = "settled"


class Responsible(StrEnum):
    """Who has to act on an answer. The values are the API's ``whose``."""

    VOUCHER = "voucher"
    MERCHANT = "merchant"
    TILL = "till"
    PROGRAMME = "programme"
    SYSTEM = "system"


AGREEMENTS = frozenset({Code.REDEEMED, Code.REDEEMABLE, Code.REVERSED})

# Not stored. To type later may succeed, so that the same op id is free for it; and whoever holds the token of a revoked
# till writes nothing any more.
UNSTORED = frozenset({Code.SLOW_DOWN, Code.TILL_REVOKED})


@dataclass(frozen=True)
class TillAnswer:
    """What a till is told. ``replayed`` when it was told before.

    ``facts`` are what the answer names besides, as it is sent: never a code of a voucher, never another merchant's
    name. ``spent_by`` is the redemption that a refusal speaks of: its time is not stored a second time.
    """

    code: Code
    facts: Mapping[str, str] = field(default_factory=dict)
    replayed: bool = False
    spent_by: UUID | None = field(default=None, compare=False)


@dataclass(frozen=True)
class TillFacts:
    """A till, the merchant that it belongs to, and where its audit chain ends."""

    id: UUID
    state: TillState
    merchant: UUID
    merchant_state: MerchantState
    head: Head


@dataclass(frozen=True)
class KeyFacts:
    """The key that signed a voucher; ``reason`` says why it is revoked."""

    state: KeyState
    reason: str | None


@dataclass(frozen=True)
class CycleEnd:
    """How the newest cycle of a voucher ended; ``branch_name`` where a till took it."""

    resolution: UUID
    kind: ResolutionKind
    when: When
    merchant: UUID | None
    branch_name: str | None


@dataclass(frozen=True)
class VoucherFacts:
    """A voucher as it stands inside the transaction that decides. Face in cents."""

    id: UUID
    event: UUID
    face: int
    expires_on: date
    is_issued: bool
    cycle: int  # the one that a redemption would end
    ended: CycleEnd | None
    is_replaced: bool
    category_allowed: bool
    programme_closed: bool


def refuse(code: Code, **facts: str) -> TillAnswer:
    """A no with its facts."""
    return TillAnswer(code, facts)


def decide_till(till: TillFacts) -> TillAnswer | None:
    """Why this till may neither take vouchers nor undo; None when it may."""
    if till.state is TillState.REVOKED:
        return refuse(Code.TILL_REVOKED)
    if till.merchant_state is MerchantState.SUSPENDED:
        return refuse(Code.MERCHANT_SUSPENDED)
    return None


def decide_key(key: KeyFacts | None, *, scanned: bool) -> TillAnswer | None:
    """Why nothing that a key signed is taken; None when it may be. A retired key signs no more and vouches still.

    Without ``key``, a text that was ``scanned`` bears the number of none that this database knows, and a typed code is
    no voucher's.
    """
    if key is None:
        return refuse(Code.BAD_SIGNATURE) if scanned else None
    return refuse(Code.KEY_REVOKED, reason=key.reason or "") if key.state is KeyState.REVOKED else None


def decide_voucher(till: TillFacts, voucher: VoucherFacts | None, *, today: date) -> VoucherFacts | TillAnswer:
    """The voucher when a till may take it on a day of Panama, or why not."""
    if voucher is None:
        return refuse(Code.UNKNOWN_VOUCHER)
    if voucher.programme_closed:
        return refuse(Code.PROGRAMME_CLOSED)
    if not voucher.category_allowed:
        return refuse(Code.CATEGORY_NOT_ALLOWED)
    if not voucher.is_issued:
        return refuse(Code.NOT_ISSUED)
    if voucher.ended is not None:
        return _refuse_ended(till, voucher, voucher.ended)
    if is_past(voucher.expires_on, today):
        return refuse(Code.EXPIRED, expired_on=voucher.expires_on.isoformat())
    return voucher


def _refuse_ended(till: TillFacts, voucher: VoucherFacts, ended: CycleEnd) -> TillAnswer:
    if ended.kind is ResolutionKind.EXPIRE:
        return refuse(Code.EXPIRED, expired_on=voucher.expires_on.isoformat())
    if ended.kind is ResolutionKind.VOID:
        return refuse(Code.REPLACED if voucher.is_replaced else Code.VOID)
    facts = {"redeemed_at": ended.when.text}
    if ended.merchant == till.merchant and ended.branch_name is not None:
        facts["branch"] = ended.branch_name
    return TillAnswer(Code.ALREADY_REDEEMED, facts, spent_by=ended.resolution)


def is_wrong_code(code: Code, *, typed: bool) -> bool:
    """Whether an answer counts towards the lock of typing: a typed code that is well formed and no voucher's.

    A slip of the hand, or whatever else a scanner reads off a shelf, fails the check character: nobody guesses so.
    """
    return typed and code is Code.UNKNOWN_VOUCHER


def typing_locked(wrong: Sequence[datetime], *, now: datetime) -> timedelta | None:
    """How long a till's typed entry stays locked after five wrong codes within ten minutes; None when it is not."""
    recent = sorted(moment for moment in wrong if now - moment < WRONG_CODES_WINDOW)
    if len(recent) < WRONG_CODES_MAX:
        return None
    return recent[-WRONG_CODES_MAX] + WRONG_CODES_WINDOW - now


def may_reverse(redeemed: When, *, now: datetime) -> bool:
    """Whether the till itself may still undo what it took; the server's clock decides. A faded time is long past."""
    return redeemed.at is not None and now - redeemed.at <= REVERSAL_WINDOW


def decide_reversal(redeemed: When, fate: Fate | None, *, now: datetime) -> TillAnswer | None:
    """Why a till may not undo what it took; None when it may."""
    if fate is Fate.SETTLED:
        return refuse(Code.SETTLED)
    if not may_reverse(redeemed, now=now):
        return refuse(Code.TOO_LATE_TO_REVERSE, redeemed_at=redeemed.text)
    return None
