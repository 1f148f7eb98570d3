"""Whoever owns the tables: takes the triggers away, changes what should never change, and puts them back."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, text

from buyback.db import Database


@contextmanager
def owning(database: Database) -> Iterator[Connection]:
    """A connection of the owner, on which no trigger and no foreign key stands in the way; its work is committed."""
    if not database.is_sqlite:
        with database.engine.begin() as connection:
            connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
            yield connection
        return
    with database.engine.connect() as connection:
        driver = connection.connection.driver_connection
        driver.execute("PRAGMA foreign_keys=0")  # type: ignore[union-attr]  # SQLite's connection
        with connection.begin():
            triggers = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")).all()
            for name, _ in triggers:
                connection.exec_driver_sql(f"DROP TRIGGER {name}")
            yield connection
            for _, sql in triggers:
                connection.exec_driver_sql(sql)
        driver.execute("PRAGMA foreign_keys=1")  # type: ignore[union-attr]  # as above


def tamper(database: Database, *statements: str, **values: object) -> None:
    """Change one row with each statement."""
    with owning(database) as connection:
        for statement in statements:
            assert connection.execute(text(statement), values).rowcount == 1, statement
