"""The page of the neighbourhoods: found, ordered, filtered, walked down, taken away, and shut for other districts."""

import csv
import io
import re
from dataclasses import dataclass
from itertools import product
from urllib.parse import parse_qsl, urlsplit

import pytest

from buyback.db import Database
from buyback.people.rules import OrganisationKind
from buyback.security.access import Role
from buyback.vouchers import resolutions
from tests.builders import NOW, make_keys, make_organisation, make_user
from tests.databases import KINDS, Grow
from tests.handed_in import (
    AIR_GUN,
    BETANIA,
    CATIVA,
    CURUNDU,
    NOVEMBER,
    OCTOBER,
    PISTOL,
    REVOLVER,
    RULES,
    add_event,
    add_staff,
    hand_in,
    papers_of,
    some,
)
from tests.tills import make_merchant, make_till, try_to_redeem
from tests.web.site import Browser, make_site
from tests.workbook import read_workbook

ROW = re.compile(r'<th scope="row">(?:<a href="([^"]*)"[^>]*>(?:<svg.*?</svg>)?)?([^<]*)', re.DOTALL)
LINK = re.compile(r'href="(/totales[^"]*)"')


@dataclass
class Office:
    """A ministry's official, and one of the district of Panamá, where things were handed in in two districts."""

    national: Browser
    local: Browser


pytestmark = pytest.mark.databases("sqlite")  # a page is the same over either; its services are tested on both


def fill(database: Database) -> None:
    add_staff(database)
    events = [add_event(database, f"J-{place}", place) for place in (BETANIA, CURUNDU, CATIVA)]
    hand_in(database, events[0], PISTOL, some("ammunition", 30))
    hand_in(database, events[1], REVOLVER, day=OCTOBER)
    hand_in(database, events[1], AIR_GUN, day=NOVEMBER)
    hand_in(database, events[2], PISTOL)
    make_organisation(database, "MUPA", OrganisationKind.MUNICIPALITY, "0808")


@pytest.fixture
def office(grow: Grow) -> Office:
    site = make_site(grow(fill)[0])
    local = site.add_official(Role.RECONCILER, organisation="MUPA")
    return Office(site.signed_in_as(Role.RECONCILER, Role.AUDITOR), site.signed_in(local))


OTHER_PROGRAMME = RULES.replace("PMB-TEST", "PMB-OTRO").replace("= 7", "= 9")
BRIDGE = re.compile(r'<span class="bridge__sign">(.?)</span> ([^<]+)</th>\s*<td class="number">([^<]+)<')
FIGURE = re.compile(r"<dt>([^<]+)</dt>")


def rows(page: str) -> list[str]:
    """The names of the rows, without those below them."""
    return [name for _, name in ROW.findall(page.partition("</tbody>")[0])]


def where(page: str, name: str) -> str:
    """Where the row of a name leads."""
    found: dict[str, str] = {named: address for address, named in ROW.findall(page)}
    return found[name].replace("&amp;", "&")


def cells(page: str, name: str) -> str:
    return next(row for row in page.split("<tr>")[1:] if f">{name}<" in row)


def test_one_walks_down_from_the_province_to_the_event_and_its_classes(office: Office) -> None:
    page = office.national.get("/totales?by=province").text
    assert rows(page) == ["Colón", "Panamá"]
    for name in ("Panamá", "Panamá", "Curundú", "Escuela República"):
        page = office.national.get(where(page, name)).text
    assert rows(page) == ["Revólver", "Arma de aire (pellet)"]


