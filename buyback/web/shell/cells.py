"""Cells of a table that say which column they belong to, so that a row can be read where the heading is far away.

A narrow screen shows each row as a slip of its own (``.stacked`` in static/css/data.css): beside each cell stands its
column's heading. The roles keep the table a table for readers of screens, although its parts are laid out as blocks.
"""

from collections.abc import Callable, Sequence

from markupsafe import Markup, escape

Written = Callable[[], str]


class Cells:
    """Writes the cells of one row, from left to right under columns of (heading, class).

    What is in a cell is given as a value, or as markup between ``{% call cells.cell() %}`` and ``{% endcall %}``.
    """

    def __init__(self, columns: Sequence[tuple[str, str]]) -> None:
        self._columns = iter(columns)

    def head(self, content: object = "", *, look: str = "", caller: Written | None = None) -> Markup:
        """The cell that names the row; ``look`` is a class in place of the column's."""
        _, column_look = next(self._columns)
        return Markup('<th role="rowheader" scope="row"{}>{}</th>').format(
            _class(look or column_look), _content(content, caller)
        )

    def cell(self, content: object = "", *, caller: Written | None = None) -> Markup:
        """The next cell. What it holds is one box, so that heading and content can stand beside each other."""
        heading, look = next(self._columns)
        held = _content(content, caller)
        box = Markup('<div class="cell">{}</div>').format(held) if held else Markup()
        return Markup('<td role="cell" data-label="{}"{}>{}</td>').format(heading, _class(look), box)


def _class(look: str) -> Markup:
    return Markup(' class="{}"').format(look) if look else Markup()


def _content(content: object, caller: Written | None) -> Markup:
    """What is in a cell, without the space around it: an empty one leaves no gap on a slip."""
    return escape(caller() if caller else content).strip()
