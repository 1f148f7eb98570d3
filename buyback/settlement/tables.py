"""Settlements: what is frozen into one, who pays which share of it, who signed it, what was paid.

Triggers keep the content as it is from the draft on, the states in their order, and each signature
with a person who may give it. Money in cents.
"""

from datetime import date, datetime
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
from buyback.db import UNORDERED, Base, Instant, choice
from buyback.settlement.states import ReturnReason, SettlementAct, SettlementState
from buyback.vouchers.rules import Fate


class SettlementCounter(Base):
    """How many settlements a year has had. Whoever prepares takes this row first, so that runs stand in line."""

    __tablename__ = "settlement_counter"
    __table_args__ = (CheckConstraint("drawn BETWEEN 0 AND 999999", name="drawn"),)

    year: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    drawn: Mapped[int]


class Settlement(Base):
    """What the State owes one merchant for its redemptions until a day. ``content_hash`` is what approvals sign."""

    __tablename__ = "settlement"
    __table_args__ = (
        UniqueConstraint("year", "number"),
        UniqueConstraint("id", "content_hash"),
        CheckConstraint("total > 0", name="total"),
        CheckConstraint("redemptions > 0", name="redemptions"),
        CheckConstraint("length(content_hash) = 32", name="hash_size"),
        Index("ix_settlement_merchant", "merchant"),
        bound("year", "number"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    year: Mapped[int] = mapped_column(ForeignKey("settlement_counter.year"))
    number: Mapped[int]
    merchant: Mapped[UUID] = mapped_column(ForeignKey("merchant.id"))
    until: Mapped[date]  # the last day of Panama whose redemptions are in it
    total: Mapped[int]
    redemptions: Mapped[int]
    content_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    prepared_by: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    prepared_at: Mapped[datetime] = mapped_column(Instant())
    state: Mapped[SettlementState] = mapped_column(choice(SettlementState))


class SettlementPart(Base):
    """One event's redemptions in a settlement. ``terms_hash`` is of its agreement's funders and weights."""

    __tablename__ = "settlement_part"
    __table_args__ = (CheckConstraint("amount > 0", name="amount"), bound("settlement", "event"))

    settlement: Mapped[UUID] = mapped_column(ForeignKey("settlement.id"), primary_key=True)
    event: Mapped[UUID] = mapped_column(ForeignKey("agreement.event"), primary_key=True)
    amount: Mapped[int]
    terms_hash: Mapped[bytes] = mapped_column(LargeBinary(32))


class SettlementLine(Base):
    """A redemption in a settlement. While it is ``active`` no other settlement has it; those of a returned one are not.

    The last approval seals it: its fate is settled, and by that key it can never be reversed.
    """

    __tablename__ = "settlement_line"
    __table_args__ = (
        ForeignKeyConstraint(["settlement", "event"], ["settlement_part.settlement", "settlement_part.event"]),
        ForeignKeyConstraint(["resolution", "fate"], ["resolution_fate.resolution", "resolution_fate.fate"]),
        CheckConstraint("fate IS NULL OR (fate = 'settled' AND active)", name="sealed_as_settled"),
        CheckConstraint("amount > 0", name="amount"),
        Index(
            "uq_settlement_line_active",
            "resolution",
            unique=True,
            sqlite_where=text("active"),
            postgresql_where=text("active"),
        ),
        UNORDERED,
    )

    settlement: Mapped[UUID] = mapped_column(ForeignKey("settlement.id"), primary_key=True)
    resolution: Mapped[UUID] = mapped_column(ForeignKey("resolution.id"), primary_key=True)
    event: Mapped[UUID]
    amount: Mapped[int]
    active: Mapped[bool] = mapped_column(Boolean(create_constraint=False))
    fate: Mapped[Fate | None] = mapped_column(choice(Fate))


class FunderShare(Base):
    """What a funder bears of a settlement, and what it pays the merchant: as much, or all, or nothing."""

    __tablename__ = "funder_share"
    __table_args__ = (
        UniqueConstraint("settlement", "funder", "pays"),
        CheckConstraint("amount >= 0 AND pays >= 0", name="not_negative"),
        bound("settlement", "funder"),
    )

    settlement: Mapped[UUID] = mapped_column(ForeignKey("settlement.id"), primary_key=True)
    funder: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"), primary_key=True)
    amount: Mapped[int]
    pays: Mapped[int]


class PartShare(Base):
    """What a funder of an event's agreement bears of that event's part, and who pays it to the merchant."""

    __tablename__ = "part_share"
    __table_args__ = (
        ForeignKeyConstraint(["settlement", "event"], ["settlement_part.settlement", "settlement_part.event"]),
        ForeignKeyConstraint(["event", "funder"], ["agreement_share.event", "agreement_share.funder"]),
        ForeignKeyConstraint(["event", "paid_by"], ["agreement_share.event", "agreement_share.funder"]),
        CheckConstraint("amount >= 0", name="not_negative"),
        bound("settlement", "event", "funder"),
    )

    settlement: Mapped[UUID] = mapped_column(primary_key=True)
    event: Mapped[UUID] = mapped_column(primary_key=True)
    funder: Mapped[UUID] = mapped_column(primary_key=True)
    amount: Mapped[int]
    paid_by: Mapped[UUID]


class FunderCarry(Base):
    """What rounding left a funder short of (or over, below zero), in cents times the sum of the terms' weights."""

    __tablename__ = "funder_carry"

    terms_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    funder: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"), primary_key=True)
    carry: Mapped[int]


class SettlementStep(Base):
    """Who prepared, submitted, ordered or returned a settlement, and when."""

    __tablename__ = "settlement_step"
    __table_args__ = (
        CheckConstraint("act NOT IN ('approve', 'countersign', 'pay')", name="has_no_other_table"),
        CheckConstraint("(act = 'return') = (reason IS NOT NULL)", name="return_has_reason"),
        bound("settlement", "act", "actor"),
    )

    settlement: Mapped[UUID] = mapped_column(ForeignKey("settlement.id"), primary_key=True)
    act: Mapped[SettlementAct] = mapped_column(choice(SettlementAct), primary_key=True)
    actor: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    acted_at: Mapped[datetime] = mapped_column(Instant())
    reason: Mapped[ReturnReason | None] = mapped_column(choice(ReturnReason))


class SettlementApproval(Base):
    """A funder's approval of its share, by one of its own people: it signs the content that the settlement has."""

    __tablename__ = "settlement_approval"
    __table_args__ = (
        UniqueConstraint("settlement", "approved_by"),
        ForeignKeyConstraint(["settlement", "content_hash"], ["settlement.id", "settlement.content_hash"]),
        ForeignKeyConstraint(["settlement", "funder"], ["funder_share.settlement", "funder_share.funder"]),
        bound("settlement", "funder", "approved_by"),
    )

    settlement: Mapped[UUID] = mapped_column(primary_key=True)
    funder: Mapped[UUID] = mapped_column(primary_key=True)
    approved_by: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    content_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    approved_at: Mapped[datetime] = mapped_column(Instant())


class Countersign(Base):
    """The comptroller's countersign (refrendo) of an approved settlement, as noted from its paper."""

    __tablename__ = "countersign"
    __table_args__ = bound("settlement", "number")

    settlement: Mapped[UUID] = mapped_column(ForeignKey("settlement.id"), primary_key=True)
    number: Mapped[str] = mapped_column(String(32))
    countersigned_on: Mapped[date]
    noted_by: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    noted_at: Mapped[datetime] = mapped_column(Instant())


class Payment(Base):
    """An order to pay: exactly what a funder pays of a settlement. ``end_to_end_id`` travels with the money."""

    __tablename__ = "payment"
    __table_args__ = (
        UniqueConstraint("settlement", "funder", "attempt"),
        UniqueConstraint("id", "amount"),
        ForeignKeyConstraint(
            ["settlement", "funder", "amount"], ["funder_share.settlement", "funder_share.funder", "funder_share.pays"]
        ),
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint("attempt > 0", name="attempt"),
        bound("end_to_end_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    settlement: Mapped[UUID] = mapped_column(ForeignKey("settlement.id"))
    funder: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    attempt: Mapped[int] = mapped_column(SmallInteger)
    amount: Mapped[int]
    end_to_end_id: Mapped[str] = mapped_column(String(35), unique=True)  # ISO 20022: Max35Text


class PaymentBooking(Base):
    """The bank or the Treasury booked a payment, under its reference: attested by a treasurer of the payer."""

    __tablename__ = "payment_booking"
    __table_args__ = (ForeignKeyConstraint(["payment", "amount"], ["payment.id", "payment.amount"]), bound("reference"))

    payment: Mapped[UUID] = mapped_column(primary_key=True)
    amount: Mapped[int]
    reference: Mapped[str] = mapped_column(String(64), unique=True)
    booked_on: Mapped[date]
    attested_by: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    attested_at: Mapped[datetime] = mapped_column(Instant())
