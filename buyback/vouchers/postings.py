"""What the life of a voucher posts. Pure; amounts in cents."""

from uuid import UUID

from buyback.ledger.rules import (
    ACCRUED,
    ACCRUED_PAYABLE,
    ALLOTTED,
    AVAILABLE,
    BREAKAGE,
    COMMITTED,
    OUTSTANDING,
    PROGRAMME_COST,
    AccountRef,
    Leg,
)


def issue(event: UUID, face: int) -> tuple[Leg, ...]:
    """A voucher is promised."""
    return (
        Leg(AccountRef(PROGRAMME_COST, event=event), AccountRef(OUTSTANDING, event=event), face),
        Leg(AccountRef(ALLOTTED, event=event), AccountRef(COMMITTED, event=event), face),
    )


def redeem(event: UUID, face: int) -> tuple[Leg, ...]:
    """A till takes a voucher: from now on a merchant is owed its face."""
    return (
        Leg(AccountRef(OUTSTANDING, event=event), AccountRef(ACCRUED_PAYABLE, event=event), face),
        Leg(AccountRef(COMMITTED, event=event), AccountRef(ACCRUED, event=event), face),
    )


def reverse(event: UUID, face: int) -> tuple[Leg, ...]:
    """A redemption that is not settled yet is undone: the voucher is outstanding again."""
    return tuple(Leg(leg.credit, leg.debit, leg.amount) for leg in redeem(event, face))


def void(programme: UUID, event: UUID, face: int, *, event_closed: bool) -> tuple[Leg, ...]:
    """A voucher is worth nothing any more; its budget goes back to the float, or to the programme after the close."""
    back = AccountRef(AVAILABLE, programme=programme) if event_closed else AccountRef(ALLOTTED, event=event)
    return (
        Leg(AccountRef(OUTSTANDING, event=event), AccountRef(PROGRAMME_COST, event=event), face),
        Leg(AccountRef(COMMITTED, event=event), back, face),
    )


def expire(programme: UUID, event: UUID, face: int) -> tuple[Leg, ...]:
    """A voucher was not spent in time: what it promised returns to the programme."""
    return (
        Leg(AccountRef(OUTSTANDING, event=event), AccountRef(BREAKAGE, event=event), face),
        Leg(AccountRef(COMMITTED, event=event), AccountRef(AVAILABLE, programme=programme), face),
    )
