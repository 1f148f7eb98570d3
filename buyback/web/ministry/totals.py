"""The neighbourhoods: a question in the address, so that it can be sent; its answer as a table, and as a file."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from buyback.errors import NotFound
from buyback.files.writing.downloads import csv_file, xlsx_file
from buyback.files.writing.tabular import Kind
from buyback.places import queries as places
from buyback.places.gazetteer import gazetteer
from buyback.security.access import Permission
from buyback.totals.figures import Figure
from buyback.totals.queries import Totals
from buyback.totals.queries import totals as add_up
from buyback.totals.rules import NAME, By, Query
from buyback.totals.service import take
from buyback.web.ministry import drawings, export, questions
from buyback.web.ministry.labels import BY_NAMES, UNIT, cell, label, row_name, shown
from buyback.web.shell.downloads import send
from buyback.web.shell.forms import Form
from buyback.web.shell.i18n import _
from buyback.web.shell.login import actor
from buyback.web.shell.pages import page
from buyback.web.shell.permissions import permission
from buyback.web.shell.request import now, reading, transacting

ministry = Blueprint("ministry", __name__, url_prefix="/totales")

HEADLINE = (
    Figure.ARMS,
    Figure.FIREARMS,
    Figure.AMMUNITION,
    Figure.ISSUED,
    Figure.REDEEMED,
    Figure.VOID,
    Figure.EXPIRED,
    Figure.OUTSTANDING,
)
BRIDGE = (
    ("", Figure.APPRAISED_VALUE),
    ("+", Figure.ROUNDING),
    ("+", Figure.REPLACED),
    ("=", Figure.ISSUED),
    ("−", Figure.REDEEMED),
    ("−", Figure.VOID),
    ("−", Figure.EXPIRED),
    ("=", Figure.OUTSTANDING),
)


@dataclass(frozen=True)
class Heading:
    """A column's figure, its name and unit, the address that sorts by it, and how it is sorted now."""

    figure: Figure
    name: str
    unit: str
    address: str
    sorted: str

    @classmethod
    def of(cls, query: Query, figure: Figure) -> "Heading":
        """The heading of a figure among the rows of a query."""
        unit = UNIT if figure.unit is Kind.MONEY else ""
        return cls(figure, label(figure), unit, *questions.sorting(query, figure))


@ministry.get("")
@permission(Permission.TOTALS_SEE)
def totals() -> Response | str | tuple[str, int]:
    """The totals that the address asks for."""
    if "" in request.args.values():  # a form sends what was left empty too: the address to send is the short one
        return redirect(questions.here(), 302)
    form = Form.asked()
    seen = _answer(form, lambda query: add_up(reading(), query, within=actor().district))
    return _page(form, seen) if seen else (_page(form, None), _status(form))


@ministry.get("/totales.csv")
@permission(Permission.TOTALS_SEE)
def totals_csv() -> Response | tuple[str, int]:
    """The same as CSV; the audit log keeps who took what."""
    return _file("csv")


@ministry.get("/totales.xlsx")
@permission(Permission.TOTALS_SEE)
def totals_xlsx() -> Response | tuple[str, int]:
    """The same as a workbook; the audit log keeps who took what."""
    return _file("xlsx")


def _file(shape: str) -> Response | tuple[str, int]:
    form = Form.asked()
    seen = _answer(form, lambda query: _taken(query, shape))
    if seen is None:
        return _page(form, None), _status(form)
    table, name = export.table(seen, reading()), export.name(seen.query)
    return send(csv_file(table, name) if shape == "csv" else xlsx_file(table, name, made_at=now()))


def _taken(query: Query, shape: str) -> Totals:
    return transacting(lambda session: take(session, query, shape=shape, by=actor(), now=now()))


def _answer(form: Form, ask: Callable[[Query], Totals]) -> Totals | None:
    """The answer; None where something is wrong with the question, which then stays on the page as it was typed."""
    try:
        with form.refusals():
            return ask(questions.read(form))
    except NotFound as unknown:
        form.take(unknown)
    return None


