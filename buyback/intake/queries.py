"""Surrenders and their items, as pages and services need them. Known until the purge parts them."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, func, select
from sqlalchemy.orm import Session

from buyback.errors import NotFound
from buyback.intake.details import Details
from buyback.intake.rules import PROMISED, ItemState, Parties, SurrenderState
from buyback.intake.tables import Handover, HandoverItem, Item, Surrender, Tag
from buyback.ledger import queries as ledger
from buyback.ledger.rules import ALLOTTED, AccountRef
from buyback.tariff.catalogue import CalibreGroup, ClassCode, Condition
from buyback.tariff.rules import PricedThing

T = TypeVar("T")

IDS_A_STATEMENT = 500  # of a list of values in one statement; both databases take more


@dataclass(frozen=True)
class ItemFacts:
    """One entry of a surrender. ``value`` is cents for the whole quantity, None where nothing is paid for it."""

    id: UUID
    line: int
    class_code: ClassCode
    condition: Condition | None
    calibre_group: CalibreGroup | None
    quantity: int
    value: int | None
    state: ItemState
    needs_approval: bool
    details: Details

    @property
    def counts(self) -> bool:
        """Whether it is part of what is appraised."""
        return self.state is ItemState.REGISTERED

    def is_of(self, thing: PricedThing) -> bool:
        """Whether this entry is what was just typed, so that a second tap does not make a second item."""
        stored = (self.class_code, self.condition, self.calibre_group, self.quantity)
        typed = (thing.class_code, thing.condition, thing.calibre_group, thing.quantity)
        return self.counts and stored == typed and thing.value in (None, (self.value or 0) // self.quantity)


@dataclass(frozen=True)
class SurrenderFacts:
    """A surrender with who did what. ``number`` is its ticket within the event; cents."""

    id: UUID
    event: UUID
    day: date
    state: SurrenderState
    number: int
    registered_by: UUID | None
    appraised_by: UUID | None
    approved_by: UUID | None
    issued_by: UUID | None
    appraised: int | None
    award: int | None

    @property
    def parties(self) -> Parties:
        """Who has taken which step so far."""
        return Parties(self.appraised_by, self.approved_by)


@dataclass(frozen=True)
class Queued:
    """A surrender in an event's list: how many entries it has, and its award in cents once appraised."""

    number: int
    day: date
    state: SurrenderState
    items: int
    award: int | None


@dataclass(frozen=True)
class Float:
    """What an event has left, in cents: not issued yet, and of that already promised to people at the tables."""

    unissued: int
    promised: int

    @property
    def left(self) -> int:
        """What can still be offered; never shown below zero."""
        return max(0, self.unissued - self.promised)


def get_surrender(session: Session, *, event: UUID, number: int) -> SurrenderFacts:
    """A surrender by its ticket; NotFound otherwise, and after the purge."""
    return _one(session, number, Handover.event == event, Handover.number == number)


def get_surrender_by_id(session: Session, surrender: UUID) -> SurrenderFacts:
    """A surrender by its id; NotFound otherwise, and after the purge."""
    return _one(session, 0, Handover.surrender == surrender)


def items_of(session: Session, surrender: UUID) -> list[ItemFacts]:
    """All entries of a surrender in the order of the table, struck ones too."""
    rows = session.execute(
        select(Item, Tag.code, HandoverItem.line, HandoverItem.needs_approval)
        .join(HandoverItem, HandoverItem.item == Item.id)
        .outerjoin(Tag, Tag.id == Item.tag)
        .where(HandoverItem.surrender == surrender)
        .order_by(HandoverItem.line)
    )
    return [_item(item, tag, line, needs_approval=needs) for item, tag, line, needs in rows]


def queue(
    session: Session,
    event: UUID,
    *,
    states: Collection[SurrenderState],
    limit: int | None = None,
    offset: int = 0,
) -> list[Queued]:
    """An event's surrenders in these states, the latest ticket first."""
    items = (
        select(func.count())
        .select_from(HandoverItem)
        .join(Item, Item.id == HandoverItem.item)
        .where(HandoverItem.surrender == Handover.surrender, Item.state != ItemState.STRUCK)
        .scalar_subquery()
    )
    rows = session.execute(
        select(Handover.number, Surrender.day, Surrender.state, items, Handover.award)
        .join(Surrender, Surrender.id == Handover.surrender)
        .where(Handover.event == event, Surrender.state.in_(states))
        .order_by(Handover.number.desc())
        .limit(limit)
        .offset(offset)
    )
    return [Queued(*row) for row in rows]


