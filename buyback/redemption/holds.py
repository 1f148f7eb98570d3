"""Holds for an investigation: the times of what they name do not fade while they last.

One official asks and another grants, for 90 days at most. To go on is a new hold, which names the one that it renews:
how long an investigation keeps what it names is in the open.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, func, insert, select
from sqlalchemy.orm import Session

from buyback.audit import service as audit
from buyback.errors import Forbidden, NotFound
from buyback.ids import new_id
from buyback.people.rules import Actor
from buyback.redemption.fading import (
    HOLD_DAYS_MAX,
    HoldAnswered,
    HoldIsOwn,
    HoldNamesNothing,
    HoldNotInForce,
    HoldReason,
    HoldTooLong,
)
from buyback.redemption.tables import TimeHold, TimeHoldEnd, TimeHoldGrant, TimeHoldSubject
from buyback.security.access import Permission
from buyback.times import panama_day


@dataclass(frozen=True)
class Held:
    """Merchants and vouchers whose times are held."""

    merchants: frozenset[UUID]
    vouchers: frozenset[UUID]

    def holds(self, merchant: UUID | None, voucher: UUID | None) -> bool:
        """Whether a redemption there, or of that voucher, keeps its time."""
        return merchant in self.merchants or voucher in self.vouchers


@dataclass(frozen=True)
class InForce:
    """How many holds last, and the last day of the longest; None where there is none."""

    count: int
    until: date | None


def held_now(session: Session, *, now: datetime) -> Held:
    """What the holds name that are granted, not over and not ended."""
    rows = session.execute(
        select(TimeHoldSubject.merchant, TimeHoldSubject.voucher)
        .join(TimeHoldGrant, TimeHoldGrant.hold == TimeHoldSubject.hold)
        .where(_lasts(now))
    ).all()
    return Held(
        frozenset(row.merchant for row in rows if row.merchant), frozenset(row.voucher for row in rows if row.voucher)
    )


def in_force(session: Session, *, programme: UUID | None, now: datetime) -> InForce:
    """The holds that last, of one programme or of all."""
    statement = select(func.count(), func.max(TimeHoldGrant.until)).where(_lasts(now))
    if programme is not None:
        statement = statement.join(TimeHold, TimeHold.id == TimeHoldGrant.hold).where(TimeHold.programme == programme)
    count, until = session.execute(statement).one()
    return InForce(count, until)


def ask(
    session: Session,
    *,
    programme: UUID,
    reason: HoldReason,
    merchants: Collection[UUID] = (),
    vouchers: Collection[UUID] = (),
    renews: UUID | None = None,
    by: Actor,
    now: datetime,
) -> UUID:
    """Ask for a hold; it holds nothing before another person grants it. The hold's id.

    ``renews`` names one that is about to end. Forbidden, HoldNamesNothing, or NotFound for what it would renew.
    """
    if by.id is None or not by.may(Permission.HOLD_ASK):
        raise Forbidden
    if not merchants and not vouchers:
        raise HoldNamesNothing
    if renews is not None:
        _get(session, renews)
    hold = new_id()
    row = {"id": hold, "programme": programme, "reason": reason, "renews": renews, "asked_by": by.id, "asked_at": now}
    session.execute(insert(TimeHold).values(row))
    named = [{"merchant": key, "voucher": None} for key in sorted(set(merchants))]
    named += [{"merchant": None, "voucher": key} for key in sorted(set(vouchers))]
    session.execute(insert(TimeHoldSubject), [{"id": new_id(), "hold": hold, **subject} for subject in named])
    body = {"reason": reason.value, "merchants": len(set(merchants)), "vouchers": len(set(vouchers))}
    _record(session, "hold:ask", hold, by, now, **body, renews=None if renews is None else str(renews))
    return hold


def grant(session: Session, *, hold: UUID, days: int, by: Actor, now: datetime) -> date:
    """Grant what another asked for; its last day. Forbidden, NotFound, HoldIsOwn, HoldAnswered or HoldTooLong."""
    if by.id is None or not by.may(Permission.HOLD_GRANT):
        raise Forbidden
    asked_by = _get(session, hold)
    if asked_by == by.id:
        raise HoldIsOwn
    if session.get(TimeHoldGrant, hold) is not None:
        raise HoldAnswered
    if not 0 < days <= HOLD_DAYS_MAX:
        raise HoldTooLong(days=HOLD_DAYS_MAX)
    today = panama_day(now)
    until = today + timedelta(days=days)
    row = {"asked_by": asked_by, "granted_by": by.id, "granted_at": now, "granted_on": today, "until": until}
    session.execute(insert(TimeHoldGrant).values(hold=hold, **row))
    _record(session, "hold:grant", hold, by, now, until=until.isoformat())
    return until


def end(session: Session, *, hold: UUID, by: Actor, now: datetime) -> None:
    """Let the times go before the hold's last day. Forbidden, NotFound, or HoldNotInForce."""
    if by.id is None or not (by.may(Permission.HOLD_ASK) or by.may(Permission.HOLD_GRANT)):
        raise Forbidden
    _get(session, hold)
    if session.scalar(select(TimeHoldGrant.hold).where(TimeHoldGrant.hold == hold, _lasts(now))) is None:
        raise HoldNotInForce
    session.execute(insert(TimeHoldEnd).values(hold=hold, ended_by=by.id, ended_at=now))
    _record(session, "hold:end", hold, by, now)


def _get(session: Session, hold: UUID) -> UUID:
    """Who asked for a hold."""
    asked_by = session.scalar(select(TimeHold.asked_by).where(TimeHold.id == hold))
    if asked_by is None:
        raise NotFound(what="la retención", name=hold)
    return asked_by


def _record(session: Session, act: str, hold: UUID, by: Actor, now: datetime, **more: object) -> None:
    audit.record(session, chain=by.chain, act=act, body={"by": by.name, "hold": str(hold), **more}, now=now)


def _lasts(now: datetime) -> ColumnElement[bool]:
    """The condition on a grant that its hold lasts."""
    ended = select(TimeHoldEnd.hold).where(TimeHoldEnd.hold == TimeHoldGrant.hold)
    today = panama_day(now)
    return (TimeHoldGrant.granted_on <= today) & (TimeHoldGrant.until >= today) & ~ended.exists()
