"""The till: one box that takes a scanned or typed code, one answer that is read across a counter.

A voucher's text is never in an address: what was asked goes by POST, and the answer is shown under the op id.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask import Blueprint, flash, redirect, url_for
from werkzeug.wrappers import Response

from buyback.errors import Forbidden, NotFound
from buyback.ids import new_id
from buyback.merchants import queries as merchants
from buyback.merchants.queries import EnrolledTill
from buyback.merchants.states import TillState
from buyback.money import parse_cents
from buyback.people import sessions
from buyback.redemption import reversing, service
from buyback.redemption.reversing import TillEntry
from buyback.redemption.rules import Code, may_reverse
from buyback.redemption.sentences import advice_of, sentence_of
from buyback.redemption.service import Answer, Request
from buyback.security.access import Permission
from buyback.times import panama_day
from buyback.web.shell.forms import Form
from buyback.web.shell.guard import permission
from buyback.web.shell.i18n import _, plural, show_instant
from buyback.web.shell.login import actor, current_session
from buyback.web.shell.pages import page
from buyback.web.shell.request import keys, now, reading, transacting

merchant = Blueprint("merchant", __name__, url_prefix="/caja")

VOUCHER_LENGTH_MAX = 400
YES = frozenset({Code.REDEEMED, Code.REDEEMABLE, Code.REVERSED})


@dataclass(frozen=True)
class Verdict:
    """An answer as the page shows it. ``amount`` in cents; ``undo`` is the op id that can still be undone."""

    kind: str
    title: str
    detail: str
    next_step: str
    amount: int | None = None
    undo: UUID | None = None


@merchant.get("")
@permission(Permission.TILL_REDEEM)
def till() -> str | Response:
    """The box for the next voucher, and the till's day."""
    mine = _till()
    return redirect(url_for("merchant.choose"), 303) if mine is None else _till_page(mine, Form())


@merchant.get("/elegir")
@permission(Permission.TILL_REDEEM)
def choose() -> str:
    """Ask which till this person works at."""
    return page("merchant/choose.html", tills=_tills(), form=Form())


@merchant.post("/elegir")
@permission(Permission.TILL_REDEEM)
def choose_posted() -> Response:
    """Tie the session to a till of the person's own merchant."""
    wanted = Form.posted().id("till")
    if wanted not in {one.id for one in _tills()}:
        raise NotFound(what="la caja")
    login = current_session().id
    transacting(lambda session: sessions.choose_till(session, login=login, till=wanted))
    return redirect(url_for("merchant.till"), 303)


@merchant.post("/canjear")
@permission(Permission.TILL_REDEEM)
def redeem() -> Response | tuple[str, int]:
    """Take a voucher; sent again by mistake, the form's op id gets the same answer."""
    mine, form = _till(), Form.posted()
    if mine is None:
        return redirect(url_for("merchant.choose"), 303)
    text, op_id = _asked(form)
    if not form.ok:
        return _till_page(mine, form), 422
    asked = Request(till=mine.id, op_id=op_id, voucher=text, cashier=actor().id)
    answer = transacting(
        lambda session: service.redeem(session, asked, keys=keys(), now=now()),
        again_on_conflict=True,
        turn=lambda session: service.take_turn(session, mine.id),
    )
    if answer.code in {Code.SLOW_DOWN, Code.TILL_REVOKED, Code.OP_ID_REUSED}:
        return _till_page(mine, Form(), _verdict(answer, op_id=None)), 409  # not stored, so there is nothing to go to
    return redirect(url_for("merchant.answer", op_id=op_id), 303)


@merchant.post("/consultar")
@permission(Permission.TILL_SEE)
def check() -> Response | str | tuple[str, int]:
    """Say whether a voucher would be taken; nothing is taken."""
    mine, form = _till(), Form.posted()
    if mine is None:
        return redirect(url_for("merchant.choose"), 303)
    text, op_id = _asked(form)
    if not form.ok:
        return _till_page(mine, form), 422
    asked = Request(till=mine.id, op_id=op_id, voucher=text, cashier=actor().id)
    answer = transacting(lambda session: service.check(session, asked, keys=keys(), now=now()))
    return _till_page(mine, form, _verdict(answer, op_id=None))


