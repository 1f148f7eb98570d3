"""What is kept of each day of an event, and the deltas that are not in it yet.

All of it follows from other domains' rows, whose triggers write the deltas: an invariant compares the two. A delta has
no time, no order and no name of what it came from, and lives until the next fold.
"""

from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from buyback.db import UNORDERED, Base, choice
from buyback.totals.rules import DeltaKind


class RollupDay(Base):
    """The figures of one day of an event, as of the last fold. Money in cents; the day is the surrender's."""

    __tablename__ = "rollup_day"
    __table_args__ = (UNORDERED,)

    event: Mapped[UUID] = mapped_column(ForeignKey("event.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    surrenders: Mapped[int]
    arms: Mapped[int]
    firearms: Mapped[int]
    ammunition: Mapped[int]
    magazines: Mapped[int]
    explosives: Mapped[int]
    accessories: Mapped[int]
    vouchers: Mapped[int]
    issued: Mapped[int]
    redeemed: Mapped[int]
    void: Mapped[int]
    expired: Mapped[int]
    items: Mapped[int]
    appraised_value: Mapped[int]


class RollupClass(Base):
    """Pieces or rounds of one class on one day of an event, and their value in cents, as of the last fold."""

    __tablename__ = "rollup_class"
    __table_args__ = (UNORDERED,)

    event: Mapped[UUID] = mapped_column(ForeignKey("event.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    catalogue_class: Mapped[str] = mapped_column(String(32), primary_key=True)
    items: Mapped[int]
    appraised_value: Mapped[int]


class RollupDelta(Base):
    """One thing that happened since the last fold; ``number`` and ``cents`` are negative where a thing is undone."""

    __tablename__ = "rollup_delta"
    __table_args__ = (
        CheckConstraint("(kind = 'item') = (catalogue_class IS NOT NULL)", name="class_of_items"),
        UNORDERED,
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    event: Mapped[UUID] = mapped_column(ForeignKey("event.id"))
    day: Mapped[date]
    kind: Mapped[DeltaKind] = mapped_column(choice(DeltaKind))
    catalogue_class: Mapped[str | None] = mapped_column(String(32))
    number: Mapped[int]
    cents: Mapped[int]
