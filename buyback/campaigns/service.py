"""Events, from the plan to the purge. What a close or a purge means for vouchers is decided above this."""

from contextlib import suppress
from datetime import datetime
from uuid import UUID

from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from buyback.audit import service as audit
from buyback.audit.sealing import event_keys
from buyback.campaigns import agreements, budget, queries
from buyback.campaigns.facts import EventFacts, ProgrammeFacts
from buyback.campaigns.rules import (
    CodeTaken,
    EventNotClosed,
    EventNotClosing,
    EventNotOpen,
    EventNotPlanned,
    EventPlan,
    ProgrammeClosed,
    Share,
    expiry,
    problems_of_plan,
)
from buyback.campaigns.states import EventState
from buyback.campaigns.tables import Event, EventSession
from buyback.db import after_commit
from buyback.errors import InputProblem, InvalidInput, Refused
from buyback.ids import new_id
from buyback.people.rules import Actor
from buyback.places import queries as places
from buyback.places import service as place_service
from buyback.places.rules import CorregimientoNotValid
from buyback.security.event_keys import Purpose


def add_event(
    session: Session,
    *,
    programme: str,
    plan: EventPlan,
    corregimiento: str,
    salt: bytes,
    by: Actor,
    now: datetime,
    barrio: str | None = None,
) -> UUID:
    """Plan an event under a programme's latest version: its days, its agreement and its float, all at once.

    ``salt`` is 32 fresh random bytes. The event's keys are on the disk before the event is; where it comes to nothing
    they stay behind, and ``check`` names them. Raises NotFound for the programme, ProgrammeClosed, InvalidInput with
    every problem of the plan (``code``, ``site``, ``from``, ``to``, ``float``, ``corregimiento``), FunderMissing,
    FunderTwice or FloatOverAppropriation.
    """
    rules = queries.get_programme(session, programme)
    if rules.is_closed:
        raise ProgrammeClosed(field="programme", programme=programme)
    _check_plan(session, plan, corregimiento, rules)
    shares = agreements.resolve(session, rules, corregimiento[:4])
    barrio_id = barrio and place_service.add_barrio(
        session, corregimiento=corregimiento, name=barrio, chain=by.chain, by=by.name, now=now
    )
    event, keys = new_id(), event_keys(session)
    keys.make(event)
    session.execute(
        insert(Event).values(
            id=event,
            code=plan.code,
            version=rules.version,
            site=plan.site,
            corregimiento=corregimiento,
            barrio=barrio_id or None,
            starts_on=plan.starts_on,
            ends_on=plan.ends_on,
            expires_on=expiry(plan.ends_on, rules.voucher_days),
            state=EventState.PLANNED,
            salt=keys.seal(event, Purpose.SALT, salt),
        )
    )
    _complete(session, event, plan, rules, shares=shares, by=by, now=now)
    body = {"by": by.name, "event": plan.code, "programme": programme, "corregimiento": corregimiento}
    details = {"from": f"{plan.starts_on}", "to": f"{plan.ends_on}", "float": plan.float_cents}
    audit.record(session, chain=by.chain, act="event:add", body=body | details, now=now)
    return event


def open_event(session: Session, *, event: UUID, by: Actor, now: datetime) -> None:
    """An official opens a planned event, whatever the date. Raises ProgrammeClosed or EventNotPlanned."""
    facts = queries.get_event_by_id(session, event)
    if facts.programme.is_closed:
        raise ProgrammeClosed(programme=facts.programme.code)
    if not _move(session, event, EventState.PLANNED, EventState.OPEN):
        raise EventNotPlanned(event=facts.code)
    _audit(session, facts, act="event:open", by=by, now=now)


def begin_closing(session: Session, *, event: UUID, by: Actor, now: datetime) -> None:
    """Stop the tables, for the closing counts. Raises EventNotOpen."""
    facts = queries.get_event_by_id(session, event)
    if not _move(session, event, EventState.OPEN, EventState.CLOSING):
        raise EventNotOpen(event=facts.code)
    _audit(session, facts, act="event:begin_closing", by=by, now=now)


def resume_event(session: Session, *, event: UUID, by: Actor, now: datetime) -> None:
    """Open the tables again when the closing counts show that something is missing. Raises EventNotClosing."""
    facts = queries.get_event_by_id(session, event)
    if not _move(session, event, EventState.CLOSING, EventState.OPEN):
        raise EventNotClosing(event=facts.code)
    _audit(session, facts, act="event:resume", by=by, now=now)


def close_event(session: Session, *, event: UUID, by: Actor, now: datetime) -> None:
    """Close an event over its counts and destroy its salt: nobody can print its vouchers again.

    The counts and the float's return are the caller's. Raises EventNotClosing.
    """
    facts = queries.get_event_by_id(session, event)
    if not _move(session, event, EventState.CLOSING, EventState.CLOSED, salt=None, closed_at=now):
        raise EventNotClosing(event=facts.code)
    _destroy(session, event, Purpose.SALT)
    _audit(session, facts, act="event:close", by=by, now=now)


def mark_purged(session: Session, *, event: UUID, by: Actor, now: datetime) -> None:
    """Note that the links from weapons to vouchers are gone; deleting them is the caller's. EventNotClosed."""
    facts = queries.get_event_by_id(session, event)
    if not _move(session, event, EventState.CLOSED, EventState.PURGED):
        raise EventNotClosed(event=facts.code)
    _destroy(session, event, Purpose.STAFF)
    _audit(session, facts, act="event:purge", by=by, now=now)


def _destroy(session: Session, event: UUID, purpose: Purpose) -> None:
    """Once it is committed; where that fails the nightly purge tries again, and ``check`` says so meanwhile."""
    keys = event_keys(session)

    def destroy() -> None:
        with suppress(OSError):
            keys.destroy(event, purpose)

    after_commit(session, destroy)


def _check_plan(session: Session, plan: EventPlan, corregimiento: str, rules: ProgrammeFacts) -> None:
    problems = list(problems_of_plan(plan, valid_from=rules.valid_from, valid_until=rules.valid_until))
    if queries.find_event(session, plan.code) is not None:
        problems.append(InputProblem("code", CodeTaken(code=plan.code)))
    try:
        place = places.get_corregimiento(session, corregimiento)
        if not place.exists_on(plan.starts_on):
            raise CorregimientoNotValid(code=corregimiento, day=plan.starts_on)
    except Refused as refusal:
        problems.append(InputProblem("corregimiento", refusal))
    if problems:
        raise InvalidInput(problems)


def _complete(
    session: Session,
    event: UUID,
    plan: EventPlan,
    rules: ProgrammeFacts,
    *,
    shares: tuple[Share, ...],
    by: Actor,
    now: datetime,
) -> None:
    session.execute(insert(EventSession), [{"event": event, "day": day} for day in plan.days])
    agreements.fix(session, event=event, programme=rules, shares=shares)
    budget.allot_float(session, programme=rules.id, event=event, amount=plan.float_cents, by=by, now=now)


def _move(session: Session, event: UUID, before: EventState, after: EventState, **values: object) -> bool:
    """Move an event's state if it still is what it was thought to be; another hand may have been faster."""
    moved = session.execute(
        update(Event).where(Event.id == event, Event.state == before).values(state=after, **values).returning(Event.id)
    ).first()
    return moved is not None


def _audit(session: Session, event: EventFacts, *, act: str, by: Actor, now: datetime) -> None:
    audit.record(session, chain=by.chain, act=act, body={"by": by.name, "event": event.code}, now=now)
