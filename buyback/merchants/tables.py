"""Merchants by tax number, their branches and the tills at them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, ForeignKeyConstraint, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from buyback.binding import bound
from buyback.db import Base, Instant, choice
from buyback.merchants.states import MerchantState, RucKind, TillState


class Merchant(Base):
    """Who takes vouchers, by tax number. A number of one kind may read like another kind's."""

    __tablename__ = "merchant"
    __table_args__ = (UniqueConstraint("kind", "ruc"), bound("ruc", "name"))

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
    __table_args__ = (
        UniqueConstraint("merchant", "name"),
        UniqueConstraint("id", "merchant"),
        bound("merchant", "name"),
    )

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
        bound("branch", "name"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    branch: Mapped[UUID]
    merchant: Mapped[UUID]
    name: Mapped[str] = mapped_column(String(60))
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    state: Mapped[TillState] = mapped_column(choice(TillState))
    enrolled_at: Mapped[datetime] = mapped_column(Instant())
