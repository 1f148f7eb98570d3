"""A table that leaves the system: as CSV for a spreadsheet, or as a State document on paper."""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from buyback.money import decimal_text, screen_text

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
NO_BREAK = "\u00a0"
MARK = "\ufeff"  # spreadsheets take a file for UTF-8 only with it

Cell = str | int | date | None


@dataclass(frozen=True)
class Column:
    """A column: its key in files, its heading on paper in Spanish, whether it holds cents, and how wide it is.

    ``words`` are what codes of a closed list are called on paper; files keep the codes.
    """

    key: str
    heading: str
    is_money: bool = False
    width: float = 1  # in proportion to the others
    words: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Sheet:
    """A table with its columns; ``total`` is a last row on paper, and in no file: a program adds up by itself."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    total: tuple[Cell, ...] | None = None


def as_csv(sheet: Sheet) -> str:
    """Comma-separated, with a header; money as decimal text, days as ISO 8601.

    Texts that a spreadsheet would take for a formula begin with an apostrophe.
    """
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\r\n")
    writer.writerow([column.key for column in sheet.columns])
    for row in sheet.rows:
        writer.writerow([_plain(cell, column) for cell, column in zip(row, sheet.columns, strict=True)])
    return MARK + written.getvalue()


def on_paper(cell: Cell, column: Column) -> str:
    """How a cell reads on paper."""
    if cell is None:
        return ""
    if isinstance(cell, date):
        return f"{cell:%d/%m/%Y}"
    if isinstance(cell, int):
        return screen_text(cell).replace(" ", NO_BREAK) if column.is_money else f"{cell:,}"
    return column.words.get(cell, cell)


def _plain(cell: Cell, column: Column) -> str:
    if cell is None:
        return ""
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, int):
        return decimal_text(cell) if column.is_money else str(cell)
    return f"'{cell}" if cell.startswith(FORMULA_STARTS) else cell
