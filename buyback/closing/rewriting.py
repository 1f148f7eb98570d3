"""Every table written anew, so that neither dead rows, free space nor the order of writing outlive what was deleted.

On PostgreSQL one table after the other is copied in the order of its primary key, which is random wherever an order
would tell something, and the old file goes. Nobody reads or writes a table meanwhile, so each waits for its lock a
short time only, and is tried again later: whoever redeems does not stand behind somebody who waits. SQLite writes its
whole file anew, in the order of its keys, and cuts its log to nothing.

A row that somebody with an old snapshot could still read is copied although it is dead: also while a transaction that
began before it died is open in another database of the same server. PostgreSQL says how many there were; such a table
does not count as rewritten and is tried again.

The bytes of the old files stay on the medium until the system uses their place for something else, and in archived
logs and backups until these are deleted; ``recall.py`` says when the last are.
"""

import re
import sqlite3
from collections.abc import Collection, Sequence
from functools import partial
from typing import Any

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from buyback.db import Database

LOCK_S = 2  # the longest that others stand behind a rewriting that itself waits
CUTS_MAX = 3  # of SQLite's log, before the whole file is written once more

IN_THE_WAY = frozenset({"55P03", "40P01"})  # lock not available, deadlock
BUSY = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})  # in the low byte of its codes

_TABLES = text(
    """
    SELECT t.relname, k.relname
      FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid JOIN pg_class k ON k.oid = i.indexrelid
     WHERE i.indisprimary AND t.relnamespace = 'public'::regnamespace ORDER BY t.relname
    """
)


def rewrite_tables(owner: Database, *, only: Collection[str] = ()) -> tuple[str, ...]:
    """Write every table anew, or ``only`` some, and give the names of those that were in use.

    ``owner`` is the database as the role that owns the tables. Runs outside any transaction.
    """
    if owner.is_sqlite:
        return () if _rewrite_file(owner) else ("database",)
    with owner.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        keys = {row[0]: row[1] for row in connection.execute(_TABLES)}
        connection.execute(text(f"SET lock_timeout = '{LOCK_S}s'"))
        try:
            return tuple(table for table in only or keys if not _rewrite_table(connection, table, keys[table]))
        finally:
            connection.execute(text("RESET lock_timeout"))


def _rewrite_table(connection: Connection, table: str, key: str) -> bool:
    """False where it was in use, or where somebody may still read what is dead."""
    quote = connection.dialect.identifier_preparer.quote
    details: list[str] = []
    driver = connection.connection.driver_connection
    if driver is None:
        raise TypeError(driver)
    note = partial(_note, details)
    driver.add_notice_handler(note)
    try:
        connection.execute(text(f"CLUSTER VERBOSE {quote(table)} USING {quote(key)}"))
        connection.execute(text(f"ANALYZE {quote(table)}"))
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) in IN_THE_WAY:
            return False
        raise
    finally:
        driver.remove_notice_handler(note)
    return _dead(details) == 0


def _note(details: list[str], diagnostic: object) -> None:
    """Keep what PostgreSQL says in detail."""
    said = getattr(diagnostic, "message_detail", None)
    if said:
        details.append(said)


def _dead(details: Sequence[str]) -> int:
    """How many dead rows were kept: the first figure of what is said of the table, in whatever language."""
    found = [re.search(r"\d+", said) for said in details]
    figures = [int(figure.group()) for figure in found if figure]
    if not figures:
        raise RuntimeError("PostgreSQL does not say how many dead rows it kept")
    return figures[0]


def _rewrite_file(owner: Database) -> bool:
    connection = owner.engine.raw_connection()
    try:
        cursor = connection.cursor()
        cursor.execute("VACUUM")
        return any(_cut_log(cursor) for _ in range(CUTS_MAX))
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF not in BUSY:
            raise
        return False
    finally:
        connection.close()


def _cut_log(cursor: Any) -> bool:  # noqa: ANN401  the driver's, which the pool passes untyped
    cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return not cursor.fetchone()[0]  # the first of three is whether it was busy
