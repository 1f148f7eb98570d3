"""Cells of a table that say which column they belong to, so that a row can be read where the heading is far away.

A narrow screen shows each row as a slip of its own (``.stacked`` in static/css/data.css). The label comes from the
heading; the roles keep the table a table for readers of screens, although its parts are laid out as blocks.
"""

import re
from collections.abc import Sequence
from itertools import count

from markupsafe import Markup, escape

_CELL = re.compile(r"<(t[dh])\b(?![^>]*\brole=)")
_ROLES = {"td": "cell", "th": "rowheader"}


def labelled(row: Markup, columns: Sequence[Sequence[str]]) -> Markup:
    """The cells of one row with their roles, each ``td`` with its column's text as ``data-label``."""
    number = count()

    def mark(cell: re.Match[str]) -> str:
        kind, place = cell.group(1), next(number)
        label = columns[place][0] if kind == "td" and place < len(columns) else ""
        said = f' data-label="{escape(label)}"' if label else ""
        return f'<{kind} role="{_ROLES[kind]}"{said}'

    return Markup(_CELL.sub(mark, row))  # noqa: S704  the row is markup already; the labels are escaped
