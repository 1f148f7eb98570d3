"""The schema as a whole: migrations make what the models say, and nothing in it can hold a depositor."""

import ast
from collections.abc import Iterable, Mapping
from typing import Any

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Date, Enum, Inspector, String, Table, create_engine, inspect, text

from buyback import triggers
from buyback.binding import binding_of
from buyback.db import Database, Instant
from buyback.paths import MIGRATIONS
from buyback.schema import GUARDS, metadata

MODELS_SCHEMA = "models"
FIRST_MIGRATION = 6  # an earlier schema used up the numbers before
SQLITE_TRIGGERS = "SELECT name, sql FROM sqlite_master WHERE type IN ('trigger', 'view')"
POSTGRESQL_TRIGGERS = """
    SELECT 'trigger ' || t.tgname, t.tgenabled::text || ' ' || pg_get_triggerdef(t.oid, true)
    FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE NOT t.tgisinternal AND n.nspname = :schema
    UNION ALL
    SELECT 'function ' || p.proname, pg_get_functiondef(p.oid)
    FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
    WHERE n.nspname = :schema
    UNION ALL
    SELECT c.relkind::text || ' ' || c.relname, (c.relrowsecurity OR (c.relkind <> 'v' AND c.relhasrules))::text
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = :schema AND c.relkind IN ('r', 'v', 'm', 'S') AND c.relname <> 'alembic_version'
"""
BELONGS_TO = {"organisation", "programme", "event", "merchant"}
UNSCOPED = {
    "audit_chain": "its id is the organisation's or the till's own",
    "audit_row": "one row of a chain",
    "barrio": "public",
    "corregimiento": "public",
    "district": "public",
    "forbidden_role_pair": "a rule, the same for everyone",
    "heartbeat": "the installation's",
    "known_secret": "the installation's",
    "period": "a month",
    "province": "public",
    "purge": "of one event or several, which its purged_event rows name",
    "rewriting": "the installation's",
    "rewritten_purge": "the installation's",
    "settlement_counter": "a year",
    "signing_key": "the installation's",
    "sign_in_failure": "nobody is signed in yet",
}

# Words of which no column's name may consist, in English and in Spanish.
DEPOSITOR = set(
    """
    depositor donor holder owner person visitor citizen depositante ciudadano
    identity identification cedula dni passport pasaporte licence license plate placa vehicle
    phone telephone mobile telefono celular email mail correo address direccion
    age edad birth born nacimiento sex sexo gender genero ethnicity nationality
    portrait face_photo selfie fingerprint huella signature firma voice
    ip agent browser device cookie fingerprint imei mac geolocation gps
    note notes comment comments remark remarks observation observaciones description story
    """.split()  # noqa: SIM905  a list for reading
)
NOT_THE_DEPOSITORS = {
    "audit_row.signature": "the application's own, of a row of the audit log",
    "sign_in_failure.device_key": "a keyed hash of the device from which an official's sign-in failed",
}

# What was handed in and what it was paid with: no clock, and no text but what describes the thing.
OF_THE_VISIT = (
    "surrender",
    "item",
    "handover",
    "handover_item",
    "handover_voucher",
    "voucher",
    "issuance",
    "rollup_delta",
)
TEXTS_ABOUT_THINGS = {
    "item.calibre",
    "item.calibre_group",
    "item.catalogue_class",
    "item.condition",
    "item.made_safe_by",
    "item.make",
    "item.model",
    "item.serial",
    "rollup_delta.catalogue_class",
}


def test_migrations_make_exactly_what_tables_and_guards_say(database: Database) -> None:
    with database.engine.connect() as connection:
        migrated = _catalogue(connection, schema=None)
        said = _catalogue_of_models(connection)
    assert migrated["tables"] == said["tables"]
    assert sorted(migrated["triggers"].items() - said["triggers"].items()) == []
    assert sorted(said["triggers"].items() - migrated["triggers"].items()) == []
    assert len(migrated["triggers"]) > len(GUARDS) / 2


@pytest.mark.databases("sqlite")
def test_migrations_hide_the_order_of_rows_where_the_models_do(database: Database) -> None:
    with database.engine.connect() as connection:
        rows = connection.execute(text("SELECT name FROM sqlite_master WHERE sql LIKE '%WITHOUT ROWID%'"))
        migrated = {name for (name,) in rows}
    assert migrated == {
        table.name for table in metadata.tables.values() if table.dialect_options["sqlite"]["with_rowid"] is False
    }


def test_migrations_stand_in_one_line() -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    script = ScriptDirectory.from_config(config)
    names = [revision.revision for revision in script.walk_revisions()]
    newest = FIRST_MIGRATION + len(names) - 1
    assert names == [f"{number:04d}" for number in range(newest, FIRST_MIGRATION - 1, -1)]


def test_migrations_know_nothing_of_the_application() -> None:
    """They are history: what the application says tomorrow must not change what they made."""
    imported = {
        name
        for file in MIGRATIONS.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        for name in _imported(node)
    }
    assert {name for name in imported if name.startswith("buyback")} == set()
    assert "alembic" in imported


def test_no_column_is_named_after_anything_of_a_depositor() -> None:
    suspicious = [
        column
        for column in _columns()
        if DEPOSITOR & {*column.split(".")[1].split("_"), column.split(".")[1]} and column not in NOT_THE_DEPOSITORS
    ]
    assert suspicious == []


