"""Each invariant is seen to fail, by its name, when what it says is broken past all constraints and triggers."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.orm import Session

from buyback.db import Database
from buyback.reports.invariants import ALL, check
from tests.databases import Grow
from tests.parting import make_purged, make_world

ONE = {
    "ONE_ISSUE": "CAST(id AS TEXT) = (SELECT MIN(CAST(id AS TEXT)) FROM journal WHERE kind = 'issue')",
    "ONE_REDEEMED": "CAST(id AS TEXT) = (SELECT MIN(CAST(id AS TEXT)) FROM resolution WHERE kind = 'redeem')",
    "ONE_PAID": "number = 1",
    "ONE_ISSUANCE": "CAST(voucher AS TEXT) = (SELECT MIN(CAST(voucher AS TEXT)) FROM issuance)",
    "ONE_VOUCHER": "CAST(id AS TEXT) = (SELECT MIN(CAST(voucher AS TEXT)) FROM issuance)",
}

WHILE_OPEN = {
    "books_balance": "UPDATE transfer SET amount = -amount",
    "cached_balances": "UPDATE account_balance SET balance = balance + 1",
    "no_account_crosses_zero": "UPDATE transfer SET amount = amount + 100000000"
    " WHERE journal IN (SELECT id FROM journal WHERE kind = 'redeem')",
    "floats_cover_promises": "UPDATE transfer SET amount = 1"
    " WHERE journal IN (SELECT id FROM journal WHERE kind = 'allot')",
    "outstanding_is_2100": "DELETE FROM resolution WHERE {ONE_REDEEMED}",
    "owed_is_2200": "DELETE FROM resolution WHERE {ONE_REDEEMED}",
    "budget_follows_vouchers": "DELETE FROM transfer WHERE line = 1"
    " AND journal IN (SELECT id FROM journal WHERE {ONE_ISSUE})",
    "issues_have_no_minute": "UPDATE journal SET recorded_at = '2026-11-24 15:00:00' WHERE {ONE_ISSUE}",
    "one_journal_a_voucher": "DELETE FROM issuance WHERE {ONE_ISSUANCE}",
    "journals_fall_in_their_period": "UPDATE journal SET period = '2025-01' WHERE {ONE_ISSUE}",
    "issue_is_worth_its_voucher": "UPDATE issuance SET face = face + 1 WHERE {ONE_ISSUANCE}",
    "ending_is_worth_its_voucher": "UPDATE resolution SET amount = amount + 1 WHERE {ONE_REDEEMED}",
    "every_serial_has_one_disposition": "UPDATE resolution SET cycle = 1 WHERE {ONE_REDEEMED}",
    "serials_are_all_there": "UPDATE serial_counter SET drawn = drawn + 1",
    "vouchers_expire_with_their_event": "UPDATE voucher SET expires_on = '2030-01-01' WHERE {ONE_VOUCHER}",
    "replaced_vouchers_are_void": "UPDATE resolution SET reason = 'lost' WHERE kind = 'void'",
    "answers_match_redemptions": "UPDATE attempt SET code = 'void'",
    "redemptions_are_the_tills_merchants": "UPDATE resolution SET merchant = id WHERE {ONE_REDEEMED}",
    "reversals_undo_their_redemption": "INSERT INTO resolution_fate (resolution, fate)"
    " SELECT id, 'reversed' FROM resolution WHERE {ONE_REDEEMED}",
    "received_items_have_a_price": "UPDATE item SET value = NULL",
    "items_add_up_to_the_appraisal": "UPDATE handover SET appraised = appraised + 1 WHERE {ONE_PAID}",
    "awards_are_issued": "UPDATE handover SET award = award + 1 WHERE {ONE_PAID}",
    "every_voucher_was_for_a_surrender": "DELETE FROM handover_voucher",
    "collected_is_paid_for": "UPDATE item SET value = value + 10000",
    "two_people_a_surrender": "UPDATE handover SET issued_by = appraised_by WHERE {ONE_PAID}",
    "days_are_the_events": "UPDATE surrender SET day = '2020-01-01'",
    "every_event_has_its_agreement": "DELETE FROM agreement_share",
    "audit_chains_have_no_gap": "DELETE FROM audit_row WHERE seq = 1",
    "audit_bodies_are_emptied_by_purges_only": "UPDATE audit_body SET body = NULL, salt = NULL WHERE seq = 1",
    "tills_are_audited": "DELETE FROM audit_row WHERE chain IN (SELECT id FROM till)",
    "nobody_holds_a_forbidden_pair": "INSERT INTO forbidden_role_pair (role, other) VALUES ('appraiser', 'appraiser')",
}
AFTER_THE_PURGE = {
    "stock_is_counted_at_the_close": "UPDATE stock_count SET issued = issued + 1",
    "closed_events_are_at_rest": "UPDATE event SET closed_at = NULL",
    "purged_events_are_parted": "UPDATE audit_body SET body = '{{}}' WHERE body IS NULL",
}


@pytest.mark.parametrize("is_purged", [False, True], ids=["while open", "after the purge"])
def test_each_invariant_fails_by_name_when_it_is_broken(grow: Grow, is_purged: bool) -> None:  # noqa: FBT001
    database, _ = grow(make_purged if is_purged else make_world)
    unseen = {}
    with _lawless(database) as connection:
        assert _failing(connection) == set()
        for name, broken in (AFTER_THE_PURGE if is_purged else WHILE_OPEN).items():
            mended = connection.begin_nested()
            connection.execute(text(broken.format(**ONE)))
            failing = _failing(connection)
            mended.rollback()
            if name not in failing:
                unseen[name] = failing
    assert unseen == {}


def test_every_invariant_has_a_test_that_breaks_it() -> None:
    assert {invariant.name for invariant in ALL} == set(WHILE_OPEN) | set(AFTER_THE_PURGE)


def _failing(connection: Connection) -> set[str]:
    with Session(connection, join_transaction_mode="create_savepoint") as session:
        return {finding.invariant.name for finding in check(session) if not finding.ok}


@contextmanager
def _lawless(database: Database) -> Iterator[Connection]:
    """A connection without triggers, keys and checks; what it does is taken back at the end."""
    with database.engine.connect() as connection:
        driver = connection.connection.driver_connection
        if database.is_sqlite:
            driver.execute("PRAGMA foreign_keys=0")  # type: ignore[union-attr]  # SQLite's connection
            driver.execute("PRAGMA ignore_check_constraints=1")  # type: ignore[union-attr]  # as above
        with connection.begin() as transaction:
            for statement in _repeals(connection, is_sqlite=database.is_sqlite):
                connection.execute(text(statement))
            yield connection
            transaction.rollback()
        connection.invalidate()


def _repeals(connection: Connection, *, is_sqlite: bool) -> Iterator[str]:
    if is_sqlite:
        names = connection.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all()
        yield from (f"DROP TRIGGER {name}" for name in names)
        return
    checks = text(
        "SELECT conrelid::regclass || ' DROP CONSTRAINT ' || quote_ident(conname) FROM pg_constraint"
        " WHERE contype = 'c' AND connamespace = 'public'::regnamespace"
    )
    yield from (f"ALTER TABLE {drop}" for drop in connection.scalars(checks).all())
    yield "SET LOCAL session_replication_role = replica"
