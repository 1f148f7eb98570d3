"""Programmes with their versions, and events with their sessions and agreements."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, SmallInteger, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from buyback.binding import bound
from buyback.campaigns.states import EventState, PaymentMode, PinRule
from buyback.db import Base, Instant, choice


class Programme(Base):
    """A programme; its rules are in its versions. ``number`` goes into the vouchers' signed bytes."""

    __tablename__ = "programme"
    __table_args__ = (CheckConstraint("number BETWEEN 0 AND 65535", name="number_two_bytes"), bound("code"))

    id: Mapped[UUID] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(32), unique=True)
    number: Mapped[int] = mapped_column(unique=True)
    closed_at: Mapped[datetime | None] = mapped_column(Instant())


class ProgrammeVersion(Base):
    """The rules as one file stated them. An event keeps the version it was created under."""

    __tablename__ = "programme_version"
    __table_args__ = (
        UniqueConstraint("programme", "version"),
        CheckConstraint("valid_until > valid_from", name="period"),
        CheckConstraint("rounding > 0", name="rounding"),
        CheckConstraint("voucher_days BETWEEN 1 AND 3650", name="voucher_days"),
        CheckConstraint("approval_over >= 0", name="approval_over"),
        bound("programme", "version"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    programme: Mapped[UUID] = mapped_column(ForeignKey("programme.id"))
    version: Mapped[int] = mapped_column(SmallInteger)
    name: Mapped[str] = mapped_column(String(120))
    valid_from: Mapped[date]
    valid_until: Mapped[date]  # exclusive
    rounding: Mapped[int]  # cents
    voucher_days: Mapped[int]
    approval_over: Mapped[int]  # cents, of one item
    pin: Mapped[PinRule] = mapped_column(choice(PinRule))
    payment: Mapped[PaymentMode] = mapped_column(choice(PaymentMode))
    content_hash: Mapped[bytes] = mapped_column(LargeBinary(32))  # SHA-256 of the file's canonical content
    loaded_at: Mapped[datetime] = mapped_column(Instant())


class ProgrammeDenomination(Base):
    """A face, in cents, that the programme's vouchers come in."""

    __tablename__ = "programme_denomination"
    __table_args__ = (CheckConstraint("face > 0", name="positive"), bound("version", "face"))

    version: Mapped[UUID] = mapped_column(ForeignKey("programme_version.id"), primary_key=True)
    face: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)


class ProgrammeCategory(Base):
    """A category of merchant that takes the programme's vouchers."""

    __tablename__ = "programme_category"
    __table_args__ = bound("version", "category")

    version: Mapped[UUID] = mapped_column(ForeignKey("programme_version.id"), primary_key=True)
    category: Mapped[str] = mapped_column(String(32), primary_key=True)


class ProgrammeFunder(Base):
    """A funder's weight: an organisation's code, or ``@municipality`` / ``@governorate`` of the event's district."""

    __tablename__ = "programme_funder"
    __table_args__ = (
        UniqueConstraint("version", "organisation"),
        CheckConstraint("weight > 0", name="positive"),
        bound("version", "organisation"),
    )

    version: Mapped[UUID] = mapped_column(ForeignKey("programme_version.id"), primary_key=True)
    position: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    organisation: Mapped[str] = mapped_column(String(32))
    weight: Mapped[int]


class Event(Base):
    """A collection event. ``salt`` derives its vouchers' secrets, sealed; it is destroyed at the close."""

    __tablename__ = "event"
    __table_args__ = (
        CheckConstraint("ends_on >= starts_on", name="days"),
        CheckConstraint("expires_on > ends_on", name="expiry"),
        CheckConstraint("(state IN ('closed', 'purged')) = (salt IS NULL)", name="salt_until_close"),
        CheckConstraint("(closed_at IS NULL) = (salt IS NOT NULL)", name="closed_with_salt"),
        CheckConstraint("length(salt) = 60", name="salt_sealed"),
        UniqueConstraint("id", "expires_on"),
        Index("ix_event_corregimiento", "corregimiento"),
        bound("code", but=["salt"]),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(64), unique=True)
    version: Mapped[UUID] = mapped_column(ForeignKey("programme_version.id"))
    site: Mapped[str] = mapped_column(String(120))
    corregimiento: Mapped[str] = mapped_column(ForeignKey("corregimiento.code"))
    barrio: Mapped[UUID | None] = mapped_column(ForeignKey("barrio.id"))
    starts_on: Mapped[date]
    ends_on: Mapped[date]  # inclusive
    expires_on: Mapped[date]  # the last day on which its vouchers are taken
    state: Mapped[EventState] = mapped_column(choice(EventState))
    salt: Mapped[bytes | None] = mapped_column(LargeBinary(60))
    closed_at: Mapped[datetime | None] = mapped_column(Instant())


class EventSession(Base):
    """A day on which the event's tables are open."""

    __tablename__ = "event_session"
    __table_args__ = bound("event", "day")

    event: Mapped[UUID] = mapped_column(ForeignKey("event.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)


class Agreement(Base):
    """How the event's funders pay; fixed when the event is created."""

    __tablename__ = "agreement"
    __table_args__ = bound("event")

    event: Mapped[UUID] = mapped_column(ForeignKey("event.id"), primary_key=True)
    payment: Mapped[PaymentMode] = mapped_column(choice(PaymentMode))


class AgreementShare(Base):
    """One funder's weight. The funder at position 0 leads where one pays for all."""

    __tablename__ = "agreement_share"
    __table_args__ = (
        UniqueConstraint("event", "funder"),
        CheckConstraint("weight > 0", name="positive"),
        bound("event", "funder"),
    )

    event: Mapped[UUID] = mapped_column(ForeignKey("agreement.event"), primary_key=True)
    position: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    funder: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    weight: Mapped[int]
