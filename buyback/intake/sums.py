"""What a purge makes of an event's items: sums, and things without a price."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from buyback.ids import new_id
from buyback.intake.pooling import PooledItem, by_month, quantity_sums, value_sums
from buyback.intake.rules import DISSOLVED, ItemState
from buyback.intake.tables import Item, QuantitySum, ValueSum


def dissolve(session: Session, *, event: UUID, ranges: Collection[UUID]) -> None:
    """Add up the values of an event's items, and the rounds, magazines, parts and accessories; then forget them.

    Of these the rows go; what was handed in by the piece keeps its identity and loses its price. ``ranges`` are the
    tariff lines inside which a person decides. Triggers say the same to the totals.
    """
    rows = session.execute(
        select(Item.day, Item.catalogue_class, Item.tariff_line, Item.quantity, Item.value).where(
            Item.event == event, Item.state == ItemState.RECEIVED
        )
    )
    entries = [
        PooledItem(day, code, line, quantity, value or 0, line in ranges) for day, code, line, quantity, value in rows
    ]
    for day, of_month in by_month(entries).items():
        for code, number in quantity_sums(of_month, DISSOLVED).items():
            session.execute(insert(QuantitySum).values(event=event, day=day, catalogue_class=code, number=number))
        for found in value_sums(of_month):
            session.execute(
                insert(ValueSum).values(
                    id=new_id(),
                    event=event,
                    day=day,
                    catalogue_class=found.catalogue_class,
                    tariff_line=found.tariff_line,
                    items=found.shared.items,
                    value=found.shared.value,
                )
            )
    session.execute(delete(Item).where(Item.event == event, Item.catalogue_class.in_(DISSOLVED)))
    session.execute(update(Item).where(Item.event == event, Item.value.is_not(None)).values(value=None))
