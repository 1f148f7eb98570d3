"""History is only added to: each table, changed, deleted from and replaced in, straight on both databases."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date, timedelta
from enum import Enum
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Connection, Table, UniqueConstraint, insert, make_url, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert

from buyback.db import Database, Instant
from buyback.ids import new_id
from buyback.schema import metadata
from tests.builders import NOW, TODAY, make_event
from tests.raw import TRIGGERS_SAY, lawless, refusal
from tests.settlement_rows import Rows, make_officials
from tests.tills import FACE, TILL_PROGRAMME
from tests.world import Hand, World, make_world

pytestmark = pytest.mark.begins_with(build=make_world)

APPEND_ONLY = set(
    """
    account agreement agreement_share audit_chain audit_row corregimiento countersign district event_session
    forbidden_role_pair funder_share issuance known_secret part_share payment payment_booking programme_category
    programme_denomination programme_funder programme_version province purge purged_event quantity_sum replacement
    resolution_fate rewriting rewritten_purge settlement_approval settlement_part settlement_step stock_count tag
    tariff_line time_hold time_hold_end time_hold_grant time_hold_subject transfer value_sum voucher
    """.split()  # noqa: SIM905  a list for reading
)
KEPT = set(
    """
    account_balance audit_body barrio branch event funder_carry invitation item login_session merchant organisation
    period programme role_grant serial_counter settlement settlement_counter settlement_line signing_key surrender till
    user_account
    """.split()  # noqa: SIM905  as above
)
FADING = {"attempt", "journal", "resolution", "reversal", "wrong_code"}  # as history, but that times go when due
PURGED = {"handover", "handover_item", "handover_voucher"}
PASSING = {"heartbeat", "sign_in_failure"}  # only the newest tells something; throttling forgets
DERIVED = {"rollup_class", "rollup_day", "rollup_delta"}  # an invariant holds them against the rows they come from

REFUSALS = ("history is only added to", "this key exists", *TRIGGERS_SAY)


@pytest.fixture
def world(database: Database, begun: World) -> World:
    """A row in every table."""
    world, officials = begun, make_officials(database)
    event = make_event(database, "CERRADA-2026-11-24", programme=TILL_PROGRAMME, float_cents=FACE)
    with database.engine.begin() as connection:
        hand = Hand(connection, world)
        counted = {"moment": "opening", "counted_by": world.issuer.id, "blank": 1, "issued": 0, "counted_at": NOW}
        needed = {"tally": 1} if "tally" in metadata.tables["stock_count"].columns else {}
        hand.put("stock_count", id=new_id(), event=world.event.id, **counted, **needed)
        hand.put("tag", id=new_id(), programme=world.event.programme.id, code="7KQ4-M")
        hand.put("purge", id=(purge := new_id()), purged_at=NOW, visits=2, awards=1, sharing=2)
        hand.put("purged_event", event=world.event.id, purge=purge, visits=2, awards=1, sharing=2)
        hand.put("rewriting", id=(rewriting := new_id()), began_at=NOW, ended_at=NOW)
        hand.put("rewritten_purge", purge=purge, rewriting=rewriting)
        seen = {"started_at": NOW, "seen_at": NOW, "token_hash": bytes(32)}
        hand.put("login_session", id=new_id(), user=world.issuer.id, **seen)
        rows = Rows(hand, officials)
        payment, _ = rows.ordered()
        rows.book(payment, officials.treasurer)
        hand.put("funder_carry", terms_hash=bytes(32), funder=rows.funders["MINSEG"], carry=0)
        hold, asked = new_id(), {"asked_by": world.issuer.id}
        hand.put("time_hold", id=hold, programme=world.event.programme.id, reason="court_order", asked_at=NOW, **asked)
        hand.put("time_hold_subject", id=new_id(), hold=hold, merchant=world.other_till.merchant)
        granted = {"granted_by": world.approver.id, "granted_at": NOW, "granted_on": TODAY, "until": TODAY}
        hand.put("time_hold_grant", hold=hold, **asked, **granted)
        hand.put("time_hold_end", hold=hold, ended_by=world.issuer.id, ended_at=NOW)
        hand.change("event", {"id": event.id}, state="closing")
        hand.change("event", {"id": event.id}, state="closed", salt=None, closed_at=NOW)
        summed = {"event": event.id, "day": event.ends_on}
        hand.put("value_sum", id=new_id(), items=1, value=100_00, **summed)
        hand.put("quantity_sum", catalogue_class="ammunition", number=1000, **summed)
    return world


def test_every_table_is_either_history_or_kept_or_has_its_reason() -> None:
    assert {*APPEND_ONLY, *FADING, *KEPT, *PURGED, *PASSING, *DERIVED} == set(metadata.tables)


def test_no_column_of_history_can_be_changed(database: Database, world: World) -> None:
    with lawless(database) as connection:
        changed = [
            f"{name}.{column.name}"
            for name in sorted({*APPEND_ONLY, *FADING})
            for column in metadata.tables[name].columns
            if not _refused(connection, _updated(connection, metadata.tables[name], column.name))
        ]
    assert changed == []


def test_no_row_of_history_can_be_deleted(database: Database, world: World) -> None:
    with lawless(database) as connection:
        gone = [
            name
            for name in sorted({*APPEND_ONLY, *FADING, *KEPT, *PURGED})
            if not _refused(connection, _this(connection, metadata.tables[name]).delete())
        ]
    assert gone == []


def test_no_row_of_history_can_be_inserted_over(database: Database, world: World) -> None:
    with lawless(database) as connection:
        over = [
            name
            for name in sorted({*APPEND_ONLY, *FADING})
            if not _refused(connection, _upserted(connection, metadata.tables[name]))
        ]
    assert over == []


def test_without_its_trigger_a_row_of_history_is_changed_and_deleted(database: Database, world: World) -> None:
    """What the tests above see refused is refused by the triggers, and not because it was badly said."""
    name = "wrong_code"  # nothing refers to it
    with lawless(database) as connection:
        for trigger in ("fades", "no_delete") if database.is_sqlite else ("fades", "kept"):
            connection.exec_driver_sql(f"DROP TRIGGER {name}_{trigger}" + _on(database, name))
        table = metadata.tables[name]
        assert refusal(connection, lambda: _run(connection, _updated(connection, table, "tried_at"))) is None
        assert refusal(connection, lambda: _run(connection, _this(connection, table).delete())) is None


@pytest.mark.databases("sqlite")
def test_replacing_finds_nothing_to_replace_even_without_our_settings(database: Database, world: World) -> None:
    """A plain connection checks no foreign keys and fires no trigger for what OR REPLACE deletes."""
    with plain(database) as connection:
        replaced = [
            f"{name}: {words}"
            for name in sorted({*APPEND_ONLY, *FADING, *KEPT, *PURGED})
            for words, statement, values in _replacements(connection, metadata.tables[name])
            if not _plainly_refused(connection, statement, values)
        ]
    assert replaced == []


@pytest.mark.databases("sqlite")
def test_without_the_trigger_replacing_would_succeed(database: Database, world: World) -> None:
    with plain(database) as connection:
        for name in ("resolution", "merchant"):
            for trigger in ("no_replace", "no_replacing_update"):
                connection.execute(f"DROP TRIGGER {name}_{trigger}")
            tried = list(_replacements(connection, metadata.tables[name]))
            words = {said for said, statement, values in tried if _plainly_refused(connection, statement, values)}
            # An update of what is only added to is refused by another trigger.
            assert all(said.startswith("update") for said in words) if name == "resolution" else not words


@contextmanager
def plain(database: Database) -> Iterator[sqlite3.Connection]:
    """A connection as any tool opens it; checks are off, so that only keys and triggers can refuse."""
    path = make_url(str(database.engine.url)).database
    with closing(sqlite3.connect(str(path), isolation_level=None)) as connection:
        connection.execute("PRAGMA ignore_check_constraints=ON")
        connection.execute("BEGIN")
        yield connection
        connection.execute("ROLLBACK")


def _plainly_refused(connection: sqlite3.Connection, statement: str, values: list[Any]) -> bool:
    connection.execute("SAVEPOINT before")
    try:
        connection.execute(statement, values)
    except sqlite3.IntegrityError as error:
        return str(error).endswith(REFUSALS)
    else:
        return False
    finally:
        connection.execute("ROLLBACK TO before")
        connection.execute("RELEASE before")


def _replacements(connection: sqlite3.Connection, table: Table) -> Iterator[tuple[str, str, list[Any]]]:
    """Every way to put another row in the place of one that is there: by each key, by hidden number, by update."""
    names = [column.name for column in table.columns]
    quoted = ", ".join(f'"{name}"' for name in names)
    row = dict(zip(names, connection.execute(f"SELECT {quoted} FROM {table.name}").fetchone(), strict=True))  # noqa: S608  names of the schema
    marks = ", ".join("?" for _ in names)
    for key in _keys(table):
        if any(row[name] is None for name in key):
            continue
        values = [row[name] if name in key else _other(row[name]) for name in names]
        yield f"insert {key}", f"INSERT OR REPLACE INTO {table.name} ({quoted}) VALUES ({marks})", values  # noqa: S608  as above
    if table.dialect_options["sqlite"]["with_rowid"]:
        yield from _by_row_number(connection, table, quoted, [_other(row[name]) for name in names])
    yield from _by_update(connection, table)


def _by_row_number(
    connection: sqlite3.Connection, table: Table, quoted: str, values: list[Any]
) -> Iterator[tuple[str, str, list[Any]]]:
    (number,) = connection.execute(f"SELECT rowid FROM {table.name}").fetchone()  # noqa: S608  as above
    marks = ", ".join("?" for _ in values)
    yield (
        "insert rowid",
        f"INSERT OR REPLACE INTO {table.name} (rowid, {quoted}) VALUES (?, {marks})",  # noqa: S608  as above
        [number, *values],
    )
    both = connection.execute(f"SELECT min(rowid), max(rowid) FROM {table.name}").fetchone()  # noqa: S608  as above
    if both[0] != both[1]:
        yield "update rowid", f"UPDATE OR REPLACE {table.name} SET rowid = ? WHERE rowid = ?", list(both)  # noqa: S608  as above


def _by_update(connection: sqlite3.Connection, table: Table) -> Iterator[tuple[str, str, list[Any]]]:
    primary = [column.name for column in table.primary_key.columns]
    quoted = ", ".join(f'"{name}"' for name in primary)
    rows = connection.execute(f"SELECT {quoted} FROM {table.name} LIMIT 2").fetchall()  # noqa: S608  as above
    if len(rows) == 2:
        takes = ", ".join(f'"{name}" = ?' for name in primary)
        where = " AND ".join(f'"{name}" = ?' for name in primary)
        yield "update key", f"UPDATE OR REPLACE {table.name} SET {takes} WHERE {where}", [*rows[0], *rows[1]]  # noqa: S608  as above


def _keys(table: Table) -> list[list[str]]:
    """The primary key and each unique rule, as columns."""
    rules = [rule.columns for rule in table.constraints if isinstance(rule, UniqueConstraint)]
    indexes = [index.columns for index in table.indexes if index.unique]
    return [[column.name for column in columns] for columns in (table.primary_key.columns, *rules, *indexes)]


def _other(value: Any) -> Any:  # noqa: ANN401  whatever a column holds
    """Another value of the same sort."""
    if value is None:
        return None
    if isinstance(value, UUID):
        return new_id()
    if isinstance(value, bytes):
        return bytes(255 - byte for byte in value)
    if isinstance(value, bool):
        return not value
    if isinstance(value, date):  # datetimes too
        return value + timedelta(days=1)
    if isinstance(value, str):
        return value[:-1] + ("x" if value[-1:] != "x" else "y")
    return value + 1


def _this(connection: Connection, table: Table) -> "_Row":
    return _Row(connection, table)


class _Row:
    """One row of a table."""

    def __init__(self, connection: Connection, table: Table) -> None:
        found = connection.execute(select(table)).mappings().first()
        assert found is not None, f"nothing in {table.name}"
        self.table, self.values = table, dict(found)
        self.key = {column.name: self.values[column.name] for column in table.primary_key.columns}

    def delete(self) -> Any:  # noqa: ANN401  a statement
        return self.table.delete().filter_by(**self.key)

    def update(self, **values: Any) -> Any:  # noqa: ANN401  a statement
        return self.table.update().filter_by(**self.key).values(values)


def _updated(connection: Connection, table: Table, column: str) -> Any:  # noqa: ANN401  a statement
    row = _this(connection, table)
    held = row.values[column]
    if isinstance(held, Enum):
        another = next((state for state in type(held) if state is not held), None)
        return row.update(**{column: another}) if another else row.delete()
    return row.update(**{column: _sample(table, column) if held is None else _other(held)})


def _sample(table: Table, column: str) -> Any:  # noqa: ANN401  whatever the column holds
    """A value for a column that is empty."""
    if isinstance(table.columns[column].type, Instant):
        return NOW
    kind = table.columns[column].type.python_type
    samples: dict[type, Any] = {UUID: new_id(), bytes: bytes(32), int: 1, date: NOW.date()}
    enums = getattr(table.columns[column].type, "enum_class", None)
    return next(iter(enums)) if enums else samples.get(kind, "x")


def _upserted(connection: Connection, table: Table) -> Any:  # noqa: ANN401  a statement
    row = _this(connection, table)
    if connection.dialect.name == "sqlite":
        return insert(table).prefix_with("OR REPLACE").values(row.values)
    column = list(table.columns)[-1].name
    held = row.values[column]
    another = _updated(connection, table, column).compile().params[column] if isinstance(held, Enum) else _other(held)
    changes = {column: _sample(table, column) if held is None else another}
    return postgresql_insert(table).values(row.values).on_conflict_do_update(index_elements=list(row.key), set_=changes)


def _refused(connection: Connection, statement: Any) -> bool:  # noqa: ANN401  a statement
    error = refusal(connection, lambda: _run(connection, statement))
    return error is not None and any(why in str(error.orig) for why in REFUSALS)


def _run(connection: Connection, statement: Any) -> None:  # noqa: ANN401  a statement
    assert connection.execute(statement).rowcount == 1


def _on(database: Database, table: str) -> str:
    return "" if database.is_sqlite else f" ON {table}"
