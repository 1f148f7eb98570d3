"""OWASP ASVS 5.0, V1.2.4: SQL is never made of values; whatever a person typed goes to the database beside it."""

import ast

import pytest

from tests.source import Module, modules
from tests.sql_text import built

ALLOWED = {
    # where SQL is put together, and of what
    "db.py: _prepare_sqlite": "names and figures of SQLITE_PRAGMAS; a pragma takes no parameters",
    "db.py: _begin_sqlite": "IMMEDIATE or DEFERRED, which this file sets itself",
    "migrate.py: _grant": "a role's name, quoted as an identifier, and the names of tables; GRANT takes no parameters",
    "redemption/facts.py: _statement": "two conditions of that file, for the voucher and for the till",
    "proofs/checkpoints.py: make": "the queries of the table above it",
    "proofs/invariant.py: event_balance": "an account's code, which the invariants write",
    "proofs/invariants.py: check": "the invariants' own queries",
    "proofs/ledger.py: (module)": "pieces of SQL that several invariants share",
    "proofs/settlement.py: (module)": "as above",
    "proofs/settlement.py: _balance": "an account's code, which the invariants write",
    "totals/statement.py: _bound": "that file's own pieces: keys, sums, and the conditions that a question has",
    "totals/statement.py: _events": "conditions of that file; what they are asked for is bound by name",
    "totals/service.py: _upsert": "names of tables and figures of that file",
    "totals/service.py: fold": "names of tables and figures of that file",
    "closing/traces.py: erase_traces": "names of the tables that a purge empties; VACUUM takes no parameters",
    "closing/traces.py: rewrite_rows": "names of tables and keys from the table above it",
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
