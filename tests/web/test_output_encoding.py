"""OWASP ASVS 5.0, V1.2.1: whatever was typed anywhere is shown as text, on every page and in every file.

A crawler follows every link that there is, as an official with every office and as a cashier, over a site whose
sites, programmes, merchants, branches, tills and items are called by what would run if somebody forgot to escape.
"""

import csv
import io
import re
import zipfile
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from urllib.parse import parse_qs, quote, urlsplit

import pypdfium2
import pytest
from werkzeug.exceptions import NotFound
from werkzeug.routing import RequestRedirect
from werkzeug.test import TestResponse

from buyback.db import Database
from buyback.ids import new_id
from tests.builders import actor
from tests.catalogue import PLACEHOLDER, pairs
from tests.databases import Grow
from tests.hostile import CHIEF, MARK, TEXTS, Planted, plant
from tests.web.routes import every_route
from tests.web.site import Browser, Site, make_site

pytestmark = [pytest.mark.long, pytest.mark.databases("sqlite")]  # escaping is the pages' work, whatever the database

PAGES_MAX = 900
READ_IN_ENGLISH = 3  # pages of each address
ADDRESSES = {"href", "src", "action", "formaction"}
NEVER = {"iframe", "object", "embed", "base", "style", "img", "marquee"}

# Answered without a page or a file, or to nobody whom the crawl plays.
NOT_WALKED = {
    "/api/v1/openapi.json",
    "/api/v1/redemptions",
    "/api/v1/redemptions/<uuid:op_id>",
    "/components",
    "/entrar",
    "/healthz",
    "/invitacion",
    "/readyz",
}


class Read(HTMLParser):
    """A page as a browser reads it: its texts, its links, and whatever our templates never write."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.texts: list[str] = []
        self.values: list[str] = []
        self.links: list[str] = []
        self.wrong = ["<!--"] if "<!--" in page else []  # one that never ends is no comment to the parser
        self._in_script = False
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Look at an element and its attributes."""
        names = {name for name, _value in attrs}
        self._in_script = tag == "script"
        if MARK in tag or tag in NEVER or (tag == "script" and not str(dict(attrs).get("src")).startswith("/static/")):
            self.wrong.append(f"<{tag}>")
        self.wrong += [f"{tag} {name}" for name in names if MARK in name or name.startswith("on") or name == "style"]
        for name, value in attrs:
            self.values.append(value or "")
            if name in ADDRESSES and not (value or "").startswith(("/", "#")):
                self.wrong.append(f"{tag} {name}={value}")
            if tag == "a" and name == "href" and value and value.startswith("/"):
                self.links.append(value)

    def handle_data(self, data: str) -> None:
        """Keep a text."""
        if self._in_script and data.strip():
            self.wrong.append(f"script: {data}")
        self.texts.append(data)

    def handle_endtag(self, tag: str) -> None:
        """Leave an element."""
        self._in_script = False
        if MARK in tag:
            self.wrong.append(f"</{tag}>")

    def unknown_decl(self, data: str) -> None:
        """Our pages have none."""
        self.wrong.append(data)


@dataclass(frozen=True)
class File:
    """A file that a link leads to."""

    address: str
    mimetype: str
    data: bytes


@dataclass(frozen=True)
class Crawled:
    """What a crawl saw: texts by route, pages in English by route, files, and what our templates never write."""

    shown: dict[str, list[str]]
    english: "dict[str, list[Read]]"
    files: list[File]
    wrong: list[tuple[str, list[str]]]


