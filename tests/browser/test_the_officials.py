"""The officials' pages as they use them: from the sign-in to a district's file, by hand and by keyboard."""

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import text

from buyback.db import Database
from buyback.people.rules import OrganisationKind
from buyback.security.access import Role
from buyback.totals.service import fold
from tests.browser.live import served
from tests.builders import make_organisation
from tests.databases import Grow
from tests.handed_in import BETANIA, CATIVA, CURUNDU, OCTOBER, PISTOL, REVOLVER, add_event, add_staff, hand_in, some
from tests.web.site import LOOPBACK, PASSWORD, make_site

pytestmark = [pytest.mark.browser, pytest.mark.server, pytest.mark.databases("sqlite")]

OFFICIAL, MAYOR = "o.oficial", "a.alcaldia"


def fill(database: Database) -> None:
    add_staff(database)
    betania, curundu, cativa = (add_event(database, f"J-{place}", place) for place in (BETANIA, CURUNDU, CATIVA))
    hand_in(database, betania, PISTOL, some("ammunition", 1200))
    hand_in(database, curundu, REVOLVER, day=OCTOBER)
    hand_in(database, cativa, PISTOL, PISTOL)
    make_organisation(database, "MUCO", OrganisationKind.MUNICIPALITY, "0301")


@pytest.fixture
def address(grow: Grow) -> Iterator[str]:
    site = make_site(grow(fill)[0], base_url=LOOPBACK)
    site.add_official(Role.RECONCILER, name=OFFICIAL)
    site.add_official(Role.RECONCILER, name=MAYOR, organisation="MUCO")
    with served(site.app) as where:
        yield where


def sign_in(page: Page, address: str, name: str = OFFICIAL) -> None:
    page.goto(f"{address}/entrar")
    page.locator("#name").fill(name)
    page.locator("#password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Resumen")


def test_an_official_comes_from_the_sign_in_to_the_file_of_a_district_in_a_few_steps(
    browser: Browser, address: str, tmp_path: Path
) -> None:
    page = browser.new_page()
    sign_in(page, address)
    steps = [
        page.get_by_role("navigation", name="Principal").get_by_role("link", name="Barrios"),
        page.get_by_label("Una fila por"),
        page.get_by_role("button", name="Ver", exact=True),
        page.get_by_role("row", name="Panamá").get_by_role("link", name="Panamá").first,
    ]
    for step in steps:
        if step == steps[1]:
            step.select_option("district")
        else:
            step.click()
    expect(page.get_by_role("navigation", name="Ruta")).to_contain_text("Panamá")
    with page.expect_download() as taken:
        page.get_by_role("link", name="Descargar CSV").click()
    file = tmp_path / "district.csv"
    taken.value.save_as(file)
    assert taken.value.suggested_filename == "totales-corregimiento-0808.csv"
    with file.open(encoding="utf-8-sig", newline="") as opened:
        rows = {row["code"]: row["ammunition"] for row in csv.DictReader(opened)}
    assert rows == {BETANIA: "1200", CURUNDU: "0"}


def test_a_circle_of_the_map_is_reached_by_keyboard_and_leads_on(browser: Browser, address: str) -> None:
    page = browser.new_page()
    sign_in(page, address)
    page.goto(f"{address}/totales?by=district")
    circle = page.get_by_role("link", name="Colón: 2", exact=True)
    circle.focus()
    expect(circle).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("row", name="Cativá").first).to_be_visible()


MILLIONS = (
    "UPDATE rollup_day SET ammunition = 1234567, issued = 312340050, redeemed = 302340050, void = 1234505,"
    " expired = 1234505, vouchers = 62404, surrenders = 4345, arms = 15456, firearms = 13345, magazines = 12345,"
    " explosives = 1234, accessories = 12345"
)
LETTER_WIDTH = 702  # CSS pixels between margins of 15 mm
WIDTHS = "regions => regions.map(region => region.scrollWidth - region.clientWidth)"


def test_every_column_of_a_whole_programme_stands_on_a_desks_screen_and_on_paper(browser: Browser, grow: Grow) -> None:
    database = grow(fill)[0]
    database.transact(fold)
    with database.engine.begin() as connection:
        connection.execute(text(MILLIONS))
    site = make_site(database, base_url=LOOPBACK)
    site.add_official(Role.RECONCILER, name=OFFICIAL)
    with served(site.app) as address:
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        sign_in(page, address)
        for width in (1280, LETTER_WIDTH):
            page.emulate_media(media="screen" if width == 1280 else "print")
            page.set_viewport_size({"width": width, "height": 900})
            for by in ("corregimiento", "event", "month", "class"):
                page.goto(f"{address}/totales?by={by}")
                over = page.locator(".table-scroll").evaluate_all(WIDTHS)
                assert (len(over), max(over)) == (2, 0), (width, by)
                assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_pages_need_no_script(browser: Browser, address: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    sign_in(page, address)
    page.goto(f"{address}/totales")
    page.get_by_label("Buscar").fill("cativa")
    page.get_by_role("button", name="Ver", exact=True).click()
    expect(page).to_have_url(f"{address}/totales?q=cativa")
    expect(page.get_by_role("row", name="Cativá").first).to_be_visible()
    expect(page.get_by_role("row", name="Betania")).to_have_count(0)
    page.get_by_text("Más filtros").click()
    page.get_by_label("Clase de artículo").select_option("pistol")
    page.get_by_role("button", name="Ver", exact=True).click()
    expect(page.get_by_role("row", name="Cativá")).to_contain_text("500.00")


def test_a_municipality_that_types_another_districts_address_is_told_nothing(browser: Browser, address: str) -> None:
    page = browser.new_page()
    sign_in(page, address, MAYOR)
    for typed in ("place=0808", f"place={BETANIA}", f"event=J-{BETANIA}"):
        page.goto(f"{address}/totales?{typed}")
        expect(page.get_by_role("alert")).to_contain_text("No se encontró")
        assert "Betania" not in page.locator("main").inner_text()
