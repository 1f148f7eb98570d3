"""Hand-overs as a purge sees them: what was collected and awarded, and the end of what leads from one to the other."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from buyback.intake.rules import ItemState, SurrenderState
from buyback.intake.tables import Handover, HandoverItem, Item, Surrender


@dataclass(frozen=True)
class Collected:
    """An event's totals while the links still stand: the items' values and the awards made of them, in cents."""

    surrenders: int
    items: int
    value: int
    award: int

    @property
    def rounding(self) -> int:
        """Cents that rounding added, over all surrenders."""
        return self.award - self.value


def collected(session: Session, event: UUID) -> Collected:
    """What an event took in and promised, from its paid surrenders and its received items."""
    surrenders, award = session.execute(
        select(func.count(), func.coalesce(func.sum(Handover.award), 0))
        .select_from(Surrender)
        .outerjoin(Handover, Handover.surrender == Surrender.id)
        .where(Surrender.event == event, Surrender.state == SurrenderState.PAID_OUT)
    ).one()
    items, value = session.execute(
        select(func.count(), func.coalesce(func.sum(Item.value), 0)).where(
            Item.event == event, Item.state == ItemState.RECEIVED
        )
    ).one()
    return Collected(surrenders, items, int(value or 0), int(award or 0))


def awards(session: Session, event: UUID) -> tuple[int, ...]:
    """The award of each paid surrender, in cents."""
    return tuple(
        session.scalars(
            select(func.coalesce(Handover.award, 0))
            .join(Surrender, Surrender.id == Handover.surrender)
            .where(Surrender.event == event, Surrender.state == SurrenderState.PAID_OUT)
        )
    )


def paid_visits_by_day(session: Session, event: UUID) -> Mapping[date, int]:
    """How many surrenders were paid on each day."""
    days = session.scalars(
        select(Surrender.day).where(Surrender.event == event, Surrender.state == SurrenderState.PAID_OUT)
    )
    return Counter(days)


def values_by_day(session: Session, event: UUID) -> Mapping[date, Sequence[int]]:
    """The values, in cents, of what was received on each day."""
    rows = session.execute(
        select(Item.day, func.coalesce(Item.value, 0)).where(Item.event == event, Item.state == ItemState.RECEIVED)
    )
    found: defaultdict[date, list[int]] = defaultdict(list)
    for day, value in rows:
        found[day].append(value)
    return found


def count(session: Session, event: UUID) -> int:
    """How many rows ``delete_links`` would delete."""
    items = select(func.count()).select_from(HandoverItem).join(Item, Item.id == HandoverItem.item)
    visits = select(func.count()).select_from(Handover).where(Handover.event == event)
    return session.scalars(items.where(Item.event == event)).one() + session.scalars(visits).one()


def delete_links(session: Session, *, event: UUID) -> None:
    """Delete who did what for which award, and which items came together; the links to vouchers went before."""
    of_event = select(Item.id).where(Item.event == event)
    session.execute(delete(HandoverItem).where(HandoverItem.item.in_(of_event)))
    session.execute(delete(Handover).where(Handover.event == event))
