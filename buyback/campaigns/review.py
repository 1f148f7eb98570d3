"""How long an event has been closed: what the review before its purge asks."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from buyback.campaigns.states import EventState
from buyback.campaigns.tables import Event


def closed_at(session: Session, event: UUID) -> datetime | None:
    """When an event was closed; None while it is not."""
    return session.scalars(select(Event.closed_at).where(Event.id == event)).one()


def closed_until(session: Session, moment: datetime) -> tuple[UUID, ...]:
    """Events that were closed at ``moment`` or before and are not purged yet, the oldest first."""
    statement = select(Event.id).where(Event.state == EventState.CLOSED, Event.closed_at <= moment)
    return tuple(session.scalars(statement.order_by(Event.closed_at, Event.code)))
