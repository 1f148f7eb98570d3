"""The chart of accounts, and what each fact posts. Pure; amounts in cents.

Two ledgers stand side by side: 1 is financial, 2 the budget (Panama's stages of expenditure: compromiso, devengado,
pagado). A leg names accounts by code and scope; their ids follow from the names.
"""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from buyback.ids import account_id

FINANCIAL = 1
BUDGET = 2


class Side(StrEnum):
    """Where an account's balance normally stands."""

    DEBIT = "debit"
    CREDIT = "credit"


class PeriodState(StrEnum):
    """A closed month takes no more entries."""

    OPEN = "open"
    CLOSED = "closed"


class JournalKind(StrEnum):
    """What a journal records."""

    APPROPRIATE = "appropriate"
    ALLOT = "allot"
    RETURN = "return"
    ISSUE = "issue"
    REDEEM = "redeem"
    REVERSE = "reverse"
    VOID = "void"
    EXPIRE = "expire"
    SETTLE = "settle"
    PAY = "pay"
    BOOK = "book"
    REJECT = "reject"
    CLAW_BACK = "claw_back"


@dataclass(frozen=True)
class AccountKind:
    """One line of the chart: what every account with this code is like."""

    ledger: int
    code: str
    side: Side
    limited: bool = False


OUTSTANDING = AccountKind(FINANCIAL, "2100", Side.CREDIT)  # vouchers outstanding, per event
ACCRUED_PAYABLE = AccountKind(FINANCIAL, "2200", Side.CREDIT)  # merchant payable not yet settled, per event
BANK = AccountKind(FINANCIAL, "1100", Side.DEBIT)  # bank or Treasury account, per funder
IN_TRANSIT = AccountKind(FINANCIAL, "1150", Side.CREDIT)  # ordered and not booked, per funder
AMONG_FUNDERS = AccountKind(
    FINANCIAL, "1210", Side.DEBIT
)  # due to one that paid for another, per pair, from both sides
APPROVED_PAYABLE = AccountKind(FINANCIAL, "2250", Side.CREDIT)  # merchant payable, approved, per merchant and funder
PROGRAMME_COST = AccountKind(FINANCIAL, "5100", Side.DEBIT)  # per event
BREAKAGE = AccountKind(FINANCIAL, "5900", Side.CREDIT)  # expired vouchers, per event
APPROPRIATION = AccountKind(BUDGET, "8000", Side.DEBIT)  # per programme
AVAILABLE = AccountKind(BUDGET, "8100", Side.CREDIT, limited=True)  # per programme
ALLOTTED = AccountKind(BUDGET, "8150", Side.CREDIT, limited=True)  # an event's float: the hard ceiling
COMMITTED = AccountKind(BUDGET, "8200", Side.CREDIT)  # compromiso, per event
ACCRUED = AccountKind(BUDGET, "8300", Side.CREDIT)  # devengado, per event
ACCRUED_SHARE = AccountKind(BUDGET, "8350", Side.CREDIT)  # devengado, per funder
PAID_SHARE = AccountKind(BUDGET, "8400", Side.CREDIT)  # pagado, per funder

EVENT_ACCOUNTS = (OUTSTANDING, ACCRUED_PAYABLE, PROGRAMME_COST, BREAKAGE, ALLOTTED, COMMITTED, ACCRUED)
PROGRAMME_ACCOUNTS = (APPROPRIATION, AVAILABLE)
FUNDER_ACCOUNTS = (BANK, IN_TRANSIT, ACCRUED_SHARE, PAID_SHARE)


@dataclass(frozen=True)
class AccountRef:
    """An account by name."""

    kind: AccountKind
    scope: str

    @property
    def id(self) -> UUID:
        """The account's row."""
        return account_id(self.kind.ledger, self.kind.code, self.scope)


@dataclass(frozen=True)
class Leg:
    """Move ``amount`` cents from ``debit`` to ``credit``; both lie in one ledger."""

    debit: AccountRef
    credit: AccountRef
    amount: int

    def __post_init__(self) -> None:
        """A leg across ledgers is a fault of the caller, never a person's."""
        if self.debit.kind.ledger != self.credit.kind.ledger:
            raise ValueError("a leg lies within one ledger")

    @property
    def ledger(self) -> int:
        """The ledger both sides lie in."""
        return self.debit.kind.ledger


def event_scope(event: UUID) -> str:
    """The scope of an event's accounts."""
    return f"event/{event}"


def programme_scope(programme: UUID) -> str:
    """The scope of a programme's accounts."""
    return f"programme/{programme}"


def appropriate(programme: UUID, amount: int) -> tuple[Leg, ...]:
    """Money is given to a programme."""
    scope = programme_scope(programme)
    return (Leg(AccountRef(APPROPRIATION, scope), AccountRef(AVAILABLE, scope), amount),)


def allot(programme: UUID, event: UUID, amount: int) -> tuple[Leg, ...]:
    """An event gets its float."""
    return (
        Leg(
            AccountRef(AVAILABLE, programme_scope(programme)),
            AccountRef(ALLOTTED, event_scope(event)),
            amount,
        ),
    )


def return_float(programme: UUID, event: UUID, amount: int) -> tuple[Leg, ...]:
    """What an event did not promise goes back at its close."""
    return (
        Leg(
            AccountRef(ALLOTTED, event_scope(event)),
            AccountRef(AVAILABLE, programme_scope(programme)),
            amount,
        ),
    )


def issue(event: UUID, face: int) -> tuple[Leg, ...]:
    """A voucher is promised."""
    scope = event_scope(event)
    return (
        Leg(AccountRef(PROGRAMME_COST, scope), AccountRef(OUTSTANDING, scope), face),
        Leg(AccountRef(ALLOTTED, scope), AccountRef(COMMITTED, scope), face),
    )


def redeem(event: UUID, face: int) -> tuple[Leg, ...]:
    """A till takes a voucher: from now on a merchant is owed its face."""
    scope = event_scope(event)
    return (
        Leg(AccountRef(OUTSTANDING, scope), AccountRef(ACCRUED_PAYABLE, scope), face),
        Leg(AccountRef(COMMITTED, scope), AccountRef(ACCRUED, scope), face),
    )


def reverse(event: UUID, face: int) -> tuple[Leg, ...]:
    """A redemption that is not settled yet is undone: the voucher is outstanding again."""
    scope = event_scope(event)
    return (
        Leg(AccountRef(ACCRUED_PAYABLE, scope), AccountRef(OUTSTANDING, scope), face),
        Leg(AccountRef(ACCRUED, scope), AccountRef(COMMITTED, scope), face),
    )


def void(programme: UUID, event: UUID, face: int, *, event_closed: bool) -> tuple[Leg, ...]:
    """A voucher is worth nothing any more; its budget goes back to the float, or to the programme after the close."""
    scope = event_scope(event)
    back = AccountRef(AVAILABLE, programme_scope(programme)) if event_closed else AccountRef(ALLOTTED, scope)
    return (
        Leg(AccountRef(OUTSTANDING, scope), AccountRef(PROGRAMME_COST, scope), face),
        Leg(AccountRef(COMMITTED, scope), back, face),
    )


def expire(programme: UUID, event: UUID, face: int) -> tuple[Leg, ...]:
    """A voucher was not spent in time: what it promised returns to the programme."""
    scope = event_scope(event)
    return (
        Leg(AccountRef(OUTSTANDING, scope), AccountRef(BREAKAGE, scope), face),
        Leg(AccountRef(COMMITTED, scope), AccountRef(AVAILABLE, programme_scope(programme)), face),
    )
