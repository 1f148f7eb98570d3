"""Every state of a settlement, every person, every step: rules, services, pages and lists say the same."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import pytest
from sqlalchemy.orm import Session

from buyback.db import Database
from buyback.errors import NotFound, Refused
from buyback.people.rules import OPERATOR, Actor
from buyback.security.access import Role
from buyback.settlement import payments, queries, rules, service
from buyback.settlement.listing import SettlementFilter, find_settlements
from buyback.settlement.queries import SettlementFacts
from buyback.settlement.states import ReturnReason, SettlementAct
from tests.builders import NOW, TODAY, make_user
from tests.settling import FUNDERS, Office, make_office, make_settled_event, make_shop, spend, spend_and_undo_later
from tests.web.site import Browser, make_site

pytestmark = pytest.mark.databases("sqlite")  # the pages are the same over either; services are tested on both

MINSEG, MINGOB, TOWN = FUNDERS
PATHS = {
    "presentar": SettlementAct.SUBMIT,
    "aprobar": SettlementAct.APPROVE,
    "devolver": SettlementAct.RETURN,
    "refrendo": SettlementAct.COUNTERSIGN,
    "ordenar": SettlementAct.ORDER,
}
REVERSED = {"draft, reversed", "submitted, reversed"}


class _TakenBackError(Exception):
    """Ends a transaction whose step went through, so that nothing of it stays."""


@dataclass(frozen=True)
class Open:
    """Steps that are open, and the payments that can be attested, by their text."""

    acts: frozenset[SettlementAct]
    payments: frozenset[str]


NOTHING = Open(frozenset(), frozenset())


@pytest.mark.long
def test_in_every_state_rules_services_and_pages_offer_the_same_steps_to_everybody(
    database: Database, subtests: pytest.Subtests
) -> None:
    site = make_site(database)
    office = make_office(database)
    people = _people(database, office)
    browsers = {name: site.signed_in(person) for name, person in people.items() if person.id is not None}
    seen: set[SettlementAct] = set()
    for state, settlement in _states(database, office):
        for name, person in people.items():
            with subtests.test(f"{state}: {name}"):
                by_rules = _by_rules(database, settlement, person)
                assert _by_services(database, settlement, person) == by_rules
                assert _by_page(browsers.get(name), settlement) == by_rules
                if state not in REVERSED:  # those wait for somebody who returns them
                    assert _by_list(database, settlement, person) == _awaited(by_rules)
                seen |= by_rules.acts | ({SettlementAct.PAY} if by_rules.payments else set())
    assert seen == set(SettlementAct) - {SettlementAct.PREPARE}


def test_a_settlement_is_prepared_by_whom_the_rules_name_and_offered_to_nobody_else(database: Database) -> None:
    site, office = make_site(database), make_office(database)
    shop = make_shop(database)
    spend(database, make_settled_event(database, vouchers=1), [shop])
    preparing = {}
    for name, person in _people(database, office).items():
        with database.reading() as session:
            preparing[name] = queries.official(session, person).prepares
        work = partial(service.prepare, merchant=shop.merchant, until=TODAY, by=person, now=NOW)
        assert preparing[name] == _goes_through(database, work)
        if person.id is not None:
            browser = site.signed_in(person)
            assert preparing[name] == (browser.get("/liquidaciones/nueva").status_code == 200)
            assert preparing[name] == ('href="/liquidaciones/nueva"' in browser.get("/liquidaciones").text)
    assert {name for name, may in preparing.items() if may} == {"who prepared it", "another reconciler of a ministry"}


def _people(database: Database, office: Office) -> dict[str, Actor]:
    return {
        "who prepared it": office.preparer,
        "another reconciler of a ministry": make_user(database, "otra.prepara", Role.RECONCILER, organisation="MINGOB"),
        "a reconciler of a municipality": make_user(database, "local.prepara", Role.RECONCILER, organisation=TOWN),
        **{f"{code}, which approves and pays": actor for code, actor in office.signers.items()},
        "a treasurer who approves nothing": make_user(database, "solo.paga", Role.TREASURER, organisation=MINGOB),
        "who has no share": make_user(
            database, "sin.parte", Role.FUNDER_APPROVER, Role.TREASURER, Role.RECONCILER, organisation="PN"
        ),
        "an auditor": make_user(database, "audita", Role.AUDITOR, organisation="CGR"),
        "the operator": OPERATOR,
    }


def _states(database: Database, office: Office) -> Iterator[tuple[str, SettlementFacts]]:
    """One settlement from draft to paid, then three of which a till undid a line or that went back."""
    shop = make_shop(database)
    event = make_settled_event(database, vouchers=9)
    spend(database, event, [shop] * 3)
    draft = office.prepare(shop.merchant)
    yield "draft", draft
    office.submit(draft)
    yield "submitted", draft
    office.approve(draft, TOWN)
    yield "submitted, approved by one", draft
    office.approve(draft, MINSEG)
    office.approve(draft, MINGOB)
    yield "approved", draft
    office.countersign(draft)
    yield "approved, countersigned", draft
    orders = office.order(draft)
    yield "ordered", draft
    office.book(orders[0])
    yield "ordered, one paid", draft
    for ordered in orders[1:]:
        office.book(ordered)
    yield "paid", draft
    undo = spend_and_undo_later(database, event, shop)
    draft = office.prepare(shop.merchant)
    undo()
    yield "draft, reversed", draft
    undo = spend_and_undo_later(database, event, shop)
    draft = office.prepare(shop.merchant)
    office.submit(draft)
    undo()
    yield "submitted, reversed", draft
    office.do(lambda s: _return(s, settlement=draft, by=office.preparer))
    yield "returned", draft


def _by_rules(database: Database, settlement: SettlementFacts, person: Actor) -> Open:
    with database.reading() as session:
        progress = queries.progress_of(session, queries.by_id(session, settlement.id))
        official = queries.official(session, person)
    keys = rules.open_payments(progress, official)
    return Open(rules.open_acts(progress, official), frozenset(str(key) for key in keys))


def _by_services(database: Database, settlement: SettlementFacts, person: Actor) -> Open:
    key, by = settlement.id, person
    acts: dict[SettlementAct, Callable[[Session], object]] = {
        SettlementAct.SUBMIT: lambda s: service.submit(s, settlement=key, by=by, now=NOW),
        SettlementAct.APPROVE: lambda s: service.approve(s, settlement=key, by=by, now=NOW),
        SettlementAct.RETURN: lambda s: _return(s, settlement=settlement, by=by),
        SettlementAct.COUNTERSIGN: lambda s: payments.countersign(
            s, settlement=key, number="R-1", on=TODAY, by=by, now=NOW
        ),
        SettlementAct.ORDER: lambda s: payments.order(s, settlement=key, by=by, now=NOW),
    }
    with database.reading() as session:
        progress = queries.progress_of(session, queries.by_id(session, key))
        orders = [payments.get_payment(session, payment) for payment in progress.payments]
    booked = {
        str(ordered.id): partial(
            payments.book,
            payment=ordered.id,
            amount=ordered.amount,
            reference="TRX-PRUEBA",
            booked_on=TODAY,
            by=by,
            now=NOW,
        )
        for ordered in orders
    }
    return Open(
        frozenset(act for act, work in acts.items() if _goes_through(database, work)),
        frozenset(payment for payment, work in booked.items() if _goes_through(database, work)),
    )


def _by_page(browser: Browser | None, settlement: SettlementFacts) -> Open:
    if browser is None:
        return NOTHING
    path = f"/liquidaciones/{settlement.number}"
    answer = browser.get(path)
    assert answer.status_code in {200, 404}
    posted = set(re.findall(rf'action="{path}/([^"]+)"', answer.text)) if answer.status_code == 200 else set()
    paid = {tail.removeprefix("pagos/") for tail in posted if tail.startswith("pagos/")}
    return Open(frozenset(PATHS[tail] for tail in posted if not tail.startswith("pagos/")), frozenset(paid))


def _by_list(database: Database, settlement: SettlementFacts, person: Actor) -> set[SettlementAct]:
    found: set[SettlementAct] = set()
    with database.reading() as session:
        try:
            scope = queries.scope_of(session, person)
        except NotFound:
            return found
        for act in rules.AWAITED:
            rows, _ = find_settlements(session, SettlementFilter(awaits=(act, person)), scope=scope, limit=50, offset=0)
            found |= {act for row in rows if row.facts.id == settlement.id}
    return found


def _awaited(by_rules: Open) -> set[SettlementAct]:
    paid = {SettlementAct.PAY} if by_rules.payments else set()
    return {*by_rules.acts & {SettlementAct.APPROVE}, *paid}


def _goes_through(database: Database, work: Callable[[Session], object]) -> bool:
    """Whether a step is not refused; what it did is rolled back."""

    def and_back(session: Session) -> None:
        work(session)
        raise _TakenBackError

    try:
        database.transact(and_back)
    except Refused:
        return False
    except _TakenBackError:
        return True
    raise AssertionError("it was kept")


def _return(session: Session, *, settlement: SettlementFacts, by: Actor) -> None:
    service.send_back(session, settlement=settlement.id, reason=ReturnReason.WITHDRAWN, by=by, now=NOW)
