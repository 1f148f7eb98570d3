"""On PostgreSQL the application's role may work with the rows and may not touch the rules."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine, create_engine, make_url, text
from sqlalchemy.exc import DBAPIError, ProgrammingError

from buyback.closing.fading import fade
from buyback.ids import new_id
from buyback.migrate import upgrade
from buyback.people.rules import OPERATOR
from tests.builders import NOW, know_keys, open_database
from tests.raw import put
from tests.tills import issue_vouchers, make_merchant, make_till, make_till_event, try_to_redeem

ROLE = "buyback_serves"

pytestmark = pytest.mark.databases("postgresql")


@pytest.fixture
def serving(database_url: str) -> Iterator[Engine]:
    """The database as the application's role sees it, after a migration by the owner."""
    owner = create_engine(database_url)
    with suppress(DBAPIError), owner.begin() as connection:  # roles are the server's: another test made it already
        connection.execute(text(f"CREATE ROLE {ROLE} LOGIN"))
    owner.dispose()
    url = make_url(database_url).set(username=ROLE)
    upgrade(database_url, serves=url.render_as_string(hide_password=False))
    engine = create_engine(url)
    yield engine
    engine.dispose()


def test_the_application_reads_and_adds_rows(serving: Engine) -> None:
    with serving.begin() as connection:
        connection.execute(text("INSERT INTO province (code, name) VALUES ('99', 'Prueba')"))
        assert connection.scalar(text("SELECT name FROM province WHERE code = '99'")) == "Prueba"


def test_the_application_moves_a_float_by_posting_only(serving: Engine) -> None:
    accounts = {"8100": new_id(), "8350": new_id(), "8000": new_id()}
    with serving.begin() as connection:
        programme = new_id()
        put(connection, "programme", id=programme, code="PMB", number=1)
        funder = connection.scalar(text("SELECT id FROM organisation WHERE code = 'MINSEG'"))
        for code, key in accounts.items():
            put(
                connection,
                "account",
                id=key,
                ledger=2,
                code=code,
                normal_side="debit" if code == "8000" else "credit",
                limited=code == "8100",
                **({"funder": funder} if code == "8350" else {"programme": programme}),
            )
        journal = new_id()
        row = {"kind": "allot", "period": "2026-11", "effective_on": NOW.date(), "recorded_at": NOW}
        put(connection, "journal", id=journal, **row)
        legs = (("8000", "8100", 30_00), ("8100", "8350", 20_00))
        for line, (debit, credit, amount) in enumerate(legs):
            sides = {"debit": accounts[debit], "credit": accounts[credit], "amount": amount}
            put(connection, "transfer", id=new_id(), journal=journal, line=line, ledger=2, **sides)
    with serving.connect() as connection:
        assert connection.scalar(text("SELECT balance FROM account_balance")) == 10_00
    for act in ("UPDATE account_balance SET balance = 99900", "DELETE FROM account_balance"):
        with serving.connect() as connection, pytest.raises(ProgrammingError, match="permission denied"):
            connection.execute(text(act))


@pytest.mark.parametrize(
    "act",
    [
        "DROP TRIGGER transfer_append_only ON transfer",
        "ALTER TABLE transfer DISABLE TRIGGER ALL",
        "TRUNCATE transfer",
        "DELETE FROM province",
        "DROP TABLE transfer",
        "ALTER TABLE transfer OWNER TO CURRENT_USER",
        "SET session_replication_role = replica",
    ],
)
def test_the_application_cannot_touch_the_rules(serving: Engine, act: str) -> None:
    with serving.connect() as connection, pytest.raises(ProgrammingError, match=r"permission denied|must be owner"):
        connection.execute(text(act))


def test_the_application_deletes_only_what_a_purge_or_a_fold_deletes(serving: Engine) -> None:
    with serving.begin() as connection:
        may = connection.scalars(
            text("SELECT table_name FROM information_schema.role_table_grants WHERE privilege_type = 'DELETE'")
        ).all()

    assert sorted(may) == [
        "handover",
        "handover_item",
        "handover_voucher",
        "heartbeat",
        "item",
        "rollup_class",
        "rollup_delta",
    ]


@pytest.mark.parametrize(
    "act",
    [
        "CREATE TEMPORARY TABLE account_balance (account uuid, balance bigint)",
        "CREATE TEMPORARY TABLE countersign (settlement uuid)",
    ],
)
def test_no_table_of_the_applications_own_stands_where_a_rule_looks(serving: Engine, act: str) -> None:
    with serving.connect() as connection, pytest.raises(ProgrammingError, match="permission denied"):
        connection.execute(text(act))


def test_every_rules_function_looks_in_our_tables_first_and_is_nobody_elses_to_attach(serving: Engine) -> None:
    with serving.connect() as connection:
        open_ones = connection.scalars(
            text(
                "SELECT proname FROM pg_proc JOIN pg_namespace n ON n.oid = pronamespace WHERE nspname = 'public' AND"
                " (has_function_privilege(current_user, pg_proc.oid, 'execute')"
                " OR NOT 'search_path=public, pg_temp' = ANY (coalesce(proconfig, '{}')))"
            )
        ).all()
    assert open_ones == []


def test_the_application_lets_times_go_when_they_are_due_and_moves_none(serving: Engine) -> None:
    database = open_database(serving.url.render_as_string(hide_password=False))
    database.transact(know_keys)
    event = make_till_event(database, vouchers=2)
    till = make_till(database, make_merchant(database))
    long_ago = datetime(2024, 1, 15, 20, 4, 5, tzinfo=UTC)
    first, second = issue_vouchers(database, 2, event=event)
    assert try_to_redeem(database, till, first.qr, now=long_ago).code == "redeemed"
    done = database.transact(lambda session: fade(session, shuffle=list.reverse, by=OPERATOR, now=NOW))
    assert (done.to_day, done.held) == (1, 0)
    assert try_to_redeem(database, till, second.qr, now=long_ago).code == "redeemed"
    for act in (
        "UPDATE resolution SET resolved_at = resolved_at + interval '1 second' WHERE resolved_at IS NOT NULL",
        "UPDATE resolution SET resolved_at = now() WHERE resolved_at IS NULL",
        "UPDATE attempt SET decided_at = NULL, op_id = NULL WHERE decided_at IS NOT NULL",
        "UPDATE journal SET recorded_at = NULL WHERE kind = 'redeem' AND recorded_at IS NOT NULL",
    ):
        with serving.connect() as connection, pytest.raises(DBAPIError, match="fades when it is due"):
            connection.execute(text(act))
    database.dispose()
