"""The officials' first page: where they begin, what it says, and what it says to whom."""

import re
from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from buyback.campaigns import queries as campaigns
from buyback.db import Database
from buyback.people.rules import OrganisationKind
from buyback.redemption import holds
from buyback.redemption.fading import HoldReason
from buyback.security.access import Role
from buyback.settlement import service
from buyback.totals.figures import Figure
from buyback.totals.periods import Change
from buyback.vouchers import resolutions
from buyback.vouchers.rules import VoidReason
from buyback.web.ministry.overview import compared
from tests.builders import NOW, TODAY, make_organisation, make_user
from tests.databases import KINDS, Grow
from tests.handed_in import (
    BETANIA,
    CATIVA,
    NOVEMBER,
    OCTOBER,
    PISTOL,
    REVOLVER,
    add_event,
    add_staff,
    hand_in,
    papers_of,
    some,
)
from tests.tills import make_merchant, make_till, try_to_redeem
from tests.web.site import PASSWORD, Browser, Site, make_site

FIGURE = re.compile(r"<dt>([^<]+)</dt>\s*<dd class=\"figure__value\">(?:<a[^>]*>)?([^<]+)")
CHANGE = re.compile(r'<dd class="figure__change">.*?</svg>\s*([^<]+?)\s*</dd>', re.DOTALL)
NOVEMBER_WHOLE = "from=2026-11-01&to=2026-11-30"


@dataclass
class Office:
    """A site with a surrender in October, two in November and a voucher spent, and three officials' browsers."""

    site: Site
    national: Browser
    local: Browser


pytestmark = pytest.mark.databases("sqlite")  # a page is the same over either; its services are tested on both


def fill(database: Database) -> None:
    add_staff(database)
    betania, cativa = (add_event(database, f"J-{place}", place) for place in (BETANIA, CATIVA))
    hand_in(database, betania, PISTOL, some("ammunition", 30), day=NOVEMBER)
    hand_in(database, cativa, PISTOL)
    till = make_till(database, make_merchant(database))
    assert try_to_redeem(database, till, papers_of(database, betania)[0].typed).code == "redeemed"
    hand_in(database, betania, REVOLVER, day=OCTOBER)  # later, so that what was spent is of November
    make_organisation(database, "MUCO", OrganisationKind.MUNICIPALITY, "0301")


@pytest.fixture
def office(grow: Grow) -> Office:
    site = make_site(grow(fill)[0])
    local = site.add_official(Role.RECONCILER, organisation="MUCO")
    return Office(site, site.signed_in_as(Role.RECONCILER), site.signed_in(local))


def figures(page: str) -> dict[str, str]:
    return dict(FIGURE.findall(page))


@pytest.mark.databases(*KINDS)
def test_the_figures_of_a_span_stand_against_those_before_it(office: Office) -> None:
    page = office.national.get(f"/resumen?{NOVEMBER_WHOLE}").text
    assert figures(page) == {
        "Armas": "2",
        "Armas de fuego": "2",
        "Municiones": "30",
        "Entregas": "2",
        "Jornadas": "2",
        "Barrios alcanzados": "2",
        "Emitido": "B/. 510.50",
        "Canjeado": "B/. 50.00",
        "Anulado": "B/. 0.00",
        "Vencido": "B/. 0.00",
        "Por canjear": "B/. 460.50",
    }
    assert CHANGE.findall(page)[:3] == ["+100 % (antes, 1)", "+100 % (antes, 1)", "Antes, 0"]
    assert "frente al período del 1 oct 2026 al 31 oct 2026" in page


def test_a_figure_leads_to_the_rows_of_its_span(office: Office) -> None:
    page = office.national.get(f"/resumen?{NOVEMBER_WHOLE}").text
    address = re.search(r'<a class="figure__link" href="([^"]+)">30<', page)
    assert address is not None
    rows = office.national.get(address[1].replace("&amp;", "&")).text
    assert "Betania" in rows
    assert 'aria-sort="descending"' in rows
    circles = re.findall(r'<a href="([^"]+)" aria-label="Cativá: 1"', page)
    assert "J-030104" in office.national.get(circles[0].replace("&amp;", "&")).text


