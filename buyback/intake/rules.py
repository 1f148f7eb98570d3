"""What a surrender and its items may become. Pure."""

from enum import StrEnum

QUANTITY_MAX = 100_000


class SurrenderState(StrEnum):
    """``open → appraised → (awaiting_approval) → offered → accepted → paid_out``, or an end before it."""

    OPEN = "open"
    APPRAISED = "appraised"
    AWAITING_APPROVAL = "awaiting_approval"
    OFFERED = "offered"
    ACCEPTED = "accepted"
    PAID_OUT = "paid_out"
    DECLINED = "declined"
    CANCELLED = "cancelled"


ENDED = frozenset({SurrenderState.PAID_OUT, SurrenderState.DECLINED, SurrenderState.CANCELLED})


class ItemState(StrEnum):
    """``registered`` at the table; then ``received`` for good, or ``returned`` to whoever brought it.

    ``struck`` is an entry made by mistake: the thing was never there.
    """

    REGISTERED = "registered"
    RECEIVED = "received"
    RETURNED = "returned"
    STRUCK = "struck"


class SerialStatus(StrEnum):
    """How a firearm's serial was read."""

    LEGIBLE = "legible"
    PARTIAL = "partial"
    OBLITERATED = "obliterated"
    NEVER_MARKED = "never_marked"
    ALTERED = "altered"
    CORRODED = "corroded"
