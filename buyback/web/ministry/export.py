"""The totals on the page as a table to be taken away, with what was asked."""

from sqlalchemy.orm import Session

from buyback.files.writing.tabular import Cell, Column, Table
from buyback.places.gazetteer import gazetteer
from buyback.tariff.catalogue import CATALOGUE
from buyback.totals.files import sums
from buyback.totals.queries import Totals
from buyback.totals.rules import Query, Row
from buyback.web.ministry.labels import BY_NAMES, label, row_name
from buyback.web.shell.i18n import _, show_day, show_instant
from buyback.web.shell.login import actor
from buyback.web.shell.request import now


def table(seen: Totals, session: Session) -> Table:
    """The rows of some totals in their order, column by column, and the sum."""
    query = seen.query
    columns = (
        Column("code", _("Código")),
        Column("name", str(BY_NAMES[query.by])),
        *(Column(figure.value, label(figure), figure.unit) for figure in query.columns),
        Column("context", _("Dónde")),
    )
    return Table(
        title=_("Totales"),
        columns=columns,
        rows=tuple(_row(row, query) for row in seen.rows),
        subtotals=tuple(("", _(row.name), *(row[figure] for figure in query.columns), "") for row in seen.subtotals),
        total=("", _("Total"), *sums(seen, query.columns), ""),
        notes=asked(query, session),
        notes_title=_("Consulta"),
    )


def name(query: Query) -> str:
    """A file's name without its ending: what the rows stand for, and the place."""
    return "-".join(filter(None, ["totales", query.by.value, query.place]))


def _row(row: Row, query: Query) -> tuple[Cell, ...]:
    return (row.code, row_name(query.by, row), *(row[figure] for figure in query.columns), row.context)


def asked(query: Query, session: Session) -> tuple[tuple[str, str], ...]:
    """What was asked, when and by whom, as (part, text): without it a sum on paper does not say what it is of."""
    names = gazetteer(session).names
    parts = [
        (_("Una fila por"), str(BY_NAMES[query.by])),
        (_("Desde"), show_day(query.since) if query.since else ""),
        (_("Hasta"), show_day(query.until) if query.until else ""),
        (_("Programa"), query.programme or ""),
        (_("Lugar"), f"{names[query.place]} ({query.place})" if query.place else ""),
        (_("Clase de artículo"), _(CATALOGUE[query.item_class].name) if query.item_class else ""),
        (_("Jornada"), query.event or ""),
        (_("Buscar"), query.words),
        (_("Consultado"), show_instant(now())),
        (_("Por"), actor().name or ""),
    ]
    return tuple((part, text) for part, text in parts if text)
