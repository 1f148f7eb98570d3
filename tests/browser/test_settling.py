"""Two hundred redemptions at three merchants and three funders, from draft to paid on screen, by four people."""

import csv
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Page, expect

from buyback.db import Database
from buyback.people.rules import Actor
from tests.browser.live import served
from tests.builders import TODAY
from tests.settling import FUNDERS, Office, make_office, make_settled_event, make_shop, spend
from tests.soundness import assert_sound
from tests.tills import FACE
from tests.web.site import LOOPBACK, Site, make_site

pytestmark = [pytest.mark.browser, pytest.mark.server, pytest.mark.databases("sqlite")]

REDEMPTIONS = (67, 67, 66)  # by merchant
NUMBERS = ("2026-0001", "2026-0002", "2026-0003")


@contextmanager
def desk(browser: Browser, site: Site, address: str, who: Actor) -> Iterator[Page]:
    """A browser's window in which somebody is signed in."""
    session = site.signed_in(who).client.get_cookie("session", domain="127.0.0.1")
    assert session is not None
    context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="es-PA", reduced_motion="reduce")
    context.add_cookies([{"name": "session", "value": session.value, "url": address}])
    page = context.new_page()
    page.set_default_timeout(10_000)
    page.goto(f"{address}/liquidaciones")
    yield page
    context.close()


def test_two_hundred_redemptions_go_from_draft_to_paid_by_four_people(database: Database, browser: Browser) -> None:
    site = make_site(database, base_url=LOOPBACK)
    office = _spent(site)
    with served(site.app) as address:
        with desk(browser, site, address, office.preparer) as page:
            _prepare_and_submit(page, address)
        for code in FUNDERS:
            with desk(browser, site, address, office.signers[code]) as page:
                _approve(page, address)
        with desk(browser, site, address, office.preparer) as page:
            _order(page, address)
        for code in FUNDERS:
            with desk(browser, site, address, office.signers[code]) as page:
                _pay(page, address, code)
        with desk(browser, site, address, office.preparer) as page:
            expect(page.locator("tbody").get_by_text("Pagada", exact=True)).to_have_count(3)
            _statements_add_up(page, address)
    assert_sound(database)


def _spent(site: Site) -> Office:
    """The redemptions; half of them of an event for which one funder pays all."""
    office = make_office(site.database)
    shops = [make_shop(site.database, number) for number in (1, 2, 3)]
    tills = [till for till, count in zip(shops, REDEMPTIONS, strict=True) for _ in range(count)]
    each = make_settled_event(site.database, "CADA-2026-11-24", vouchers=100)
    led = make_settled_event(site.database, "LIDER-2026-11-24", vouchers=100, mode="lead")
    for at, event in enumerate((each, led)):
        spend(site.database, event, tills[at::2])
    return office


def _prepare_and_submit(page: Page, address: str) -> None:
    page.get_by_role("link", name="Preparar una liquidación").first.click()
    page.get_by_label("Comercio").select_option("all")
    page.get_by_label("Hasta").fill(TODAY.isoformat())
    page.get_by_role("button", name="Preparar").click()
    expect(page.get_by_role("status")).to_contain_text("3 liquidaciones preparadas")
    for number in NUMBERS:
        page.goto(f"{address}/liquidaciones/{number}")
        _confirmed(page, "Presentar a los aportantes", "Sí, presentar")


def _approve(page: Page, address: str) -> None:
    for number in NUMBERS:
        page.goto(f"{address}/liquidaciones/{number}")
        _confirmed(page, "Aprobar la parte de su organización", "Sí, aprobar")
        expect(page.get_by_role("status")).to_contain_text("Aprobó la parte de su organización")


def _order(page: Page, address: str) -> None:
    for number in NUMBERS:
        page.goto(f"{address}/liquidaciones/{number}")
        page.get_by_label("Número del refrendo").fill(f"R-{number}")
        page.get_by_label("Fecha del refrendo").fill(TODAY.isoformat())
        page.get_by_role("button", name="Anotar el refrendo").click()
        _confirmed(page, "Enviar a pago", "Sí, enviar a pago")
        expect(page.get_by_role("status")).to_contain_text("Enviada a pago")


def _pay(page: Page, address: str, code: str) -> None:
    for number in NUMBERS:
        page.goto(f"{address}/liquidaciones/{number}")
        told = page.get_by_text("Se ordenó pagar").inner_text()
        amount = re.search(r"B/\. ([0-9,]+\.[0-9]{2})", told)
        assert amount
        page.get_by_label("Monto pagado").fill(amount[1])
        page.get_by_label("Referencia").fill(f"{code}-{number}")
        page.get_by_label("Fecha del pago").fill(TODAY.isoformat())
        page.get_by_role("button", name="Doy fe de este pago").click()
        expect(page.get_by_role("status")).to_contain_text("Pago registrado")


def _confirmed(page: Page, act: str, yes: str) -> None:
    """A step and its question."""
    page.locator("summary", has_text=act).click()
    page.get_by_role("button", name=yes).click()


def _statements_add_up(page: Page, address: str) -> None:
    page.get_by_role("link", name="Estados de cuenta").click()
    doors = page.locator("a.door")
    expect(doors).to_have_count(len(REDEMPTIONS) + len(FUNDERS))  # a click does not wait for what it leads to
    links = [door.get_attribute("href") or "" for door in doors.all()]
    merchants = [row for link in links if "/comercios/" in link for row in _rows(page, address + link)]
    funders = [row for link in links if "/aportantes/" in link for row in _rows(page, address + link)]
    assert len(merchants) == sum(REDEMPTIONS)
    total = sum(REDEMPTIONS) * FACE
    assert _cents(merchants, "amount") == _cents(funders, "share") == _cents(funders, "pays") == total
    assert all(row["references"] for row in merchants)
    assert all(row["state"] == "paid" for row in (*merchants, *funders))


def _rows(page: Page, address: str) -> list[dict[str, str]]:
    text = page.request.get(f"{address}/estado.csv").text()
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


def _cents(rows: list[dict[str, str]], column: str) -> int:
    return sum(int(row[column].replace(".", "")) for row in rows)
