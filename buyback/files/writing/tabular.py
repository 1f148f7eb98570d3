"""Tables that leave the system: one model for CSV, workbooks, papers and the terminal.

Programs read CSV: keys, codes, decimal text, ISO days, and no sum, since a program that adds up a column gets it right.
People read the rest: headings, words, figures as Panama writes them, and the sum below.
"""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from buyback.errors import Refused
from buyback.money import decimal_text, screen_text

# What a spreadsheet may take for the beginning of a formula (OWASP, CSV injection), wide signs included.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_NO_BREAK = "\u00a0"
_GAP = "  "

Cell = str | int | date | None


class NothingToExport(Refused):
    """A file without a row would look like a file that lost its rows."""

    sentence = "No hay nada que descargar con esta pregunta."


class Kind(StrEnum):
    """What a column's cells are. Money is in cents, a rate in hundredths."""

    TEXT = "text"
    DAY = "day"
    COUNT = "count"
    MONEY = "money"
    RATE = "rate"

    @property
    def is_figure(self) -> bool:
        """Whether its cells are numbers, which line up on the right."""
        return self in {Kind.COUNT, Kind.MONEY, Kind.RATE}


@dataclass(frozen=True)
class Column:
    """A column: its key for programs, its heading for people, and what its cells are.

    ``words`` are what codes of a closed list are called where people read; ``width`` is in proportion to the others on
    paper.
    """

    key: str
    heading: str
    kind: Kind = Kind.TEXT
    width: float = 1
    words: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Table:
    """Rows under columns. ``sums`` stand below them, for people; ``notes`` tell what was asked, and when."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    total: tuple[Cell, ...] = ()
    notes: tuple[tuple[str, str], ...] = ()
    notes_title: str = "Consulta"
    subtotals: tuple[tuple[Cell, ...], ...] = ()

    @property
    def sums(self) -> tuple[tuple[Cell, ...], ...]:
        """The rows below the rows: the sums of parts, and the sum of all last."""
        return (*self.subtotals, self.total) if self.total else self.subtotals


def with_sum(title: str, columns: tuple[Column, ...], rows: Iterable[tuple[Cell, ...]]) -> Table:
    """A table whose last row adds up its columns of money."""
    kept = tuple(rows)
    sums = (_sum(kept, number) if column.kind is Kind.MONEY else "" for number, column in enumerate(columns))
    return Table(title, columns, kept, ("Total", *tuple(sums)[1:]))


def starts_a_formula(text: str) -> bool:
    """Whether a spreadsheet would take a text for a formula."""
    return text.startswith(_FORMULA_STARTS)


def figure_text(number: int, kind: Kind) -> str:
    """A figure as people read it: ``B/. 1,234.50``, ``1,234`` or ``1,234.50``."""
    if kind is Kind.MONEY:
        return screen_text(number)
    return f"{number // 100:,}.{number % 100:02d}" if kind is Kind.RATE else f"{number:,}"


def cell_text(cell: Cell, column: Column) -> str:
    """A cell as people read it; an amount is never broken over two lines."""
    if cell is None:
        return ""
    if isinstance(cell, date):
        return f"{cell:%d/%m/%Y}"
    if isinstance(cell, int):
        return figure_text(cell, column.kind).replace(" ", _NO_BREAK)
    return column.words.get(cell, cell)


def plain(cell: Cell, column: Column) -> str | int:
    """A cell as programs read it: decimal text for money and rates, ISO 8601 for days, codes as they are."""
    if cell is None:
        return ""
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, int):
        return decimal_text(cell) if column.kind in {Kind.MONEY, Kind.RATE} else cell
    return cell


def csv_text(table: Table) -> str:
    """Comma-separated, with the keys above. A text that would start a formula begins with an apostrophe.

    Without a byte order mark: for standard output, where a program would read it as part of the first key. A file
    has one (``buyback.files.writing.downloads``).
    """
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\r\n")
    writer.writerow(column.key for column in table.columns)
    for row in table.rows:
        writer.writerow(_harmless(cell, column) for cell, column in zip(row, table.columns, strict=True))
    return written.getvalue()


def terminal_text(table: Table) -> str:
    """Columns that line up under their keys, with the sum below."""
    rows = [*table.rows, *table.sums]
    lines = [
        [column.key for column in table.columns],
        *([str(plain(cell, column)) for cell, column in zip(row, table.columns, strict=True)] for row in rows),
    ]
    widths = [max(len(text) for text in texts) for texts in zip(*lines, strict=True)]
    return "\n".join(_line(line, widths, table.columns) for line in lines)


def _line(texts: Sequence[str], widths: Sequence[int], columns: Sequence[Column]) -> str:
    parts = zip(texts, widths, columns, strict=True)
    return _GAP.join(
        text.rjust(width) if column.kind.is_figure else text.ljust(width) for text, width, column in parts
    ).rstrip()


def _harmless(cell: Cell, column: Column) -> str | int:
    return f"'{cell}" if isinstance(cell, str) and starts_a_formula(cell) else plain(cell, column)


def _sum(rows: Iterable[Sequence[Cell]], number: int) -> int:
    return sum(cell for row in rows if isinstance(cell := row[number], int))
