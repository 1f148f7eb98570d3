"""What a programme's budget posts. Pure; amounts in cents."""

from uuid import UUID

from buyback.ledger.rules import ALLOTTED, APPROPRIATION, AVAILABLE, OWN_APPROPRIATION, AccountRef, Leg


def appropriate(programme: UUID, amount: int) -> tuple[Leg, ...]:
    """Money is given to a programme."""
    return (Leg(AccountRef(APPROPRIATION, programme=programme), AccountRef(AVAILABLE, programme=programme), amount),)


def appropriate_float(programme: UUID, event: UUID, amount: int) -> tuple[Leg, ...]:
    """Money is given to a programme for the float of one event: no appropriation is stated."""
    own = AccountRef(OWN_APPROPRIATION, event=event, programme=programme)
    return (Leg(own, AccountRef(AVAILABLE, programme=programme), amount),)


def allot(programme: UUID, event: UUID, amount: int) -> tuple[Leg, ...]:
    """An event gets its float."""
    return (Leg(AccountRef(AVAILABLE, programme=programme), AccountRef(ALLOTTED, event=event), amount),)


def return_float(programme: UUID, event: UUID, amount: int) -> tuple[Leg, ...]:
    """What an event did not promise goes back at its close."""
    return (Leg(AccountRef(ALLOTTED, event=event), AccountRef(AVAILABLE, programme=programme), amount),)
