"""Totals as text for a terminal, as CSV and as a JSON document."""

import csv
import io

from buyback.files.workbooks import plain
from buyback.money import decimal_text
from buyback.totals.figures import MONEY, Column, Row
from buyback.totals.queries import Totals

_GAP = "  "


def as_document(totals: Totals) -> dict[str, object]:
    """``{"rows": […], "total": {…}}``; money as decimal text in balboas."""
    rows = [{"code": row.code, "name": row.name, **_figures(totals, row)} for row in totals.rows]
    return {"rows": rows, "total": _figures(totals, totals.total)}


def as_csv(totals: Totals) -> str:
    """A header and one line a row, without the sum: a program that adds up a column gets it right.

    Texts that a spreadsheet would take for a formula begin with an apostrophe.
    """
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\r\n")
    writer.writerow(["code", "name", *(column.value for column in totals.columns)])
    for row in totals.rows:
        writer.writerow([plain(row.code), plain(row.name), *_figures(totals, row).values()])
    return written.getvalue()


def as_text(totals: Totals) -> str:
    """Columns that line up, with the sum below; figures to the right."""
    lines = [
        ["code", "name", *(column.value for column in totals.columns)],
        *(
            [row.code, row.name, *(str(value) for value in _figures(totals, row).values())]
            for row in (*totals.rows, totals.total)
        ),
    ]
    widths = [max(len(cell) for cell in cells) for cells in zip(*lines, strict=True)]
    return "\n".join(_line(cells, widths) for cells in lines)


def _figures(totals: Totals, row: Row) -> dict[str, int | str]:
    return {column.value: _shown(column, row[column]) for column in totals.columns}


def _shown(column: Column, value: int) -> int | str:
    return decimal_text(value) if column in MONEY else value


def _line(cells: list[str], widths: list[int]) -> str:
    texts = [cell.ljust(width) for cell, width in zip(cells[:2], widths[:2], strict=True)]
    figures = [cell.rjust(width) for cell, width in zip(cells[2:], widths[2:], strict=True)]
    return _GAP.join([*texts, *figures]).rstrip()
