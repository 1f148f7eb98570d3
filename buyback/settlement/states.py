"""The closed lists of settlements."""

from enum import StrEnum

from buyback.languages import N_


class SettlementState(StrEnum):
    """``draft → submitted → approved → ordered → paid``, or ``returned`` before the approval is whole."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"  # by every funder: the merchant is owed each share
    ORDERED = "ordered"  # countersigned by the comptroller, and sent to be paid
    PAID = "paid"
    RETURNED = "returned"


WAITING = "waiting"  # stands for the state of a redemption that is in no settlement yet

STATE_NAMES: dict[str, str] = {
    WAITING: N_("Por liquidar"),
    SettlementState.DRAFT: N_("Borrador"),
    SettlementState.SUBMITTED: N_("Presentada"),
    SettlementState.APPROVED: N_("Aprobada"),
    SettlementState.ORDERED: N_("Enviada a pago"),
    SettlementState.PAID: N_("Pagada"),
    SettlementState.RETURNED: N_("Devuelta"),
}

MOVES = (
    (SettlementState.DRAFT, SettlementState.SUBMITTED),
    (SettlementState.DRAFT, SettlementState.RETURNED),
    (SettlementState.SUBMITTED, SettlementState.APPROVED),
    (SettlementState.SUBMITTED, SettlementState.RETURNED),
    (SettlementState.APPROVED, SettlementState.ORDERED),
    (SettlementState.ORDERED, SettlementState.PAID),
)


class SettlementAct(StrEnum):
    """A step of a settlement, in the order in which they come. Audit records bear its name."""

    PREPARE = "prepare"
    SUBMIT = "submit"
    APPROVE = "approve"
    RETURN = "return"
    COUNTERSIGN = "countersign"
    ORDER = "order"
    PAY = "pay"


class ReturnReason(StrEnum):
    """Why a settlement went back. A list: free text could hold a person's data."""

    WITHDRAWN = "withdrawn"
    REDEMPTION_REVERSED = "redemption_reversed"
    MERCHANT_IN_DOUBT = "merchant_in_doubt"
    AMOUNT_IN_DOUBT = "amount_in_doubt"
    AGREEMENT_IN_DOUBT = "agreement_in_doubt"
    NO_BUDGET = "no_budget"
    PAPERS_MISSING = "papers_missing"
