"""The tests' own databases are what they claim to be."""

import socket

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
