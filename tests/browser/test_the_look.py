"""What is seen on a page besides its content: a form gone wrong, the way by keyboard, a page without scripts."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from buyback.db import Database
from buyback.security.access import Role
from tests.browser.live import assert_accessible, assert_fits, served
from tests.web.site import LOOPBACK, PASSWORD, make_site

pytestmark = [pytest.mark.browser, pytest.mark.server, pytest.mark.databases("sqlite")]


@pytest.fixture
def address(database: Database) -> Iterator[str]:
    site = make_site(database, base_url=LOOPBACK, demonstration=True)
    site.add_official(Role.WITNESS, name="a.testigo")
    site.add_official(Role.AUDITOR, name="b.auditor")
    with served(site.app) as where:
        yield where


def test_a_form_gone_wrong_is_read_first_and_each_problem_leads_to_its_field(browser: Browser, address: str) -> None:
    page = browser.new_page(viewport={"width": 360, "height": 800})
    page.goto(address + "/components")
    page.get_by_label("Marca").fill("")
    page.get_by_role("button", name="Guardar", exact=True).click()
    summary = page.locator(".error-summary")
    expect(summary).to_be_focused()
    assert_accessible(page)
    page.set_viewport_size({"width": 1280, "height": 800})
    assert_fits(page)
    summary.get_by_role("link", name="Valor").click()
    expect(page.get_by_label("Valor")).to_be_focused()


@pytest.mark.parametrize("path", ["/", "/components", "/entrar"])
def test_a_page_asks_for_nothing_that_its_policy_refuses(browser: Browser, address: str, path: str) -> None:
    page = browser.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type in {"error", "warning"} else None)
    page.goto(address + path)
    page.wait_for_load_state("networkidle")
    assert said == []


def test_the_first_page_is_light_enough_for_a_phone(browser: Browser, address: str) -> None:
    page = browser.new_page(viewport={"width": 360, "height": 760})
    sizes: list[int] = []
    page.on("requestfinished", lambda request: sizes.append(request.sizes()["responseBodySize"]))
    page.goto(address)
    page.wait_for_load_state("networkidle")
    assert sum(sizes) < 100_000


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


def test_a_page_works_without_any_script(browser: Browser, address: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address)
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Fewer weapons. More neighbourhood.")


def test_many_pages_fold_into_a_menu_on_a_phone_that_opens_without_a_script(browser: Browser, address: str) -> None:
    context = browser.new_context(java_script_enabled=False, viewport={"width": 360, "height": 760})
    page = context.new_page()
    page.goto(address + "/entrar")
    page.get_by_label("Usuario").fill("b.auditor")
    page.get_by_label("Contraseña").fill(PASSWORD)
    page.get_by_role("button", name="Entrar").click()
    link = page.get_by_role("navigation").get_by_role("link", name="Barrios")
    expect(link).to_be_hidden()
    page.locator("summary", has_text="Menú").click()
    link.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Barrios")
    expect(page.locator("summary", has_text="Menú")).to_contain_text("Barrios")


def _tab_to(page: Page, element: str) -> None:
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.locator(f"#{element}:focus").count():
            return
    raise AssertionError(f"{element} is out of reach by keyboard")