class Crawl:
    """Every page that links lead to from the first page, each question of one address by its names and ``by`` once."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.shown: dict[str, list[str]] = defaultdict(list)
        self.files: list[File] = []
        self.wrong: list[tuple[str, list[str]]] = []
        self.english: dict[str, list[Read]] = defaultdict(list)
        self.seen: set[tuple[str, tuple[str, ...], str]] = set()

    def walk(self, browser: Browser, reader: Browser, start: str = "/") -> None:
        """Follow everything, and let the same person read some of it in English."""
        reader.post("/idioma", {"lang": "en"})
        ahead = [start]
        while ahead:
            address = ahead.pop()
            if self._is_new(address):
                answer = browser.get(address)
                ahead += self._look(address, answer)
                if answer.mimetype == "text/html" and len(pages := self.english[self._rule(address)]) < READ_IN_ENGLISH:
                    pages.append(Read(reader.get(address).text))
        assert len(self.seen) < PAGES_MAX

    def _look(self, address: str, answer: TestResponse) -> list[str]:
        assert answer.status_code in {200, 303, 403, 404, 409}, address
        rule = self._rule(address)
        if answer.status_code == 303:
            return [answer.location]
        if answer.mimetype != "text/html":
            assert answer.status_code == 200, address
            self.shown[rule].append("")
            self.files.append(File(address, answer.mimetype or "", answer.data))
            return []
        page = Read(answer.text)
        self.shown[rule] += page.texts
        if page.wrong:
            self.wrong.append((address, page.wrong))
        return page.links

    def _is_new(self, address: str) -> bool:
        parts = urlsplit(address)
        asked = parse_qs(parts.query)
        key = parts.path, tuple(sorted(asked)), "".join(asked.get("by", ()))
        if parts.path.startswith("/static/") or key in self.seen:
            return False
        self.seen.add(key)
        return True

    def _rule(self, address: str) -> str:
        try:
            return str(self.site.app.url_map.bind("localhost").match(urlsplit(address).path, return_rule=True)[0].rule)
        except (NotFound, RequestRedirect):
            return ""


@pytest.fixture
def planted(grow: Grow) -> tuple[Site, Planted]:
    database, made = grow(plant)
    return make_site(database), made


def walk_everywhere(database: Database) -> Crawled:
    made, site = plant(database), make_site(database)
    crawl = Crawl(site)
    chief = actor(database, CHIEF)
    crawl.walk(site.signed_in(chief), site.signed_in(chief))
    for cashier, till in zip((actor(database, name) for name in made.cashiers), made.tills, strict=True):
        crawl.seen = {key for key in crawl.seen if not key[0].startswith("/caja")}
        crawl.walk(site.signed_in(cashier, till=till.id), site.signed_in(cashier, till=till.id), "/caja")
        crawl.walk(site.signed_in(cashier), site.signed_in(cashier), "/caja/elegir")
    return Crawled(dict(crawl.shown), dict(crawl.english), crawl.files, crawl.wrong)


@pytest.fixture
def crawled(grow: Grow) -> Crawled:
    return grow(walk_everywhere)[1]


def test_nothing_that_was_typed_becomes_an_element_an_attribute_or_an_address(crawled: Crawled) -> None:
    assert crawled.wrong == []


def test_what_was_typed_is_shown_as_it_was_typed_where_it_belongs(crawled: Crawled) -> None:
    at = {
        "/jornadas": TEXTS,  # sites
        "/jornadas/<code>": TEXTS,
        "/jornadas/<code>/cierre": TEXTS,
        "/jornadas/<code>/entregas/<int:number>": TEXTS,  # serials and tags
        "/caja": TEXTS,  # tills, branches, merchants
        "/caja/elegir": TEXTS,
        "/totales": TEXTS,  # sites, a row each
        "/liquidaciones": TEXTS,  # merchants
        "/liquidaciones/<number>": TEXTS,
        "/liquidaciones/estados/comercios/<uuid:merchant>": TEXTS,
    }
    missing = {
        rule: [text for text in texts if not any(text in shown for shown in crawled.shown.get(rule, ()))]
        for rule, texts in at.items()
    }
    assert {rule: texts for rule, texts in missing.items() if texts} == {}


def test_who_reads_english_is_told_nothing_in_spanish(crawled: Crawled) -> None:
    spanish = [text for text, english in pairs() if english != text and _says_something(text)]
    known = re.compile("|".join(".+".join(map(re.escape, PLACEHOLDER.split(text))) for text in spanish))
    told = {
        (rule, text.strip())
        for rule, pages in crawled.english.items()
        for page in pages
        for text in (*page.texts, *page.values)
    }
    assert len(told) > 1000
    left = [(rule, text) for rule, text in told if known.fullmatch(text)]
    assert left == []


def _says_something(text: str) -> bool:
    """Whether a text can be told from a name: of a ministry, or of anything beside a lone "de"."""
    return len(PLACEHOLDER.sub("", text)) > 3 + 2 * len(PLACEHOLDER.findall(text)) and "Ministerio" not in text


def test_the_crawl_comes_to_every_page_and_file_that_there_is(crawled: Crawled, site: Site) -> None:
    rules = {rule.rule for rule in site.app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    assert rules - set(crawled.shown) - NOT_WALKED == set()
    assert {route.path for route in every_route(site.app)} >= NOT_WALKED & rules - {
        rule for rule in NOT_WALKED if "<" in rule
    }


def test_no_cell_of_a_file_begins_a_formula(crawled: Crawled) -> None:
    assert sum(file.mimetype == "text/csv" for file in crawled.files) > 3
    bad = [(address, cell) for address, cell in cells(crawled) if cell.startswith(tuple("=+@\t\r\n")) or is_sum(cell)]
    assert bad == []


def cells(crawled: Crawled) -> Iterator[tuple[str, str]]:
    for file in crawled.files:
        if file.mimetype == "text/csv":
            for row in csv.reader(io.StringIO(file.data.decode("utf-8-sig"))):
                yield from ((file.address, cell) for cell in row)


def is_sum(cell: str) -> bool:
    """Whether a cell begins with a minus and is no number."""
    return cell.startswith("-") and not cell[1:].replace(".", "", 1).isdigit()


def test_every_text_is_whole_in_some_file(crawled: Crawled) -> None:
    found = {cell for _address, cell in cells(crawled)}
    assert [text for text in TEXTS if not found & {text, f"'{text}"}] == []
    books = [file.data for file in crawled.files if "spreadsheetml" in file.mimetype]
    assert books
    for book in books:
        with zipfile.ZipFile(io.BytesIO(book)) as packed:
            parts = b"".join(packed.read(name) for name in packed.namelist() if "/worksheets/" in name)
        assert b"<f" not in parts.replace(b"<format", b"")
        assert b"hyperlink" not in parts


def test_a_printed_paper_shows_a_name_as_it_was_typed(crawled: Crawled) -> None:
    printed = ""
    for file in crawled.files:
        if file.mimetype == "application/pdf":
            with pypdfium2.PdfDocument(io.BytesIO(file.data)) as document:
                printed += "".join(page.get_textpage().get_text_bounded() for page in document)
    flat = "".join(printed.split())
    assert [text for text in TEXTS if "".join(text.split()) not in flat] == []


def test_what_is_typed_into_a_form_that_is_refused_comes_back_as_text(planted: tuple[Site, Planted]) -> None:
    site, made = planted
    official = site.signed_in(actor(site.database, CHIEF))
    cashier = site.signed_in(actor(site.database, made.cashiers[0]), till=made.tills[0].id)
    names = ("make", "model", "calibre", "serial", "tag", "value", "quantity", "condition", "serial_status")
    for text in TEXTS:
        answers = {
            "item": official.post(
                "/jornadas/HOSTIL-0/entregas/1/articulos/revolver", {"line": "2", **dict.fromkeys(names, text)}
            ),
            "count": official.post("/jornadas/HOSTIL-0/cierre/contar", {"blank": text, "issued": text}),
            "visit": official.post("/jornadas/HOSTIL-0/entregas", {"date": text, "op_id": text}),
            "sign-in": site.browser().post("/entrar", {"name": text, "password": text, "next": text}),
            "invitation": site.browser().post("/invitacion", {"code": text, "password": text, "again": text}),
            "till": cashier.post("/caja/canjear", {"voucher": text, "op_id": "1"}),
            "settlement": official.post("/liquidaciones/nueva", {"merchant": text, "until": text}),
        }
        for name, answer in answers.items():
            assert answer.status_code == 422, (name, text)
            assert Read(answer.text).wrong == [], (name, text)
        for name in ("item", "count", "till"):
            assert text in Read(answers[name].text).values, (name, text)


def test_what_is_asked_in_an_address_comes_back_as_text(planted: tuple[Site, Planted]) -> None:
    site, _made = planted
    official = site.signed_in(actor(site.database, CHIEF))
    paths = (
        "/jornadas/{}",
        "/jornadas/HOSTIL-0/entregas/1/articulos/{}",
        "/liquidaciones/{}",
        "/liquidaciones/estados/aportantes/{}",
        "/liquidaciones?q={0}&state={0}&page={0}",
        "/totales?q={0}",
        "/totales?place={}",
        "/totales?event={}",
        "/totales?programme={}",
        "/totales?from={0}&to={0}&by={0}&sort={0}",
        "/entrar?next={}",
        "/{}",
    )
    for text in TEXTS:
        for path in paths:
            answer = official.get(path.format(quote(text, safe="")))
            if answer.mimetype == "text/html" and answer.status_code != 303:
                assert Read(answer.text).wrong == [], (path, text)
            assert answer.status_code < 500, (path, text)
            assert not (answer.location or "/").lower().startswith(("javascript:", "//")), (path, text)


def test_the_api_answers_json_that_no_browser_takes_for_a_page(planted: tuple[Site, Planted]) -> None:
    site, made = planted
    till = made.tills[0]
    for text in TEXTS:
        answer = site.browser().client.post(
            "/api/v1/redemptions/check",
            json={"op_id": str(new_id()), "voucher": text},
            headers={"Authorization": f"Bearer {till.token}"},
            base_url=site.settings.base_url,
        )
        assert answer.mimetype in {"application/json", "application/problem+json"}, text
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert MARK not in answer.text, text  # an answer does not repeat a code


def test_a_page_that_forgot_to_escape_would_be_seen() -> None:
    for text in TEXTS[:6]:
        assert Read(f"<p title='{text}'>{text}</p><p title=\"{text}\">").wrong, text
    assert Read(f'<a href="{TEXTS[6]}">x</a>').wrong
