"""The closed lists a voucher's rows choose from."""

from enum import StrEnum


class ResolutionKind(StrEnum):
    """How a cycle of a voucher ended."""

    REDEEM = "redeem"
    VOID = "void"
    EXPIRE = "expire"


class Fate(StrEnum):
    """What became of a redemption."""

    SETTLED = "settled"
    REVERSED = "reversed"


class VoidReason(StrEnum):
    """Why an official made a voucher worthless. A list: free text could hold a person's data."""

    MISPRINT = "misprint"
    DAMAGED = "damaged"
    LOST = "lost"
    ISSUED_IN_ERROR = "issued_in_error"
    REPLACED = "replaced"
