"""From a finished appraisal to its end: approved, offered, accepted or declined, paid out.

Each step is one conditional update of the surrender's state and its row count. The event's float is checked when an
award is offered and when it is accepted; two tables that offer its last balboas in the same instant may both be
let through here on PostgreSQL, and the second pay-out is then refused by the ledger's ceiling.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from buyback.db import affected
from buyback.errors import Forbidden
from buyback.intake import queries
from buyback.intake.queries import SurrenderFacts
from buyback.intake.rules import (
    MOVES,
    ItemState,
    NothingAppraised,
    Step,
    SurrenderMoved,
    after_appraisal,
    appraise,
    check_duty,
    check_float,
)
from buyback.intake.service import Case, open_event, record, take_for_appraisal
from buyback.intake.tables import Handover, HandoverItem, Item, Surrender
from buyback.money import decimal_text
from buyback.people.rules import Actor


def finish_appraisal(session: Session, *, surrender: UUID, by: Actor, now: datetime) -> Step:
    """Add up, round by the programme's rule, and offer; or ask a second person, where an item wants one.

    Gives the step taken. Refuses a surrender without items and an award over what the event has left.
    """
    case = take_for_appraisal(session, surrender, by=by)
    items = [item for item in queries.items_of(session, surrender) if item.counts]
    if not items:
        raise NothingAppraised
    result = appraise((item.value or 0 for item in items), rounding=case.event.programme.rounding)
    check_float(result.award, left=queries.float_of(session, case.event.id, but=surrender).left)
    _note(session, surrender, appraised=result.exact, award=result.award, approved_by=None)
    step = after_appraisal(needs_approval=any(item.needs_approval for item in items))
    _move(session, case, step, by=by, now=now, award=decimal_text(result.award))
    return step


def approve(session: Session, *, surrender: UUID, by: Actor, now: datetime) -> None:
    """A second person agrees to the values that want one. SamePerson when it is the appraiser."""
    case = _case(session, surrender)
    _move(session, case, Step.APPROVE, by=by, now=now)
    _note(session, surrender, approved_by=by.id)


def send_back(session: Session, *, surrender: UUID, by: Actor, now: datetime) -> None:
    """A second person does not agree: the appraiser changes the items. SamePerson when it is the appraiser."""
    case = _case(session, surrender)
    _move(session, case, Step.SEND_BACK, by=by, now=now)
    _note(session, surrender, appraised=None, award=None, approved_by=None)


def reopen(session: Session, *, surrender: UUID, by: Actor, now: datetime) -> None:
    """The appraiser takes an offer back before it is answered, to correct it; an approval lapses with it."""
    case = _case(session, surrender)
    _move(session, case, Step.REOPEN, by=by, now=now)
    _note(session, surrender, appraised=None, award=None, approved_by=None)


def accept(session: Session, *, surrender: UUID, by: Actor, now: datetime) -> None:
    """The offer is taken; an issuer pays it out. FloatExceeded when the event cannot pay it any more."""
    case = _case(session, surrender)
    left = queries.float_of(session, case.event.id, but=surrender).left
    check_float(case.surrender.award or 0, left=left)
    _move(session, case, Step.ACCEPT, by=by, now=now)


def decline(session: Session, *, surrender: UUID, by: Actor, now: datetime) -> None:
    """The offer is not taken: the items go back, and no price stays on record."""
    _give_back(session, surrender, Step.DECLINE, by=by, now=now)


def cancel(session: Session, *, surrender: UUID, by: Actor, now: datetime) -> None:
    """The visit ends before it is paid, for whatever reason: the items go back, and no price stays on record."""
    _give_back(session, surrender, Step.CANCEL, by=by, now=now)


def mark_paid_out(session: Session, *, surrender: UUID, by: Actor, now: datetime) -> Case:
    """The items are the State's now and the issuer is on record; gives the case whose award is to be paid.

    Whoever calls issues the vouchers in the same transaction. SamePerson when the issuer appraised or approved.
    """
    case = _case(session, surrender)
    _move(session, case, Step.PAY_OUT, by=by, now=now, items={"state": ItemState.RECEIVED})
    _note(session, surrender, issued_by=by.id)
    return case


def _give_back(session: Session, surrender: UUID, step: Step, *, by: Actor, now: datetime) -> None:
    case = _case(session, surrender)
    _move(session, case, step, by=by, now=now, items={"state": ItemState.RETURNED, "value": None})
    _note(session, surrender, appraised=None, award=None)


def _case(session: Session, surrender: UUID) -> Case:
    facts: SurrenderFacts = queries.get_surrender_by_id(session, surrender)
    return Case(facts, open_event(session, facts.event))


def _move(
    session: Session,
    case: Case,
    step: Step,
    *,
    by: Actor,
    now: datetime,
    items: dict[str, object] | None = None,
    **more: object,
) -> None:
    move = MOVES[step]
    if not by.may(move.permission):
        raise Forbidden
    check_duty(step, case.surrender.parties, by.id)
    moved = session.execute(
        update(Surrender)
        .where(Surrender.id == case.surrender.id, Surrender.state.in_(move.sources))
        .values(state=move.target)
    )
    if not affected(moved):
        now_as = queries.get_surrender_by_id(session, case.surrender.id)
        raise SurrenderMoved(number=now_as.number, state=now_as.state)
    if items:
        _set_items(session, case.surrender.id, items)
    record(session, case.event, case.surrender.id, step.value, by=by, now=now, **more)


def _note(session: Session, surrender: UUID, **values: object) -> None:
    session.execute(update(Handover).where(Handover.surrender == surrender).values(values))


def _set_items(session: Session, surrender: UUID, values: dict[str, object]) -> None:
    of_surrender = select(HandoverItem.item).where(HandoverItem.surrender == surrender)
    session.execute(update(Item).where(Item.id.in_(of_surrender), Item.state == ItemState.REGISTERED).values(values))
