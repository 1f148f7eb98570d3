"""Store paper forms that were checked: many surrenders in a few statements, already at their end."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Table, insert
from sqlalchemy.orm import Session

from buyback.campaigns.facts import EventFacts
from buyback.ids import new_id
from buyback.intake.paper_plan import Planned
from buyback.intake.rules import ItemState, SurrenderState
from buyback.intake.service import item_columns
from buyback.intake.tables import Handover, HandoverItem, Item, Surrender

Row = dict[str, object]


@dataclass(frozen=True)
class Stored:
    """A form and the surrender it became."""

    surrender: UUID
    planned: Planned


def store(session: Session, *, event: EventFacts, planned: Sequence[Planned], first_number: int) -> tuple[Stored, ...]:
    """Store surrenders as paid out, with their items received; tickets go on from ``first_number``.

    Whoever calls issues their vouchers in the same transaction, and writes the audit.
    """
    stored = tuple(Stored(new_id(), one) for one in planned)
    surrenders = [
        {"id": one.surrender, "event": event.id, "day": one.planned.form.day, "state": SurrenderState.PAID_OUT}
        for one in stored
    ]
    handovers = [_handover(event, one, number) for number, one in enumerate(stored, start=first_number)]
    pairs = [pair for one in stored for pair in _items(event, one)]
    _insert(session, Surrender.__table__, surrenders)
    _insert(session, Handover.__table__, handovers)
    _insert(session, Item.__table__, [item for item, _link in pairs])
    _insert(session, HandoverItem.__table__, [link for _item, link in pairs])
    return stored


def _insert(session: Session, table: object, rows: list[Row]) -> None:
    if isinstance(table, Table) and rows:
        session.execute(insert(table), rows)


def _handover(event: EventFacts, stored: Stored, number: int) -> Row:
    planned = stored.planned
    return {
        "surrender": stored.surrender,
        "event": event.id,
        "op_id": planned.form.op_id,
        "op_hash": planned.form.content_hash,
        "number": number,
        "registered_by": planned.appraised_by,
        "appraised_by": planned.appraised_by,
        "approved_by": planned.approved_by,
        "issued_by": planned.issued_by,
        "appraised": planned.appraisal.exact,
        "award": planned.appraisal.award,
    }


def _items(event: EventFacts, stored: Stored) -> Iterator[tuple[Row, Row]]:
    form = stored.planned.form
    for line, (item, priced) in enumerate(zip(form.items, stored.planned.priced, strict=True), start=1):
        key = new_id()
        columns = item_columns(item.thing, item.details, priced)
        yield (
            {"id": key, "event": event.id, "day": form.day, "state": ItemState.RECEIVED, **columns},
            {"item": key, "surrender": stored.surrender, "line": line, "needs_approval": priced.needs_approval},
        )
