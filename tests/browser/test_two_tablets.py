"""Two tablets of one appraiser at one surrender: what is typed on one stays when the other was faster."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from buyback import demo
from buyback.app import App, create_app
from buyback.db import Database
from buyback.settings import Settings
from tests.browser.live import assert_accessible, served
from tests.browser.test_the_job import signed_in
from tests.builders import NOW, make_keys

pytestmark = [pytest.mark.browser, pytest.mark.databases("sqlite")]


@pytest.fixture
def site(database: Database, database_url: str) -> Iterator[str]:
    demo.load(database, now=NOW)
    settings = Settings.read({"BUYBACK_DATABASE_URL": database_url}, demonstration=True)
    app: App = create_app(settings, database=database, keys=make_keys(), clock=lambda: NOW)
    with served(app) as address:
        yield address


def test_what_is_typed_on_one_tablet_is_added_after_looking_at_what_the_other_did(browser: Browser, site: str) -> None:
    with signed_in(browser, site, "avaluo.demo") as first, signed_in(browser, site, "avaluo.demo") as second:
        first.goto(f"{site}/jornadas/{demo.EVENT}")
        first.get_by_role("button", name="Registrar una entrega").click()
        second.goto(first.url)
        first.get_by_role("link", name=re.compile("^revólver", re.IGNORECASE)).click()
        type_a_revolver(first)

        second.get_by_role("link", name=re.compile("^proveedor", re.IGNORECASE)).click()
        second.locator("fieldset.choices").first.get_by_role("button").first.click()

        first.get_by_role("button", name="Añadir a la entrega").click()
        expect(first.get_by_role("alert")).to_contain_text("La lista de artículos cambió mientras tanto")
        expect(first.get_by_role("table", name="Artículos de la entrega")).to_contain_text("Proveedor")
        expect(first.get_by_label("Marca")).to_have_value("Taurus")
        expect(first.get_by_label("Número de serie")).to_have_value("D482913")
        assert_accessible(first)

        first.get_by_role("button", name="Añadir a la entrega").click()
        table = first.get_by_role("table", name="Artículos de la entrega")
        expect(table).to_contain_text("Serie D482913")
        expect(table).to_contain_text("Proveedor")


def type_a_revolver(page: Page) -> None:
    page.get_by_text("Escribir otro valor, cantidad o detalles").click()
    page.locator("label.tile", has_text="Funciona").first.click()
    page.get_by_label("Valor por pieza").fill("175.50")
    page.get_by_label("Marca").fill("Taurus")
    page.get_by_label("Número de serie").fill("D482913")
