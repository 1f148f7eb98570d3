"""The chart of accounts, and legs between them. Pure; amounts in cents.

Two ledgers stand side by side: 1 is financial, 2 the budget (Panama's stages of expenditure: compromiso, devengado,
pagado). A leg names accounts by code and by whose they are; their ids follow from that.
"""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID, uuid5

FINANCIAL = 1
BUDGET = 2

FADING = "('redeem', 'reverse', 'void', 'expire')"  # kinds whose time fades: what becomes of a voucher

_ACCOUNTS = UUID("9d1b6d1c-1f2f-4c39-9c5e-0b7f1f6f0a55")


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


class Owner(StrEnum):
    """Whose an account is: what its row refers to. Several together where it stands between two."""

    EVENT = "event"
    PROGRAMME = "programme"
    FUNDER = "funder"
    MERCHANT = "merchant"
    COUNTERPARTY = "counterparty"  # another funder


@dataclass(frozen=True)
class ChartLine:
    """One line of the chart: what every account with this code is like, and whose there are."""

    ledger: int
    code: str
    side: Side
    owners: tuple[Owner, ...]
    limited: bool = False


def _financial(code: str, side: Side, *owners: Owner) -> ChartLine:
    return ChartLine(FINANCIAL, code, side, owners)


def _budget(code: str, side: Side, *owners: Owner, limited: bool = False) -> ChartLine:
    return ChartLine(BUDGET, code, side, owners, limited)


BANK = _financial("1100", Side.DEBIT, Owner.FUNDER)  # bank or Treasury account
IN_TRANSIT = _financial("1150", Side.CREDIT, Owner.FUNDER)  # ordered and not booked
DUE_FROM_FUNDER = _financial("1210", Side.DEBIT, Owner.FUNDER, Owner.COUNTERPARTY)  # which it paid for
OWED_TO_FUNDER = _financial("1210", Side.CREDIT, Owner.FUNDER, Owner.COUNTERPARTY)  # the same, as the debtor sees it
OUTSTANDING = _financial("2100", Side.CREDIT, Owner.EVENT)  # vouchers outstanding
ACCRUED_PAYABLE = _financial("2200", Side.CREDIT, Owner.EVENT)  # merchant payable not yet settled
APPROVED_PAYABLE = _financial("2250", Side.CREDIT, Owner.FUNDER, Owner.MERCHANT)  # merchant payable, approved
PROGRAMME_COST = _financial("5100", Side.DEBIT, Owner.EVENT)
BREAKAGE = _financial("5900", Side.CREDIT, Owner.EVENT)  # expired vouchers
APPROPRIATION = _budget("8000", Side.DEBIT, Owner.PROGRAMME)  # stated by the programme's file
OWN_APPROPRIATION = _budget("8000", Side.DEBIT, Owner.EVENT, Owner.PROGRAMME)  # of a float that appropriates itself
AVAILABLE = _budget("8100", Side.CREDIT, Owner.PROGRAMME, limited=True)
ALLOTTED = _budget("8150", Side.CREDIT, Owner.EVENT, limited=True)  # an event's float: the hard ceiling
COMMITTED = _budget("8200", Side.CREDIT, Owner.EVENT)  # compromiso
ACCRUED = _budget("8300", Side.CREDIT, Owner.EVENT)  # devengado
ACCRUED_SHARE = _budget("8350", Side.CREDIT, Owner.FUNDER)  # devengado, by funder
PAID_SHARE = _budget("8400", Side.CREDIT, Owner.FUNDER)  # pagado, by funder

CHART = (
    BANK,
    IN_TRANSIT,
    DUE_FROM_FUNDER,
    OWED_TO_FUNDER,
    OUTSTANDING,
    ACCRUED_PAYABLE,
    APPROVED_PAYABLE,
    PROGRAMME_COST,
    BREAKAGE,
    APPROPRIATION,
    OWN_APPROPRIATION,
    AVAILABLE,
    ALLOTTED,
    COMMITTED,
    ACCRUED,
    ACCRUED_SHARE,
    PAID_SHARE,
)


@dataclass(frozen=True)
class AccountRef:
    """An account by its line of the chart and whose it is."""

    kind: ChartLine
    event: UUID | None = None
    programme: UUID | None = None
    funder: UUID | None = None
    merchant: UUID | None = None
    counterparty: UUID | None = None

    @property
    def owners(self) -> dict[str, UUID | None]:
        """What the account's row refers to, by column."""
        return {
            "event": self.event,
            "programme": self.programme,
            "funder": self.funder,
            "merchant": self.merchant,
            "counterparty": self.counterparty,
        }

    @property
    def id(self) -> UUID:
        """The account's row: its id follows from all that names it, so that posting looks no account up."""
        whose = "/".join(str(owner or "") for owner in self.owners.values())
        return uuid5(_ACCOUNTS, f"{self.kind.ledger}/{self.kind.code}/{self.kind.side}/{whose}")


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
