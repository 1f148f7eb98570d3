"""Tables as files: what is written is what is read, and no text becomes a formula."""

import csv
import io
from datetime import UTC, datetime

import pytest

from buyback.files.workbooks import Heading, Shape, Sheet, as_csv, as_xlsx
from tests.workbook import read_workbook

MADE = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
HEADINGS = [
    Heading("name", "Nombre"),
    Heading("arms", "Armas", Shape.COUNT),
    Heading("issued", "Emitido", Shape.MONEY),
    Heading("rate", "Por 10,000", Shape.RATE),
]
HOSTILE = ["=1+1", "+1", "-1", "@sum(a1)", "\t=1", "\r=1", '=HYPERLINK("http://x")', "https://example.org", 'a"b,c;d']


def sheet(*names: str) -> Sheet:
    rows = [(name, 12, 1234_50, 61_83) for name in names]
    return Sheet("Totales", HEADINGS, rows, total=("Total", 12, 1234_50, 0), about=[("Lugar", "=2+2")])


def test_csv_has_names_rows_and_no_sum() -> None:
    assert as_csv(sheet("Betania", "Cativá")) == (
        "name,arms,issued,rate\r\nBetania,12,1234.50,61.83\r\nCativá,12,1234.50,61.83\r\n"
    )


@pytest.mark.parametrize("text", HOSTILE)
def test_a_text_in_csv_never_begins_a_formula(text: str) -> None:
    (_, row) = csv.reader(io.StringIO(as_csv(sheet(text)), newline=""))
    assert row[0] == (text if text[0].isalpha() else f"'{text}")


def test_a_workbook_has_titles_numbers_and_the_sum() -> None:
    table, about = read_workbook(as_xlsx(sheet("Betania"), made_at=MADE)).sheets
    assert table == [
        ["Nombre", "Armas", "Emitido", "Por 10,000"],
        ["Betania", "12", "1234.5", "61.83"],
        ["Total", "12", "1234.5", "0"],
    ]
    assert about == [["Lugar", "=2+2"]]


def test_a_text_in_a_workbook_is_neither_formula_nor_link() -> None:
    book = read_workbook(as_xlsx(sheet(*HOSTILE), made_at=MADE))
    assert [row[0] for row in book.sheets[0][1:-1]] == [text.replace("\r", "_x000D_") for text in HOSTILE]
    assert not book.has_formulas
    assert not book.has_links


def test_a_sheet_is_called_what_a_spreadsheet_can_bear() -> None:
    named = Sheet("Totales: [por] corregimiento / distrito / provincia", HEADINGS, [], about=[("a", "b")])
    names = read_workbook(as_xlsx(named, made_at=MADE)).names
    assert [name.rstrip() for name in names] == ["Totales   por  corregimiento", "Consulta"]
