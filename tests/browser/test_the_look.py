"""Every component and every public page, narrow and wide, light and dark, in both languages."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from buyback.db import Database
from buyback.security.access import Role
from tests.browser.live import WIDTHS, assert_accessible, chromium, served
from tests.web import gallery
from tests.web.site import LOOPBACK, PASSWORD, make_site

pytestmark = [pytest.mark.browser, pytest.mark.server, pytest.mark.databases("sqlite")]

PATHS = ("/", "/entrar", "/invitacion", "/nada", "/gallery", "/gallery/yes", "/gallery/no", "/gallery/wait")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture
def address(database: Database) -> Iterator[str]:
    site = make_site(database, gallery.AUDIENCE, base_url=LOOPBACK, demonstration=True)
    site.add_official(Role.WITNESS, name="a.testigo")
    with served(site.app) as where:
        yield where


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_axe_finds_nothing(browser: Browser, address: str, width: int, scheme: str) -> None:
    dark = scheme == "dark"
    page = browser.new_page(viewport={"width": width, "height": 800}, color_scheme="dark" if dark else "light")
    for language in ("English", "Español"):
        page.goto(address)
        page.get_by_role("button", name=language).click()
        for path in PATHS:
            page.goto(address + path)
            assert_accessible(page)
    page.goto(address + "/gallery")
    page.get_by_role("button", name="Guardar", exact=True).click()
    expect(page.get_by_role("alert").first).to_be_focused()
    assert_accessible(page)
    page.close()


def test_one_signs_in_and_out_by_keyboard_alone(browser: Browser, address: str) -> None:
    page = browser.new_page()
    page.goto(address + "/entrar")
    _tab_to(page, "name")
    page.keyboard.type("a.testigo")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Hola, a.testigo")
    page.locator("details.account summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")  # the language
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("La sesión quedó cerrada.")
    page.close()


def test_a_page_works_without_any_script(browser: Browser, address: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address)
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Fewer weapons. More neighbourhood.")
    context.close()


def _tab_to(page: Page, element: str) -> None:
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.locator(f"#{element}:focus").count():
            return
    raise AssertionError(f"{element} is out of reach by keyboard")
