"""Accounts by name: all that names one goes into its id, since a key of the database does not bind what is empty."""

from uuid import UUID

from buyback.ledger.rules import (
    ALLOTTED,
    APPROVED_PAYABLE,
    AVAILABLE,
    BANK,
    CHART,
    DUE_FROM_FUNDER,
    IN_TRANSIT,
    OUTSTANDING,
    OWED_TO_FUNDER,
    OWN_APPROPRIATION,
    AccountRef,
)

ONE, OTHER = UUID(int=1), UUID(int=2)


def test_every_thing_that_names_an_account_leads_to_another_id() -> None:
    accounts = (
        AccountRef(OUTSTANDING, event=ONE),
        AccountRef(OUTSTANDING, event=OTHER),
        AccountRef(ALLOTTED, event=ONE),
        AccountRef(AVAILABLE, programme=ONE),
        AccountRef(OWN_APPROPRIATION, event=ONE, programme=OTHER),
        AccountRef(OWN_APPROPRIATION, event=OTHER, programme=ONE),
        AccountRef(BANK, funder=ONE),
        AccountRef(IN_TRANSIT, funder=ONE),
        AccountRef(APPROVED_PAYABLE, funder=ONE, merchant=OTHER),
        AccountRef(APPROVED_PAYABLE, funder=OTHER, merchant=ONE),
        AccountRef(DUE_FROM_FUNDER, funder=ONE, counterparty=OTHER),
        AccountRef(DUE_FROM_FUNDER, funder=OTHER, counterparty=ONE),
        AccountRef(DUE_FROM_FUNDER, funder=ONE, counterparty=ONE),
        AccountRef(OWED_TO_FUNDER, funder=ONE, counterparty=OTHER),
        AccountRef(BANK, event=ONE),
        AccountRef(BANK, programme=ONE),
        AccountRef(BANK, merchant=ONE),
        AccountRef(BANK, counterparty=ONE),
    )
    assert len({account.id for account in accounts}) == len(accounts)


def test_each_owner_of_each_line_of_the_chart_tells_its_accounts_apart() -> None:
    for kind in CHART:
        whose = {owner.value: ONE for owner in kind.owners}
        others = [whose | {owner.value: OTHER} for owner in kind.owners]
        assert len({AccountRef(kind, **owners).id for owners in (whose, *others)}) == 1 + len(others), kind


def test_a_line_of_the_chart_is_there_once() -> None:
    assert len({(kind.code, kind.side, kind.owners) for kind in CHART}) == len(CHART)
