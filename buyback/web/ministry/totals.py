"""The totals: a question in the address, so that it can be sent; its answer as a table, and as a file."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Blueprint, make_response, request, url_for
from werkzeug.wrappers import Response

from buyback.campaigns import queries as campaigns
from buyback.reports.totals import Totals, export, place_path
from buyback.reports.totals import totals as add_up
from buyback.reports.totals_figures import MONEY, By, Column, Question, Row
from buyback.reports.totals_files import as_csv
from buyback.security.access import Permission
from buyback.web.shell.forms import Form
from buyback.web.shell.guard import permission
from buyback.web.shell.i18n import N_
from buyback.web.shell.login import actor
from buyback.web.shell.pages import page
from buyback.web.shell.request import now, reading, transacting

ministry = Blueprint("ministry", __name__, url_prefix="/totales")

BY_NAMES = {
    By.CORREGIMIENTO: N_("Corregimiento"),
    By.DISTRICT: N_("Distrito"),
    By.PROVINCE: N_("Provincia o comarca"),
    By.EVENT: N_("Jornada"),
    By.MONTH: N_("Mes"),
    By.CLASS: N_("Clase de artículo"),
}
COLUMN_NAMES = {
    Column.EVENTS: N_("Jornadas"),
    Column.SURRENDERS: N_("Entregas"),
    Column.ARMS: N_("Armas"),
    Column.FIREARMS: N_("De fuego"),
    Column.AMMUNITION: N_("Municiones"),
    Column.MAGAZINES: N_("Proveedores"),
    Column.EXPLOSIVES: N_("Explosivos"),
    Column.ACCESSORIES: N_("Accesorios"),
    Column.VOUCHERS: N_("Vales"),
    Column.ISSUED: N_("Emitido"),
    Column.REDEEMED: N_("Canjeado"),
    Column.VOID: N_("Anulado"),
    Column.EXPIRED: N_("Vencido"),
    Column.OUTSTANDING: N_("Por canjear"),
    Column.ITEMS: N_("Artículos"),
    Column.APPRAISED_VALUE: N_("Valor del avalúo"),
}
BELOW = {By.PROVINCE: By.DISTRICT, By.DISTRICT: By.CORREGIMIENTO, By.CORREGIMIENTO: By.EVENT}
NAME_SORT = "name"


@dataclass(frozen=True)
class Sorting:
    """Which column orders the rows; figures go from the largest, names from A."""

    column: str

    def of(self, rows: tuple[Row, ...]) -> list[Row]:
        """The rows in this order."""
        if self.column in set(Column):
            return sorted(rows, key=lambda row: (-row.figures.get(Column(self.column), 0), row.code))
        if self.column == NAME_SORT:
            return sorted(rows, key=lambda row: (row.name.casefold(), row.code))
        return list(rows)


@ministry.get("")
@permission(Permission.TOTALS_SEE)
def totals() -> str | tuple[str, int]:
    """The totals that the address asks for."""
    form = Form.asked()
    with form.refusals():
        question = _question(form)
        form.check()
        return _page(form, add_up(reading(), question, within=actor().district))
    return _page(form, None), 422


@ministry.get("/totales.csv")
@permission(Permission.TOTALS_SEE)
def totals_csv() -> Response | tuple[str, int]:
    """The same as a file; the audit log keeps who took what."""
    form = Form.asked()
    with form.refusals():
        question = _question(form)
        form.check()
        answer = transacting(lambda session: export(session, question, by=actor(), now=now()))
        made = make_response("\ufeff" + as_csv(answer))  # spreadsheets take it for UTF-8 only with the mark
        made.mimetype = "text/csv"
        made.headers["Content-Disposition"] = f'attachment; filename="totales-{question.by.value}.csv"'
        return made
    return _page(form, None), 422


def _question(form: Form) -> Question:
    return Question(
        by=By(form.choice("by", list(By)) or By.CORREGIMIENTO) if form["by"] else By.CORREGIMIENTO,
        since=_day(form, "from"),
        until=_day(form, "to"),
        programme=form["programme"] or None,
        place=form["place"] or None,
        event=form["event"] or None,
    )


def _day(form: Form, name: str) -> date | None:
    return form.day(name) if form[name] else None


def _page(form: Form, answer: Totals | None) -> str:
    sorting = Sorting(form["sort"])
    by = answer.question.by if answer else By.CORREGIMIENTO
    return page(
        "ministry/totals.html",
        form=form,
        answer=answer,
        rows=sorting.of(answer.rows) if answer else [],
        sort=sorting.column,
        by=by,
        by_names=[(key.value, name) for key, name in BY_NAMES.items()],
        column_names=COLUMN_NAMES,
        money_columns=MONEY,
        programmes=[(one.code, one.name) for one in campaigns.programmes(reading())],
        path=place_path(reading(), answer.question.place) if answer else (),
        most=max((row.figures.get(_weighed(by), 0) for row in answer.rows), default=0) if answer else 0,
        weighed=_weighed(by),
        here=_here,
        below=lambda row: _below(by, row),
        csv_url=url_for("ministry.totals_csv", **_arguments({})),
    )


def _weighed(by: By) -> Column:
    return Column.APPRAISED_VALUE if by is By.CLASS else Column.ISSUED


def _below(by: By, row: Row) -> str | None:
    """Where a row leads: a place to what lies in it, an event to its classes."""
    if by in BELOW:
        return _here(by=BELOW[by].value, place=row.code, sort="")
    return _here(by=By.CLASS.value, event=row.code, sort="") if by is By.EVENT else None


def _here(**changes: str) -> str:
    """The page's address with some of the question changed; an empty change takes a part away."""
    return url_for("ministry.totals", **_arguments(changes))


def _arguments(changes: Mapping[str, str]) -> dict[str, Any]:
    known = ("by", "from", "to", "programme", "place", "event", "sort")
    merged = {**request.args.to_dict(), **changes}
    return {key: merged[key] for key in known if merged.get(key)}
