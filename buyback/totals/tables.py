"""What is kept of each day of an event, and the deltas that are not in it yet.

All of it follows from other domains' rows, whose triggers write the deltas: an invariant compares the two. A delta has
no time, no order and no name of what it came from, and lives until the next fold.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Column, Date, ForeignKey, String, Table, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from buyback.db import UNORDERED, Base, choice
from buyback.totals.figures import KEPT, OF_CLASSES, DeltaKind, Figure


def _figures(figures: Iterable[Figure]) -> Iterator[Column[int]]:
    return (Column(figure.value, BigInteger, nullable=False) for figure in figures)


class RollupDay(Base):
    """The figures of one day of an event, as of the last fold. Money in cents; the day is the surrender's."""

    __table__ = Table(
        "rollup_day",
        Base.metadata,
        Column("event", Uuid, ForeignKey("event.id"), primary_key=True),
        Column("day", Date, primary_key=True),
        *_figures(KEPT),
        sqlite_with_rowid=False,  # as UNORDERED
    )


class RollupClass(Base):
    """Pieces or rounds of one class on one day of an event, and their value in cents, as of the last fold."""

    __table__ = Table(
        "rollup_class",
        Base.metadata,
        Column("event", Uuid, ForeignKey("event.id"), primary_key=True),
        Column("day", Date, primary_key=True),
        Column("catalogue_class", String(32), primary_key=True),
        *_figures(OF_CLASSES),
        sqlite_with_rowid=False,  # as UNORDERED
    )


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
