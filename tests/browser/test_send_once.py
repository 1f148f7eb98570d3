"""A form is sent once: what is tapped again while the answer is on its way goes nowhere."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from buyback.db import Database
from buyback.people.service import Employer
from buyback.security.access import Role
from tests.browser.live import served
from tests.tills import Paper, issue_vouchers, make_merchant, make_till
from tests.web.desk import stored
from tests.web.site import LOOPBACK, PASSWORD, make_site

pytestmark = [pytest.mark.browser, pytest.mark.server, pytest.mark.databases("sqlite")]


@pytest.fixture
def voucher(database: Database) -> Paper:
    return issue_vouchers(database)[0]


@pytest.fixture
def page(database: Database, browser: Browser) -> Iterator[Page]:
    """A cashier's screen at the till."""
    site = make_site(database, base_url=LOOPBACK, demonstration=True)
    merchant = make_merchant(database)
    make_till(database, merchant)
    site.add_person(Role.CASHIER, employer=Employer(merchant=merchant), name="caja")
    with served(site.app) as address:
        page = browser.new_page()
        page.goto(f"{address}/entrar")
        page.get_by_label("Usuario").fill("caja")
        page.get_by_label("Contraseña").fill(PASSWORD)
        page.get_by_role("button", name="Entrar").click()
        page.goto(f"{address}/caja/elegir")
        page.get_by_role("button", name="Caja 1").click()
        yield page


def hold_back(page: Page, path: str) -> list[Route]:
    """Requests for a path, as they are sent, with no answer yet."""
    held: list[Route] = []
    page.route(f"**{path}", lambda route: held.append(route))  # noqa: PLW0108  the library looks into what it is given
    return held


def tap(page: Page, *names: str) -> None:
    """Tap buttons one after the other with the bare mouse: a click on an element would wait for the answer."""
    page.get_by_role("button", name=names[0]).scroll_into_view_if_needed()
    places = [page.get_by_role("button", name=name).bounding_box() for name in names]
    for place in places:
        assert place is not None
        page.mouse.click(place["x"] + place["width"] / 2, place["y"] + place["height"] / 2)
    page.wait_for_timeout(300)


def test_a_voucher_tapped_twice_at_the_till_is_sent_once_and_the_answer_comes(
    database: Database, page: Page, voucher: Paper
) -> None:
    held = hold_back(page, "/caja/canjear")
    page.get_by_label("Código del vale").fill(voucher.qr)
    tap(page, "Canjear", "Canjear", "Solo consultar")
    assert len(held) == 1
    held[0].continue_()
    expect(page.get_by_role("alert")).to_contain_text("Vale canjeado")
    assert len(stored(database)["resolution"]) == 1


def test_asking_is_sent_once_too_and_again_when_the_answer_is_there(page: Page) -> None:
    held = hold_back(page, "/caja/consultar")
    page.get_by_label("Código del vale").fill("hola")
    tap(page, "Solo consultar", "Solo consultar")
    assert len(held) == 1
    held[0].continue_()
    expect(page.get_by_role("alert")).to_contain_text("Esto no es un código de vale")
    tap(page, "Solo consultar")
    assert len(held) == 2
    held[1].abort()


def test_a_page_that_the_browsers_arrow_brings_back_may_be_sent_again(page: Page) -> None:
    """Chromium restores no page while it is driven, so that what a restored page is told is told to it here."""
    held = hold_back(page, "/caja/consultar")
    page.get_by_label("Código del vale").fill("hola")
    tap(page, "Solo consultar")
    held[0].fulfill(status=204)  # the page stays as it is
    tap(page, "Solo consultar")
    assert len(held) == 1
    page.evaluate("window.dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))")
    tap(page, "Solo consultar")
    assert len(held) == 2
    held[1].fulfill(status=204)
