"""Takes from the rows that stay what their places on disk would tell.

PostgreSQL shows where each row lies (``ctid``) and which transaction wrote it (``xmin``): together they are a list of
surrenders, each with its vouchers. So the purge writes every such row of the event once more without changing it, in
random order and in one transaction. SQLite keeps these tables by their random keys and shows neither.

This is about storage, not about any domain's facts, so it names the domains' tables as SQL, all in one place.
"""

from collections.abc import Callable
from uuid import UUID

from sqlalchemy import Uuid, bindparam, column, text
from sqlalchemy.orm import Session

Shuffle = Callable[[list[UUID]], None]

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


def reorder(session: Session, *, event: UUID, shuffle: Shuffle) -> None:
    """Write an event's rows again in the order that ``shuffle`` gives their keys; nothing to do on SQLite."""
    if session.get_bind().dialect.name != "postgresql":
        return
    for table, (key, rows) in REWRITTEN.items():
        found = text(f"SELECT {key} FROM {rows}").bindparams(bindparam("event", type_=Uuid()))  # noqa: S608  from above
        keys = list(session.scalars(found.columns(column(key, Uuid)), {"event": event}))
        shuffle(keys)
        again = text(f"UPDATE {table} SET {key} = {key} WHERE {key} = :key")  # noqa: S608  from above
        if keys:
            session.execute(again.bindparams(bindparam("key", type_=Uuid())), [{"key": one} for one in keys])
