"""Counts at the opening and the close of an event, its purge, rewritings, and the hours in which there was service."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, SmallInteger, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from buyback.closing.rules import CountMoment
from buyback.db import Base, Instant, choice

MEASURE = "awards BETWEEN 0 AND visits AND sharing BETWEEN 0 AND visits"


class StockCount(Base):
    """One person's count of an event's vouchers at the opening or at the close.

    Two counts make a tally; where they differ, the next tally is counted anew, by whoever is there.
    """

    __tablename__ = "stock_count"
    __table_args__ = (
        UniqueConstraint("event", "moment", "tally", "counted_by"),
        CheckConstraint("blank >= 0 AND issued >= 0", name="not_negative"),
        CheckConstraint("tally > 0", name="tally"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    event: Mapped[UUID] = mapped_column(ForeignKey("event.id"))
    moment: Mapped[CountMoment] = mapped_column(choice(CountMoment))
    tally: Mapped[int] = mapped_column(SmallInteger)
    counted_by: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    blank: Mapped[int]
    issued: Mapped[int]
    counted_at: Mapped[datetime] = mapped_column(Instant())


class Heartbeat(Base):
    """An hour in which the application served. Passing: only the newest tells something."""

    __tablename__ = "heartbeat"

    hour: Mapped[datetime] = mapped_column(Instant(), primary_key=True)


class Purge(Base):
    """A purge of one event or of several as one, and how its visits' awards stood then: ``closing/anonymity.py``."""

    __tablename__ = "purge"
    __table_args__ = (CheckConstraint(MEASURE, name="measure"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    purged_at: Mapped[datetime] = mapped_column(Instant())
    visits: Mapped[int]
    awards: Mapped[int]
    sharing: Mapped[int]


class PurgedEvent(Base):
    """An event of a purge, measured by itself."""

    __tablename__ = "purged_event"
    __table_args__ = (CheckConstraint(MEASURE, name="measure"),)

    event: Mapped[UUID] = mapped_column(ForeignKey("event.id"), primary_key=True)
    purge: Mapped[UUID] = mapped_column(ForeignKey("purge.id"))
    visits: Mapped[int]
    awards: Mapped[int]
    sharing: Mapped[int]


class Rewriting(Base):
    """Every table was written anew between two instants."""

    __tablename__ = "rewriting"
    __table_args__ = (CheckConstraint("ended_at >= began_at", name="order"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    began_at: Mapped[datetime] = mapped_column(Instant())
    ended_at: Mapped[datetime] = mapped_column(Instant())


class RewrittenPurge(Base):
    """The first rewriting that began after a purge was committed."""

    __tablename__ = "rewritten_purge"

    purge: Mapped[UUID] = mapped_column(ForeignKey("purge.id"), primary_key=True)
    rewriting: Mapped[UUID] = mapped_column(ForeignKey("rewriting.id"))
