"""What settling and paying post. Pure; amounts in cents, by funder; who bears nothing has no leg."""

from collections.abc import Mapping
from uuid import UUID

from buyback.ledger.rules import (
    ACCRUED,
    ACCRUED_PAYABLE,
    ACCRUED_SHARE,
    AMONG_FUNDERS,
    APPROVED_PAYABLE,
    BANK,
    IN_TRANSIT,
    PAID_SHARE,
    AccountRef,
    Leg,
    event_scope,
)


def funder_scope(funder: UUID) -> str:
    """The scope of a funder's accounts."""
    return f"funder/{funder}"


def payable_scope(merchant: UUID, funder: UUID) -> str:
    """The scope of what a merchant is owed of one funder's share."""
    return f"merchant/{merchant}/funder/{funder}"


def due_scope(creditor: UUID, debtor: UUID) -> str:
    """The scope of what one funder has coming from another for which it paid."""
    return f"funder/{creditor}/from/{debtor}"


def owed_scope(debtor: UUID, creditor: UUID) -> str:
    """The same debt from the debtor's side: its balance is that of ``due_scope``, below zero."""
    return f"funder/{debtor}/to/{creditor}"


def settle(event: UUID, merchant: UUID, shares: Mapping[UUID, int]) -> tuple[Leg, ...]:
    """Every funder has approved its share of an event's redemptions: the merchant is owed it by name."""
    accrued = AccountRef(ACCRUED_PAYABLE, event_scope(event))
    budget = AccountRef(ACCRUED, event_scope(event))
    return (
        *(
            Leg(accrued, AccountRef(APPROVED_PAYABLE, payable_scope(merchant, funder)), amount)
            for funder, amount in shares.items()
            if amount
        ),
        *(
            Leg(budget, AccountRef(ACCRUED_SHARE, funder_scope(funder)), amount)
            for funder, amount in shares.items()
            if amount
        ),
    )


def order(payer: UUID, merchant: UUID, shares: Mapping[UUID, int]) -> tuple[Leg, ...]:
    """An order to pay is released, for the payer's own share and for those of others, who owe it to the payer."""
    transit = AccountRef(IN_TRANSIT, funder_scope(payer))
    legs: list[Leg] = []
    for funder, amount in shares.items():
        payable = AccountRef(APPROVED_PAYABLE, payable_scope(merchant, funder))
        if amount and funder == payer:
            legs.append(Leg(payable, transit, amount))
        elif amount:
            legs.append(Leg(payable, AccountRef(AMONG_FUNDERS, owed_scope(funder, payer)), amount))
            legs.append(Leg(AccountRef(AMONG_FUNDERS, due_scope(payer, funder)), transit, amount))
    return tuple(legs)


def book(payer: UUID, shares: Mapping[UUID, int]) -> tuple[Leg, ...]:
    """The bank or the Treasury has paid: the money has left the payer, and each share counts as paid."""
    scope = funder_scope(payer)
    return (
        Leg(AccountRef(IN_TRANSIT, scope), AccountRef(BANK, scope), sum(shares.values())),
        *(
            Leg(AccountRef(ACCRUED_SHARE, funder_scope(funder)), AccountRef(PAID_SHARE, funder_scope(funder)), amount)
            for funder, amount in shares.items()
            if amount
        ),
    )
