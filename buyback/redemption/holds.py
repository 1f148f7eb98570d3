"""Holds for an investigation: the times of what they name do not fade while they last."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from buyback.redemption.tables import TimeHoldEnd, TimeHoldGrant, TimeHoldSubject
from buyback.times import panama_day


@dataclass(frozen=True)
class Held:
    """Merchants and vouchers whose times are held."""

    merchants: frozenset[UUID]
    vouchers: frozenset[UUID]

    def holds(self, merchant: UUID | None, voucher: UUID | None) -> bool:
        """Whether a redemption there, or of that voucher, keeps its time."""
        return merchant in self.merchants or voucher in self.vouchers


def held_now(session: Session, *, now: datetime) -> Held:
    """What the holds name that are granted, not over and not ended."""
    rows = session.execute(
        select(TimeHoldSubject.merchant, TimeHoldSubject.voucher)
        .join(TimeHoldGrant, TimeHoldGrant.hold == TimeHoldSubject.hold)
        .where(is_in_force(now))
    ).all()
    return Held(
        frozenset(row.merchant for row in rows if row.merchant), frozenset(row.voucher for row in rows if row.voucher)
    )


def is_in_force(now: datetime) -> ColumnElement[bool]:
    """The condition on a grant that its hold lasts."""
    ended = select(TimeHoldEnd.hold).where(TimeHoldEnd.hold == TimeHoldGrant.hold)
    today = panama_day(now)
    return (TimeHoldGrant.granted_on <= today) & (TimeHoldGrant.until >= today) & ~ended.exists()
