"""What people counted at the opening and at the close of an event, and the hours in which the application ran."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, SmallInteger, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from buyback.closing.rules import CountMoment
from buyback.db import Base, Instant, choice


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
