"""The table: a surrender is opened, and its items are registered, priced by the tariff and struck again.

What follows a finished appraisal is in ``offers.py``. Each change first takes the surrender's row by a conditional
update, so that two taps or two people queue up and the second sees what the first has done.
"""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from buyback.audit import service as audit
from buyback.campaigns import queries as campaigns
from buyback.campaigns.facts import EventFacts
from buyback.campaigns.rules import EventNotOpen
from buyback.campaigns.states import EventState
from buyback.db import affected
from buyback.ids import new_id
from buyback.intake import queries
from buyback.intake.details import NO_DETAILS, Details, MadeSafeNeeded, check_details
from buyback.intake.queries import ItemFacts, SurrenderFacts
from buyback.intake.rules import (
    ITEMS_MAX,
    FloatSpent,
    ItemsMoved,
    ItemState,
    OpIdReused,
    SurrenderMoved,
    SurrenderState,
    TooManyItems,
    appraise,
    check_appraiser,
    check_day,
    check_float,
)
from buyback.intake.tables import Handover, HandoverItem, Item, Surrender
from buyback.intake.tags import TagInUse, TagUnknown
from buyback.money import decimal_text
from buyback.people.rules import Actor
from buyback.tariff import queries as tariffs
from buyback.tariff.catalogue import CATALOGUE
from buyback.tariff.rules import Priced, PricedThing, Tariff, check_cap, price
from buyback.times import panama_day


@dataclass(frozen=True)
class Case:
    """A surrender that is being worked on, and the event it belongs to."""

    surrender: SurrenderFacts
    event: EventFacts


def open_surrender(
    session: Session, *, event: UUID, day: date, op_id: UUID, by: Actor, now: datetime, resumes: bool = False
) -> int:
    """Open a surrender on one of the event's days and give its ticket number.

    The same ``op_id`` again gives the same ticket. With ``resumes``, so does an empty one that the same person opened
    for that day: whoever goes back and presses the button anew. Two tables that open at the same moment may draw the
    same number: the second transaction fails on it and is run again. FloatSpent when there is nothing left to offer.
    """
    held = open_event(session, event)
    check_day(day, days=held.days, today=panama_day(now))
    content = hashlib.sha256(f"{event}/{day}".encode()).digest()
    known = queries.known_ops(session, [op_id]).get(op_id)
    if known is not None:
        return _same_ticket(session, op_id, is_same=known == content)
    if queries.float_of(session, event).left == 0:
        raise FloatSpent
    empty = queries.find_empty(session, event=event, day=day, by=by.id) if resumes else None
    if empty is not None:
        return empty
    surrender = new_id()
    number = queries.last_number(session, event) + 1
    session.execute(insert(Surrender).values(id=surrender, event=event, day=day, state=SurrenderState.OPEN))
    session.execute(
        insert(Handover).values(
            surrender=surrender,
            event=event,
            op_id=op_id,
            op_hash=content,
            number=number,
            registered_by=by.id,
        )
    )
    record(session, held, surrender, "open", by=by, now=now)
    return number


def add_item(
    session: Session,
    *,
    surrender: UUID,
    line: int,
    thing: PricedThing,
    details: Details = NO_DETAILS,
    by: Actor,
    now: datetime,
) -> UUID:
    """Register an item as the surrender's entry number ``line`` and price it; gives the item's id.

    The same entry again (a second tap) changes nothing; another one in its place is ItemsMoved. Refuses what the
    tariff refuses, a class over its cap, a tag in use or of no roll, and an award over what the event has left. Whoever
    registers the first item is the surrender's appraiser.
    """
    case = take_for_appraisal(session, surrender, by=by)
    items = queries.items_of(session, surrender)
    if line <= len(items) and items[line - 1].is_of(thing):
        return items[line - 1].id
    if line != len(items) + 1:
        raise ItemsMoved
    priced = _price_beside(tariffs.tariff_of(session, case.event.programme), items, thing)
    _check_thing(thing, details)
    tag = _get_tag(session, case.event, details.tag)
    _check_award(session, case, items, priced)
    item = new_id()
    row = {"id": item, "event": case.event.id, "day": case.surrender.day, "state": ItemState.REGISTERED}
    session.execute(insert(Item).values({**row, **item_columns(thing, details, priced, tag)}))
    session.execute(
        insert(HandoverItem).values(item=item, surrender=surrender, line=line, needs_approval=priced.needs_approval)
    )
    record(
        session,
        case.event,
        surrender,
        "add_item",
        by=by,
        now=now,
        line=line,
        catalogue_class=thing.class_code.value,
        quantity=thing.quantity,
        value=decimal_text(priced.amount),
    )
    return item


