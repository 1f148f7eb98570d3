"""The till: one box that takes a scanned or typed code, one answer that is read across a counter.

A voucher's text is never in an address: what was asked goes by POST, and the answer is shown under the op id.
"""

from datetime import timedelta
from uuid import UUID

from flask import Blueprint, flash, redirect, url_for
from werkzeug.wrappers import Response

from buyback.errors import Forbidden, NotFound
from buyback.ids import new_id
from buyback.merchants import queries as merchants
from buyback.merchants.queries import EnrolledTill
from buyback.people import sessions
from buyback.redemption import queries, reversal, service
from buyback.redemption.fading import TIME_DAYS
from buyback.redemption.queries import TillEntry
from buyback.redemption.rules import UNSTORED, VOUCHER_TEXT_MAX, Code, may_reverse
from buyback.redemption.service import TillRequest
from buyback.redemption.wording import wording
from buyback.security.access import Permission
from buyback.times import panama_day
from buyback.web.merchant.verdicts import Verdict, verdict_of
from buyback.web.shell.forms import Form
from buyback.web.shell.i18n import _
from buyback.web.shell.login import actor, current_session
from buyback.web.shell.pages import page
from buyback.web.shell.permissions import permission
from buyback.web.shell.request import keys, now, reading, transacting

merchant = Blueprint("merchant", __name__, url_prefix="/caja")


class TillNotChosen(Exception):  # noqa: N818  a question to ask first, not a fault
    """The session has no till yet, or one that this person may not work at any more."""


@merchant.errorhandler(TillNotChosen)
def _ask_which_till(_error: TillNotChosen) -> Response:
    return redirect(url_for("merchant.choose"), 303)


@merchant.get("")
@permission(Permission.TILL_REDEEM)
def till() -> str:
    """The box for the next voucher, and the till's day."""
    return _till_page(_get_till(), Form())


@merchant.get("/elegir")
@permission(Permission.TILL_REDEEM)
def choose() -> str:
    """Ask which till this person works at."""
    return page("merchant/choose.html", tills=workplaces(), form=Form())


@merchant.post("/elegir")
@permission(Permission.TILL_REDEEM)
def choose_posted() -> Response:
    """Tie the session to a till of the person's own merchant."""
    chosen = Form.posted().id("till")
    if chosen not in {workplace.id for workplace in workplaces()}:
        raise NotFound(what="la caja")
    login = current_session().id
    transacting(lambda session: sessions.choose_till(session, login=login, till=chosen))
    return redirect(url_for("merchant.till"), 303)


@merchant.post("/canjear")
@permission(Permission.TILL_REDEEM)
def redeem() -> Response | tuple[str, int]:
    """Take a voucher; sent again by mistake, the form's op id gets the same answer."""
    at, form = _get_till(), Form.posted()
    text, op_id = _voucher(form), form.id("op_id")
    if not form.ok:
        return _till_page(at, form), 422
    request = TillRequest(at.id, op_id, text, cashier=actor().id)
    answer = transacting(
        lambda session: service.redeem(session, request, keys=keys(), now=now()),
        again_on_conflict=True,
        turn=lambda session: service.take_turn(session, at.id),
    )
    if answer.code in UNSTORED or answer.code is Code.OP_ID_REUSED:  # there is no answer of its own to go to
        return _till_page(at, Form(), verdict_of(answer, op_id=None, now=now())), 409
    return redirect(url_for("merchant.answer", op_id=op_id), 303)


@merchant.post("/consultar")
@permission(Permission.TILL_SEE)
def check() -> str | tuple[str, int]:
    """Say whether a voucher would be taken; nothing is taken."""
    at, form = _get_till(), Form.posted()
    text = _voucher(form)
    if not form.ok:
        return _till_page(at, form), 422
    answer = transacting(lambda session: service.check(session, till=at.id, voucher=text, keys=keys(), now=now()))
    return _till_page(at, form, verdict_of(answer, op_id=None, now=now()))


@merchant.get("/respuesta/<uuid:op_id>")
@permission(Permission.TILL_SEE)
def answer(op_id: UUID) -> str:
    """What a try was answered, and the box for the next voucher."""
    at = _get_till()
    given = queries.look_up(reading(), till=at.id, op_id=op_id, keys=keys())
    return _till_page(at, Form(), verdict_of(given, op_id=op_id, now=now()))


@merchant.post("/respuesta/<uuid:op_id>/anular")
@permission(Permission.TILL_REDEEM)
def undo(op_id: UUID) -> Response:
    """Undo a redemption of this till within 15 minutes."""
    at = _get_till()
    given = transacting(
        lambda session: reversal.undo(session, till=at.id, op_id=op_id, cashier=actor().id, keys=keys(), now=now()),
        again_on_conflict=True,
        turn=lambda session: service.take_turn(session, at.id),
    )
    if given.code is not Code.REVERSED:
        words = wording(given.code)
        flash(f"{_(words.sentence)} {_(words.advice)}")
    return redirect(url_for("merchant.answer", op_id=op_id), 303)


def _voucher(form: Form) -> str:
    return form.text("voucher", limit=VOUCHER_TEXT_MAX)


def workplaces() -> tuple[EnrolledTill, ...]:
    """The tills at which the person may work."""
    person = actor()
    if person.merchant is None:
        raise Forbidden
    return merchants.workplaces(reading(), merchant=person.merchant, branch=person.branch)


def _get_till() -> EnrolledTill:
    """The session's till; TillNotChosen while none was chosen, or when it was revoked since."""
    chosen = actor().till
    for workplace in workplaces():
        if workplace.id == chosen:
            return workplace
    raise TillNotChosen


def _till_page(at: EnrolledTill, form: Form, verdict: Verdict | None = None) -> str:
    tills = workplaces()
    timed_on = queries.oldest_time(reading(), tills=[workplace.id for workplace in tills])
    day = queries.till_day(reading(), till=at.id, day=panama_day(now()), keys=keys())
    return page(
        "merchant/till.html",
        till=at,
        form=form,
        op_id=new_id(),
        verdict=verdict,
        day=day,
        entries=[(entry, _(wording(entry.code).sentence), _can_undo(entry)) for entry in day.entries],
        several=len(tills) > 1,
        timed_on=timed_on,
        kept_until=timed_on and timed_on + timedelta(days=TIME_DAYS),
    )


def _can_undo(entry: TillEntry) -> bool:
    return entry.op_id is not None and entry.stands and may_reverse(entry.decided_at, now=now())
