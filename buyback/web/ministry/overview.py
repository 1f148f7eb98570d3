"""The first page of officials: the programme at a glance, and what awaits the reader."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from buyback.campaigns import queries as campaigns
from buyback.errors import NotFound
from buyback.files.reading.refusals import DayInFuture
from buyback.redemption import holds
from buyback.security.access import Permission
from buyback.settlement import queries as settlements
from buyback.settlement.listing import SettlementFilter, find_settlements
from buyback.settlement.states import SettlementAct, SettlementState
from buyback.times import panama_day
from buyback.totals import periods
from buyback.totals.figures import Figure
from buyback.totals.overview import FIGURES, Overview, latest_span
from buyback.totals.overview import overview as look
from buyback.totals.periods import Change, Span
from buyback.totals.rules import By, Query, Row
from buyback.web.ministry import drawings
from buyback.web.ministry.labels import label, shown
from buyback.web.shell.forms import Form
from buyback.web.shell.i18n import _, _l, plural, show_day
from buyback.web.shell.login import actor
from buyback.web.shell.pages import page
from buyback.web.shell.permissions import permission
from buyback.web.shell.request import now, reading

bp = Blueprint("overview", __name__, url_prefix="/resumen")

PARTS = ("from", "to", "programme", "show")
AWAITING = (
    (Permission.SETTLEMENT_PREPARE, "state", SettlementState.DRAFT, _l("Liquidaciones en borrador, por presentar")),
    (Permission.SETTLEMENT_APPROVE, "turn", SettlementAct.APPROVE, _l("Liquidaciones que esperan su aprobación")),
    (Permission.SETTLEMENT_PREPARE, "state", SettlementState.APPROVED, _l("Liquidaciones aprobadas, por ordenar")),
    (Permission.SETTLEMENT_PAY, "turn", SettlementAct.PAY, _l("Liquidaciones que esperan su pago")),
)


@dataclass(frozen=True)
class Indicator:
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
    """The overview of the span that the address asks for; of the last twelve months that hold something otherwise."""
    if "" in request.args.values():
        return redirect(url_for(".index", **_arguments({})), 302)
    form = Form.asked()
    try:
        with form.refusals():
            return _page(form, _seen(form))
    except NotFound as unknown:
        form.take(unknown)
        return _page(form, None), 404
    return _page(form, None), 422


def _seen(form: Form) -> Overview | None:
    """None where nothing was handed in yet."""
    programme, within = form["programme"] or None, actor().district
    span = _span(form) or latest_span(reading(), programme=programme, within=within)
    return look(reading(), span, programme=programme, within=within) if span else None


def _span(form: Form) -> Span | None:
    """The days that are asked for: the first alone, until today; the last alone, from the beginning of its year."""
    since = form.day("from") if form.has("from") else None
    until = form.day("to") if form.has("to") else None
    form.check()
    if since is None and until is None:
        return None
    last = until or panama_day(now())
    if until is None and since is not None and since > last:
        raise DayInFuture(field="from", day=since)
    return Span(since or date(last.year, 1, 1), last)


def _page(form: Form, seen: Overview | None) -> str:
    return page(
        "ministry/overview.html",
        form=form,
        seen=seen,
        is_latest=not (form.has("from") or form.has("to")),
        indicators=[_indicator(figure, seen) for figure in FIGURES] if seen else [],
        spans=_spans(form, seen.span if seen else None),
        programmes=_programmes(form),
        drawable=[(figure.value, label(figure)) for figure in seen.months.query.counted] if seen else [],
        drawings=_drawings(seen, form["show"]) if seen else {},
        waiting=_waiting(),
        totals_url=_rows(seen, By.CORREGIMIENTO) if seen else "",
        holds=_holds(form["programme"] or None),
    )


def _holds(code: str | None) -> str:
    """How many investigations keep times from fading, in words."""
    programme = campaigns.find_programme(reading(), code) if code else None
    lasting = holds.in_force(reading(), programme=programme.id if programme else None, now=now())
    if lasting.until is None:
        return _("Ninguna investigación conserva las horas de canjes.")
    return plural(
        "%(num)s investigación conserva las horas de algunos canjes, hasta el %(day)s a más tardar.",
        "%(num)s investigaciones conservan las horas de algunos canjes, hasta el %(day)s a más tardar.",
        lasting.count,
        day=show_day(lasting.until),
    )


def _indicator(figure: Figure, seen: Overview) -> Indicator:
    change = seen.changes[figure]
    by = By.EVENT if figure is Figure.EVENTS else By.CORREGIMIENTO
    return Indicator(
        name=label(figure),
        text=shown(figure, change.now),
        address=_rows(seen, by, sort=figure) if change.now else "",
        change=compared(change, figure) if seen.has_before else "",
        direction=change.direction.value,
    )


def compared(change: Change, figure: Figure) -> str:
    """How a figure changed since the span before, in words."""
    before = shown(figure, change.before)
    if change.direction is periods.Direction.SAME:
        return _("Igual que antes")
    if change.percent is None:
        return _("Antes, %(before)s", before=before)
    if not change.percent:
        if change.direction is periods.Direction.UP:
            return _("Menos de 1 %% más (antes, %(before)s)", before=before)
        return _("Menos de 1 %% menos (antes, %(before)s)", before=before)
    tenths = change.tenths_fallen
    percent = f"{change.percent:+,d}" if tenths is None else f"-{tenths // 10}.{tenths % 10}"
    percent = percent.replace("-", "−")
    return _("%(percent)s %% (antes, %(before)s)", percent=percent, before=before)


def _rows(seen: Overview, by: By, *, sort: str = "") -> str:
    """Where the rows of a span are."""
    parts: dict[str, Any] = {
        "by": by.value,
        "from": seen.span.since.isoformat(),
        "to": seen.span.until.isoformat(),
        "programme": seen.places.query.programme,
        "sort": sort,
    }
    return url_for("ministry.totals", **{key: value for key, value in parts.items() if value})


def _spans(form: Form, shown_now: Span | None) -> list[tuple[str, str, bool]]:
    """Spans to choose from: (text, address, whether it is the one shown)."""
    today = panama_day(now())
    events = campaigns.event_names(reading(), district=actor().district)
    began = min((event.starts_on for event in events), default=today)
    offered = [
        (_("Este mes"), periods.month_of(today)),
        (_("Este trimestre"), periods.quarter_of(today)),
        (_("Este año"), periods.year_of(today)),
        (_("Desde el comienzo"), Span(min(began, today), today)),
    ]
    is_latest = not (form.has("from") or form.has("to"))
    latest = (_("Últimos doce meses"), url_for(".index", **_arguments({"from": "", "to": ""})), is_latest)
    asked = [
        (text, url_for(".index", **_arguments(_days(span))), span == shown_now and not is_latest)
        for text, span in offered
    ]
    return [latest, *asked]


def _days(span: Span) -> dict[str, Any]:
    return {"from": span.since.isoformat(), "to": span.until.isoformat()}


def _programmes(form: Form) -> list[tuple[str, str]]:
    known = list(campaigns.programme_names(reading()).items())
    typed = form["programme"]
    return known if not typed or typed in dict(known) else [*known, (typed, typed)]


def _drawings(seen: Overview, wanted: str) -> dict[str, drawings.Drawing | None]:
    within = actor().district

    def address(_query: Query, row: Row) -> str:
        return f"{_rows(seen, By.EVENT)}&place={row.code}"

    parts = {"months": seen.months, "places": seen.places, "classes": seen.classes}
    return {
        name: drawings.draw(reading(), part, wanted, address=address, within=within) for name, part in parts.items()
    }


def _waiting() -> list[Waiting]:
    """What the reader can do now."""
    if not actor().may(Permission.SETTLEMENT_SEE):
        return []
    scope = settlements.scope_of(reading(), actor())
    waiting = []
    for may, question, answer, text in AWAITING:
        if not actor().may(may):
            continue
        wanted = (
            SettlementFilter(awaits=(answer, actor()))
            if isinstance(answer, SettlementAct)
            else SettlementFilter(state=answer)
        )
        _found, count = find_settlements(reading(), wanted, scope=scope, limit=0, offset=0)
        if count:
            arguments: dict[str, Any] = {question: answer.value}
            waiting.append(Waiting(count, str(text), url_for("settlements.index", **arguments)))
    return waiting


def _arguments(changes: dict[str, str]) -> dict[str, Any]:
    merged: dict[str, str] = {**request.args.to_dict(), **changes}
    return {part: merged[part] for part in PARTS if merged.get(part)}
