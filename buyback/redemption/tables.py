"""Every try of a till with its outcome, the wrong codes that lock its typing, and what keeps times from fading."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from buyback.binding import bound
from buyback.db import UNORDERED, Base, Instant, choice, month_of_day
from buyback.keys.rules import REASON_MAX
from buyback.redemption.fading import HoldReason


class Attempt(Base):
    """A till's op id and what was answered to it: asked again, it gets the same answer, built from these columns.

    The op id is there as a keyed hash; in clear only as long as the time is, for the list of the till's day.
    """

    __tablename__ = "attempt"
    __table_args__ = (
        CheckConstraint("(code = 'redeemed') = (resolution IS NOT NULL)", name="outcome"),
        CheckConstraint(
            "decided_at IS NOT NULL OR (op_id IS NULL AND claimed_at IS NULL)", name="time_and_op_id_go_together"
        ),
        CheckConstraint("(till IS NULL) = (decided_on IS NULL)", name="till_goes_with_day"),
        CheckConstraint("decided_on IS NOT NULL OR (decided_at IS NULL AND cashier IS NULL)", name="time_goes_first"),
        month_of_day("decided_on", "decided_in"),
        Index("ix_attempt_till", "till", "decided_on"),
        UNORDERED,
    )

    op_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    asker_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)  # of till and op id
    request_hash: Mapped[bytes] = mapped_column(LargeBinary(32))  # of till, op id and voucher
    till: Mapped[UUID | None] = mapped_column(ForeignKey("till.id"))
    op_id: Mapped[UUID | None]
    code: Mapped[str] = mapped_column(String(32))
    resolution: Mapped[UUID | None] = mapped_column(ForeignKey("resolution.id"), unique=True)
    spent_by: Mapped[UUID | None] = mapped_column(ForeignKey("resolution.id"))  # already_redeemed: by this one
    expired_on: Mapped[date | None]  # expired: its last day
    reason: Mapped[str | None] = mapped_column(String(REASON_MAX))  # key_revoked: why
    claimed_at: Mapped[datetime | None] = mapped_column(Instant())  # the device's clock: kept, never decisive
    decided_at: Mapped[datetime | None] = mapped_column(Instant())
    decided_on: Mapped[date | None]
    decided_in: Mapped[str] = mapped_column(String(7))
    cashier: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))


class WrongCode(Base):
    """A typed code that was none; five within ten minutes lock the till's typed entry."""

    __tablename__ = "wrong_code"
    __table_args__ = (Index("ix_wrong_code_till", "till", "tried_at"), UNORDERED)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    till: Mapped[UUID] = mapped_column(ForeignKey("till.id"))
    tried_at: Mapped[datetime | None] = mapped_column(Instant())
    tried_on: Mapped[date]


class TimeHold(Base):
    """Somebody asks that the times of some merchants or vouchers do not fade, for an investigation.

    Another person grants it, for 90 days at most; to go on is another row, which names the one that it ``renews``.
    """

    __tablename__ = "time_hold"
    __table_args__ = (UniqueConstraint("id", "asked_by"), bound("programme", "reason", "asked_by"))

    id: Mapped[UUID] = mapped_column(primary_key=True)
    programme: Mapped[UUID] = mapped_column(ForeignKey("programme.id"))
    reason: Mapped[HoldReason] = mapped_column(choice(HoldReason))
    renews: Mapped[UUID | None] = mapped_column(ForeignKey("time_hold.id"))
    asked_by: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    asked_at: Mapped[datetime] = mapped_column(Instant())


class TimeHoldSubject(Base):
    """What a hold names: a merchant, or a voucher."""

    __tablename__ = "time_hold_subject"
    __table_args__ = (
        CheckConstraint("(merchant IS NULL) <> (voucher IS NULL)", name="one_of_two"),
        UniqueConstraint("hold", "merchant"),
        UniqueConstraint("hold", "voucher"),
        bound("hold", "merchant", "voucher"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    hold: Mapped[UUID] = mapped_column(ForeignKey("time_hold.id"))
    merchant: Mapped[UUID | None] = mapped_column(ForeignKey("merchant.id"))
    voucher: Mapped[UUID | None] = mapped_column(ForeignKey("voucher.id"))


class TimeHoldGrant(Base):
    """The second person's yes, through ``until``."""

    __tablename__ = "time_hold_grant"
    __table_args__ = (
        ForeignKeyConstraint(["hold", "asked_by"], ["time_hold.id", "time_hold.asked_by"]),
        CheckConstraint("granted_by <> asked_by", name="another_person"),
        bound("granted_by", "until"),
    )

    hold: Mapped[UUID] = mapped_column(primary_key=True)
    asked_by: Mapped[UUID]
    granted_by: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    granted_at: Mapped[datetime] = mapped_column(Instant())
    granted_on: Mapped[date]
    until: Mapped[date]


class TimeHoldEnd(Base):
    """A hold that was ended before its day."""

    __tablename__ = "time_hold_end"
    __table_args__ = bound("ended_by")

    hold: Mapped[UUID] = mapped_column(ForeignKey("time_hold_grant.hold"), primary_key=True)
    ended_by: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    ended_at: Mapped[datetime] = mapped_column(Instant())
