"""Settlements: the list with its filters, one settlement with its lines and shares, and a new one."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from buyback.files.documents import Document
from buyback.files.downloads import File, csv_file, pdf_file
from buyback.files.tabular import Table
from buyback.merchants import queries as merchants
from buyback.people.rules import Actor
from buyback.security.access import Permission
from buyback.settlement import documents, queries, service
from buyback.settlement import record as dossier
from buyback.settlement.errors import NothingToExport
from buyback.settlement.listing import Filter, Turn, listed, totals_by_state
from buyback.settlement.queries import Scope, SettlementFacts
from buyback.settlement.record import Dossier, ShareEntry
from buyback.settlement.statements import funders, keep_export
from buyback.settlement.states import SettlementState
from buyback.times import panama_day
from buyback.web.ministry import settlement_words as words
from buyback.web.shell.downloads import send
from buyback.web.shell.forms import Form
from buyback.web.shell.guard import permission
from buyback.web.shell.i18n import plural
from buyback.web.shell.login import actor
from buyback.web.shell.pages import ROWS_A_PAGE, Listing, offset, page, page_number
from buyback.web.shell.request import now, reading, transacting

settlements = Blueprint("settlements", __name__, url_prefix="/liquidaciones")

REFUSED = HTTPStatus.UNPROCESSABLE_ENTITY
ALL = "all"
QUESTION = ("search", "state", "turn", "merchant", "funder")
ROWS_IN_FILE_MAX = 100_000


@dataclass(frozen=True)
class Turns:
    """What the person who looks may do to a settlement now."""

    submit: bool
    send_back: bool
    approve: bool
    countersign: bool
    order: bool
    prepared_it: bool


@settlements.get("")
@permission(Permission.SETTLEMENT_SEE)
def index() -> str | tuple[str, int]:
    """The settlements that a person sees, by state, merchant, funder and search."""
    form = Form.asked()
    with form.refusals():
        wanted = _filter(form)
        form.check()
        return _index(form, wanted)
    return _index(form, Filter()), REFUSED


@settlements.get("/liquidaciones.csv")
@permission(Permission.SETTLEMENT_SEE)
def index_csv() -> Response | tuple[str, int]:
    """All that the same question finds, as a file."""
    form = Form.asked()
    with form.refusals():
        wanted = _filter(form)
        form.check()
        rows, _ = listed(reading(), wanted, scope=scope(), limit=ROWS_IN_FILE_MAX, offset=0)
        return csv(documents.list_table(rows), "liquidaciones")
    return _index(form, Filter()), REFUSED


@settlements.get("/nueva")
@permission(Permission.SETTLEMENT_PREPARE)
def new() -> str:
    """The form of a new settlement, until today unless told otherwise."""
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


@settlements.get("/<number>")
@permission(Permission.SETTLEMENT_SEE)
def one(number: str) -> str:
    """A settlement: what is in it, who bears it, who did what, and what the person who looks may do."""
    return settlement_page(get_settlement(number), Form())


@settlements.get("/<number>/expediente.pdf")
@permission(Permission.SETTLEMENT_SEE)
def paper(number: str) -> Response:
    """The settlement as a document."""
    found = get_settlement(number)
    opened = dossier.open_dossier(reading(), found, scope=scope())
    return pdf(documents.settlement_document(opened, dossier.lines(reading(), found)), f"liquidacion-{number}")


@settlements.get("/<number>/canjes.csv")
@permission(Permission.SETTLEMENT_SEE)
def lines_csv(number: str) -> Response:
    """The redemptions in it, without codes."""
    found = get_settlement(number)
    return csv(documents.lines_table(dossier.lines(reading(), found)), f"liquidacion-{number}")


def scope() -> Scope:
    """Whose shares the person who asks sees."""
    return queries.scope_of(reading(), actor())


def get_settlement(number: str) -> SettlementFacts:
    """The settlement of an address; NotFound where the person's organisation has no share in it."""
    return queries.get(reading(), number, scope=scope())


def to_settlement(number: str) -> Response:
    """On to a settlement's page."""
    return redirect(url_for("settlements.one", number=number), 303)


