"""The closed lists of programmes and events."""

from enum import StrEnum


class EventState(StrEnum):
    """``planned → open → closing → closed → purged``; open is set by an official, whatever the date."""

    PLANNED = "planned"
    OPEN = "open"
    CLOSING = "closing"
    CLOSED = "closed"
    PURGED = "purged"


EVENT_MOVES = (
    (EventState.PLANNED, EventState.OPEN),
    (EventState.OPEN, EventState.CLOSING),
    (EventState.CLOSING, EventState.OPEN),
    (EventState.CLOSING, EventState.CLOSED),
    (EventState.CLOSED, EventState.PURGED),
)


class PinRule(StrEnum):
    """Whether a voucher may or must carry a PIN."""

    NEVER = "never"
    OPTIONAL = "optional"
    ALWAYS = "always"


class PaymentMode(StrEnum):
    """``each`` funder pays its share, or the first one leads and the others owe it."""

    EACH = "each"
    LEAD = "lead"