def find_empty(session: Session, *, event: UUID, day: date, by: UUID | None) -> int | None:
    """The ticket of a surrender that a person opened for a day and that has had no item so far."""
    has_entries = exists().where(HandoverItem.surrender == Handover.surrender)
    return session.scalars(
        select(Handover.number)
        .join(Surrender, Surrender.id == Handover.surrender)
        .where(Handover.event == event, Handover.registered_by == by, Surrender.day == day)
        .where(Surrender.state == SurrenderState.OPEN, ~has_entries)
    ).first()


def counts_by_state(session: Session, event: UUID) -> dict[SurrenderState, int]:
    """How many of an event's surrenders stand where; states without any are left out."""
    rows = session.execute(
        select(Surrender.state, func.count()).where(Surrender.event == event).group_by(Surrender.state)
    )
    return {SurrenderState(state): count for state, count in rows}


def float_of(session: Session, event: UUID, *, but: UUID | None = None) -> Float:
    """What an event has left to offer; ``but`` leaves out one surrender, whose own award is being decided."""
    unissued = ledger.limited_balance(session, AccountRef(ALLOTTED, event=event))
    statement = (
        select(func.coalesce(func.sum(Handover.award), 0))
        .join(Surrender, Surrender.id == Handover.surrender)
        .where(Handover.event == event, Surrender.state.in_(PROMISED))
    )
    if but is not None:
        statement = statement.where(Handover.surrender != but)
    return Float(unissued, int(session.scalar(statement) or 0))


def last_number(session: Session, event: UUID) -> int:
    """The event's highest ticket; 0 before the first."""
    return int(session.scalar(select(func.max(Handover.number)).where(Handover.event == event)) or 0)


def known_ops(session: Session, op_ids: Collection[UUID]) -> dict[UUID, bytes]:
    """Which of these op ids have a surrender already, and the hash of what each said."""
    known: dict[UUID, bytes] = {}
    for some in _portions(op_ids):
        rows = session.execute(select(Handover.op_id, Handover.op_hash).where(Handover.op_id.in_(some)))
        known.update({row.op_id: row.op_hash for row in rows})
    return known


def number_of_op(session: Session, op_id: UUID) -> int:
    """The ticket of the surrender that an op id opened; NotFound otherwise."""
    number = session.scalar(select(Handover.number).where(Handover.op_id == op_id))
    if number is None:
        raise NotFound(what="la entrega")
    return number


def tags_of(session: Session, programme: UUID, tags: Collection[str]) -> dict[str, UUID]:
    """Which of these tags are of a roll of the programme, and their ids."""
    found: dict[str, UUID] = {}
    for some in _portions(tags):
        rows = session.execute(select(Tag.code, Tag.id).where(Tag.programme == programme, Tag.code.in_(some)))
        found.update({row.code: row.id for row in rows})
    return found


def tags_in_use(session: Session, programme: UUID, tags: Collection[str]) -> set[str]:
    """Which of these tags of the programme are on an item."""
    used: set[str] = set()
    live = (ItemState.REGISTERED, ItemState.RECEIVED)
    for some in _portions(tags):
        is_one = and_(Tag.programme == programme, Tag.code.in_(some), Item.state.in_(live))
        used.update(session.scalars(select(Tag.code).join(Item, Item.tag == Tag.id).where(is_one)))
    return used


def _portions(values: Iterable[T]) -> Iterator[list[T]]:
    waiting = iter(values)
    while some := list(islice(waiting, IDS_A_STATEMENT)):
        yield some


def _one(session: Session, number: int, *which: ColumnElement[bool]) -> SurrenderFacts:
    row = session.execute(
        select(
            Handover.surrender,
            Handover.event,
            Surrender.day,
            Surrender.state,
            Handover.number,
            Handover.registered_by,
            Handover.appraised_by,
            Handover.approved_by,
            Handover.issued_by,
            Handover.appraised,
            Handover.award,
        )
        .join(Surrender, Surrender.id == Handover.surrender)
        .where(*which)
    ).first()
    if row is None:
        raise NotFound(what="la entrega", name=number or "")
    return SurrenderFacts(*row)


def _item(item: Item, tag: str | None, line: int, *, needs_approval: bool) -> ItemFacts:
    return ItemFacts(
        id=item.id,
        line=line,
        class_code=ClassCode(item.catalogue_class),
        condition=Condition(item.condition) if item.condition else None,
        calibre_group=CalibreGroup(item.calibre_group) if item.calibre_group else None,
        quantity=item.quantity,
        value=item.value,
        state=item.state,
        needs_approval=needs_approval,
        details=Details(
            make=item.make,
            model=item.model,
            calibre=item.calibre,
            serial=item.serial,
            serial_status=item.serial_status,
            tag=tag,
            made_safe_by=item.made_safe_by,
        ),
    )
