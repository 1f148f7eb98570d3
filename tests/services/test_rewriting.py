"""After a rewriting neither the files of the database nor the order of rows hold what a purge deleted."""

import contextlib
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, event, make_url, select, text

from buyback.campaigns.facts import EventFacts
from buyback.closing import purge, recall
from buyback.closing import service as closing
from buyback.closing.rewriting import rewrite_tables
from buyback.closing.rules import REVIEW_DAYS, CountMoment
from buyback.commands.rewriting import rewrite_within
from buyback.db import Database
from buyback.people.rules import OPERATOR
from buyback.schema import metadata
from buyback.security.access import Role
from buyback.vouchers.rules import Stock
from tests.builders import NOW, REVOLVER, ROUNDS, make_event, make_paid_out, make_user

PURGED_AT = NOW + timedelta(days=REVIEW_DAYS)
VISITS = 4
WINDOW_S = 20  # tests beside this one, in other databases of the server, may hold snapshots as people do


def make_closed(database: Database) -> EventFacts:
    """A closed event of a few visits."""
    appraiser, issuer = make_user(database, "ana", Role.APPRAISER), make_user(database, "ines", Role.ISSUER)
    held = make_event(database)
    issued = sum(
        len(make_paid_out(database, held, appraiser, issuer, REVOLVER, *([ROUNDS] if number % 2 else [])))
        for number in range(VISITS)
    )
    database.transact(lambda session: closing.begin(session, event=held.id, by=OPERATOR, now=NOW))
    for by in (appraiser, issuer):
        database.transact(
            lambda session, by=by: closing.count(  # type: ignore[misc]  # mypy loses the default's type
                session, event=held.id, moment=CountMoment.CLOSING, counted=Stock(0, issued), by=by, now=NOW
            )
        )
    return held


pytestmark = pytest.mark.begins_with(build=make_closed)


@pytest.fixture
def links(database: Database) -> list[bytes]:
    """What a row that links a voucher to a surrender looks like in a file of either database, whole."""
    with database.engine.connect() as connection:
        rows = connection.execute(text("SELECT CAST(voucher AS TEXT), CAST(surrender AS TEXT) FROM handover_voucher"))
        keys = [(voucher.replace("-", ""), surrender.replace("-", "")) for voucher, surrender in rows]
    as_text = [(voucher + surrender).encode() for voucher, surrender in keys]
    return as_text if database.is_sqlite else [bytes.fromhex(key.decode()) for key in as_text]


def test_the_files_hold_the_links_until_the_tables_are_rewritten(
    database: Database, begun: EventFacts, links: list[bytes]
) -> None:
    assert len(links) > VISITS
    assert _found(database, links) == set(links)
    _purge(database, begun)
    assert _found(database, links) == set(links)  # deleted is not gone: in dead rows, or in the log
    assert rewrite_within(database, WINDOW_S) == ()
    assert _found(database, links) == set()


@pytest.mark.databases("postgresql")
def test_rows_lie_in_the_order_of_random_keys_and_not_as_they_were_written(database: Database) -> None:
    keyed = {"surrender": "id", "item": "id", "voucher": "id", "issuance": "voucher", "transfer": "id", "journal": "id"}
    assert rewrite_within(database, WINDOW_S) == ()
    with database.engine.connect() as connection:
        for table, key in keyed.items():
            keys = metadata.tables[table].c[key]
            lie = list(connection.scalars(select(keys).order_by(text("ctid"))))
            assert lie == sorted(lie), table


@pytest.mark.databases("sqlite")
def test_pages_that_a_tool_freed_without_our_settings_leave_the_file(database: Database) -> None:
    """Our own connections overwrite what they delete (``secure_delete``); VACUUM is for what others did."""
    trace = "PLANTED-TRACE" * 20
    with contextlib.closing(sqlite3.connect(str(database.engine.url.database))) as tool, tool:
        tool.execute("PRAGMA secure_delete=0")
        tool.execute("CREATE TABLE planted (trace TEXT)")
        tool.executemany("INSERT INTO planted VALUES (?)", [(trace,)] * 100)
        tool.execute("DROP TABLE planted")
    assert _found(database, [trace.encode()])
    assert rewrite_tables(database) == ()
    assert not _found(database, [trace.encode()])


@pytest.mark.databases("sqlite")
def test_the_log_is_cut_to_nothing(database: Database) -> None:
    _purge_something(database)
    assert _log(database).stat().st_size > 0
    assert rewrite_tables(database) == ()
    assert _log(database).stat().st_size == 0


