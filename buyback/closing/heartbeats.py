"""Heartbeats: a row an hour by which a wrong clock is noticed."""

from datetime import datetime

from sqlalchemy import column, delete, func, insert, select, text
from sqlalchemy.orm import Session

from buyback.audit import service as audit
from buyback.closing.clocks import KEPT_FOR, Clocks
from buyback.closing.tables import Heartbeat
from buyback.db import Instant
from buyback.people.rules import Actor

_DATABASE_NOW = {
    "postgresql": text("SELECT clock_timestamp() AS at").columns(column("at", Instant())),
    "sqlite": text("SELECT datetime('now') AS at").columns(column("at", Instant())),  # the process's own
}


def read_clocks(session: Session, *, now: datetime) -> Clocks:
    """What tells whether ``now`` may be believed."""
    database: datetime = session.execute(_DATABASE_NOW[session.get_bind().dialect.name]).scalar_one()
    return Clocks(now, database, session.scalar(select(func.max(Heartbeat.hour))))


def beat(session: Session, *, now: datetime) -> bool:
    """Keep that the application ran in this hour; False where the clock must be looked at first.

    However many processes serve, an hour has one row: run it with ``again_on_conflict``.
    """
    if read_clocks(session, now=now).is_silent:
        return False
    _keep(session, now)
    session.execute(delete(Heartbeat).where(Heartbeat.hour < now - KEPT_FOR))
    return True


def resume(session: Session, *, rows: int, by: Actor, now: datetime) -> None:
    """Somebody has looked at the clock and believes it: the heart beats again from here on."""
    _keep(session, now)
    audit.record(session, chain=by.chain, act="clock:believe", body={"by": by.name, "rows": rows}, now=now)


def _keep(session: Session, now: datetime) -> None:
    hour = now.replace(minute=0, second=0, microsecond=0)
    if session.get(Heartbeat, hour) is None:
        session.execute(insert(Heartbeat).values(hour=hour))