FOUND = [
    ("", ["Cativá", "Curundú", "Betania"]),
    ("?q=cativa", ["Cativá"]),
    ("?q=PANAMA+betania", ["Betania"]),
    ("?place=08", ["Curundú", "Betania"]),
    ("?event=J-080805", ["Curundú"]),
    ("?class=revolver", ["Curundú"]),
    ("?class=pistol&sort=name", ["Betania", "Cativá"]),
    ("?programme=PMB-TEST&to=2026-10-31", ["Curundú"]),
    ("?sort=name", ["Betania", "Cativá", "Curundú"]),
    ("?sort=name&order=desc", ["Curundú", "Cativá", "Betania"]),
    ("?sort=arms", ["Curundú", "Cativá", "Betania"]),
    ("?sort=ammunition&order=asc", ["Cativá", "Curundú", "Betania"]),
    ("?sort=population", ["Betania", "Cativá", "Curundú"]),
    ("?sort=nonsense", ["Cativá", "Curundú", "Betania"]),
]


@pytest.mark.databases(*KINDS)
def test_rows_are_found_filtered_and_ordered_by_the_address(office: Office) -> None:
    for question, names in FOUND:
        assert rows(office.national.get(f"/totales{question}").text) == names, question


def test_a_column_says_how_it_is_ordered_and_turns_round_at_the_next_click(office: Office) -> None:
    page = office.national.get("/totales?sort=arms").text
    assert page.count("aria-sort") == 1
    turned = re.search(r'aria-sort="descending"><a href="([^"]+)"', page)
    assert turned is not None
    again = office.national.get(turned[1].replace("&amp;", "&")).text
    assert 'aria-sort="ascending"' in again
    assert (rows(page), rows(again)) == (["Curundú", "Cativá", "Betania"], ["Cativá", "Betania", "Curundú"])


def test_an_address_is_as_short_as_its_question(office: Office) -> None:
    answer = office.national.get("/totales?by=district&q=&from=&to=&place=08&class=")
    assert answer.status_code == 302
    assert answer.location == "/totales?by=district&place=08"


def test_each_figure_leads_to_the_rows_behind_it(office: Office) -> None:
    row = cells(office.national.get("/totales?by=district").text, "Panamá")
    addresses = [address.replace("&amp;", "&") for address in re.findall(r'<td class="number"><a href="([^"]+)"', row)]
    arms = office.national.get(next(address for address in addresses if "by=class" in address)).text
    assert rows(arms) == ["Revólver", "Pistola", "Arma de aire (pellet)", "Munición"]
    events = office.national.get(next(address for address in addresses if "by=event" in address)).text
    assert {where(events, "Escuela República").rpartition("=")[2]} <= {"J-080806", "J-080805"}
    assert len(rows(events)) == 2
    by_event = office.national.get("/totales?by=event").text
    assert '<a href="/jornadas/J-080806">' in by_event
    assert '<a href="/jornadas/' not in office.local.get("/totales?by=event").text


def test_a_month_leads_to_its_own_days_within_those_asked_for(office: Office) -> None:
    page = office.national.get("/totales?by=month&to=2026-11-15").text
    assert dict(parse_qsl(urlsplit(where(page, "noviembre de 2026")).query)) == {
        "by": "event",
        "from": "2026-11-01",
        "to": "2026-11-15",
    }


def test_by_class_the_appraised_value_leads_to_what_was_issued_and_is_outstanding(grow: Grow) -> None:
    """With a rounding, a voucher replaced and one redeemed: each line adds up to the next sum, to the cent."""
    database = grow(fill)[0]
    event = add_event(database, "REDONDA", rules=OTHER_PROGRAMME.replace('"0.05"', '"1.00"'))
    hand_in(database, event, PISTOL, some("ammunition", 30))
    spent, lost = papers_of(database, event)[:2]
    chief = make_user(database, "jefa", Role.EVENT_CHIEF)
    assert try_to_redeem(database, make_till(database, make_merchant(database)), spent.typed).code == "redeemed"
    database.transact(
        lambda session: resolutions.replace(
            session, event=event, serial=lost.serial, by=chief, keys=make_keys(), now=NOW
        )
    )
    page = make_site(database).signed_in_as(Role.RECONCILER).get("/totales?by=class").text
    lines = [(sign, name, _cents(amount)) for sign, name, amount in BRIDGE.findall(page)]
    assert lines == [
        ("", "Valor del avalúo", 856_00),
        ("+", "Redondeo", 50),
        ("+", "Emitido en reposición", 50_00),
        ("=", "Emitido", 906_50),
        ("−", "Canjeado", 50_00),
        ("−", "Anulado", 50_00),
        ("−", "Vencido", 0),
        ("=", "Por canjear", 806_50),
    ]
    left = 0
    for sign, name, amount in lines:
        left = {"": amount, "+": left + amount, "−": left - amount, "=": left}[sign]
        assert sign != "=" or left == amount, name