def cents(amount: str) -> int:
    """``B/. 1,234.50`` as 123450."""
    return int(re.sub(r"[^0-9]", "", amount))


def test_what_the_page_says_was_issued_is_what_it_says_became_of_it(office: Office) -> None:
    database, chief = office.site.database, make_user(office.site.database, "jefa", Role.EVENT_CHIEF)
    event = add_event(database, "NULA")
    hand_in(database, event, PISTOL)
    lost = papers_of(database, event)[0].serial
    database.transact(
        lambda session: resolutions.void(session, event=event, serial=lost, reason=VoidReason.LOST, by=chief, now=NOW)
    )
    for path in ("/resumen", "/totales", "/totales?by=class"):
        shown = figures(office.national.get(path).text)
        parts = [cents(shown[name]) for name in ("Canjeado", "Anulado", "Vencido", "Por canjear")]
        assert (cents(shown["Anulado"]), sum(parts)) == (50_00, cents(shown["Emitido"])), path


def test_it_begins_with_the_last_twelve_months_that_hold_something_and_draws_them(office: Office) -> None:
    page = office.national.get("/resumen").text
    assert "Los últimos doce meses con entregas, del 1 dic 2025 al 30 nov 2026." in page
    assert 'aria-current="page">Últimos doce meses' in page
    assert "En el período anterior no hubo nada con qué comparar." in page
    assert "octubre de 2026: 1; noviembre de 2026: 2" in page
    assert page.count('class="map-dot"') == 2
    assert "Pistola: 2; Revólver: 1" in page


def test_it_begins_with_something_years_after_the_last_surrender(office: Office) -> None:
    office.site.clock.at = NOW + timedelta(days=1_000)
    page = office.site.signed_in_as(Role.RECONCILER).get("/resumen").text
    assert "Los últimos doce meses con entregas, del 1 dic 2025 al 30 nov 2026." in page
    assert figures(page)["Armas"] == "3"


def test_where_nothing_was_handed_in_yet_it_says_what_will_be_there(database: Database) -> None:
    page = make_site(database).signed_in_as(Role.RECONCILER).get("/resumen").text
    assert "Todavía no se entregó nada" in page
    assert "los vales emitidos y canjeados, y un mapa de los barrios" in page
    assert figures(page) == {}


@pytest.mark.databases(*KINDS)
def test_every_span_that_is_offered_opens(office: Office) -> None:
    page = office.national.get("/resumen").text
    offered = re.findall(r'<li><a href="(/resumen[^"]*)"', page)
    assert len(set(offered)) == 5
    for address in set(offered):
        shown = office.national.get(address.replace("&amp;", "&")).text
        assert shown.count('aria-current="page"') == 2  # the page of the header, and the span


WRONG = (  # a question, its status, what is told, what stays typed
    ("from=2026-12-01&to=2026-01-01", 422, "La fecha final es anterior a la inicial.", "2026-12-01"),
    ("from=2030-01-01", 422, 'href="#from">Desde: El 1 ene 2030 todavía no ha llegado', "2030-01-01"),
    ("to=ayer", 422, "Escriba una fecha que exista", "ayer"),
    ("programme=NADA", 404, "No se encontró el programa NADA.", "NADA"),
)


def test_a_wrong_question_is_told_in_words_and_stays_as_it_was_typed(office: Office, subtests: pytest.Subtests) -> None:
    for question, status, told, typed in WRONG:
        with subtests.test(question):
            answer = office.national.get(f"/resumen?{question}")
            assert answer.status_code == status
            assert told in answer.text
            assert f'value="{typed}"' in answer.text


@pytest.mark.databases(*KINDS)
def test_the_edges_of_the_calendar_can_be_asked_for(office: Office) -> None:
    assert office.national.get("/resumen?from=0001-01-01&to=9999-12-31").status_code == 200
    assert office.national.get("/resumen?to=0001-01-01").status_code == 200