@merchant.get("/respuesta/<uuid:op_id>")
@permission(Permission.TILL_SEE)
def answer(op_id: UUID) -> str | Response:
    """What a try was answered, and the box for the next voucher."""
    mine = _till()
    if mine is None:
        return redirect(url_for("merchant.choose"), 303)
    told = reversing.look_up(reading(), till=mine.id, op_id=op_id)
    return _till_page(mine, Form(), _verdict(told, op_id=op_id))


@merchant.post("/respuesta/<uuid:op_id>/anular")
@permission(Permission.TILL_REDEEM)
def undo(op_id: UUID) -> Response:
    """Undo a redemption of this till within 15 minutes."""
    mine = _till()
    if mine is None:
        return redirect(url_for("merchant.choose"), 303)
    told = transacting(
        lambda session: reversing.undo(session, till=mine.id, op_id=op_id, cashier=actor().id, now=now()),
        again_on_conflict=True,
        turn=lambda session: service.take_turn(session, mine.id),
    )
    if told.code is not Code.REVERSED:
        flash(f"{_(sentence_of(told.code))} {_(advice_of(told.code))}")
    return redirect(url_for("merchant.answer", op_id=op_id), 303)


def _asked(form: Form) -> tuple[str, UUID]:
    return form.text("voucher", limit=VOUCHER_LENGTH_MAX), form.id("op_id")


def _tills() -> list[EnrolledTill]:
    """The tills this person may work at: of the own merchant, and of one branch where the account names it."""
    who = actor()
    if who.merchant is None:
        raise Forbidden
    found = merchants.enrolled(reading(), merchant=who.merchant)
    return [one for one in found if one.state is TillState.ACTIVE and (who.branch is None or one.branch == who.branch)]


def _till() -> EnrolledTill | None:
    """The session's till; None while none was chosen or when it was revoked since."""
    chosen = actor().till
    return next((one for one in _tills() if one.id == chosen), None)


def _till_page(mine: EnrolledTill, form: Form, verdict: Verdict | None = None) -> str:
    today = panama_day(now())
    entries = reversing.till_day(reading(), till=mine.id, day=today)
    return page(
        "merchant/till.html",
        till=mine,
        form=form,
        op_id=new_id(),
        verdict=verdict,
        today=today,
        entries=[(one, _(sentence_of(one.code)), _can_undo(one)) for one in entries],
        taken=[one for one in entries if one.amount is not None and one.reversed_at is None],
        several=len(_tills()) > 1,
    )


def _can_undo(entry: TillEntry) -> bool:
    return entry.amount is not None and entry.reversed_at is None and may_reverse(entry.decided_at, now=now())


def _verdict(told: Answer, *, op_id: UUID | None) -> Verdict:
    undone = told.facts.get("reversed_at")
    if undone is not None:
        told = Answer(Code.REVERSED, told.facts)
    amount = parse_cents(told.facts["amount"]) if "amount" in told.facts else None
    at = _instant(told.facts.get("redeemed_at"))
    can_undo = told.code is Code.REDEEMED and at is not None and may_reverse(at, now=now())
    return Verdict(
        kind=_kind(told.code),
        title=_(sentence_of(told.code)),
        detail=_detail(told),
        next_step=_(advice_of(told.code)),
        amount=amount,
        undo=op_id if can_undo else None,
    )


def _kind(code: Code) -> str:
    if code is Code.REDEEMED:
        return "yes"
    return "wait" if code in YES or code is Code.SLOW_DOWN else "no"


def _detail(told: Answer) -> str:
    at = _instant(told.facts.get("redeemed_at"))
    if told.code is Code.ALREADY_REDEEMED and at is not None:
        branch = told.facts.get("branch")
        when = show_instant(at)
        return _("Se canjeó el %(when)s en %(branch)s.", when=when, branch=branch) if branch else when
    if told.code is Code.EXPIRED:
        return _("Venció el %(day)s.", day=told.facts.get("expired_on", ""))
    if told.code is Code.SLOW_DOWN and told.retry_after_s:
        return plural("Falta %(num)s minuto.", "Faltan %(num)s minutos.", -(-told.retry_after_s // 60))
    return show_instant(at) if told.code is Code.REDEEMED and at is not None else ""


def _instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
