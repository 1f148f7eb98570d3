"""Tariff lines: what a version of a programme pays for a class and condition."""

from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from buyback.binding import bound
from buyback.db import Base


class TariffRow(Base):
    """A range per piece, a price per unit, or a fixed price per piece; cents. ``''`` stands for "no such detail"."""

    __tablename__ = "tariff_line"
    __table_args__ = (
        UniqueConstraint("version", "catalogue_class", "condition", "calibre_group"),
        CheckConstraint(
            "(low IS NOT NULL AND high IS NOT NULL AND low >= 0 AND high >= low AND unit IS NULL AND fixed IS NULL)"
            " OR (unit IS NOT NULL AND unit >= 0 AND low IS NULL AND high IS NULL AND fixed IS NULL)"
            " OR (fixed IS NOT NULL AND fixed >= 0 AND low IS NULL AND high IS NULL AND unit IS NULL)",
            name="one_kind",
        ),
        CheckConstraint("cap_per_visit IS NULL OR cap_per_visit > 0", name="cap"),
        bound("version", "catalogue_class", "condition", "calibre_group"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[UUID] = mapped_column(ForeignKey("programme_version.id"))
    catalogue_class: Mapped[str] = mapped_column(String(32))
    condition: Mapped[str] = mapped_column(String(32))
    calibre_group: Mapped[str] = mapped_column(String(32))
    low: Mapped[int | None]
    high: Mapped[int | None]
    unit: Mapped[int | None]
    fixed: Mapped[int | None]
    cap_per_visit: Mapped[int | None]
