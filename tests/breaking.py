"""A database without its rules, to see what notices when something in it is broken."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, text
from sqlalchemy.orm import Session

from buyback.db import Database
from buyback.proofs.check import ALL, check
from buyback.proofs.invariant import Invariant


def failing_in(connection: Connection, among: Iterable[Invariant] = ALL) -> set[str]:
    """Names of the invariants that do not hold as a connection sees the database."""
    with Session(connection, join_transaction_mode="create_savepoint") as session:
        return {finding.invariant.name for finding in check(session, among) if not finding.ok}


@contextmanager
def lawless(database: Database) -> Iterator[Connection]:
    """A connection without triggers, keys and checks; what it does is taken back at the end."""
    with database.engine.connect() as connection:
        driver = connection.connection.driver_connection
        if database.is_sqlite:
            driver.execute("PRAGMA foreign_keys=0")  # type: ignore[union-attr]  # SQLite's connection
            driver.execute("PRAGMA ignore_check_constraints=1")  # type: ignore[union-attr]  # as above
        with connection.begin() as transaction:
            for statement in _repeals(connection, is_sqlite=database.is_sqlite):
                connection.execute(text(statement))
            yield connection
            transaction.rollback()
        connection.invalidate()


def _repeals(connection: Connection, *, is_sqlite: bool) -> Iterator[str]:
    if is_sqlite:
        names = connection.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all()
        yield from (f"DROP TRIGGER {name}" for name in names)
        return
    checks = text(
        "SELECT conrelid::regclass || ' DROP CONSTRAINT ' || quote_ident(conname) FROM pg_constraint"
        " WHERE contype = 'c' AND connamespace = 'public'::regnamespace"
    )
    yield from (f"ALTER TABLE {drop}" for drop in connection.scalars(checks).all())
    yield "SET LOCAL session_replication_role = replica"
