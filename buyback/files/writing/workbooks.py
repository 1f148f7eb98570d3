"""Tables as workbooks for spreadsheet programs (XLSX)."""

import io
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from buyback.files.writing.tabular import Cell, Column, Kind, Table, cell_text, starts_a_formula

_NUMBER_FORMATS = {Kind.DAY: "dd/mm/yyyy", Kind.COUNT: "#,##0", Kind.MONEY: "#,##0.00", Kind.RATE: "0.00"}
_WIDTH_MAX = 45
_NAME_MAX = 31  # of a sheet, in every spreadsheet program
_NAME_REFUSES = str.maketrans(dict.fromkeys(r"[]:*?/\'", " "))
_TITLE = {"bold": True, "text_wrap": True, "valign": "top"}


def as_xlsx(table: Table, *, made_at: datetime) -> bytes:
    """A workbook: the table under its headings with the sum below, and a sheet of its notes. ``made_at`` is its date.

    A text that a spreadsheet would take for a formula is a text cell with the mark that says so.
    """
    written = io.BytesIO()
    options = {"in_memory": True}
    with xlsxwriter.Workbook(written, options) as book:
        book.set_properties({"title": table.title, "created": made_at.replace(tzinfo=None)})
        writer = _Writer(book)
        writer.table(table)
        if table.notes:
            writer.notes(table)
    return written.getvalue()


class _Writer:
    def __init__(self, book: xlsxwriter.Workbook) -> None:
        self._book = book
        self._formats: dict[tuple[object, ...], Format] = {}

    def table(self, table: Table) -> None:
        page = self._book.add_worksheet(_sheet_name(table.title))
        for number, column in enumerate(table.columns):
            self._text(page, (0, number), column.heading, **_TITLE)
            page.set_column(number, number, _width(column, [row[number] for row in table.rows]))
        for number, row in enumerate(table.rows, start=1):
            self._row(page, number, row, table.columns)
        for number, row in enumerate(table.sums, start=len(table.rows) + 1):
            self._row(page, number, row, table.columns, bold=True)
        page.freeze_panes(1, 0)
        page.autofilter(0, 0, len(table.rows), len(table.columns) - 1)
        page.set_landscape()
        page.fit_to_pages(1, 0)
        page.repeat_rows(0)

    def notes(self, table: Table) -> None:
        page = self._book.add_worksheet(_sheet_name(table.notes_title))
        page.set_column(0, 0, 24)
        page.set_column(1, 1, _WIDTH_MAX)
        for number, (label, text) in enumerate(table.notes):
            self._text(page, (number, 0), label, **_TITLE)
            self._text(page, (number, 1), text)

    def _row(
        self, page: Worksheet, number: int, row: Sequence[Cell], columns: Sequence[Column], **look: object
    ) -> None:
        for place, (cell, column) in enumerate(zip(row, columns, strict=True)):
            shown = {"num_format": _NUMBER_FORMATS[column.kind], **look} if column.kind in _NUMBER_FORMATS else look
            if isinstance(cell, int):
                page.write_number(number, place, _amount(cell, column.kind), self._format(**shown))
            elif isinstance(cell, date):
                page.write_datetime(number, place, cell, self._format(**shown))
            else:
                self._text(page, (number, place), cell_text(cell, column), **look)

    def _text(self, page: Worksheet, place: tuple[int, int], text: str, **look: object) -> None:
        guard = {"quote_prefix": True} if starts_a_formula(text) else {}
        page.write_string(*place, text, self._format(**look, **guard))

    def _format(self, **look: object) -> Format:
        key = tuple(sorted(look.items()))
        if key not in self._formats:
            self._formats[key] = self._book.add_format(look)
        return self._formats[key]


def _amount(cell: int, kind: Kind) -> int | Decimal:
    return Decimal(cell) / 100 if kind in {Kind.MONEY, Kind.RATE} else cell


def _sheet_name(title: str) -> str:
    return title.translate(_NAME_REFUSES).strip()[:_NAME_MAX] or "1"


def _width(column: Column, cells: Sequence[Cell]) -> int:
    longest = max((len(cell_text(cell, column)) for cell in cells), default=0)
    return min(_WIDTH_MAX, max(longest, len(column.heading), 8) + 3)
