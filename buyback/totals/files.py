"""Totals as a table for a terminal or a program, and as a JSON document."""

from buyback.files.tabular import Cell, Column, Kind, Table, plain
from buyback.totals.figures import MONEY, Row
from buyback.totals.queries import Totals


def as_table(totals: Totals) -> Table:
    """A row's code, name and figures, with the sum."""
    figures = (Column(column, column, Kind.MONEY if column in MONEY else Kind.COUNT) for column in totals.columns)
    return Table(
        title="Totales",
        columns=(Column("code", "code"), Column("name", "name"), *figures),
        rows=tuple(_cells(totals, row) for row in totals.rows),
        total=_cells(totals, totals.total),
    )


def as_document(totals: Totals) -> dict[str, object]:
    """``{"rows": […], "total": {…}}``; money as decimal text in balboas."""
    table = as_table(totals)
    whole = {column.key: plain(cell, column) for column, cell in zip(table.columns, table.total, strict=True)}
    return {
        "rows": [
            {column.key: plain(cell, column) for column, cell in zip(table.columns, row, strict=True)}
            for row in table.rows
        ],
        "total": {column.key: whole[column.key] for column in table.columns if column.kind.is_figure},
    }


def _cells(totals: Totals, row: Row) -> tuple[Cell, ...]:
    return (row.code, row.name, *(row[column] for column in totals.columns))