def strike_item(session: Session, *, surrender: UUID, item: UUID, by: Actor, now: datetime) -> None:
    """Undo an entry: the thing was never there. A second tap changes nothing; NotFound never tells more."""
    case = take_for_appraisal(session, surrender, by=by)
    entry = next((entry for entry in queries.items_of(session, surrender) if entry.id == item), None)
    if entry is None:
        raise ItemsMoved
    if entry.counts:
        session.execute(update(Item).where(Item.id == item).values(state=ItemState.STRUCK, value=None))
        record(session, case.event, surrender, "strike_item", by=by, now=now, line=entry.line)


def open_event(session: Session, event: UUID) -> EventFacts:
    """The event, if an official holds it open; EventNotOpen otherwise."""
    held = campaigns.get_event_by_id(session, event)
    if held.state is not EventState.OPEN:
        raise EventNotOpen(event=held.code)
    return held


def take_for_appraisal(session: Session, surrender: UUID, *, by: Actor) -> Case:
    """Hold an open surrender for its one appraiser, who is whoever asks first; refuses everybody else."""
    taken = session.execute(
        update(Surrender)
        .where(Surrender.id == surrender, Surrender.state == SurrenderState.OPEN)
        .values(state=SurrenderState.OPEN)
    )
    facts = queries.get_surrender_by_id(session, surrender)
    held = open_event(session, facts.event)
    if not affected(taken):
        raise SurrenderMoved(number=facts.number, state=facts.state)
    if facts.appraised_by is None:
        session.execute(update(Handover).where(Handover.surrender == surrender).values(appraised_by=by.id))
    check_appraiser(facts.parties, by.id)
    return Case(facts, held)


def record(
    session: Session, event: EventFacts, surrender: UUID, act: str, *, by: Actor, now: datetime, **more: object
) -> None:
    """Write a step of a surrender into the audit log; the event's purge empties it."""
    body = {"by": by.name, "event": event.code, "surrender": str(surrender), **more}
    audit.record(session, chain=by.chain, act=f"surrender:{act}", body=body, now=now, event=event.id)


def item_columns(thing: PricedThing, details: Details, priced: Priced, tag: UUID | None) -> dict[str, object]:
    """What an item is and is worth, as columns."""
    return {
        "tariff_line": priced.line.id,
        "catalogue_class": thing.class_code.value,
        "condition": thing.condition.value if thing.condition else None,
        "calibre_group": thing.calibre_group.value if thing.calibre_group else None,
        "quantity": thing.quantity,
        "value": priced.amount,
        "make": details.make,
        "model": details.model,
        "calibre": details.calibre,
        "serial": details.serial,
        "serial_status": details.serial_status,
        "tag": tag,
        "made_safe_by": details.made_safe_by,
    }


def _same_ticket(session: Session, op_id: UUID, *, is_same: bool) -> int:
    if not is_same:
        raise OpIdReused
    return queries.number_of_op(session, op_id)


def _price_beside(tariff: Tariff, items: list[ItemFacts], thing: PricedThing) -> Priced:
    if len(items) >= ITEMS_MAX:
        raise TooManyItems(limit=ITEMS_MAX)
    priced = price(tariff, thing)
    count = sum(item.quantity for item in items if item.counts and item.class_code is thing.class_code)
    check_cap(tariff, thing.class_code, count + thing.quantity)
    return priced


def _check_thing(thing: PricedThing, details: Details) -> None:
    is_explosive = not CATALOGUE[thing.class_code].reaches_the_desk
    check_details(details, quantity=thing.quantity, is_explosive=is_explosive)
    if is_explosive and not details.made_safe_by:
        raise MadeSafeNeeded(field="made_safe_by")


def _get_tag(session: Session, event: EventFacts, tag: str | None) -> UUID | None:
    if tag is None:
        return None
    found = queries.tags_of(session, event.programme.id, [tag]).get(tag)
    if found is None:
        raise TagUnknown(field="tag", tag=tag)
    if queries.tags_in_use(session, event.programme.id, [tag]):
        raise TagInUse(field="tag", tag=tag)
    return found


def _check_award(session: Session, case: Case, items: list[ItemFacts], priced: Priced) -> None:
    values = [item.value or 0 for item in items if item.counts]
    award = appraise([*values, priced.amount], rounding=case.event.programme.rounding).award
    check_float(award, left=queries.float_of(session, case.event.id, but=case.surrender.id).left)
