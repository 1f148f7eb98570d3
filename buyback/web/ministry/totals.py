"""The neighbourhoods: a question in the address, so that it can be sent; its answer as a table, and as a file."""

from collections.abc import Callable

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from buyback.errors import NotFound
from buyback.files.downloads import csv_file, xlsx_file
from buyback.places import queries as places
from buyback.places.gazetteer import gazetteer
from buyback.security.access import Permission
from buyback.totals import neighbourhoods
from buyback.totals.figures import By
from buyback.totals.neighbourhoods import View
from buyback.totals.view import NAME, Asked
from buyback.web.ministry import asking, drawing, files
from buyback.web.ministry.words import BY_NAMES, COLUMN_NAMES, called, shown
from buyback.web.shell.downloads import send
from buyback.web.shell.forms import Form
from buyback.web.shell.guard import permission
from buyback.web.shell.login import actor
from buyback.web.shell.pages import page
from buyback.web.shell.request import now, reading, transacting

ministry = Blueprint("ministry", __name__, url_prefix="/totales")


@ministry.get("")
@permission(Permission.TOTALS_SEE)
def totals() -> Response | str | tuple[str, int]:
    """The totals that the address asks for."""
    if "" in request.args.values():  # a form sends what was left empty too: the address to send is the short one
        return redirect(asking.here(), 302)
    form = Form.asked()
    seen = _answer(form, lambda asked: neighbourhoods.view(reading(), asked, within=actor().district))
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
    seen = _answer(form, lambda asked: _taken(asked, shape))
    if seen is None:
        return _page(form, None), _status(form)
    table, name = files.table(seen, reading()), files.name(seen.asked)
    return send(csv_file(table, name) if shape == "csv" else xlsx_file(table, name, made_at=now()))


def _taken(asked: Asked, shape: str) -> View:
    return transacting(lambda session: neighbourhoods.take(session, asked, shape=shape, by=actor(), now=now()))


def _answer(form: Form, ask: Callable[[Asked], View]) -> View | None:
    """The answer; None where something is wrong with the question, which then stays on the page as it was typed."""
    try:
        with form.refusals():
            return ask(asking.read(form))
    except NotFound as unknown:
        form.take(unknown)
    return None


def _status(form: Form) -> int:
    unknown = any(isinstance(problem.refusal, NotFound) for problem in form.problems)
    return 404 if unknown else 422


def _page(form: Form, seen: View | None) -> str:
    asked = seen.asked if seen else None
    by = asked.by if asked else By.CORREGIMIENTO
    return page(
        "ministry/totals.html",
        form=form,
        view=seen,
        by=by,
        by_name=str(BY_NAMES[by]).lower(),
        by_choices=asking.by_choices(form),
        choosing=asking.Choosing.for_reader(form),
        filtered=any(form[name] for name in ("programme", "place", "class", "event")),
        path=_path(asked),
        home=_home(),
        headings=_headings(asked) if asked else [],
        column_names=COLUMN_NAMES,
        shown=shown,
        called=called,
        here=asking.here,
        below=asking.below,
        behind=asking.behind,
        drawing=_drawing(seen, form["show"]),
        drawable=[(column, str(COLUMN_NAMES[column])) for column in drawing.drawable(asked)] if asked else [],
        csv_url=url_for("ministry.totals_csv", **asking.arguments({})),
        xlsx_url=url_for("ministry.totals_xlsx", **asking.arguments({})),
    )


def _drawing(seen: View | None, column: str) -> drawing.Drawing | None:
    if seen is None:
        return None
    return drawing.draw(reading(), seen, column, address=asking.below, within=actor().district)


def _headings(asked: Asked) -> list[tuple[str, str, str]]:
    """(column, address that sorts by it, how it is sorted now)."""
    return [(column, *asking.sorting(asked, column)) for column in (NAME, *asked.columns)]


def _path(asked: Asked | None) -> list[tuple[str, str]]:
    """The places around what is shown, as (code, name): inside the reader's district only."""
    steps = gazetteer(reading()).path(asked.question.place if asked else None)
    return [
        (code, name) for code, name in steps if code.startswith(actor().district or "") and code != actor().district
    ]


def _home() -> tuple[str, str]:
    """Where the reader's sight begins: the name of the own district (empty for the country), and its first rows."""
    district = actor().district
    if district is None:
        return "", By.PROVINCE.value
    return places.get_district(reading(), district).name, By.CORREGIMIENTO.value
