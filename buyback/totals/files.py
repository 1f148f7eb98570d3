"""Totals as a table for a terminal or a program, and as a JSON document."""

from collections.abc import Iterable

from buyback.files.writing.tabular import Cell, Column, Table, plain
from buyback.totals.figures import Figure
from buyback.totals.queries import Totals
from buyback.totals.rules import Row


def as_table(totals: Totals) -> Table:
    """A row's code, name and figures, with the sum of those that add up."""
    query = totals.query
    return Table(
        title="Totales",
        columns=(Column("code", "code"), Column("name", "name"), *_columns(query.counted)),
        rows=tuple((row.code, row.name, *_cells(row, query.counted)) for row in totals.rows),
        total=("", totals.total.name, *sums(totals, query.counted)),
    )


def as_document(totals: Totals) -> dict[str, object]:
    """``{"rows": […], "total": {…}}``; money as decimal text in balboas."""
    rows = [{"code": row.code, "name": row.name, **_object(totals, row)} for row in totals.rows]
    return {"rows": rows, "total": _object(totals, totals.total)}


def sums(totals: Totals, figures: Iterable[Figure]) -> tuple[Cell, ...]:
    """The cells below the rows: empty where a sum would add pieces to rounds."""
    return tuple(totals.total[figure] if figure in totals.query.summed else "" for figure in figures)


def _object(totals: Totals, row: Row) -> dict[str, str | int]:
    figures = totals.query.counted
    return {column.key: plain(row[figure], column) for figure, column in zip(figures, _columns(figures), strict=True)}


def _columns(figures: Iterable[Figure]) -> tuple[Column, ...]:
    return tuple(Column(figure.value, figure.value, figure.unit) for figure in figures)


def _cells(row: Row, figures: Iterable[Figure]) -> tuple[Cell, ...]:
    return tuple(row[figure] for figure in figures)
