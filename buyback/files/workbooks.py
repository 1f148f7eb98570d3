"""Tables as files for spreadsheets: CSV and XLSX.

A text that a spreadsheet would take for a formula stays a text in both: in CSV behind an apostrophe, in XLSX as a
text cell with the mark that says so.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from buyback.money import decimal_text

Cell = str | int


class Shape(StrEnum):
    """How a figure is written."""

    COUNT = "count"
    MONEY = "money"
    RATE = "rate"


_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
_NUMBER_FORMATS = {Shape.COUNT: "#,##0", Shape.MONEY: "#,##0.00", Shape.RATE: "0.00"}
_WIDTH_MAX = 45
_NAME_MAX = 31  # of a sheet, in every spreadsheet program
_NAME_REFUSES = str.maketrans(dict.fromkeys(r"[]:*?/\'", " "))


@dataclass(frozen=True)
class Heading:
    """A column: its name for programs, its title for people, and how its figures are written (None for texts)."""

    name: str
    title: str
    shape: Shape | None = None


@dataclass(frozen=True)
class Sheet:
    """A table to be taken away. Money in cents, rates in hundredths; ``about`` tells what was asked, and when."""

    title: str
    headings: Sequence[Heading]
    rows: Sequence[Sequence[Cell]]
    total: Sequence[Cell] = ()
    about: Sequence[tuple[str, str]] = field(default_factory=tuple)
    about_title: str = "Consulta"


def starts_a_formula(text: str) -> bool:
    """Whether a spreadsheet would take a text for a formula (OWASP, CSV injection)."""
    return text.startswith(_FORMULA_STARTS)


def plain(text: str) -> str:
    """A text that a spreadsheet shows as it is."""
    return f"'{text}" if starts_a_formula(text) else text


def as_csv(sheet: Sheet) -> str:
    """The names and one line a row, without the sum: a program that adds up a column gets it right."""
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\r\n")
    writer.writerow([heading.name for heading in sheet.headings])
    for row in sheet.rows:
        writer.writerow([_csv_cell(cell, heading) for cell, heading in zip(row, sheet.headings, strict=True)])
    return written.getvalue()


def as_xlsx(sheet: Sheet, *, made_at: datetime) -> bytes:
    """A workbook: the table under its titles with the sum below, and a sheet about it. ``made_at`` is its date."""
    written = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(written, options) as book:
        book.set_properties({"title": sheet.title, "created": made_at.replace(tzinfo=None)})
        _Writer(book).table(sheet)
    return written.getvalue()


class _Writer:
    def __init__(self, book: xlsxwriter.Workbook) -> None:
        self.book = book
        self.bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        self.formats: dict[tuple[Shape | None, bool], Format] = {}

    def table(self, sheet: Sheet) -> None:
        page = self.book.add_worksheet(_sheet_name(sheet.title))
        for column, heading in enumerate(sheet.headings):
            self._text(page, 0, column, heading.title, self.bold)
            page.set_column(column, column, _width(heading, [row[column] for row in sheet.rows]))
        for number, row in enumerate(sheet.rows, start=1):
            self._row(page, number, sheet, row)
        if sheet.total:
            self._row(page, len(sheet.rows) + 1, sheet, sheet.total, bold=True)
        page.freeze_panes(1, 0)
        page.autofilter(0, 0, len(sheet.rows), len(sheet.headings) - 1)
        page.set_landscape()
        page.fit_to_pages(1, 0)
        page.repeat_rows(0)
        self._about(sheet)

    def _about(self, sheet: Sheet) -> None:
        if not sheet.about:
            return
        page = self.book.add_worksheet(_sheet_name(sheet.about_title))
        page.set_column(0, 0, 24)
        page.set_column(1, 1, _WIDTH_MAX)
        for number, (label, text) in enumerate(sheet.about):
            self._text(page, number, 0, label, self.bold)
            self._text(page, number, 1, text, self._format(None))

    def _row(self, page: Worksheet, number: int, sheet: Sheet, row: Iterable[Cell], *, bold: bool = False) -> None:
        for column, (cell, heading) in enumerate(zip(row, sheet.headings, strict=True)):
            written_as = self._format(heading.shape, bold=bold)
            if isinstance(cell, int):
                page.write_number(number, column, _amount(cell, heading.shape), written_as)
            else:
                self._text(page, number, column, cell, written_as)

    def _text(self, page: Worksheet, row: int, column: int, text: str, written_as: Format) -> None:
        if starts_a_formula(text):
            written_as = self.book.add_format({"quote_prefix": True})
        page.write_string(row, column, text, written_as)

    def _format(self, shape: Shape | None, *, bold: bool = False) -> Format:
        key = (shape, bold)
        if key not in self.formats:
            number = {"num_format": _NUMBER_FORMATS[shape]} if shape else {}
            self.formats[key] = self.book.add_format({"bold": bold, **number})
        return self.formats[key]


def _csv_cell(cell: Cell, heading: Heading) -> Cell:
    if isinstance(cell, str):
        return plain(cell)
    return decimal_text(cell) if heading.shape in {Shape.MONEY, Shape.RATE} else cell


def _amount(cell: int, shape: Shape | None) -> int | Decimal:
    return Decimal(cell) / 100 if shape in {Shape.MONEY, Shape.RATE} else cell


def _sheet_name(title: str) -> str:
    return title.translate(_NAME_REFUSES).strip()[:_NAME_MAX] or "1"


def _width(heading: Heading, cells: Iterable[Cell]) -> int:
    longest = max((len(str(cell)) for cell in cells), default=0)
    return min(_WIDTH_MAX, max(longest, len(heading.title), 8) + 3)
