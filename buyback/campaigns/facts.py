"""What other domains need to know of an event and the rules it lives under. Frozen; money in cents."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from buyback.campaigns.states import EventState, PaymentMode, PinRule


@dataclass(frozen=True)
class ProgrammeFacts:
    """One version of a programme: the rules that hold for the events created under it."""

    id: UUID
    version: UUID
    code: str
    number: int
    name: str
    valid_from: date
    valid_until: date  # exclusive
    rounding: int
    voucher_days: int
    approval_over: int
    pin: PinRule
    payment: PaymentMode
    denominations: tuple[int, ...]  # largest first
    categories: frozenset[str]
    is_closed: bool


@dataclass(frozen=True)
class EventFacts:
    """An event with its programme. ``salt`` is None once the event is closed, and where its key is missing."""

    id: UUID
    code: str
    site: str
    corregimiento: str
    starts_on: date
    ends_on: date  # inclusive
    days: tuple[date, ...]  # its sessions
    expires_on: date
    state: EventState
    salt: bytes | None
    programme: ProgrammeFacts
