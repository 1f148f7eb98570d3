"""Heartbeats: one an hour, by which a clock that was set wrong is noticed on either database."""

from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import text

from buyback.closing import heartbeats
from buyback.closing.clocks import KEPT_FOR, SILENCE_MAX, ClocksDiffer, find_doubt
from buyback.db import Database
from buyback.people.rules import OPERATOR
from tests.racing import at_once

HOUR = timedelta(hours=1)


def now() -> datetime:
    return datetime.now(UTC)


def beat_text(database: Database, at: datetime) -> str:
    return str(beat(database, at))


def beat(database: Database, at: datetime) -> bool:
    return database.transact(lambda session: heartbeats.beat(session, now=at), again_on_conflict=True)


def count(database: Database) -> int:
    with database.engine.connect() as connection:
        return int(connection.scalar(text("SELECT count(*) FROM heartbeat")) or 0)


def test_an_hour_has_one_row_however_many_processes_serve(database: Database) -> None:
    at = now().replace(minute=10)
    assert at_once([partial(beat_text, database, at + timedelta(minutes=more)) for more in range(4)]) == {"True": 4}
    assert count(database) == 1
    assert beat(database, at + HOUR)
    assert count(database) == 2


def test_old_heartbeats_pass(database: Database) -> None:
    at = now()
    for days in range(0, KEPT_FOR.days + 10, 2):
        assert beat(database, at + timedelta(days=days))
    assert count(database) == KEPT_FOR.days // 2 + 1


def test_a_clock_that_jumped_does_not_vouch_for_itself_until_somebody_does(database: Database) -> None:
    at = now()
    beat(database, at)
    jumped = at + SILENCE_MAX + HOUR
    assert not beat(database, jumped)
    assert count(database) == 1
    database.transact(lambda session: heartbeats.resume(session, rows=0, by=OPERATOR, now=jumped))
    assert beat(database, jumped + HOUR)


@pytest.mark.parametrize("off", [timedelta(minutes=2), -timedelta(minutes=2)])
def test_a_clock_that_is_not_the_databases_is_noticed(database: Database, off: timedelta) -> None:
    """On SQLite the database's is the process's own: only what is given as the present can differ from it."""
    with database.reading() as session:
        assert find_doubt(heartbeats.read_clocks(session, now=now())) is None
        assert isinstance(find_doubt(heartbeats.read_clocks(session, now=now() + off)), ClocksDiffer)
