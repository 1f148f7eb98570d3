"""Merchants, branches, tills, and every try of a till with its outcome."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from buyback.db import UNORDERED, Base, Instant, choice
from buyback.redemption.states import MerchantState, RucKind, TillState


class Merchant(Base):
    """Who takes vouchers, by tax number. A number of one kind may read like another kind's."""

    __tablename__ = "merchant"
    __table_args__ = (UniqueConstraint("kind", "ruc"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[RucKind] = mapped_column(choice(RucKind))
    ruc: Mapped[str] = mapped_column(String(32))
    dv: Mapped[str] = mapped_column(String(2))
    name: Mapped[str] = mapped_column(String(120))
    category: Mapped[str] = mapped_column(String(32))
    state: Mapped[MerchantState] = mapped_column(choice(MerchantState))


class Branch(Base):
    """Where a merchant takes vouchers."""

    __tablename__ = "branch"
    __table_args__ = (UniqueConstraint("merchant", "name"), UniqueConstraint("id", "merchant"))

    id: Mapped[UUID] = mapped_column(primary_key=True)
    merchant: Mapped[UUID] = mapped_column(ForeignKey("merchant.id"))
    name: Mapped[str] = mapped_column(String(80))
    corregimiento: Mapped[str] = mapped_column(ForeignKey("corregimiento.code"))


class Till(Base):
    """A device that takes vouchers. Only its token's SHA-256 is here."""

    __tablename__ = "till"
    __table_args__ = (
        UniqueConstraint("branch", "name"),
        UniqueConstraint("id", "merchant"),
        ForeignKeyConstraint(["branch", "merchant"], ["branch.id", "branch.merchant"]),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    branch: Mapped[UUID]
    merchant: Mapped[UUID]
    name: Mapped[str] = mapped_column(String(60))
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    state: Mapped[TillState] = mapped_column(choice(TillState))
    enrolled_at: Mapped[datetime] = mapped_column(Instant())


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