def test_what_was_handed_in_keeps_the_day_and_no_minute() -> None:
    clocks = [
        f"{name}.{column.name}"
        for name in OF_THE_VISIT
        for column in metadata.tables[name].columns
        if isinstance(column.type, Instant) or "time" in str(column.type).lower()
    ]
    assert clocks == []
    assert isinstance(metadata.tables["surrender"].columns["day"].type, Date)


def test_what_was_handed_in_has_no_free_text() -> None:
    free = {
        f"{name}.{column.name}"
        for name in OF_THE_VISIT
        for column in metadata.tables[name].columns
        if isinstance(column.type, String) and not isinstance(column.type, Enum)
    }
    assert free == TEXTS_ABOUT_THINGS


def test_every_table_belongs_to_an_organisation_a_programme_an_event_or_a_merchant() -> None:
    adrift = {name for name in metadata.tables if not _reaches_an_owner(metadata.tables[name])}
    assert adrift == set(UNSCOPED)


def test_the_exceptions_for_columns_are_still_needed() -> None:
    assert set(NOT_THE_DEPOSITORS) <= set(_columns())


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.ImportFrom):
        return [node.module or ""]
    return [name.name for name in node.names] if isinstance(node, ast.Import) else []


def _columns() -> list[str]:
    return [f"{table.name}.{column.name}" for table in metadata.tables.values() for column in table.columns]


def _reaches_an_owner(table: Table) -> bool:
    seen: set[str] = set()
    ahead = {table.name}
    while ahead - seen:
        name = (ahead - seen).pop()
        seen.add(name)
        ahead |= {key.column.table.name for key in metadata.tables[name].foreign_keys}
    return bool(seen & BELONGS_TO)


def _catalogue_of_models(connection: Connection) -> dict[str, Any]:
    """What a database has that is made from tables and guards, beside the migrated one."""
    if connection.dialect.name == "sqlite":
        memory = create_engine("sqlite://")
        with memory.connect() as empty:
            metadata.create_all(empty)
            for statement in triggers.sqlite(GUARDS, metadata):
                empty.exec_driver_sql(statement)
            catalogue = _catalogue(empty, schema=None)
        memory.dispose()
        return catalogue
    connection.execute(text(f"CREATE SCHEMA {MODELS_SCHEMA}"))
    connection.execute(text(f"SET LOCAL search_path TO {MODELS_SCHEMA}"))
    metadata.create_all(connection, checkfirst=False)
    for statement in triggers.postgresql(GUARDS):
        connection.exec_driver_sql(statement.replace("%", "%%"))
    catalogue = _catalogue(connection, schema=MODELS_SCHEMA)
    connection.rollback()
    return catalogue


def _catalogue(connection: Connection, schema: str | None) -> dict[str, Any]:
    """Tables with their rules, and triggers with what they call, each as the database itself tells it."""
    statements = SQLITE_TRIGGERS if connection.dialect.name == "sqlite" else POSTGRESQL_TRIGGERS
    found = connection.execute(text(statements), {"schema": schema or "public"} if ":schema" in statements else {})
    return {
        "tables": _described(inspect(connection), schema),
        "triggers": {name: _spelt(made).replace(f"{schema}.", "public.") for name, made in found},
    }


def _described(inspector: Inspector, schema: str | None) -> dict[str, Any]:
    """Columns and every named rule of every table, as the database itself tells them."""
    return {
        table: {
            "columns": _plain(inspector.get_columns(table, schema)),
            "primary key": _plain([inspector.get_pk_constraint(table, schema)]),
            "foreign keys": _plain(inspector.get_foreign_keys(table, schema)),
            "unique": _plain(inspector.get_unique_constraints(table, schema)),
            "checks": _plain(inspector.get_check_constraints(table, schema)),
            "indexes": _plain(inspector.get_indexes(table, schema)),
        }
        for table in inspector.get_table_names(schema)
        if table != "alembic_version"
    }


def _plain(found: Iterable[Mapping[str, Any]]) -> list[str]:
    return sorted(_spelt({key: value for key, value in rule.items() if key != "referred_schema"}) for rule in found)


def _spelt(value: object) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {_spelt(value[key])}" for key in sorted(value)) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_spelt, value)) + "]"
    return " ".join(str(value).split())


NOT_BOUND = {
    "accounts and their balances follow from the transfers": "account account_balance",
    "transfers and journals follow from what they post, and check compares them": "journal transfer",
    "the audit log has hashes and signatures of its own": "audit_chain audit_row audit_body",
    "a settlement's content hash covers its lines, and its row is bound": "settlement_line resolution_fate",
    "what rounding left over follows from the settlements": "funder_carry",
    "the purge deletes what leads from items to vouchers": "handover handover_item handover_voucher",
    "what a till was told, and its wrong codes, fade": "attempt wrong_code",
    "a browser's session lasts for hours": "login_session sign_in_failure",
    "a period begins with its first posting": "period",
    "when a server was last alive": "heartbeat",
    "how far storage forgot a purge": "purge purged_event rewriting rewritten_purge",
    "counters": "serial_counter settlement_counter",
    "what two people counted is in the bodies of their acts": "stock_count",
    "kept totals are compared with what they add up": "rollup_class rollup_day rollup_delta",
    "places come from a public list": "province district corregimiento barrio",
}


def test_every_table_is_bound_to_its_acts_or_says_why_not() -> None:
    left_out = {name for names in NOT_BOUND.values() for name in names.split()}
    bound = {name for name, table in metadata.tables.items() if binding_of(table) is not None}
    assert bound & left_out == set()
    assert metadata.tables.keys() - bound == left_out
