"""Take the guides' pictures from the demonstration: ``make pictures``, or ``python docs/pictures.py [NAME …]``.

The demonstration is loaded into a database of its own and served; each picture is what one of its people sees, in
Spanish and in English. The date is fixed, so that a picture changes only when its page does.
"""

import argparse
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # the tests know how to serve and to sign in

from PIL import Image
from playwright.sync_api import Browser, Page

from buyback import demo, migrate
from buyback.campaigns import queries as campaigns
from buyback.intake import queries as intake
from buyback.vouchers.printing import papers
from tests.browser.live import chromium, served
from tests.browser.stage import hold_session
from tests.builders import know_keys, make_keys, open_database
from tests.web.site import LOOPBACK, Clock, Site, make_site

HERE = Path(__file__).parent / "img"
NOW = datetime(2026, 11, 24, 17, 0, tzinfo=UTC)
LANGUAGES = {"es": "Español", "en": "English"}
PHONE, DESK = 360, 1280
HEIGHTS = {PHONE: 740, DESK: 800}
COLOURS = 128  # flat colours: a palette makes the files a third as large

TABLE, APPROVER, ISSUER, CHIEF = "avaluo.demo", "aprueba.demo", "emite.demo", "jefe.demo"
CASHIER, OFFICIAL = "caja.demo", "concilia.demo"
EVENT = f"/jornadas/{demo.EVENT}"
PAID, ACCEPTED, AWAITING, OFFERED, BEGUN = 1, 3, 4, 5, 6  # numbers of the demonstration's visits


@dataclass(frozen=True)
class Picture:
    """A file's name, who looks at which address on how wide a screen, what is typed there, and how much is shown."""

    name: str
    who: str | None
    path: str
    width: int
    types: str = ""
    height: int = 0


PICTURES = (
    Picture("home", None, "/", DESK),
    Picture("sign-in", None, "/entrar", PHONE),
    Picture("table-event", TABLE, EVENT, PHONE),
    Picture("table-classes", TABLE, f"{EVENT}/entregas/{BEGUN}", PHONE),
    Picture("table-item", TABLE, f"{EVENT}/entregas/{BEGUN}/articulos/revolver", PHONE),
    Picture("table-offer", TABLE, f"{EVENT}/entregas/{OFFERED}", PHONE),
    Picture("table-approve", APPROVER, f"{EVENT}/entregas/{AWAITING}", PHONE),
    Picture("table-issue", ISSUER, f"{EVENT}/entregas/{ACCEPTED}", PHONE),
    Picture("table-print", ISSUER, f"{EVENT}/entregas/{PAID}", PHONE),
    Picture("table-close", CHIEF, f"{EVENT}/cierre", PHONE),
    Picture("till", CASHIER, "/caja", PHONE),
    Picture("till-yes", CASHIER, "/caja", PHONE, types="voucher"),
    Picture("till-no", CASHIER, "/caja", PHONE, types="voucher"),
    Picture("overview", OFFICIAL, "/resumen?from=2025-01-01&to=2025-12-31", DESK, height=1480),
    Picture("totals", OFFICIAL, "/totales", DESK, height=1330),
    Picture("settlements", OFFICIAL, "/liquidaciones", DESK),
    Picture("statements", OFFICIAL, "/liquidaciones/estados", DESK),
)


def main() -> None:
    """Take all pictures, or those named."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("names", nargs="*", help="only these")
    names = parser.parse_args().names
    wanted = [picture for picture in PICTURES if not names or picture.name in names]
    for language, button in LANGUAGES.items():  # each language on a demonstration that nobody has used yet
        with demonstration() as (site, address), chromium() as browser:
            for picture in wanted:
                take(browser, site, address, picture, language=language, button=button)
                print(f"{language} {picture.name}", flush=True)


@contextmanager
def demonstration() -> Iterator[tuple[Site, str]]:
    """The whole demonstration, served, and its address."""
    with tempfile.TemporaryDirectory(prefix="buyback-pictures-") as folder:
        url = f"sqlite:///{folder}/pictures.sqlite3"
        migrate.upgrade(url, then=know_keys)
        database = open_database(url)
        demo.load_all(database, keys=make_keys(), now=NOW)
        site = make_site(database, base_url=LOOPBACK, demonstration=True, clock=Clock(NOW))
        with served(site.app) as address:
            yield site, address
        database.dispose()


def take(browser: Browser, site: Site, address: str, picture: Picture, *, language: str, button: str) -> None:
    """One picture in one language."""
    context = browser.new_context(
        viewport={"width": picture.width, "height": picture.height or HEIGHTS[picture.width]},
        locale="es-PA",
        reduced_motion="reduce",
    )
    if picture.who is not None:
        context.add_cookies([{"name": "session", "value": hold_session(site, picture.who), "url": address}])
    page = context.new_page()
    if language != "es":
        page.goto(address)
        page.evaluate("document.querySelectorAll('details').forEach(details => { details.open = true; })")
        page.get_by_role("button", name=button).click()
    page.goto(f"{address}{picture.path}")
    if page.url.endswith("/elegir"):  # a cashier says once at which till
        page.locator("main button").first.click()
    if picture.types:
        page.locator(f"[name={picture.types}]").fill(typed_code(site))
        with page.expect_navigation():
            page.keyboard.press("Enter")
    page.evaluate("() => document.fonts.ready.then(() => true)")  # unlike waiting for a function, no eval
    save(page, HERE / language / f"{picture.name}.png")
    context.close()


def typed_code(site: Site) -> str:
    """What is printed under the QR code of the first voucher of the first visit."""
    with site.database.reading() as session:
        event = campaigns.get_event(session, demo.EVENT)
        surrender = intake.get_surrender(session, event=event.id, number=PAID)
        stored = papers.of_surrender(session, surrender.id)
    (printed,) = papers.lay_out(event, stored[-1:], keys=make_keys(), base_url="")
    return printed.typed_code


def save(page: Page, file: Path) -> None:
    """Store what is seen, with few colours."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with Image.open(BytesIO(page.screenshot())) as image:
        image.convert("RGB").quantize(COLOURS).save(file, optimize=True)


if __name__ == "__main__":
    main()
