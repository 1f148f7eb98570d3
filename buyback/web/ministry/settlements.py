"""Settlements: the list with its filters, and new ones."""

from http import HTTPStatus
from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from buyback.files.writing.documents import Document
from buyback.files.writing.downloads import Download, csv_file, pdf_file
from buyback.files.writing.tabular import Table
from buyback.merchants import queries as merchants
from buyback.security.access import Permission
from buyback.settlement import documents, queries, rules, service
from buyback.settlement.listing import SettlementFilter, find_settlements, totals_by_state
from buyback.settlement.rules import AWAITED, Official, Scope
from buyback.settlement.statements import funders, record_export
from buyback.settlement.states import SettlementState
from buyback.times import panama_day
from buyback.web.ministry import settlement_words as words
from buyback.web.shell import states
from buyback.web.shell.downloads import send
from buyback.web.shell.forms import Form
from buyback.web.shell.i18n import plural
from buyback.web.shell.login import actor
from buyback.web.shell.pages import ROWS_A_PAGE, Listing, offset, page, page_number
from buyback.web.shell.permissions import permission
from buyback.web.shell.request import now, reading, transacting

settlements = Blueprint("settlements", __name__, url_prefix="/liquidaciones")

REFUSED = HTTPStatus.UNPROCESSABLE_ENTITY
ALL = "all"
QUESTION = ("search", "state", "turn", "merchant", "funder")
ROWS_IN_FILE_MAX = 100_000


@settlements.get("")
@permission(Permission.SETTLEMENT_SEE)
def index() -> str | tuple[str, int]:
    """The settlements that a person sees, by state, merchant, funder and search."""
    form = Form.asked()
    with form.refusals():
        wanted = _filter(form)
        form.check()
        return _index(form, wanted)
    return _index(form, SettlementFilter()), REFUSED


@settlements.get("/liquidaciones.csv")
@permission(Permission.SETTLEMENT_SEE)
def index_csv() -> Response | tuple[str, int]:
    """All that the same question finds, as a file."""
    form = Form.asked()
    with form.refusals():
        wanted = _filter(form)
        form.check()
        rows, _ = find_settlements(reading(), wanted, scope=scope(), limit=ROWS_IN_FILE_MAX, offset=0)
        return csv(documents.list_table(rows), "liquidaciones")
    return _index(form, SettlementFilter()), REFUSED


@settlements.get("/nueva")
@permission(Permission.SETTLEMENT_PREPARE)
def new() -> str:
    """The form of a new settlement, until today unless told otherwise; a refusal for who may not prepare one."""
    refusal = rules.preparing_refusal(official())
    if refusal is not None:
        raise refusal
    return _new(Form({"until": panama_day(now()).isoformat(), "merchant": ALL}))


@settlements.post("/nueva")
@permission(Permission.SETTLEMENT_PREPARE)
def prepare() -> Response | tuple[str, int]:
    """Freeze what one merchant or all are owed."""
    form = Form.posted()
    with form.refusals():
        merchant = form["merchant"] if form["merchant"] == ALL else form.id("merchant")
        until = form.day("until")
        form.check()
        by, at = actor(), now()
        if isinstance(merchant, str):
            drafts = transacting(
                lambda session: service.prepare_all(session, until=until, by=by, now=at), again_on_conflict=True
            )
        else:
            drafts = (
                transacting(
                    lambda session: service.prepare(session, merchant=merchant, until=until, by=by, now=at),
                    again_on_conflict=True,
                ),
            )
        flash(plural("%(num)s liquidación preparada.", "%(num)s liquidaciones preparadas.", len(drafts)))
        if len(drafts) == 1:
            return to_settlement(drafts[0].number)
        return redirect(url_for(".index", state=SettlementState.DRAFT.value), 303)
    return _new(form), REFUSED


def official() -> Official:
    """The person who asks, as the rules see people who take steps."""
    return queries.official(reading(), actor())


def scope() -> Scope:
    """Whose shares the person who asks sees."""
    return official().scope()


def to_settlement(number: str) -> Response:
    """On to a settlement's page."""
    return redirect(url_for("settlements.detail", number=number), 303)


def csv(table: Table, name: str) -> Response:
    """A table as a file; the audit log keeps who took it. NothingToExport where it has no row."""
    return _sent(csv_file(table, name))


def pdf(document: Document, name: str) -> Response:
    """A document as a file; the audit log keeps who took it."""
    return _sent(pdf_file(document, name))


def _sent(file: Download) -> Response:
    by, at = actor(), now()
    transacting(lambda session: record_export(session, what=file.name, by=by, now=at))
    return send(file)


def _filter(form: Form) -> SettlementFilter:
    return SettlementFilter(
        awaits=(form.choice("turn", AWAITED), actor()) if form.has("turn") else None,
        state=form.choice("state", SettlementState) if form.has("state") else None,
        merchant=form.id("merchant") if form.has("merchant") else None,
        funder=form.id("funder") if form.has("funder") else None,
        search=form.text("search", required=False, limit=60),
    )


def _index(form: Form, wanted: SettlementFilter) -> str:
    number, asker = page_number(), official()
    seen = asker.scope()
    rows, total = find_settlements(reading(), wanted, scope=seen, limit=ROWS_A_PAGE, offset=offset(number))
    return page(
        "ministry/settlements.html",
        form=form,
        listing=Listing(rows, number, total),
        is_filtered=wanted != SettlementFilter(),
        sums=totals_by_state(reading(), scope=seen),
        states=states.SETTLEMENT_STATES,
        state_options=[(state.value, states.SETTLEMENT_STATES[state.value][0]) for state in SettlementState],
        turns=[(act.value, words.AWAITED[act]) for act, (may, _) in AWAITED.items() if actor().may(may)],
        merchants=[(str(merchant.id), merchant.name) for merchant in merchants.registered(reading())],
        funders=[(str(funder.id), funder.code) for funder in funders(reading(), scope=seen)],
        csv_url=url_for(".index_csv", **_asked()),
        sees_all=seen.is_whole,
        may_prepare=asker.prepares,
    )


def _asked() -> dict[str, Any]:
    """The question in the address, page aside."""
    return {name: request.args[name] for name in QUESTION if request.args.get(name)}


def _new(form: Form) -> str:
    known = merchants.registered(reading())
    return page(
        "ministry/settlement_new.html",
        form=form,
        merchants=[(str(merchant.id), f"{merchant.name} · {merchant.ruc}") for merchant in known],
    )
