"""Every try of a till with its outcome, and the wrong codes that lock its typing."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Text,
)
from sqlalchemy.orm import Mapped, mapped_column

from buyback.db import UNORDERED, Base, Instant


class Attempt(Base):
    """A till's op id and what was answered to it: asked again, it gets the same answer."""

    __tablename__ = "attempt"
    __table_args__ = (
        CheckConstraint("(code = 'redeemed') = (resolution IS NOT NULL)", name="outcome"),
        Index("ix_attempt_till", "till", "decided_at"),
        UNORDERED,
    )

    till: Mapped[UUID] = mapped_column(ForeignKey("till.id"), primary_key=True)
    op_id: Mapped[UUID] = mapped_column(primary_key=True)
    request_hash: Mapped[bytes] = mapped_column(LargeBinary(32))  # of till and voucher
    code: Mapped[str] = mapped_column(String(32))
    answer: Mapped[str] = mapped_column(Text)  # the answer's facts, canonical JSON, without codes
    resolution: Mapped[UUID | None] = mapped_column(ForeignKey("resolution.id"), unique=True)
    claimed_at: Mapped[datetime | None] = mapped_column(Instant())  # the device's clock: kept, never decisive
    decided_at: Mapped[datetime] = mapped_column(Instant())
    cashier: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))


class WrongCode(Base):
    """A typed code that was none; five within ten minutes lock the till's typed entry."""

    __tablename__ = "wrong_code"
    __table_args__ = (Index("ix_wrong_code_till", "till", "tried_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    till: Mapped[UUID] = mapped_column(ForeignKey("till.id"))
    tried_at: Mapped[datetime] = mapped_column(Instant())
