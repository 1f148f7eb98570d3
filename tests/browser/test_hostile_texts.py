"""OWASP ASVS 5.0, V1.2.1, as a browser sees it: hostile names run nothing, and even the policy has nothing to stop."""

import re
from dataclasses import dataclass
from uuid import UUID

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Dialog, Page

from tests.browser.live import served
from tests.browser.stage import hold_session
from tests.databases import Grow
from tests.hostile import CHIEF, MARK, TEXTS, Planted, plant
from tests.web.site import LOOPBACK, Site, make_site

pytestmark = [pytest.mark.browser, pytest.mark.databases("sqlite")]

OFFICIAL_PAGES = (
    "/jornadas",
    "/jornadas/HOSTIL-0",
    "/jornadas/HOSTIL-1/cierre",
    *(f"/jornadas/HOSTIL-{number}/entregas/1" for number in range(len(TEXTS))),
    "/totales?by=event",
    "/liquidaciones",
    "/liquidaciones/nueva",
    "/liquidaciones/estados",
    "/entrar?next=javascript:xq1()",
)


@dataclass
class Visit:
    """A page in a browser, and everything that went off in it."""

    page: Page
    went_off: list[str]

    def become(self, site: Site, address: str, name: str, till: UUID | None = None) -> None:
        """Hold the session of somebody."""
        session = hold_session(site, name, till=till)
        self.page.context.add_cookies([{"name": "session", "value": session, "url": address}])

    def open(self, address: str) -> None:
        self.page.goto(address)
        self.went_off += [f"{address}: <{name}>" for name in self.planted()]

    def planted(self) -> list[str]:
        found: list[str] = self.page.evaluate(
            """mark => [...document.querySelectorAll("*")].filter(element => element.localName.includes(mark) ||
               [...element.attributes].some(it => it.name.startsWith("on") || it.name.includes(mark))
               ).map(element => element.localName).concat(window[mark] ? ["ran"] : [])""",
            MARK,
        )
        return found


@pytest.fixture
def planted(grow: Grow) -> tuple[Site, Planted]:
    database, made = grow(plant)
    return make_site(database, base_url=LOOPBACK), made


def visit_as(browser: Browser, site: Site, address: str, name: str) -> Visit:
    context = browser.new_context(viewport={"width": 360, "height": 760}, locale="es-PA")
    visit = Visit(context.new_page(), [])
    visit.become(site, address, name)

    def refuse(dialog: Dialog) -> None:
        visit.went_off.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def note(message: ConsoleMessage) -> None:
        if message.type == "error" and not re.search(r"status of 422|status of 404", message.text):
            visit.went_off.append(message.text)

    visit.page.on("dialog", refuse)
    visit.page.on("console", note)
    visit.page.on("pageerror", lambda error: visit.went_off.append(str(error)))
    return visit


def test_no_page_with_hostile_names_runs_anything(browser: Browser, planted: tuple[Site, Planted]) -> None:
    site, made = planted
    with served(site.app) as address:
        visit = visit_as(browser, site, address, CHIEF)
        for path in OFFICIAL_PAGES:
            visit.open(address + path)
        for cashier, till in zip(made.cashiers, made.tills, strict=True):
            visit.become(site, address, cashier, till.id)
            for path in ("/caja", "/caja/elegir"):
                visit.open(address + path)
                assert not visit.page.url.endswith("/entrar")
    assert visit.went_off == []


def test_what_is_typed_and_refused_runs_nothing(browser: Browser, planted: tuple[Site, Planted]) -> None:
    site, _made = planted
    with served(site.app) as address:
        official = visit_as(browser, site, address, CHIEF)
        official.open(f"{address}/jornadas/HOSTIL-0/entregas/1/articulos/revolver")
        for text in TEXTS:
            if not official.page.get_by_label("Marca").is_visible():
                official.page.get_by_text("Escribir otro valor").click()
            for label in ("Marca", "Modelo", "Número de serie", "Valor por pieza"):
                official.page.get_by_label(label).fill(text)
            official.page.get_by_role("button", name="Añadir a la entrega").click()
            official.page.wait_for_selector(".error-summary")
            assert official.page.get_by_label("Marca").input_value() == text
            official.went_off += official.planted()
    assert official.went_off == []


def test_a_page_that_forgot_to_escape_would_be_seen(browser: Browser, planted: tuple[Site, Planted]) -> None:
    site, _made = planted
    with served(site.app) as address:
        official = visit_as(browser, site, address, CHIEF)
        official.page.goto(f"{address}/jornadas")
        official.page.route("**/planted", lambda route: route.fulfill(body=TEXTS[1], content_type="text/html"))
        official.open(f"{address}/planted")
    assert official.went_off
