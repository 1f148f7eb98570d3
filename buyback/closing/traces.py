"""After a purge: what was deleted is still in the file, or in dead rows, until it is written over.

SQLite is written anew, in the order of its keys, and its log is emptied. PostgreSQL forgets its dead rows; their bytes
may stay in free space, in the write-ahead log and in backups until those are recycled (``VACUUM FULL`` in a quiet hour
for the first, the archives' own retention for the others).
"""

from sqlalchemy import text

from buyback.closing.rewriting import REWRITTEN
from buyback.db import Database

VACUUMED = (
    *REWRITTEN,
    "handover",
    "handover_item",
    "handover_voucher",
    "audit_body",
    "event",
    "rollup_class",
    "rollup_day",
    "rollup_delta",
)


def erase_traces(database: Database) -> bool:
    """Write over what a purge left behind; False where another connection was in the way and it must be run again.

    Needs the role that owns the tables. Runs outside any transaction.
    """
    if database.is_sqlite:
        return _rewrite_file(database)
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for table in VACUUMED:
            connection.execute(text(f"VACUUM {table}"))
    return True


def _rewrite_file(database: Database) -> bool:
    connection = database.engine.raw_connection()
    try:
        cursor = connection.cursor()
        cursor.execute("VACUUM")
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        answer = cursor.fetchone()
        return answer is not None and not answer[0]  # the first of three is whether it was busy
    finally:
        connection.close()
