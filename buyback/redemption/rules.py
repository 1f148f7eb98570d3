"""What a till is told. Pure: facts in, decision out.

A refusal here is an answer, stored like a yes: asked again with the same op id, the till hears the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from buyback.audit.rules import Head
from buyback.merchants.states import MerchantState, TillState
from buyback.times import iso_utc
from buyback.vouchers.rules import ResolutionKind, is_past

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


class Whose(StrEnum):
    """Who has to act on a refusal."""

    VOUCHER = "voucher"
    MERCHANT = "merchant"
    TILL = "till"
    PROGRAMME = "programme"
    SYSTEM = "system"


WRONG_CODES = frozenset({Code.UNREADABLE, Code.WRONG_CHECK_CHARACTER, Code.UNKNOWN_VOUCHER})

# Not an outcome of the voucher but of the moment: not stored, so that the same op id may be tried again.
PASSING = frozenset({Code.SLOW_DOWN, Code.TILL_REVOKED})


@dataclass(frozen=True)
class TillFacts:
    """A till, whose it is, and where its audit chain ends."""

    id: UUID
    name: str
    state: TillState
    branch_name: str
    merchant: UUID
    merchant_name: str
    merchant_state: MerchantState
    category: str
    head: Head


@dataclass(frozen=True)
class Ended:
    """How the newest cycle of a voucher ended; ``branch_name`` where a till took it."""

    kind: ResolutionKind
    at: datetime
    merchant: UUID | None
    branch_name: str | None


@dataclass(frozen=True)
class VoucherFacts:
    """A voucher as it stands inside the transaction that decides. Face in cents."""

    id: UUID
    event: UUID
    face: int
    expires_on: date
    key_id: int
    is_issued: bool
    cycle: int  # the one that a redemption would end
    ended: Ended | None
    is_replaced: bool
    category_allowed: bool
    programme_closed: bool


@dataclass(frozen=True)
class Refusal:
    """No, with the facts that the answer names (never a code, never another merchant's name)."""

    code: Code
    facts: dict[str, str]


@dataclass(frozen=True)
class Yes:
    """The voucher may be taken: its cycle can be ended."""

    voucher: VoucherFacts


def refuse(code: Code, **facts: str) -> Refusal:
    """A refusal with its facts."""
    return Refusal(code, facts)


def decide_till(till: TillFacts) -> Refusal | None:
    """Whether this till may take vouchers at all."""
    if till.state is TillState.REVOKED:
        return refuse(Code.TILL_REVOKED)
    if till.merchant_state is MerchantState.SUSPENDED:
        return refuse(Code.MERCHANT_SUSPENDED)
    return None


def decide_voucher(till: TillFacts, voucher: VoucherFacts | None, *, today: date) -> Yes | Refusal:
    """Whether a well-formed voucher may be taken by a till on a day of Panama."""
    if voucher is None:
        return refuse(Code.UNKNOWN_VOUCHER)
    if voucher.programme_closed:
        return refuse(Code.PROGRAMME_CLOSED)
    if not voucher.category_allowed:
        return refuse(Code.CATEGORY_NOT_ALLOWED)
    if not voucher.is_issued:
        return refuse(Code.NOT_ISSUED)
    if voucher.ended is not None:
        return _ended(till, voucher, voucher.ended)
    if is_past(voucher.expires_on, today):
        return refuse(Code.EXPIRED, expired_on=voucher.expires_on.isoformat())
    return Yes(voucher)


def _ended(till: TillFacts, voucher: VoucherFacts, ended: Ended) -> Refusal:
    if ended.kind is ResolutionKind.EXPIRE:
        return refuse(Code.EXPIRED, expired_on=voucher.expires_on.isoformat())
    if ended.kind is ResolutionKind.VOID:
        return refuse(Code.REPLACED if voucher.is_replaced else Code.VOID)
    when = {"redeemed_at": iso_utc(ended.at)}
    if ended.merchant == till.merchant and ended.branch_name is not None:
        when["branch"] = ended.branch_name
    return Refusal(Code.ALREADY_REDEEMED, when)


def typing_locked(wrong: Sequence[datetime], *, now: datetime) -> timedelta | None:
    """How long a till's typed entry stays locked after five wrong codes within ten minutes; None when it is not."""
    recent = sorted(moment for moment in wrong if now - moment < WRONG_CODES_WINDOW)
    if len(recent) < WRONG_CODES_MAX:
        return None
    return recent[-WRONG_CODES_MAX] + WRONG_CODES_WINDOW - now


def may_reverse(redeemed_at: datetime, *, now: datetime) -> bool:
    """Whether the till itself may still undo what it took; the server's clock decides."""
    return now - redeemed_at <= REVERSAL_WINDOW
