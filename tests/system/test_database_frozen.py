"""PostgreSQL stands still: whoever asks is told within seconds, and is served again without a restart."""

import time
from collections.abc import Iterator

import psycopg
import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import OperationalError

from buyback import timeouts
from buyback.db import Database
from tests.postgres import Server, running_server

pytestmark = pytest.mark.server

ANSWER_S = 0.5


@pytest.fixture(scope="module")
def server(pytestconfig: pytest.Config) -> Iterator[Server]:
    if pytestconfig.getoption("--databases") == "sqlite":
        pytest.skip("--databases leaves this kind out")
    with running_server() as running:
        yield running


def serving(server: Server) -> Database:
    return Database(server.url("postgres"), pool_size=1, answer_s=ANSWER_S)


def ask(database: Database, number: int = 7) -> int:
    return database.transact(lambda session: int(session.scalars(text(f"SELECT {number}")).one()))


def test_a_statement_that_gets_no_answer_is_given_up_and_the_next_one_gets_its_own(server: Server) -> None:
    database = serving(server)
    assert ask(database) == 7
    with server.frozen():
        began = time.monotonic()
        with pytest.raises(OperationalError):
            ask(database)
        assert time.monotonic() - began < 10 * ANSWER_S
    assert ask(database, 8) == 8
    database.dispose()


def test_a_connection_whose_answer_did_not_come_is_closed(server: Server) -> None:
    database = serving(server)
    held = database.engine.raw_connection()
    connection = held.driver_connection
    assert connection is not None
    connection.autocommit = True
    with server.frozen(), pytest.raises(psycopg.OperationalError):
        connection.execute("SELECT 7")
    assert connection.closed
    held.invalidate()
    database.dispose()


def test_a_commit_that_gets_no_answer_is_given_up_too(server: Server) -> None:
    database = serving(server)
    frozen = server.frozen()

    @event.listens_for(database.engine, "commit")
    def freeze(_connection: object) -> None:
        frozen.__enter__()

    with pytest.raises(OperationalError):
        ask(database)
    event.remove(database.engine, "commit", freeze)
    frozen.__exit__(None, None, None)
    assert ask(database) == 7
    database.dispose()


def test_a_new_connection_does_not_wait_for_ever_either(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timeouts, "CONNECT_S", 2)  # the least that the driver takes
    database = serving(server)
    with server.frozen(), pytest.raises(OperationalError):
        ask(database)
    assert ask(database) == 7
    database.dispose()


def test_a_statement_that_takes_too_long_is_ended_by_the_server(server: Server) -> None:
    database = Database(server.url("postgres"), answer_s=60)
    with database.reading() as session:
        assert session.scalar(text("SHOW statement_timeout")) == f"{timeouts.STATEMENT_S}s"
    database.dispose()


def test_a_connection_that_was_cut_while_nobody_used_it_is_found_before_it_is_used(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = serving(server)
    assert ask(database) == 7
    server.run(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_type = 'client backend'"
        " AND pid <> pg_backend_pid()"
    )
    monkeypatch.setattr(timeouts, "IDLE_S", 0)
    assert ask(database) == 7
    database.dispose()


def test_without_that_look_the_one_who_asks_next_would_be_let_down(server: Server) -> None:
    database = serving(server)
    assert ask(database) == 7
    server.run(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_type = 'client backend'"
        " AND pid <> pg_backend_pid()"
    )
    with pytest.raises(OperationalError):
        ask(database)
    database.dispose()
