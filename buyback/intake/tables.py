"""Surrenders and items, and between them the hand-over: the only thing that leads from one to the other.

What survives the purge stands in ``surrender`` and ``item``, which do not know each other. What the purge deletes
stands in ``handover`` and ``handover_item``: awards, op ids, who did what.
"""

from datetime import date
from uuid import UUID

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    SmallInteger,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from buyback.binding import bound
from buyback.db import UNORDERED, Base, choice
from buyback.intake.rules import ItemState, SerialStatus, SurrenderState
from buyback.intake.tags import TAG_LENGTH


class Surrender(Base):
    """One anonymous visit: its event, its day, how it stands. Nothing about the person exists."""

    __tablename__ = "surrender"
    __table_args__ = (
        ForeignKeyConstraint(["event", "day"], ["event_session.event", "event_session.day"]),
        Index("ix_surrender_event", "event", "day"),
        {**UNORDERED, **bound("event", "day")},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    event: Mapped[UUID]
    day: Mapped[date]
    state: Mapped[SurrenderState] = mapped_column(choice(SurrenderState))


class Tag(Base):
    """A tag of a roll, as it is printed, check character included. Its place on the roll stands nowhere."""

    __tablename__ = "tag"
    __table_args__ = (
        UniqueConstraint("programme", "code"),
        CheckConstraint("LENGTH(code) = 6", name="code"),
        {**UNORDERED, **bound("code")},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    programme: Mapped[UUID] = mapped_column(ForeignKey("programme.id"))
    code: Mapped[str] = mapped_column(String(TAG_LENGTH))


class Item(Base):
    """One thing handed in, or a lot of like things; ``value`` in cents is for the whole quantity, until the purge."""

    __tablename__ = "item"
    __table_args__ = (
        CheckConstraint("quantity BETWEEN 1 AND 100000", name="quantity"),
        CheckConstraint("value IS NULL OR value >= 0", name="value"),
        CheckConstraint("state NOT IN ('returned', 'struck') OR value IS NULL", name="returned_has_no_price"),
        CheckConstraint("serial_status <> 'legible' OR serial IS NOT NULL", name="legible_serial_is_written"),
        CheckConstraint(
            "serial_status NOT IN ('obliterated', 'never_marked') OR serial IS NULL", name="unreadable_serial_is_blank"
        ),
        Index("ix_item_event", "event", "day"),
        Index(
            "uq_item_tag",
            "tag",
            unique=True,
            sqlite_where=text("state IN ('registered', 'received')"),
            postgresql_where=text("state IN ('registered', 'received')"),
        ),
        {**UNORDERED, **bound("event", "tag", "make", "model", "serial")},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    event: Mapped[UUID] = mapped_column(ForeignKey("event.id"))
    day: Mapped[date]
    tariff_line: Mapped[UUID] = mapped_column(ForeignKey("tariff_line.id"))
    catalogue_class: Mapped[str] = mapped_column(String(32))
    condition: Mapped[str | None] = mapped_column(String(32))
    calibre_group: Mapped[str | None] = mapped_column(String(32))
    quantity: Mapped[int]
    value: Mapped[int | None]
    state: Mapped[ItemState] = mapped_column(choice(ItemState))
    make: Mapped[str | None] = mapped_column(String(60))
    model: Mapped[str | None] = mapped_column(String(60))
    calibre: Mapped[str | None] = mapped_column(String(30))
    serial: Mapped[str | None] = mapped_column(String(40))
    serial_status: Mapped[SerialStatus | None] = mapped_column(choice(SerialStatus))
    tag: Mapped[UUID | None] = mapped_column(ForeignKey("tag.id"))
    made_safe_by: Mapped[str | None] = mapped_column(String(60))  # an explosive's unit, never a person at the table


class QuantitySum(Base):
    """Rounds, magazines, parts or accessories of a purged event, by class: the rows of such items are gone.

    ``day`` is the last of its month on which the event received anything.
    """

    __tablename__ = "quantity_sum"
    __table_args__ = (CheckConstraint("number > 0", name="number"), {**UNORDERED, **bound("event")})

    event: Mapped[UUID] = mapped_column(ForeignKey("event.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    catalogue_class: Mapped[str] = mapped_column(String(32), primary_key=True)
    number: Mapped[int]


class ValueSum(Base):
    """What items of a purged event were worth together, in cents, where enough of them share it; ``day`` as above.

    Of a tariff line; without one, of the other lines of a class; without a class, of the other classes.
    """

    __tablename__ = "value_sum"
    __table_args__ = (
        CheckConstraint("items > 0 AND value >= 0", name="of_items"),
        CheckConstraint("tariff_line IS NULL OR catalogue_class IS NOT NULL", name="line_of_class"),
        Index("ix_value_sum_event", "event", "day"),
        {**UNORDERED, **bound("event", "catalogue_class")},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    event: Mapped[UUID] = mapped_column(ForeignKey("event.id"))
    day: Mapped[date]
    catalogue_class: Mapped[str | None] = mapped_column(String(32))
    tariff_line: Mapped[UUID | None] = mapped_column(ForeignKey("tariff_line.id"))
    items: Mapped[int]
    value: Mapped[int]


class Handover(Base):
    """A surrender's work at the tables: who did each step, and the award in cents. Deleted by the purge."""

    __tablename__ = "handover"
    __table_args__ = (
        UniqueConstraint("event", "number"),
        CheckConstraint("appraised_by <> issued_by", name="appraiser_is_not_issuer"),
        CheckConstraint("approved_by <> appraised_by", name="approver_is_not_appraiser"),
        CheckConstraint("approved_by <> issued_by", name="approver_is_not_issuer"),
        CheckConstraint("award IS NULL OR award >= 0", name="award"),
        CheckConstraint("issued_by IS NULL OR appraised_by IS NOT NULL", name="appraised_before_issue"),
        UNORDERED,
    )

    surrender: Mapped[UUID] = mapped_column(ForeignKey("surrender.id"), primary_key=True)
    event: Mapped[UUID] = mapped_column(ForeignKey("event.id"))
    op_id: Mapped[UUID] = mapped_column(unique=True)
    op_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    number: Mapped[int]  # the ticket at the table, 1, 2, 3 … within the event
    registered_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    appraised_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    approved_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    issued_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    appraised: Mapped[int | None]  # the sum of the items' values
    award: Mapped[int | None]  # rounded by the programme's rule; the difference is award − appraised


class HandoverItem(Base):
    """An item within its hand-over, and whether its value wants a second person. Deleted by the purge."""

    __tablename__ = "handover_item"
    __table_args__ = (Index("ix_handover_item_surrender", "surrender"), UNORDERED)

    item: Mapped[UUID] = mapped_column(ForeignKey("item.id"), primary_key=True)
    surrender: Mapped[UUID] = mapped_column(ForeignKey("handover.surrender"))
    line: Mapped[int] = mapped_column(SmallInteger)
    needs_approval: Mapped[bool] = mapped_column(Boolean(create_constraint=False))