def settlement_page(found: SettlementFacts, form: Form, *, payment: str = "") -> str:
    """The page of a settlement, after a refused form as well; ``payment`` is the one whose form it was."""
    opened = dossier.open_dossier(reading(), found, scope=scope())
    rows = dossier.lines(reading(), found)
    number = page_number() if request.method == "GET" else 1
    start = offset(number)
    size = ROWS_A_PAGE if request.method == "GET" else max(ROWS_A_PAGE, len(rows))  # a refused form has no other pages
    return page(
        "ministry/settlement.html",
        form=form,
        booking=payment,
        opened=opened,
        facts=found,
        listing=Listing(rows[start : start + ROWS_A_PAGE], number, len(rows), size),
        undone=[line for line in rows if line.is_reversed],
        turns=_turns(opened, actor()),
        may_book=lambda share: _may_book(opened, share, actor()),
        states=words.STATES,
        stages=words.STAGES,
        reached=words.REACHED.get(found.state),
        reasons=list(words.REASONS.items()),
        reason_words=words.REASONS,
        acts=words.ACTS,
        sees_all=scope().is_whole,
    )


def csv(table: Table, name: str) -> Response:
    """A table as a file; the audit log keeps who took it. NothingToExport where it has no row."""
    if not table.rows:
        raise NothingToExport
    return _sent(csv_file(table, name))


def pdf(document: Document, name: str) -> Response:
    """A document as a file; the audit log keeps who took it."""
    return _sent(pdf_file(document, name))


def _sent(file: File) -> Response:
    by, at = actor(), now()
    transacting(lambda session: keep_export(session, what=file.name, by=by, now=at))
    return send(file)


def _filter(form: Form) -> Filter:
    turn = form.choice("turn", Turn) if form.has("turn") else None
    return Filter(
        turn=(turn, actor()) if turn else None,
        state=form.choice("state", SettlementState) if form.has("state") else None,
        merchant=form.id("merchant") if form.has("merchant") else None,
        funder=form.id("funder") if form.has("funder") and scope().is_whole else None,
        search=form.text("search", required=False, limit=60),
    )


def _index(form: Form, wanted: Filter) -> str:
    number, seen = page_number(), scope()
    rows, total = listed(reading(), wanted, scope=seen, limit=ROWS_A_PAGE, offset=offset(number))
    sums = totals_by_state(reading(), scope=seen)
    return page(
        "ministry/settlements.html",
        form=form,
        listing=Listing(rows, number, total),
        is_filtered=wanted != Filter(),
        sums=sums,
        open_states=[SettlementState.SUBMITTED, SettlementState.APPROVED, SettlementState.ORDERED],
        states=words.STATES,
        state_options=[(state.value, words.STATES[state.value][0]) for state in SettlementState],
        turns=[(turn.value, name) for turn, (name, may) in words.TURNS.items() if actor().may(may)],
        merchants=[(str(one.id), one.name) for one in merchants.registered(reading())],
        funders=[(str(one.id), one.code) for one in funders(reading(), scope=seen)],
        csv_url=url_for(".index_csv", **_asked()),
        sees_all=seen.is_whole,
        may_prepare=actor().may(Permission.SETTLEMENT_PREPARE) and seen.is_whole,
    )


def _asked() -> dict[str, Any]:
    """The question in the address, page aside."""
    return {name: request.args[name] for name in QUESTION if request.args.get(name)}


def _new(form: Form) -> str:
    return page(
        "ministry/settlement_new.html",
        form=form,
        merchants=[(str(one.id), f"{one.name} · {one.ruc}") for one in merchants.registered(reading())],
    )


def _turns(opened: Dossier, by: Actor) -> Turns:
    facts, own = opened.facts, _own(opened, by)
    prepares = by.may(Permission.SETTLEMENT_PREPARE) and scope().is_whole
    state = facts.state
    return Turns(
        submit=prepares and state is SettlementState.DRAFT,
        send_back=state in service.BACK_FROM and service.may_return(reading(), facts, by=by),
        approve=by.may(Permission.SETTLEMENT_APPROVE)
        and state is SettlementState.SUBMITTED
        and own is not None
        and own.signature is None
        and by.id != facts.prepared_by,
        countersign=prepares and state is SettlementState.APPROVED and opened.countersign is None,
        order=prepares and state is SettlementState.APPROVED and opened.countersign is not None,
        prepared_it=by.id == facts.prepared_by,
    )


def _own(opened: Dossier, by: Actor) -> ShareEntry | None:
    return next((share for share in opened.shares if share.funder == by.organisation), None)


def _may_book(opened: Dossier, share: ShareEntry, by: Actor) -> bool:
    return (
        by.may(Permission.SETTLEMENT_PAY)
        and share.funder == by.organisation
        and by.id != opened.facts.prepared_by
        and share.payment is not None
        and share.payment.reference is None
    )