def _status(form: Form) -> int:
    unknown = any(isinstance(problem.refusal, NotFound) for problem in form.problems)
    return 404 if unknown else 422


def _page(form: Form, seen: Totals | None) -> str:
    query = seen.query if seen else None
    by = query.by if query else By.CORREGIMIENTO
    return page(
        "ministry/totals.html",
        form=form,
        seen=seen,
        query=query,
        by=by,
        by_name=str(BY_NAMES[by]).lower(),
        by_choices=questions.by_choices(form),
        choosing=questions.Choosing.for_reader(form),
        filtered=any(form[name] for name in ("programme", "place", "class", "event")),
        path=_path(query),
        home=_home(),
        parts=_parts(query) if query else [],
        by_itself=questions.sorting(query, NAME) if query else (),
        asked=export.asked(query, reading()) if query else (),
        headline=_headline(seen) if seen else [],
        bridge=_bridge(seen) if seen else [],
        label=label,
        cell=cell,
        row_name=row_name,
        here=questions.here,
        below=questions.below,
        behind=questions.behind,
        drawing=_drawing(seen, form["show"]),
        drawable=[(figure.value, label(figure)) for figure in drawings.drawable(query)] if query else [],
        csv_url=url_for("ministry.totals_csv", **questions.arguments({})),
        xlsx_url=url_for("ministry.totals_xlsx", **questions.arguments({})),
    )


def _headline(seen: Totals) -> list[tuple[str, str, str]]:
    """What is known of all rows together, as (name, text, no note)."""
    known = HEADLINE if Figure.ISSUED in seen.headline else seen.query.summed
    return [(label(figure), shown(figure, seen.headline[figure]), "") for figure in known if figure in seen.headline]


def _bridge(seen: Totals) -> list[tuple[str, str, str]]:
    """From what the items were worth to what is still to be redeemed, as (sign, name, text).

    Only of all classes together: a visit's rounding, and what became of its vouchers, belong to no class.
    """
    if seen.query.by is not By.CLASS or Figure.ISSUED not in seen.headline:
        return []
    return [_bridge_line(sign, figure, seen.headline[figure]) for sign, figure in BRIDGE]


def _bridge_line(sign: str, figure: Figure, amount: int) -> tuple[str, str, str]:
    """Of what is added and is negative (a rounding down), its size with the sign of what is taken away."""
    if sign == "+" and amount < 0:
        return "−", label(figure), shown(figure, -amount)
    return sign, label(figure), shown(figure, amount)


def _drawing(seen: Totals | None, wanted: str) -> drawings.Drawing | None:
    if seen is None:
        return None
    return drawings.draw(reading(), seen, wanted, address=questions.below, within=actor().district)


def _parts(query: Query) -> list[tuple[str, list[Heading]]]:
    """The columns in two tables, so that each stands whole on a screen and on paper: things, and vouchers."""
    things = [figure for figure in query.columns if not figure.is_of_vouchers]
    vouchers = [figure for figure in query.columns if figure.is_of_vouchers]
    by = str(BY_NAMES[query.by]).lower()
    parts = [(_("Lo entregado por %(what)s", what=by), things), (_("Los vales por %(what)s", what=by), vouchers)]
    return [(caption, [Heading.of(query, figure) for figure in figures]) for caption, figures in parts if figures]


def _path(query: Query | None) -> list[tuple[str, str]]:
    """The places around what is shown, as (code, name): inside the reader's district only."""
    steps = gazetteer(reading()).path(query.place if query else None)
    return [
        (code, name) for code, name in steps if code.startswith(actor().district or "") and code != actor().district
    ]


def _home() -> tuple[str, str]:
    """Where the reader's sight begins: the name of the own district (empty for the country), and its first rows."""
    district = actor().district
    if district is None:
        return "", By.PROVINCE.value
    return places.get_district(reading(), district).name, By.CORREGIMIENTO.value
