"""Cells of a table that say which column they belong to, so that a row can be read where the heading is far away.

A narrow screen shows each row as a slip of its own (``.stacked`` in static/css/data.css). The label comes from the
heading; the roles keep the table a table for readers of screens, although its parts are laid out as blocks.
"""

import re
from collections.abc import Sequence
from itertools import count

from markupsafe import Markup, escape

_CELL = re.compile(r"<(t[dh])\b([^>]*)>(.*?)</\1>", re.DOTALL)


def labelled(row: Markup, columns: Sequence[Sequence[str]]) -> Markup:
    """The cells of one row with their roles, each ``td`` with its column's text as ``data-label``.

    What a ``td`` holds becomes one box, so that label and content can stand beside each other.
    """
    number = count()

    def mark(cell: re.Match[str]) -> str:
        kind, attributes, held = cell.groups()
        place = next(number)
        if kind == "th":
            return f'<th role="rowheader"{attributes}>{held}</th>'
        said = f' data-label="{escape(columns[place][0])}"' if place < len(columns) else ""
        box = f'<div class="cell">{held.strip()}</div>' if held.strip() else ""
        return f'<td role="cell"{said}{attributes}>{box}</td>'

    return Markup(_CELL.sub(mark, row))  # noqa: S704  the row is markup already; the labels are escaped
