"""Vouchers: minted, issued, resolved, reversed. Every row is final; a change is a new row that names the old one."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
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
from buyback.db import UNORDERED, Base, Instant, choice, month_of_day
from buyback.vouchers.rules import Fate, ResolutionKind, VoidReason


class SerialCounter(Base):
    """How many serials of an event have been drawn; a keyed permutation turns the count into a serial."""

    __tablename__ = "serial_counter"
    __table_args__ = (CheckConstraint("drawn BETWEEN 0 AND 1000000", name="drawn"),)

    event: Mapped[UUID] = mapped_column(ForeignKey("event.id"), primary_key=True)
    drawn: Mapped[int]


class Voucher(Base):
    """A minted voucher, worthless until issued. Holds hashes of its secrets only; ``face`` in cents."""

    __tablename__ = "voucher"
    __table_args__ = (
        UniqueConstraint("event", "serial"),
        UniqueConstraint("id", "face"),
        ForeignKeyConstraint(["event", "expires_on"], ["event.id", "event.expires_on"]),
        CheckConstraint("face > 0", name="face"),
        CheckConstraint("serial BETWEEN 0 AND 999999", name="serial"),
        {**UNORDERED, **bound("event", "serial")},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    event: Mapped[UUID] = mapped_column(ForeignKey("event.id"))
    serial: Mapped[int]
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    code_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    key_id: Mapped[int] = mapped_column(SmallInteger, ForeignKey("signing_key.id"))  # of the key that signs its QR text
    face: Mapped[int]
    expires_on: Mapped[date]


class Issuance(Base):
    """The voucher is promised: its face equals the posted transfer, by foreign key."""

    __tablename__ = "issuance"
    __table_args__ = (
        UniqueConstraint("voucher", "face"),
        ForeignKeyConstraint(["voucher", "face"], ["voucher.id", "voucher.face"]),
        ForeignKeyConstraint(["transfer", "face"], ["transfer.id", "transfer.amount"]),
        {**UNORDERED, **bound("voucher")},
    )

    voucher: Mapped[UUID] = mapped_column(ForeignKey("voucher.id"), primary_key=True)
    face: Mapped[int]
    transfer: Mapped[UUID] = mapped_column(unique=True)


class Resolution(Base):
    """What became of an issued voucher: one row a cycle, so that a voucher is redeemed, void or expired, once.

    A cycle after the first exists only where a reversal opened it. Time, then day, till and cashier fade (``guards``).
    """

    __tablename__ = "resolution"
    __table_args__ = (
        Index("uq_resolution_voucher_cycle", "voucher", "cycle", unique=True),
        UniqueConstraint("id", "voucher", "cycle", "kind"),
        ForeignKeyConstraint(["voucher", "amount"], ["issuance.voucher", "issuance.face"]),
        ForeignKeyConstraint(["transfer", "amount"], ["transfer.id", "transfer.amount"]),
        ForeignKeyConstraint(["till", "merchant"], ["till.id", "till.merchant"]),
        ForeignKeyConstraint(["voucher", "opened_cycle"], ["reversal.voucher", "reversal.opens_cycle"], use_alter=True),
        CheckConstraint(
            "(cycle = 0 AND opened_cycle IS NULL) OR (cycle > 0 AND opened_cycle IS NOT NULL AND opened_cycle = cycle)",
            name="cycle_opened",
        ),
        CheckConstraint(
            "(kind = 'redeem') = (merchant IS NOT NULL)"
            " AND (till IS NOT NULL) = (kind = 'redeem' AND resolved_on IS NOT NULL)",
            name="taken_by_till",
        ),
        CheckConstraint(
            "resolved_on IS NOT NULL OR (kind = 'redeem' AND resolved_at IS NULL AND actor IS NULL)",
            name="time_goes_first",
        ),
        month_of_day("resolved_on", "resolved_in"),
        CheckConstraint("(kind = 'void') = (reason IS NOT NULL)", name="void_has_reason"),
        Index(
            "ix_resolution_timed",
            "resolved_on",
            sqlite_where=text("resolved_at IS NOT NULL"),
            postgresql_where=text("resolved_at IS NOT NULL"),
        ),
        {**UNORDERED, **bound("voucher", "kind", but=["resolved_at", "resolved_on", "till", "actor"])},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    voucher: Mapped[UUID]
    cycle: Mapped[int] = mapped_column(SmallInteger)
    opened_cycle: Mapped[int | None] = mapped_column(SmallInteger)
    kind: Mapped[ResolutionKind] = mapped_column(choice(ResolutionKind))
    reason: Mapped[VoidReason | None] = mapped_column(choice(VoidReason))
    amount: Mapped[int]
    transfer: Mapped[UUID] = mapped_column(unique=True)
    merchant: Mapped[UUID | None]
    till: Mapped[UUID | None]
    actor: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    resolved_at: Mapped[datetime | None] = mapped_column(Instant())
    resolved_on: Mapped[date | None]
    resolved_in: Mapped[str] = mapped_column(String(7))


class ResolutionFate(Base):
    """A redemption is settled or reversed: one or the other, never both."""

    __tablename__ = "resolution_fate"
    __table_args__ = (UniqueConstraint("resolution", "fate"), UNORDERED)

    resolution: Mapped[UUID] = mapped_column(ForeignKey("resolution.id"), primary_key=True)
    fate: Mapped[Fate] = mapped_column(choice(Fate))


class Reversal(Base):
    """A redemption undone; opens the voucher's next cycle."""

    __tablename__ = "reversal"
    __table_args__ = (
        UniqueConstraint("voucher", "opens_cycle"),
        ForeignKeyConstraint(
            ["resolution", "voucher", "cycle", "kind"],
            ["resolution.id", "resolution.voucher", "resolution.cycle", "resolution.kind"],
        ),
        ForeignKeyConstraint(["resolution", "fate"], ["resolution_fate.resolution", "resolution_fate.fate"]),
        CheckConstraint("opens_cycle = cycle + 1", name="next_cycle"),
        CheckConstraint("kind = 'redeem'", name="only_redemptions"),
        CheckConstraint("fate = 'reversed'", name="not_settled"),
        CheckConstraint(
            "reversed_on IS NOT NULL OR (reversed_at IS NULL AND till IS NULL AND actor IS NULL)",
            name="time_goes_first",
        ),
        month_of_day("reversed_on", "reversed_in"),
        {**UNORDERED, **bound("voucher", but=["reversed_at", "reversed_on", "till", "actor"])},
    )

    resolution: Mapped[UUID] = mapped_column(primary_key=True)
    voucher: Mapped[UUID]
    cycle: Mapped[int] = mapped_column(SmallInteger)
    opens_cycle: Mapped[int] = mapped_column(SmallInteger)
    kind: Mapped[ResolutionKind] = mapped_column(choice(ResolutionKind))
    fate: Mapped[Fate] = mapped_column(choice(Fate))
    journal: Mapped[UUID] = mapped_column(ForeignKey("journal.id"), unique=True)
    till: Mapped[UUID | None] = mapped_column(ForeignKey("till.id"))
    actor: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    reversed_at: Mapped[datetime | None] = mapped_column(Instant())
    reversed_on: Mapped[date | None]
    reversed_in: Mapped[str] = mapped_column(String(7))


class Replacement(Base):
    """A void voucher and the one issued in its place."""

    __tablename__ = "replacement"
    __table_args__ = (CheckConstraint("voucher <> replaced_by", name="another"), {**UNORDERED, **bound("voucher")})

    voucher: Mapped[UUID] = mapped_column(ForeignKey("issuance.voucher"), primary_key=True)
    replaced_by: Mapped[UUID] = mapped_column(ForeignKey("issuance.voucher"), unique=True)


class HandoverVoucher(Base):
    """Which surrender a voucher paid for. Deleted by the purge."""

    __tablename__ = "handover_voucher"
    __table_args__ = (Index("ix_handover_voucher_surrender", "surrender"), UNORDERED)

    voucher: Mapped[UUID] = mapped_column(ForeignKey("issuance.voucher"), primary_key=True)
    surrender: Mapped[UUID] = mapped_column(ForeignKey("handover.surrender"))
