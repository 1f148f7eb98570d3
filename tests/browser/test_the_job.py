"""The main job on a phone's screen, as its people do it: hand in, approve, issue, redeem, see the totals move.

axe looks where an act has just left its message; the same pages without it are screens of the walk.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO

import pypdfium2
import pytest
import zxingcpp
from playwright.sync_api import Browser, Page, expect

from buyback import demo
from buyback.app import App, create_app
from buyback.db import Database
from buyback.settings import Settings
from tests.browser.live import assert_accessible, served
from tests.builders import NOW, make_keys

pytestmark = [pytest.mark.browser, pytest.mark.databases("sqlite")]


@pytest.fixture
def app(database: Database, database_url: str) -> App:
    """The demonstration, as ``make run`` serves it."""
    demo.load(database, now=NOW)
    settings = Settings.read({"BUYBACK_DATABASE_URL": database_url}, demonstration=True)
    return create_app(settings, database=database, keys=make_keys(), clock=lambda: NOW)


@contextmanager
def signed_in(browser: Browser, site: str, name: str) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 360, "height": 760}, locale="es-PA")
    page = context.new_page()
    page.set_default_timeout(6_000)
    page.goto(f"{site}/entrar")
    page.get_by_label("Usuario").fill(name)
    page.get_by_label("Contraseña").fill(demo.PASSWORD)
    page.get_by_role("button", name="Entrar").click()
    yield page


@pytest.fixture
def site(app: App) -> Iterator[str]:
    with served(app) as address:
        yield address


def test_a_revolver_and_its_rounds_become_a_purchase_and_a_figure(browser: Browser, site: str) -> None:
    with signed_in(browser, site, "avaluo.demo") as desk:
        taps = hand_in(desk)
    assert taps <= 12

    with signed_in(browser, site, "emite.demo") as issuer:
        codes = issue_and_read_back(issuer)
    assert codes

    with signed_in(browser, site, "caja.demo") as till:
        amount = redeem(till, codes[0])

    with signed_in(browser, site, "concilia.demo") as official:
        official.goto(f"{site}/totales")
        things, vouchers = official.get_by_role("row", name=re.compile("Betania")).all()
        expect(things).to_contain_text("20")  # rounds
        expect(vouchers.get_by_role("cell", name=amount.removeprefix("B/. "), exact=True)).to_be_visible()  # redeemed


def hand_in(page: Page) -> int:
    """A revolver at its highest price and 20 rounds, to the accepted offer; how many taps it took."""
    steps = [
        page.get_by_role("navigation", name="Principal").get_by_role("link", name="Jornadas"),
        page.get_by_role("link", name=demo.EVENT),
        page.get_by_role("button", name="Registrar una entrega"),
        page.get_by_role("link", name=re.compile("^revólver", re.IGNORECASE)),
        page.locator("fieldset.choices").first.get_by_role("button").last,
        page.get_by_role("link", name=re.compile("^munición", re.IGNORECASE)).first,
        page.locator("fieldset.choices", has_text=re.compile("corta|puño|pistola", re.IGNORECASE))
        .get_by_role("button", name=re.compile("^20"))
        .first,
        page.get_by_role("button", name="Terminar el avalúo"),
        page.get_by_role("button", name="Acepta", exact=True),
    ]
    for step in steps:
        step.click()
    expect(page.get_by_text("La oferta fue aceptada")).to_be_visible()
    assert_accessible(page)
    return len(steps)


def issue_and_read_back(page: Page) -> list[str]:
    """Issue what waits, print it, and read the codes back from the paper."""
    page.get_by_role("navigation", name="Principal").get_by_role("link", name="Jornadas").click()
    page.get_by_role("link", name=demo.EVENT).click()
    page.get_by_role("link", name=re.compile("Entrega 1")).click()
    page.get_by_role("button", name="Emitir los vales").click()
    assert_accessible(page)
    link = page.get_by_role("link", name="Imprimir en A4").get_attribute("href")
    assert link
    pdf = page.request.get(page.url.split("/jornadas")[0] + link).body()
    with pypdfium2.PdfDocument(BytesIO(pdf)) as document:
        image = document[0].render(scale=2, grayscale=True).to_pil()
    found = zxingcpp.read_barcodes(image, formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode))
    return [code.text for code in found]


def redeem(page: Page, code: str) -> str:
    """Choose the till, scan with a keyboard scanner, hear yes; scan again, hear no and why. The amount taken."""
    page.get_by_role("navigation", name="Principal").get_by_role("link", name="Caja").click()
    page.get_by_role("button", name=re.compile("Caja 1")).click()
    scan(page, code)
    expect(page.get_by_role("alert")).to_contain_text("Vale canjeado")
    assert code not in page.url
    amount = page.locator(".verdict__amount").inner_text()
    scan(page, code)
    expect(page.get_by_role("alert")).to_contain_text("ya se canjeó")
    assert_accessible(page)
    return amount


def scan(page: Page, code: str) -> None:
    """What a USB scanner does: type fast, end with Enter. The box has the focus already."""
    expect(page.get_by_label("Código del vale")).to_be_focused()
    page.keyboard.type(code)
    page.keyboard.press("Enter")
