"""On PostgreSQL the application's role may work with the rows and may not touch the rules."""

from collections.abc import Iterator
from contextlib import suppress

import pytest
from sqlalchemy import Engine, create_engine, make_url, text
from sqlalchemy.exc import DBAPIError, ProgrammingError

from buyback.migrate import upgrade

ROLE = "buyback_serves"

pytestmark = pytest.mark.databases("postgresql")


@pytest.fixture
def serving(database_url: str) -> Iterator[Engine]:
    """The database as the application's role sees it, after a migration by the owner."""
    owner = create_engine(database_url)
    with suppress(DBAPIError), owner.begin() as connection:  # roles are the server's: another test made it already
        connection.execute(text(f"CREATE ROLE {ROLE} LOGIN"))
    owner.dispose()
    url = make_url(database_url).set(username=ROLE)
    upgrade(database_url, serves=url.render_as_string(hide_password=False))
    engine = create_engine(url)
    yield engine
    engine.dispose()


def test_the_application_reads_and_adds_rows(serving: Engine) -> None:
    with serving.begin() as connection:
        connection.execute(text("INSERT INTO province (code, name) VALUES ('99', 'Prueba')"))
        assert connection.scalar(text("SELECT name FROM province WHERE code = '99'")) == "Prueba"


@pytest.mark.parametrize(
    "act",
    [
        "DROP TRIGGER transfer_append_only ON transfer",
        "ALTER TABLE transfer DISABLE TRIGGER ALL",
        "TRUNCATE transfer",
        "DELETE FROM province",
        "DROP TABLE transfer",
        "ALTER TABLE transfer OWNER TO CURRENT_USER",
        "SET session_replication_role = replica",
    ],
)
def test_the_application_cannot_touch_the_rules(serving: Engine, act: str) -> None:
    with serving.connect() as connection, pytest.raises(ProgrammingError, match=r"permission denied|must be owner"):
        connection.execute(text(act))


def test_the_application_deletes_only_what_a_purge_deletes(serving: Engine) -> None:
    with serving.begin() as connection:
        may = connection.scalars(
            text("SELECT table_name FROM information_schema.role_table_grants WHERE privilege_type = 'DELETE'")
        ).all()

    assert sorted(may) == ["handover", "handover_item", "handover_voucher"]