def test_a_rounding_down_is_taken_away_with_one_sign(grow: Grow) -> None:
    database = grow(fill)[0]
    event = add_event(database, "REDONDA", rules=OTHER_PROGRAMME.replace('"0.05"', '"1.00"'))
    hand_in(database, event, some("ammunition", 32))
    page = make_site(database).signed_in_as(Role.RECONCILER).get("/totales?by=class").text
    assert ("−", "Redondeo", "B/. 0.20") in BRIDGE.findall(page)


def _cents(amount: str) -> int:
    return int(re.sub(r"[^0-9-]", "", amount))


@pytest.mark.parametrize("question", ["by=class&class=pistol", "class=pistol", "by=class&q=pistola"])
def test_of_some_classes_only_nothing_is_said_of_vouchers(office: Office, question: str) -> None:
    page = office.national.get(f"/totales?{question}").text
    assert BRIDGE.findall(page) == []
    assert "Valor del avalúo" in FIGURE.findall(page)
    assert not {"Emitido", "Canjeado", "Por canjear"} & set(FIGURE.findall(page))
    assert "Emitido" not in page


def test_pieces_and_rounds_are_summed_by_their_kind_and_never_together(office: Office) -> None:
    page = office.national.get("/totales?by=class").text
    sums = re.findall(
        r'<th scope="row">([^<]+)</th>((?:\s*<td class="number">[^<]*</td>)+)', page.partition("<tfoot>")[2]
    )
    told = {name: re.findall(r">([^<]*)</td>", cells) for name, cells in sums}
    assert told == {"Armas": ["4", "585.00"], "Municiones": ["30", "10.50"], "Total": ["", "595.50"]}
    book = read_workbook(office.national.get("/totales/totales.xlsx?by=class").data)
    written = [[cell for cell in row if cell] for row in book.sheets[0][-3:]]
    assert written == [["Armas", "4", "585"], ["Municiones", "30", "10.5"], ["Total", "595.5"]]


def test_months_and_classes_are_called_in_the_readers_language(office: Office) -> None:
    office.national.post("/idioma", {"lang": "en"})
    assert rows(office.national.get("/totales?by=month").text) == ["October 2026", "November 2026"]
    assert "Pistol" in rows(office.national.get("/totales?by=class").text)


def table(answer: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(answer.removeprefix("\ufeff"), newline="")))


def test_the_files_hold_exactly_what_is_on_the_page(office: Office) -> None:
    question = "by=corregimiento&place=08&sort=arms&q=panama"
    got = office.national.get(f"/totales/totales.csv?{question}")
    assert got.mimetype == "text/csv"
    assert "filename=totales-corregimiento-08.csv" in got.headers["Content-Disposition"]
    head, *lines = table(got.text)
    assert head[:6] == ["code", "name", "events", "surrenders", "arms", "firearms"]
    assert head[-4:] == ["population", "arms_per_10000", "surrenders_per_10000", "context"]
    assert [line[:5] for line in lines] == [[CURUNDU, "Curundú", "1", "2", "2"], [BETANIA, "Betania", "1", "1", "1"]]
    assert rows(office.national.get(f"/totales?{question}").text) == [line[1] for line in lines]

    book = office.national.get(f"/totales/totales.xlsx?{question}")
    assert "spreadsheetml.sheet" in book.headers["Content-Type"]
    shown, about = read_workbook(book.data).sheets
    assert [line[1] for line in shown[1:]] == ["Curundú", "Betania", "Total"]
    assert shown[1][2:-1] == [_as_number(cell) for cell in lines[0][2:-1]]
    assert ["Lugar", "Panamá (08)"] in about
    assert ["Buscar", "panama"] in about


