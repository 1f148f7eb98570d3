"""What the storage itself would tell of an event after its purge, and how that is taken from it.

PostgreSQL shows where each row lies (``ctid``) and which transaction wrote it (``xmin``): together they are a list of
surrenders, each with its vouchers. So the purge writes every such row of the event once more without changing it, in
random order and in one transaction. SQLite keeps these tables by their random keys and shows neither.

What was deleted is still in the file, or in dead rows and free space, until it is written over: ``rewriting.py``.

This is about storage, not about any domain's facts, so it names the domains' tables as SQL, all in one place.
"""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from sqlalchemy import Uuid, bindparam, column, text
from sqlalchemy.orm import Session

from buyback.db import Database

Shuffle = Callable[[list[Any]], None]

# table: its key, and where the rows of an event are. Of the journals those of issues only: what comes later has its
# own time, and says nothing of a surrender.
REWRITTEN = {
    "surrender": ("id", "surrender WHERE event = :event"),
    "item": ("id", "item WHERE event = :event"),
    "voucher": ("id", "voucher WHERE event = :event"),
    "issuance": ("voucher", "issuance WHERE voucher IN (SELECT id FROM voucher WHERE event = :event)"),
    "journal": ("id", "journal WHERE event = :event AND kind = 'issue'"),
    "transfer": (
        "id",
        "transfer WHERE journal IN (SELECT id FROM journal WHERE event = :event AND kind = 'issue')",
    ),
}
FADED = ("attempt", "audit_body", "journal", "resolution", "resolution_fate", "reversal", "transfer", "wrong_code")


def rewrite_rows(session: Session, *, event: UUID, shuffle: Shuffle) -> None:
    """Write an event's rows again in the order that ``shuffle`` gives their keys; nothing to do on SQLite."""
    if session.get_bind().dialect.name != "postgresql":
        return
    for table, (key, rows) in REWRITTEN.items():
        found = text(f"SELECT {key} FROM {rows}").bindparams(bindparam("event", type_=Uuid()))  # noqa: S608  from above
        keys = list(session.scalars(found.columns(column(key, Uuid)), {"event": event}))
        shuffle(keys)
        again = text(f"UPDATE {table} SET {key} = {key} WHERE {key} = :key")  # noqa: S608  from above
        if keys:
            session.execute(again.bindparams(bindparam("key", type_=Uuid())), [{"key": moved} for moved in keys])


def forget_dead_rows(database: Database) -> bool:
    """After rows have faded: PostgreSQL forgets what they were, SQLite empties its log; False where one was in the way.

    Needs the role that owns the tables. Runs outside any transaction.
    """
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if database.is_sqlite:
            return not connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").scalar_one()
        for table in FADED:
            connection.execute(text(f"VACUUM {table}"))
    return True
