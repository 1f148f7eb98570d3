"""The tests' own databases are what they claim to be."""

import socket
from pathlib import Path

import pytest
from sqlalchemy import make_url, text

from buyback import migrate
from buyback.db import Database


def test_a_fresh_database_has_the_newest_schema(database: Database) -> None:
    assert migrate.current(database.engine) == migrate.head()


def test_the_database_asked_for_is_the_one_given(database: Database, database_url: str) -> None:
    assert database.engine.dialect.name == make_url(database_url).get_backend_name()


@pytest.mark.databases("postgresql")
def test_the_postgresql_of_the_tests_listens_on_no_network_port(database: Database) -> None:
    with database.reading() as session:
        assert session.scalar(text("SHOW listen_addresses")) == ""


def test_a_test_that_wants_the_internet_is_refused() -> None:
    with socket.socket() as client, pytest.raises(RuntimeError, match="only loopback"):
        client.connect(("192.0.2.1", 80))
    with pytest.raises(RuntimeError, match="only loopback"):
        socket.getaddrinfo("example.org", 80)


@pytest.mark.parametrize("mode", [None, 0o644, 0o666])
def test_an_sqlite_file_and_its_log_are_open_to_their_owner_only(tmp_path: Path, mode: int | None) -> None:
    file = tmp_path / "vales.sqlite3"
    if mode is not None:
        file.touch()
        file.chmod(mode)
    database = Database(f"sqlite:///{file}")
    try:
        database.transact(lambda session: session.execute(text("CREATE TABLE t (a)")))
        modes = {found.name: found.stat().st_mode & 0o777 for found in tmp_path.iterdir()}
    finally:
        database.dispose()
    assert set(modes) >= {"vales.sqlite3", "vales.sqlite3-wal"}
    assert set(modes.values()) == {0o600}