def test_the_paper_of_a_page_says_what_was_asked(office: Office) -> None:
    page = office.national.get("/totales?by=class&place=08&class=pistol&from=2026-11-01&programme=PMB-TEST").text
    [said] = re.findall(r'<p class="on-paper">([^<]+)</p>', page)
    parts = said.split(" · ")
    assert {"Desde: 1 nov 2026", "Lugar: Panamá (08)", "Clase de artículo: Pistola", "Programa: PMB-TEST"} <= set(parts)


def _as_number(text: str) -> str:
    return f"{float(text):.16g}"


def drawn(page: str, kind: str) -> list[str]:
    return re.findall(rf'<(?:rect|circle|path) class="{kind}"', page)


def test_places_are_drawn_as_circles_that_lead_where_their_rows_lead_and_say_the_same(office: Office) -> None:
    page = office.national.get("/totales?show=ammunition").text
    (circle,) = re.findall(r'<a href="([^"]+)" aria-label="([^"]+)">\s*<title>([^<]+)</title>', page)
    assert circle[0].replace("&amp;", "&") == where(page, "Betania")
    assert circle[1] == circle[2] == "Betania: 30"
    assert len(drawn(page, "map-dot")) == len(drawn(page, "chart-bar")) == 1
    assert len(drawn(office.national.get("/totales").text, "map-dot")) == 3


def test_months_are_a_line_and_events_and_classes_are_bars(office: Office) -> None:
    months = office.national.get("/totales?by=month").text
    assert "octubre de 2026: 1; noviembre de 2026: 3" in months
    assert (len(drawn(months, "chart-line")), len(drawn(months, "map-dot"))) == (1, 0)
    classes = office.national.get("/totales?by=class").text
    assert "Pistola: 2; Revólver: 1; Arma de aire (pellet): 1" in classes
    assert "Armas por clase de artículo" in classes
    assert len(drawn(classes, "chart-bar")) == 3


def test_a_figure_that_rows_do_not_have_is_not_drawn(office: Office) -> None:
    for question in ("show=nonsense", "show=items", "show=population"):
        assert "Armas en el mapa" in office.national.get(f"/totales?{question}").text
    assert "map-dot" not in office.national.get("/totales?show=explosives").text


def test_a_municipalitys_map_is_of_its_own_district(office: Office) -> None:
    def ground(browser: Browser) -> int:
        return browser.get("/totales").text.count("h0")

    assert 20 < ground(office.local) < 40
    assert ground(office.national) > 600


PATHS = ["/totales", "/totales/totales.csv", "/totales/totales.xlsx"]
WRONG = [
    ("from=2026-12-01&to=2026-01-01", 422, "La fecha final es anterior a la inicial.", "2026-12-01"),
    ("from=ayer", 422, "Escriba una fecha que exista", "ayer"),
    ("by=planet", 422, "Elija una de las opciones:", "planet"),
    ("class=cannon", 422, "Elija una de las opciones:", "cannon"),
    ("place=999999", 404, "No se encontró el lugar 999999.", "999999"),
    ("place=%25", 404, "No se encontró el lugar %.", "%"),
    ("event=NADA", 404, "No se encontró la jornada NADA.", "NADA"),
    ("programme=NADA", 404, "No se encontró el programa NADA.", "NADA"),
    ("q=" + "a" * 81, 422, "Use como máximo 80 caracteres.", "a" * 81),
]


