"""The closed lists of merchants and tills."""

from enum import StrEnum


class RucKind(StrEnum):
    """The kinds of tax number (RUC); one kind's number may read like another's, with another check digit."""

    NATURAL = "natural"
    JURIDICA = "juridica"
    NATURAL_NT = "natural_nt"
    JURIDICA_NT = "juridica_nt"


class MerchantState(StrEnum):
    """A suspended merchant's tills are refused."""

    ACTIVE = "active"
    SUSPENDED = "suspended"


class TillState(StrEnum):
    """A revoked till never comes back; a new one is enrolled."""

    ACTIVE = "active"
    REVOKED = "revoked"
