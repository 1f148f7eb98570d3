"""What settling and paying post. Pure; amounts in cents, by funder; who bears nothing has no leg."""

from collections.abc import Mapping
from uuid import UUID

from buyback.ledger.rules import (
    ACCRUED,
    ACCRUED_PAYABLE,
    ACCRUED_SHARE,
    APPROVED_PAYABLE,
    BANK,
    DUE_FROM_FUNDER,
    IN_TRANSIT,
    OWED_TO_FUNDER,
    PAID_SHARE,
    AccountRef,
    Leg,
)


def settle(event: UUID, merchant: UUID, shares: Mapping[UUID, int]) -> tuple[Leg, ...]:
    """Every funder has approved its share of an event's redemptions: the merchant is owed it by name."""
    accrued, budget = AccountRef(ACCRUED_PAYABLE, event=event), AccountRef(ACCRUED, event=event)
    borne = {funder: amount for funder, amount in shares.items() if amount}
    return (
        *(Leg(accrued, payable(merchant, funder), amount) for funder, amount in borne.items()),
        *(Leg(budget, AccountRef(ACCRUED_SHARE, funder=funder), amount) for funder, amount in borne.items()),
    )


def order(payer: UUID, merchant: UUID, shares: Mapping[UUID, int]) -> tuple[Leg, ...]:
    """An order to pay is released, for the payer's own share and for those of others, who owe it to the payer."""
    transit = AccountRef(IN_TRANSIT, funder=payer)
    legs: list[Leg] = []
    for funder, amount in shares.items():
        if amount and funder == payer:
            legs.append(Leg(payable(merchant, funder), transit, amount))
        elif amount:
            owed = AccountRef(OWED_TO_FUNDER, funder=funder, counterparty=payer)
            due = AccountRef(DUE_FROM_FUNDER, funder=payer, counterparty=funder)
            legs += (Leg(payable(merchant, funder), owed, amount), Leg(due, transit, amount))
    return tuple(legs)


def book(payer: UUID, shares: Mapping[UUID, int]) -> tuple[Leg, ...]:
    """The bank or the Treasury has paid: the money has left the payer, and each share counts as paid."""
    return (
        Leg(AccountRef(IN_TRANSIT, funder=payer), AccountRef(BANK, funder=payer), sum(shares.values())),
        *(
            Leg(AccountRef(ACCRUED_SHARE, funder=funder), AccountRef(PAID_SHARE, funder=funder), amount)
            for funder, amount in shares.items()
            if amount
        ),
    )


def payable(merchant: UUID, funder: UUID) -> AccountRef:
    """What a merchant is owed of one funder's share."""
    return AccountRef(APPROVED_PAYABLE, funder=funder, merchant=merchant)
