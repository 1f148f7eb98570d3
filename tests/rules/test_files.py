"""Tables as files: what is written is what is read, no text becomes a formula, and a browser is told what comes."""

import csv
import io
from datetime import UTC, date, datetime

import pypdfium2
import pytest

from buyback.files.writing.documents import Document, render
from buyback.files.writing.downloads import Download, csv_file, pdf_file, xlsx_file
from buyback.files.writing.tabular import Column, Kind, NothingToExport, Table, csv_text, terminal_text, with_sum
from buyback.files.writing.workbooks import as_xlsx
from buyback.web.shell.downloads import send
from tests.workbook import read_workbook

MADE = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
COLUMNS = (
    Column("name", "Nombre", width=4),
    Column("state", "Estado", words={"paid": "Pagada"}),
    Column("day", "Día", Kind.DAY),
    Column("arms", "Armas", Kind.COUNT),
    Column("issued", "Emitido", Kind.MONEY),
    Column("rate", "Por 10,000", Kind.RATE),
)
HOSTILE = [
    "=1+1",
    "+1",
    "-1",
    "@sum(a1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "\0=1",
    "＝1+1",
    "＋1",
    "－1",
    "＠sum(a1)",
    '=HYPERLINK("http://x")',
]
HARMLESS = ["https://example.org", 'a"b,c;d', "Cativá", "1=1"]


def table(*names: str) -> Table:
    rows = ((name, "paid", date(2026, 11, 24), 1200, 1234_50, 61_83) for name in names)
    summed = with_sum("Totales", COLUMNS, rows)
    return Table("Totales", COLUMNS, summed.rows, summed.total, notes=(("Lugar", "=2+2"),))


def read_csv(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline="")))


def paper(*tables: Table) -> str:
    with pypdfium2.PdfDocument(render(Document("Título", "N.º 1", tables=tables))) as document:
        return "".join(page.get_textpage().get_text_bounded() for page in document)


def test_csv_has_keys_codes_decimal_text_days_and_no_sum() -> None:
    assert csv_text(table("Betania", "Cativá")) == (
        "name,state,day,arms,issued,rate\r\n"
        "Betania,paid,2026-11-24,1200,1234.50,61.83\r\n"
        "Cativá,paid,2026-11-24,1200,1234.50,61.83\r\n"
    )


def test_a_terminal_shows_columns_that_line_up_with_the_sum_below() -> None:
    columns = (Column("name", "Nombre"), Column("issued", "Emitido", Kind.MONEY))
    assert terminal_text(with_sum("", columns, [("Betania", 5), ("=1", 1234_50)])).split("\n") == [
        "name      issued",
        "Betania     0.05",
        "=1       1234.50",
        "Total    1234.55",
    ]


def test_paper_shows_headings_words_and_amounts_as_panama_writes_them() -> None:
    text = paper(table("Betania", "Cativá")).replace("\u00a0", " ")
    for shown in ["Emitido", "Pagada", "24/11/2026", "1,200", "B/. 1,234.50", "61.83", "B/. 2,469.00"]:
        assert shown in text
    assert "Consulta" not in text


@pytest.mark.parametrize("text", HOSTILE)
def test_a_text_in_csv_never_begins_a_formula(text: str) -> None:
    assert read_csv(csv_text(table(text)))[1][0] == f"'{text}"


def test_a_harmless_text_and_a_negative_amount_stay_as_they_are_in_csv() -> None:
    assert [row[0] for row in read_csv(csv_text(table(*HARMLESS)))[1:]] == HARMLESS
    owed = Table("", (Column("owed", "", Kind.MONEY), Column("count", "", Kind.COUNT)), ((-5, -1),))
    assert read_csv(csv_text(owed))[1] == ["-0.05", "-1"]


def test_a_workbook_has_headings_words_numbers_and_the_sum() -> None:
    sheet, notes = read_workbook(as_xlsx(table("Betania"), made_at=MADE)).sheets
    assert sheet == [
        ["Nombre", "Estado", "Día", "Armas", "Emitido", "Por 10,000"],
        ["Betania", "Pagada", "46350", "1200", "1234.5", "61.83"],
        ["Total", "", "", "", "1234.5", ""],
    ]
    assert notes == [["Lugar", "=2+2"]]


def test_a_text_in_a_workbook_is_neither_formula_nor_link_and_is_marked_as_text() -> None:
    texts = [*HOSTILE, *HARMLESS]
    book = read_workbook(as_xlsx(table(*texts), made_at=MADE))
    written = [text.replace("\r", "_x000D_").replace("\0", "_x0000_") for text in texts]
    assert [row[0] for row in book.sheets[0][1:-1]] == written
    assert not book.has_formulas
    assert not book.has_links
    assert book.quoted == set(written[: len(HOSTILE)]) | {"=2+2"}


def test_a_sheet_is_called_what_a_spreadsheet_can_bear() -> None:
    named = Table("Totales: [por] corregimiento / distrito / provincia", COLUMNS, (), notes=(("a", "b"),))
    names = read_workbook(as_xlsx(named, made_at=MADE)).names
    assert [name.rstrip() for name in names] == ["Totales   por  corregimiento", "Consulta"]


def test_a_csv_file_begins_with_the_mark_that_spreadsheets_need_and_a_terminal_gets_none() -> None:
    assert csv_file(table("Cativá"), "totales").content == b"\xef\xbb\xbf" + csv_text(table("Cativá")).encode()
    assert csv_text(table("Cativá")).startswith("name,")


def test_a_table_without_a_row_is_no_file() -> None:
    with pytest.raises(NothingToExport):
        csv_file(table(), "totales")
    with pytest.raises(NothingToExport):
        xlsx_file(table(), "totales", made_at=MADE)


FILES = [
    (csv_file(table("a"), "totales"), "text/csv; charset=utf-8", "attachment; filename=totales.csv"),
    (
        xlsx_file(table("a"), "totales", made_at=MADE),
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "attachment; filename=totales.xlsx",
    ),
    (pdf_file(Document("Título", "1"), "estado"), "application/pdf", "inline; filename=estado.pdf"),
]


@pytest.mark.parametrize("file, kind, how", FILES)
def test_a_browser_is_told_what_a_file_is_how_to_take_it_and_its_name(file: Download, kind: str, how: str) -> None:
    answer = send(file)
    assert answer.data == file.content
    assert answer.headers["Content-Type"] == kind
    assert answer.headers["Content-Disposition"] == how


def test_a_name_with_quotes_stays_inside_its_header() -> None:
    answer = send(Download('a"; filename=b.exe', "text/csv", b""))
    assert answer.headers["Content-Disposition"] == r'attachment; filename="a\"; filename=b.exe"'
