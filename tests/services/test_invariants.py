"""Each invariant is seen to fail, by its name, when what it says is broken past all constraints and triggers."""

import pytest
from sqlalchemy import text

from buyback.db import Database
from buyback.proofs.check import ALL
from tests.breaking import failing_in, lawless
from tests.databases import Grow
from tests.purging import go_on_to_the_purge, make_busy_event
from tests.settling import make_office, make_settled_event, make_shop, spend

pytestmark = pytest.mark.long

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
    "traces_fade_together": "UPDATE resolution SET resolved_at = NULL WHERE {ONE_REDEEMED}",
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
    "kept_totals_are_the_rows": "UPDATE rollup_delta SET cents = cents + 1 WHERE kind = 'redeem'",
    "kept_classes_are_the_rows": "UPDATE item SET catalogue_class = 'pistol' WHERE catalogue_class = 'revolver'",
    "audit_chains_have_no_gap": "DELETE FROM audit_row WHERE seq = 1",
    "audit_bodies_are_emptied_by_purges_only": "UPDATE audit_body SET body = NULL, salt = NULL WHERE seq = 1",
    "tills_are_audited": "DELETE FROM audit_row WHERE chain IN (SELECT id FROM till)",
    "nobody_holds_a_forbidden_pair": "INSERT INTO forbidden_role_pair (role, other) VALUES ('appraiser', 'appraiser')",
}
AFTER_THE_PURGE = {
    "stock_is_counted_at_the_close": "UPDATE stock_count SET issued = issued + 1",
    "closed_events_are_at_rest": "UPDATE event SET closed_at = NULL",
    "purged_events_are_folded": "INSERT INTO rollup_delta (id, event, day, kind, number, cents)"
    " SELECT id, event, day, 'surrender', 1, 0 FROM surrender",
    "purged_events_tell_no_items_value": "UPDATE item SET value = 1",
    "purged_events_are_unlinked": "UPDATE audit_body SET body = '{{}}' WHERE body IS NULL",
}


# One settlement is a draft, one approved and not ordered, one ordered and paid by two of three funders; one funder
# leads in a fourth, which is paid.
OF_SETTLEMENTS = {
    "redeemed_is_settled_and_unsettled": "UPDATE settlement_line SET fate = NULL",
    "lines_are_active_sealed_or_free": "UPDATE settlement_line SET active = NOT active WHERE fate IS NULL",
    "lines_are_their_redemptions": "UPDATE settlement_line SET amount = amount + 1",
    "settlements_add_up": "UPDATE settlement SET total = total + 1",
    "shares_follow_the_agreement": "UPDATE agreement SET payment = 'lead'",
    "carry_is_what_rounding_left": "UPDATE funder_carry SET carry = carry + 1",
    "approvals_sign_what_is_there": "UPDATE settlement SET content_hash = content_hash || content_hash",
    "steps_are_kept": "DELETE FROM countersign",
    "payments_are_what_funders_pay": "UPDATE payment_booking SET amount = amount + 1",
    "unpaid_is_2250": "DELETE FROM transfer WHERE journal IN (SELECT id FROM journal WHERE kind = 'pay')",
    "in_transit_is_ordered_and_not_booked": "DELETE FROM transfer"
    " WHERE journal IN (SELECT id FROM journal WHERE kind = 'book')",
    "banks_paid_what_is_booked": "DELETE FROM transfer"
    " WHERE ledger = 1 AND journal IN (SELECT id FROM journal WHERE kind = 'book')",
    "shares_are_accrued_then_paid": "DELETE FROM transfer"
    " WHERE ledger = 2 AND journal IN (SELECT id FROM journal WHERE kind = 'book')",
    "funders_owe_what_was_paid_for_them": "UPDATE transfer SET amount = amount + 1"
    " WHERE debit IN (SELECT id FROM account WHERE code = '1210')",
}


@pytest.mark.parametrize("is_purged", [False, True], ids=["while open", "after the purge"])
def test_each_invariant_fails_by_name_when_it_is_broken(grow: Grow, is_purged: bool) -> None:  # noqa: FBT001
    database, _ = grow(make_busy_event, go_on_to_the_purge if is_purged else None)
    assert _unseen(database, AFTER_THE_PURGE if is_purged else WHILE_OPEN) == {}


def test_each_invariant_of_settlements_fails_by_name_when_it_is_broken(database: Database) -> None:
    office, till = make_office(database), make_shop(database)
    event = make_settled_event(database, vouchers=8)
    led = make_settled_event(database, "LIDER-2026-11-24", vouchers=3, mode="lead")
    spend(database, led, [till] * 3)
    office.paid(till.merchant)
    spend(database, event, [till] * 3)
    _, payments = office.ordered(till.merchant)
    for payment in payments[:2]:
        office.book(payment)
    spend(database, event, [till] * 4)
    office.approved(till.merchant)
    spend(database, event, [till])
    office.prepare(till.merchant)
    assert _unseen(database, OF_SETTLEMENTS) == {}


def test_every_invariant_has_a_test_that_breaks_it() -> None:
    assert {invariant.name for invariant in ALL} == {*WHILE_OPEN, *AFTER_THE_PURGE, *OF_SETTLEMENTS}


def _unseen(database: Database, broken: dict[str, str]) -> dict[str, set[str]]:
    """Invariants that do not fail when they are broken, and which ones fail instead."""
    unseen = {}
    with lawless(database) as connection:
        assert failing_in(connection) == set()
        for name, breaks in broken.items():
            mended = connection.begin_nested()
            connection.execute(text(breaks.format(**ONE)))
            if not failing_in(connection, [invariant for invariant in ALL if invariant.name == name]):
                unseen[name] = failing_in(connection)
            mended.rollback()
    return unseen