def test_what_is_in_use_is_named_and_can_be_tried_again(database: Database) -> None:
    with _hurried(database) as owner, database.engine.connect() as other:
        _hold(other)
        assert rewrite_tables(owner) == (("database",) if database.is_sqlite else ("handover_voucher",))
        other.rollback()
        left = rewrite_tables(owner, only=["handover_voucher"])
        assert left == ()


@pytest.mark.databases("postgresql")
def test_a_table_whose_dead_rows_somebody_may_still_read_does_not_count_as_rewritten(
    database: Database, begun: EventFacts, links: list[bytes]
) -> None:
    with database.engine.connect().execution_options(isolation_level="REPEATABLE READ") as other:
        other.execute(text("SELECT 1"))  # a snapshot, and no lock on any table
        _purge(database, begun)
        left = rewrite_tables(database)
        assert {"handover", "handover_item", "handover_voucher", "audit_body"} <= set(left)
        assert _found(database, links) == set(links)
    assert rewrite_within(database, WINDOW_S) == ()
    assert _found(database, links) == set()


def test_a_rewriting_counts_for_what_was_purged_before_it_began(database: Database, begun: EventFacts) -> None:
    with database.reading() as session:
        before = recall.waiting(session)
    _purge(database, begun)
    _record(database, before)
    with database.reading() as session:
        waiting = recall.waiting(session)
        (found,) = recall.all_recalls(session, backup_days=30)
    assert len(waiting) == 1
    assert (found.parted_on, found.rewritten_on, found.beyond_recall_on) == (PURGED_AT.date(), None, None)

    _record(database, waiting)
    _record(database, waiting)  # by two at once
    with database.reading() as session:
        assert recall.waiting(session) == ()
        (found,) = recall.all_recalls(session, backup_days=30)
        assert found == recall.find_recall(session, event=begun.id, backup_days=30)
    assert found.rewritten_on == PURGED_AT.date() + timedelta(days=1)
    assert found.beyond_recall_on == PURGED_AT.date() + timedelta(days=31)


def _record(database: Database, purges: tuple[object, ...]) -> None:
    began_at, ended_at = PURGED_AT + timedelta(hours=23), PURGED_AT + timedelta(days=1)
    database.transact(
        lambda session: recall.record_rewriting(
            session,
            purges=purges,  # type: ignore[arg-type]  # ids
            began_at=began_at,
            by=OPERATOR,
            now=ended_at,
        )
    )


def _purge(database: Database, held: EventFacts) -> None:
    database.transact(
        lambda session: purge.purge(session, event=held.id, shuffle=lambda _keys: None, by=OPERATOR, now=PURGED_AT)
    )


def _purge_something(database: Database) -> None:
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE event SET site = 'Otro'"))


def _hold(connection: Connection) -> None:
    """Keep the rewriting out: by a lock on one table, or as SQLite's one writer."""
    if connection.dialect.name == "sqlite":
        connection.execution_options(sqlite_begin="IMMEDIATE")
    connection.execute(text("SELECT count(*) FROM handover_voucher"))


@contextmanager
def _hurried(database: Database) -> Iterator[Database]:
    """The same database, whose SQLite waits a tenth of a second for a lock."""
    owner = Database(database.engine.url.render_as_string(hide_password=False))
    if owner.is_sqlite:
        event.listen(owner.engine, "connect", lambda made, _record: made.execute("PRAGMA busy_timeout=100"))
    try:
        yield owner
    finally:
        owner.dispose()


def _found(database: Database, traces: list[bytes]) -> set[bytes]:
    """Which of them any file of the database holds."""
    stored = [file.read_bytes() for file in _files(database)]
    return {trace for trace in traces if any(trace in file for file in stored)}


def _files(database: Database) -> list[Path]:
    if database.is_sqlite:
        file = Path(make_url(str(database.engine.url)).database or "")
        return sorted(file.parent.glob(f"{file.name}*"))
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("CHECKPOINT"))
        where = connection.scalar(text("SHOW data_directory"))
        number = connection.scalar(text("SELECT oid FROM pg_database WHERE datname = current_database()"))
    return [file for file in (Path(str(where)) / "base" / str(number)).iterdir() if file.is_file()]


def _log(database: Database) -> Path:
    return Path(f"{make_url(str(database.engine.url)).database}-wal")
