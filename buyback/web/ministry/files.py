"""The totals on the page as a table to be taken away, with what was asked."""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from buyback.files.tabular import Cell, Column, Table
from buyback.places.gazetteer import gazetteer
from buyback.tariff.catalogue import CATALOGUE
from buyback.totals.neighbourhoods import View
from buyback.totals.view import Asked, Line, kind_of
from buyback.web.ministry.words import BY_NAMES, COLUMN_NAMES, called
from buyback.web.shell.i18n import _, show_day, show_instant
from buyback.web.shell.login import actor
from buyback.web.shell.request import now


def table(seen: View, session: Session) -> Table:
    """The rows of a view in their order, column by column, and the sum."""
    asked = seen.asked
    columns = (
        Column("code", _("Código")),
        Column("name", str(BY_NAMES[asked.by])),
        *(Column(column, str(COLUMN_NAMES[column]), kind_of(column)) for column in asked.columns),
        Column("context", _("Dónde")),
    )
    return Table(
        title=_("Totales"),
        columns=columns,
        rows=tuple(_row(line, asked) for line in seen.lines),
        total=("", _("Total"), *(seen.total[column] for column in asked.columns), ""),
        notes=_notes(asked, gazetteer(session).names),
        notes_title=_("Consulta"),
    )


def name(asked: Asked) -> str:
    """A file's name without its ending: what the rows stand for, and the place."""
    return "-".join(filter(None, ["totales", asked.by.value, asked.question.place]))


def _row(line: Line, asked: Asked) -> tuple[Cell, ...]:
    return (line.code, called(asked.by, line), *(line[column] for column in asked.columns), line.context)


def _notes(asked: Asked, names: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    question = asked.question
    told = [
        (_("Una fila por"), str(BY_NAMES[asked.by])),
        (_("Desde"), show_day(question.since) if question.since else ""),
        (_("Hasta"), show_day(question.until) if question.until else ""),
        (_("Programa"), question.programme or ""),
        (_("Lugar"), f"{names[question.place]} ({question.place})" if question.place else ""),
        (_("Clase de artículo"), _(CATALOGUE[asked.item_class].name) if asked.item_class else ""),
        (_("Jornada"), question.event or ""),
        (_("Buscar"), asked.words),
        (_("Consultado"), show_instant(now())),
        (_("Por"), actor().name or ""),
    ]
    return tuple((label, text) for label, text in told if text)
