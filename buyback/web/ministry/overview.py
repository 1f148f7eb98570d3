"""The first page of officials: the programme at a glance, and what awaits the reader."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from buyback.campaigns import queries as campaigns
from buyback.errors import NotFound
from buyback.security.access import Permission
from buyback.settlement import queries as settlements
from buyback.settlement.listing import Filter, Turn, listed
from buyback.settlement.states import SettlementState
from buyback.times import panama_day
from buyback.totals import periods as spans
from buyback.totals.figures import By, Column
from buyback.totals.overview import FIGURES, NEIGHBOURHOODS, Overview
from buyback.totals.overview import overview as look
from buyback.totals.periods import Change, Span
from buyback.totals.view import Asked, Line
from buyback.web.ministry import drawing
from buyback.web.ministry.words import COLUMN_NAMES, shown
from buyback.web.shell.forms import Form
from buyback.web.shell.guard import permission
from buyback.web.shell.i18n import N_, _
from buyback.web.shell.login import actor
from buyback.web.shell.pages import page
from buyback.web.shell.request import now, reading

bp = Blueprint("overview", __name__, url_prefix="/resumen")

PARTS = ("from", "to", "programme", "show")
AWAITING = (
    (Permission.SETTLEMENT_PREPARE, "state", SettlementState.DRAFT, N_("Liquidaciones en borrador, por presentar")),
    (Permission.SETTLEMENT_APPROVE, "turn", Turn.APPROVAL, N_("Liquidaciones que esperan su aprobación")),
    (Permission.SETTLEMENT_PREPARE, "state", SettlementState.APPROVED, N_("Liquidaciones aprobadas, por ordenar")),
    (Permission.SETTLEMENT_PAY, "turn", Turn.PAYMENT, N_("Liquidaciones que esperan su pago")),
)


@dataclass(frozen=True)
class Figure:
    """A figure as it is shown: its name, its text, where its rows are, and how it changed."""

    name: str
    text: str
    address: str
    change: str
    direction: str


@dataclass(frozen=True)
class Waiting:
    """So many things that wait for the reader, and where they are."""

    count: int
    text: str
    address: str


@bp.get("")
@permission(Permission.TOTALS_SEE)
def index() -> Response | str | tuple[str, int]:
    """The overview of the span that the address asks for; of this year until today where it asks for none."""
    if "" in request.args.values():
        return redirect(url_for(".index", **_arguments({})), 302)
    form = Form.asked()
    try:
        with form.refusals():
            span = _span(form)
            form.check()
            return _page(form, look(reading(), span, programme=form["programme"] or None, within=actor().district))
    except NotFound as unknown:
        form.take(unknown)
        return _page(form, None), 404
    return _page(form, None), 422


def _span(form: Form) -> Span:
    today = panama_day(now())
    since = form.day("from") if form.has("from") else None
    until = form.day("to") if form.has("to") else today
    form.check()
    return Span(since or min(date(until.year, 1, 1), until), until)


def _page(form: Form, seen: Overview | None) -> str:
    return page(
        "ministry/overview.html",
        form=form,
        seen=seen,
        figures=[_figure(name, seen) for name in FIGURES] if seen else [],
        spans=_spans(seen.span if seen else None),
        programmes=_programmes(form),
        drawable=[(column.value, str(COLUMN_NAMES[column])) for column in seen.months.asked.counted] if seen else [],
        drawings=_drawings(seen, form["show"]) if seen else {},
        waiting=_waiting(),
        totals_url=_rows(seen, By.CORREGIMIENTO) if seen else "",
    )


def _figure(name: str, seen: Overview) -> Figure:
    change = seen.changes[name]
    column = Column.EVENTS if name == NEIGHBOURHOODS else name
    title = _("Barrios alcanzados") if name == NEIGHBOURHOODS else str(COLUMN_NAMES[name])
    by = By.EVENT if name == Column.EVENTS else By.CORREGIMIENTO
    return Figure(
        name=_("Armas de fuego") if name == Column.FIREARMS else title,
        text=shown(column, change.now),
        address=_rows(seen, by, sort=column) if change.now else "",
        change=_compared(change, column) if seen.has_before else "",
        direction=change.direction.value,
    )


def _compared(change: Change, column: str) -> str:
    before = shown(column, change.before)
    if change.direction is spans.Direction.SAME:
        return _("Igual que antes")
    if change.percent is None:
        return _("Antes, %(before)s", before=before)
    percent = f"{change.percent:+,d}".replace("-", "−")
    return _("%(percent)s %% (antes, %(before)s)", percent=percent, before=before)


def _rows(seen: Overview, by: By, *, sort: str = "") -> str:
    """Where the rows of a span are."""
    told: dict[str, Any] = {
        "by": by.value,
        "from": seen.span.since.isoformat(),
        "to": seen.span.until.isoformat(),
        "programme": seen.places.asked.question.programme,
        "sort": sort,
    }
    return url_for("ministry.totals", **{key: value for key, value in told.items() if value})


def _spans(shown_now: Span | None) -> list[tuple[str, str, bool]]:
    """Spans to choose from: (text, address, whether it is the one shown)."""
    today = panama_day(now())
    events = campaigns.event_names(reading(), district=actor().district)
    began = min((event.starts_on for event in events), default=today)
    offered = [
        (_("Este mes"), spans.month_of(today)),
        (_("Este trimestre"), spans.quarter_of(today)),
        (_("Este año"), spans.year_of(today)),
        (_("Doce meses"), spans.twelve_months(today)),
        (_("Desde el comienzo"), Span(min(began, today), today)),
    ]
    return [(text, url_for(".index", **_arguments(_days(span))), span == shown_now) for text, span in offered]


def _days(span: Span) -> dict[str, Any]:
    return {"from": span.since.isoformat(), "to": span.until.isoformat()}


def _programmes(form: Form) -> list[tuple[str, str]]:
    known = list(campaigns.programme_names(reading()).items())
    typed = form["programme"]
    return known if not typed or typed in dict(known) else [*known, (typed, typed)]


def _drawings(seen: Overview, column: str) -> dict[str, drawing.Drawing | None]:
    within = actor().district

    def lead(_asked: Asked, line: Line) -> str:
        return f"{_rows(seen, By.EVENT)}&place={line.code}"

    views = {"months": seen.months, "places": seen.places, "classes": seen.classes}
    return {name: drawing.draw(reading(), one, column, address=lead, within=within) for name, one in views.items()}


def _waiting() -> list[Waiting]:
    """What the reader can do now."""
    if not actor().may(Permission.SETTLEMENT_SEE):
        return []
    scope = settlements.scope_of(reading(), actor())
    waiting = []
    for may, question, answer, text in AWAITING:
        if not actor().may(may):
            continue
        wanted = Filter(turn=(answer, actor())) if isinstance(answer, Turn) else Filter(state=answer)
        _found, count = listed(reading(), wanted, scope=scope, limit=0, offset=0)
        if count:
            told: dict[str, Any] = {question: answer.value}
            waiting.append(Waiting(count, str(text), url_for("settlements.index", **told)))
    return waiting


def _arguments(changes: dict[str, str]) -> dict[str, Any]:
    merged: dict[str, str] = {**request.args.to_dict(), **changes}
    return {part: merged[part] for part in PARTS if merged.get(part)}
