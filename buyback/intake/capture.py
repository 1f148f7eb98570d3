"""Store surrenders that were written down elsewhere: many in a few statements, already at their end."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.orm import Session

from buyback.campaigns.facts import EventFacts
from buyback.db import Base, core
from buyback.ids import new_id
from buyback.intake import queries
from buyback.intake.details import Details
from buyback.intake.rules import Appraisal, ItemState, SurrenderState
from buyback.intake.service import item_columns
from buyback.intake.tables import Handover, HandoverItem, Item, Surrender
from buyback.tariff.rules import Priced, PricedThing

Columns = dict[str, object]


@dataclass(frozen=True)
class CapturedItem:
    """One thing: what the tariff knows of it, what was read off it, and its price."""

    thing: PricedThing
    details: Details
    priced: Priced


@dataclass(frozen=True)
class CapturedSurrender:
    """A visit that was checked: its award, who did each step, and its items."""

    op_id: UUID
    op_hash: bytes
    day: date
    appraisal: Appraisal
    appraised_by: UUID
    approved_by: UUID | None
    issued_by: UUID
    items: tuple[CapturedItem, ...]


def store(
    session: Session, *, event: EventFacts, surrenders: Sequence[CapturedSurrender], first_number: int
) -> tuple[UUID, ...]:
    """Store surrenders as paid out, with their items received; tickets go on from ``first_number``. Their ids.

    Whoever calls issues their vouchers in the same transaction, and writes the audit.
    """
    stored = tuple((new_id(), surrender) for surrender in surrenders)
    tags = queries.tags_of(
        session, event.programme.id, [tag for it in surrenders for item in it.items if (tag := item.details.tag)]
    )
    pairs = [pair for key, surrender in stored for pair in _items(event, key, surrender, tags)]
    numbered = enumerate(stored, start=first_number)
    _insert(
        session,
        Surrender,
        [{"id": key, "event": event.id, "day": it.day, "state": SurrenderState.PAID_OUT} for key, it in stored],
    )
    _insert(session, Handover, [_handover(event, key, surrender, number) for number, (key, surrender) in numbered])
    _insert(session, Item, [item for item, _link in pairs])
    _insert(session, HandoverItem, [link for _item, link in pairs])
    return tuple(key for key, _surrender in stored)


def _insert(session: Session, model: type[Base], rows: list[Columns]) -> None:
    if rows:
        session.execute(insert(core(model)), rows)


def _handover(event: EventFacts, key: UUID, surrender: CapturedSurrender, number: int) -> Columns:
    return {
        "surrender": key,
        "event": event.id,
        "op_id": surrender.op_id,
        "op_hash": surrender.op_hash,
        "number": number,
        "registered_by": surrender.appraised_by,
        "appraised_by": surrender.appraised_by,
        "approved_by": surrender.approved_by,
        "issued_by": surrender.issued_by,
        "appraised": surrender.appraisal.exact,
        "award": surrender.appraisal.award,
    }


def _items(
    event: EventFacts, key: UUID, surrender: CapturedSurrender, tags: Mapping[str, UUID]
) -> Iterator[tuple[Columns, Columns]]:
    for line, item in enumerate(surrender.items, start=1):
        item_key = new_id()
        columns = item_columns(item.thing, item.details, item.priced, tags.get(item.details.tag or ""))
        yield (
            {"id": item_key, "event": event.id, "day": surrender.day, "state": ItemState.RECEIVED, **columns},
            {"item": item_key, "surrender": key, "line": line, "needs_approval": item.priced.needs_approval},
        )
