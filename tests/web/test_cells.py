"""Cells that say which column they belong to: what a table is read by where its heading is far away."""

import pytest
from markupsafe import Markup

from buyback.web.shell.cells import Cells

COLUMNS = [("Entrega", ""), ("Monto", "number"), ("Nota", "")]


def test_each_cell_says_its_column_and_the_row_is_still_a_row_of_a_table() -> None:
    cells = Cells(COLUMNS)
    assert cells.head("Entrega 1") == '<th role="rowheader" scope="row">Entrega 1</th>'
    assert cells.cell(5) == '<td role="cell" data-label="Monto" class="number"><div class="cell">5</div></td>'
    assert cells.cell(caller=lambda: Markup("\n<b>a</b> b\n")) == (
        '<td role="cell" data-label="Nota"><div class="cell"><b>a</b> b</div></td>'
    )


def test_a_heading_and_a_text_with_quotes_stay_where_they_are() -> None:
    cells = Cells([('"><script>', ""), ('"><script>', "")])
    assert "<script>" not in cells.head("<script>") + cells.cell('"<script>')


def test_the_cell_that_names_a_row_may_look_otherwise_than_its_column() -> None:
    assert Cells(COLUMNS).head("000123", look="code") == '<th role="rowheader" scope="row" class="code">000123</th>'


def test_a_cell_beyond_the_headings_is_a_fault_of_the_page() -> None:
    cells = Cells(COLUMNS[:1])
    cells.head("1")
    with pytest.raises(StopIteration):
        cells.cell("2")


def test_an_empty_cell_stays_empty() -> None:
    cells = Cells(COLUMNS)
    cells.head("1")
    assert cells.cell(caller=lambda: Markup("\n")) == '<td role="cell" data-label="Monto" class="number"></td>'
