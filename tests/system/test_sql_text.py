"""OWASP ASVS 5.0, V1.2.4: SQL is never made of values; whatever a person typed goes to the database beside it."""

import ast
import re

import pytest

from tests.source import ROOT, Module, modules
from tests.sql_text import built

ALLOWED = {
    # where SQL is put together, and of what
    "db.py: _prepare_sqlite": "names and figures of SQLITE_PRAGMAS; a pragma takes no parameters",
    "db.py: _begin_sqlite": "IMMEDIATE or DEFERRED, which this file sets itself",
    "migrate.py: _grant": "a role's name, quoted as an identifier, and the names of tables; GRANT takes no parameters",
    "redemption/facts.py: _statement": "two conditions of that file, for the voucher and for the till",
    "proofs/checkpoints.py: _total": "the queries of the table above it",
    "ledger/tables.py: _unique": "conditions of that file, for partial indexes",
    "proofs/invariant.py: balance": "an account's code and a condition, which the invariants write",
    "proofs/check.py: check": "the invariants' own queries",
    "proofs/ledger.py: (module)": "pieces of SQL that several invariants share",
    "proofs/settlement.py: (module)": "as above",
    "proofs/totals.py: (module)": "columns and sums of the list of figures",
    "intake/guards.py: (module)": "pieces of that file, which a migration repeats as they are",
    "settlement/guards.py: (module)": "pieces of that file, which a migration repeats as they are",
    "settlement/guards.py: _sum": "as above",
    "vouchers/guards.py: (module)": "pieces of that file, which a migration repeats as they are",
    "vouchers/guards.py: held": "as above",
    "ledger/guards.py: _still": "as above",
    # the text of triggers, from guards: data of the code, run in tests only
    "triggers.py: alters": "names of columns",
    "triggers.py: sets_anew": "names of columns",
    "triggers.py: _refusing_change": "names of tables",
    "triggers.py: _postgresql_guard": "a guard's own texts",
    "triggers.py: _postgresql_reaction": "a reaction's own texts",
    "triggers.py: _sqlite_guard": "a guard's own texts",
    "triggers.py: _sqlite_reaction": "a reaction's own texts",
    "triggers.py: _not_replaced": "names of a table and its columns",
    "triggers.py: _holder": "names of a table and its columns",
    "totals/sql.py: _bound": "that file's own pieces: keys, sums, and the conditions that a question has",
    "totals/sql.py: _events": "conditions of that file; what they are asked for is bound by name",
    "totals/service.py: _upsert": "names of tables and figures of that file",
    "totals/service.py: fold": "names of tables and figures of that file",
    "closing/till_chains.py: (module)": "names of two tables and their keys",
    "closing/fading.py: _write": "names of tables and what is emptied in them, from the table in that file",
    "closing/fading.py: _on_postgresql": "as above",
    "closing/erasure.py: forget_dead_rows": "names of the tables that fade; VACUUM takes no parameters",
    "closing/rewriting.py: _rewrite_table": "names from the catalogue, quoted; CLUSTER takes no parameters",
    "closing/erasure.py: rewrite_rows": "names of tables and keys from the table above it",
}


def test_sql_is_made_of_constants_only() -> None:
    assert {place for module in modules() for place in built(module)} == set(ALLOWED)


@pytest.mark.parametrize(
    "code",
    [
        'text(f"SELECT * FROM voucher WHERE serial = {serial}")',
        "text(f'{query}')",
        'text("SELECT * FROM event WHERE code = \'" + code + "\'")',
        'text("SELECT * FROM event WHERE code = %s" % code)',
        'text("SELECT * FROM event WHERE code = {}".format(code))',
        'text(" OR ".join(conditions))',
        "sa.text(query)",
        "connection.exec_driver_sql(query)",
        'connection.execute(f"{query}")',
        'query = f"DELETE FROM {table} WHERE id = 1"\nconnection.cursor().execute(query)',
        "select(Event).order_by(literal_column(wanted))",
        "select(Event).prefix_with(hint)",
    ],
)
def test_sql_made_of_values_is_seen(code: str) -> None:
    assert list(built(Module("there.py", 1, ast.parse(code))))


@pytest.mark.parametrize(
    "code",
    [
        'text("SELECT * FROM voucher WHERE serial = :serial")',
        "text(_SQL)",
        'text(f"SELECT {COLUMNS} FROM voucher")',
        'text("SELECT * FROM voucher" " WHERE serial = :serial")',
        "session.execute(statement, {'serial': serial})",
        "session.execute(select(Event).where(Event.code == code))",
        "refusal.text(translate)",
        "f'{count} vouchers selected from {event}'",
    ],
)
def test_sql_with_its_values_beside_it_is_let_be(code: str) -> None:
    assert not list(built(Module("there.py", 1, ast.parse(code))))


def test_sql_that_names_another_domains_tables_is_listed_in_its_record() -> None:
    owners = {
        node.value.value: module.domain
        for module in modules()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__tablename__"
        if isinstance(node.value, ast.Constant)
    }
    owners |= {
        node.args[0].value: module.domain
        for module in modules()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "Table" and module.domain
        if node.args and isinstance(node.args[0], ast.Constant)
    }
    assert {"voucher": "vouchers", "event": "campaigns", "rollup_day": "totals"}.items() <= owners.items()
    reading = {
        module.name
        for module in modules()
        for named in _tables_named(module)
        if module.domain is not None and owners.get(named, module.domain) != module.domain
    }
    record = (ROOT / "docs" / "decisions" / "0014-sql-across-domains.md").read_text(encoding="utf-8")
    assert reading == set(re.findall(r"`(\w+/\w+\.py)`", record))


def _tables_named(module: Module) -> set[str]:
    constants = [node.value for node in ast.walk(module.tree) if isinstance(node, ast.Constant)]
    texts = [constant for constant in constants if isinstance(constant, str)]
    return {name for said in texts for name in re.findall(r"\b(?:FROM|JOIN|INTO|UPDATE)\s+([a-z_]+)", said)}
