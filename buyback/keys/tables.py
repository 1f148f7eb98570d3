"""The keys that a database knows: public halves and fingerprints, never a secret."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, LargeBinary, SmallInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from buyback.binding import bound
from buyback.db import Base, Instant, choice
from buyback.keys.rules import REASON_MAX, KeyState


class SigningKeyRow(Base):
    """A key that signs vouchers, or signed them. ``id`` stands in each QR text; ``since`` is when its state began."""

    __tablename__ = "signing_key"
    __table_args__ = (
        CheckConstraint("id BETWEEN 0 AND 255", name="id"),
        CheckConstraint("length(public) = 32", name="public"),
        CheckConstraint("(state = 'revoked') = (reason IS NOT NULL)", name="reason"),
        bound("id"),
    )

    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    public: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    valid_from: Mapped[date]
    valid_until: Mapped[date]
    state: Mapped[KeyState] = mapped_column(choice(KeyState))
    reason: Mapped[str | None] = mapped_column(String(REASON_MAX))  # what a till is told of a revoked one
    since: Mapped[datetime] = mapped_column(Instant())


class KnownSecret(Base):
    """A secret beside the signing keys, by name: 16 hexadecimal digits tell it from another one."""

    __tablename__ = "known_secret"
    __table_args__ = bound("name")

    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    digest: Mapped[str] = mapped_column(String(16))
