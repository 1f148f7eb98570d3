"""Cells that say which column they belong to: what a table is read by where its heading is far away."""

from markupsafe import Markup

from buyback.web.shell.cells import labelled

COLUMNS = [("Entrega", ""), ("Monto", "number")]


def test_each_cell_says_its_column_and_the_row_is_still_a_row_of_a_table() -> None:
    row = Markup('<th scope="row">Entrega 1</th>\n<td class="number">B/. 5.00</td>')
    heading, cell = labelled(row, COLUMNS).split("\n")
    assert heading == '<th role="rowheader" scope="row">Entrega 1</th>'
    assert cell == '<td role="cell" data-label="Monto" class="number"><div class="cell">B/. 5.00</div></td>'


def test_a_heading_with_quotes_stays_inside_its_label() -> None:
    columns = [("Entrega", ""), ('"><script>', "")]
    assert "<script>" not in labelled(Markup("<th>1</th><td>2</td>"), columns)


def test_a_cell_beyond_the_headings_is_left_without_a_label() -> None:
    assert labelled(Markup("<th>1</th><td>2</td><td>3</td>"), COLUMNS).endswith(
        '<td role="cell"><div class="cell">3</div></td>'
    )


def test_an_empty_cell_stays_empty() -> None:
    assert labelled(Markup("<th>1</th><td>\n</td>"), COLUMNS).endswith('<td role="cell" data-label="Monto"></td>')