def test_a_municipality_sees_its_own_district(office: Office) -> None:
    page = office.local.get("/resumen").text
    assert figures(page)["Armas"] == "1"
    assert "Cativá" in page
    assert "Betania" not in page


@pytest.mark.databases(*KINDS)
def test_settlements_wait_for_whoever_can_move_them_on(office: Office) -> None:
    site = office.site
    preparer = site.people[-1]
    assert "Le espera" not in office.national.get("/resumen").text
    drafts = site.database.transact(
        lambda session: service.prepare_all(session, until=TODAY, by=preparer, now=site.clock())
    )
    assert len(drafts) == 1
    assert "Liquidaciones en borrador, por presentar" in office.national.get("/resumen").text
    assert "Le espera" not in site.signed_in_as(Role.TREASURER).get("/resumen").text
    approver = site.signed_in_as(Role.FUNDER_APPROVER)
    assert "Le espera" not in approver.get("/resumen").text
    site.database.transact(
        lambda session: service.submit(session, settlement=drafts[0].id, by=preparer, now=site.clock())
    )
    page = approver.get("/resumen").text
    assert "Liquidaciones que esperan su aprobación" in page
    assert 'href="/liquidaciones?turn=approve"' in page
    assert "Le espera" not in site.signed_in_as(Role.PROGRAMME_MANAGER).get("/resumen").text


@pytest.mark.parametrize(
    "role, first",
    [
        (Role.RECONCILER, "/resumen"),
        (Role.TREASURER, "/resumen"),
        (Role.AUDITOR, "/resumen"),
        (Role.PROGRAMME_MANAGER, "/resumen"),
        (Role.EVENT_CHIEF, "/"),
        (Role.APPROVER, "/"),
        (Role.WITNESS, "/"),
    ],
)
def test_officials_begin_with_the_overview_and_the_table_with_its_ways(
    database: Database, role: Role, first: str
) -> None:
    site = make_site(database)
    person = site.add_official(role)
    fields = {"name": person.name or "", "password": PASSWORD}
    assert site.browser().post("/entrar", fields).headers["Location"] == first
    onward = site.browser().post("/entrar", {**fields, "next": "/jornadas"})
    assert onward.headers["Location"] == "/jornadas"


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    "now, before, said",
    [
        (1001, 1000, "Menos de 1 % más (antes, 1,000)"),
        (999, 1000, "Menos de 1 % menos (antes, 1,000)"),
        (1005, 1000, "+1 % (antes, 1,000)"),
        (1, 1000, "−99.9 % (antes, 1,000)"),
    ],
)
def test_a_change_that_rounds_to_nothing_is_still_a_change(site: Site, now: int, before: int, said: str) -> None:
    with site.app.test_request_context():
        assert compared(Change(now, before), Figure.ARMS) == said


def test_the_page_counts_the_investigations_that_keep_times(office: Office) -> None:
    database, merchant = office.site.database, make_merchant(office.site.database, "Comercio 2", number=2)
    assert "Ninguna investigación conserva las horas de canjes." in office.national.get("/resumen").text
    asks = make_user(database, "p.pide", Role.RECONCILER, organisation="MINSEG")
    grants = make_user(database, "c.concede", Role.FUNDER_APPROVER, organisation="MINGOB")

    def hold(session: Session) -> None:
        programme = campaigns.programmes(session)[0].id
        wanted = {"programme": programme, "reason": HoldReason.COURT_ORDER, "merchants": [merchant]}
        asked = holds.ask(session, **wanted, by=asks, now=NOW)  # type: ignore[arg-type]  # of several types
        holds.grant(session, hold=asked, days=30, by=grants, now=NOW)

    database.transact(hold)
    sentence = "1 investigación conserva las horas de algunos canjes, hasta el 24 dic 2026 a más tardar."
    assert sentence in office.national.get("/resumen").text