@pytest.mark.parametrize("path", PATHS)
def test_a_wrong_question_is_told_in_words_and_stays_as_it_was_typed(office: Office, path: str) -> None:
    for question, status, told, typed in WRONG:
        answer = office.national.get(f"{path}?sort=name&{question}")
        assert answer.status_code == status, question
        assert told in answer.text
        assert f'value="{typed}"' in answer.text
        assert "Content-Disposition" not in answer.headers
        assert "No se guardó nada" not in answer.text  # a question saves nothing anyway


@pytest.mark.parametrize("shape", ["csv", "xlsx"])
def test_an_export_of_nothing_is_told_in_words(office: Office, shape: str) -> None:
    answer = office.national.get(f"/totales/totales.{shape}?q=nada&from=2026-01-01")
    assert answer.status_code == 422
    assert "No hay nada que descargar" in answer.text
    assert 'value="2026-01-01"' in answer.text
    assert "totales.csv" not in office.national.get("/totales?q=nada").text


QUESTIONS = ["", "by=district", "by=event", "by=month", "by=class", "class=pistol"]
FOREIGN = ["place=03", "place=0301", f"place={CATIVA}", f"event=J-{CATIVA}", "place=08"]


@pytest.mark.parametrize("path", PATHS)
def test_a_municipality_does_not_find_what_lies_outside_its_district(office: Office, path: str) -> None:
    for kind, foreign in product(QUESTIONS, FOREIGN):
        answer = office.local.get(f"{path}?sort=name&{kind}&{foreign}".replace("&&", "&"))
        assert answer.status_code == 404, (kind, foreign)
        assert "Cativá" not in answer.text
        assert "No se encontró" in answer.text
    for foreign in FOREIGN:
        assert office.national.get(f"{path}?{foreign}").status_code == 200


def test_a_municipality_sees_and_takes_away_its_own_district(office: Office) -> None:
    for kind in QUESTIONS:
        page = office.local.get(f"/totales?sort=name&{kind}").text
        taken = office.local.get(f"/totales/totales.csv?sort=name&{kind}").text
        book = read_workbook(office.local.get(f"/totales/totales.xlsx?sort=name&{kind}").data)
        for told in (page, taken, str(book.sheets)):
            assert "Cativá" not in told
            assert CATIVA not in told
        codes = [row[0] for row in table(taken)[1:]]
        assert codes == [row[0] for row in book.sheets[0][1:] if row[0]]  # sums have none
        assert codes


@pytest.mark.parametrize("kind", [OrganisationKind.MUNICIPALITY, OrganisationKind.COMMUNITY_BOARD])
def test_people_of_a_municipality_and_of_a_community_board_see_their_district_only(
    grow: Grow, kind: OrganisationKind
) -> None:
    site = make_site(grow(fill)[0])
    make_organisation(site.database, "LOCAL", kind, "0301")
    local = site.signed_in(site.add_official(Role.RECONCILER, organisation="LOCAL"))
    assert rows(local.get("/totales?by=event").text) == ["Escuela República"]
    for path in ("/totales", "/resumen", "/totales/totales.csv?by=district"):
        told = local.get(path).text
        assert "Colón" in told or "Cativá" in told
        assert "Betania" not in told
        assert "0808" not in told
    assert local.get(f"/totales?place={BETANIA}").status_code == 404


def test_a_municipality_has_no_use_for_provinces(office: Office) -> None:
    assert office.local.get("/totales?by=province").status_code == 422
    assert '<option value="province"' not in office.local.get("/totales").text


@pytest.mark.databases(*KINDS)
def test_every_address_on_a_municipalitys_pages_is_one_it_may_open(office: Office) -> None:
    seen, ahead = set(), {"/totales"}
    while ahead:
        path = ahead.pop()
        seen.add(path)
        answer = office.local.get(path)
        assert answer.status_code == 200, path
        if answer.mimetype == "text/html":
            assert "Cativá" not in answer.text
            found = {link.replace("&amp;", "&") for link in LINK.findall(answer.text)}
            ahead |= {link for link in found - seen if "sort=" not in link and "order=" not in link}
        assert len(seen) < 400
    assert len(seen) > 15
