"""What nobody may do to a settlement, tried straight on the tables of both databases."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Connection

from buyback.db import Database
from buyback.ids import new_id
from tests.raw import Acts, problem_with
from tests.settlement_rows import WEIGHTS, Officials, Rows, make_officials
from tests.tills import FACE
from tests.world import Hand, World, make_world

pytestmark = pytest.mark.begins_with(build=make_world)

ACTS: Acts[Rows] = Acts()


def test_what_nobody_may_do_to_a_settlement_is_refused_by_its_rule_and_by_nothing_else(
    database: Database, begun: World, subtests: pytest.Subtests
) -> None:
    world, officials = begun, make_officials(database)
    for act in ACTS:
        with subtests.test(act.sentence):
            assert problem_with(database, act, _rows(world, officials)) is None


def test_a_settlement_goes_from_draft_to_paid(database: Database, begun: World) -> None:
    """Without this, acts that are malformed in some other way would seem to be refused."""
    world, officials = begun, make_officials(database)
    with database.engine.connect() as connection:
        rows = _rows(world, officials)(connection)
        payment, other = rows.ordered()
        rows.book(payment, officials.treasurer)
        rows.book(other, officials.other_treasurer)
        rows.change(state="paid")
        connection.rollback()


def test_what_a_returned_settlement_lets_go_another_takes(database: Database, begun: World) -> None:
    world, officials = begun, make_officials(database)
    with database.engine.connect() as connection:
        first, second = _rows(world, officials)(connection), _rows(world, officials)(connection)
        first.submitted()
        first.change(state="returned")
        _let_go(first)
        second.draft(number=2)
        connection.rollback()


def _rows(world: World, officials: Officials) -> Callable[[Connection], Rows]:
    return lambda connection: Rows(Hand(connection, world), officials)


def _let_go(rows: Rows, **values: Any) -> None:  # noqa: ANN401  whatever a column holds
    rows.hand.change("settlement_line", {"settlement": rows.id}, **{"active": False, **values})


@ACTS.forbidden_by("uq_settlement_line_active")
def a_redemption_is_in_two_settlements(rows: Rows) -> None:
    rows.draft()
    Rows(rows.hand, rows.officials).draft(number=2)


@ACTS.forbidden_by("fk_settlement_line_resolution_fate")
def a_line_is_settled_and_reversed(rows: Rows) -> None:
    rows.submitted()
    rows.hand.seal(rows.hand.world.spent.id, "reversed")
    rows.hand.reverse(rows.hand.world.spent.id)
    rows.hand.change("settlement_line", {"settlement": rows.id}, fate="settled")


@ACTS.forbidden_by("fk_reversal_resolution_fate")
def a_settled_line_is_reversed(rows: Rows) -> None:
    rows.approved()
    rows.hand.reverse(rows.hand.world.spent.id)


@ACTS.forbidden_by("ck_settlement_line_sealed_as_settled")
def a_line_is_sealed_as_reversed(rows: Rows) -> None:
    rows.submitted()
    rows.hand.seal(rows.hand.world.spent.id, "reversed")
    rows.hand.change("settlement_line", {"settlement": rows.id}, fate="reversed")


@ACTS.forbidden_by("settlement_line.sealed_or_let_go")
def a_draft_lets_go_of_a_line(rows: Rows) -> None:
    rows.draft()
    _let_go(rows)


@ACTS.forbidden_by("settlement_line.sealed_or_let_go")
def a_line_that_was_let_go_is_taken_back(rows: Rows) -> None:
    rows.draft()
    rows.change(state="returned")
    _let_go(rows)
    _let_go(rows, active=True)


@ACTS.forbidden_by("settlement_line.is_its_redemption")
def a_voucher_that_was_not_redeemed_is_settled(rows: Rows) -> None:
    rows.header()
    rows.part()
    rows.line(rows.hand.world.void.id)


@ACTS.forbidden_by("settlement_line.is_its_redemption")
def a_line_is_worth_more_than_its_redemption(rows: Rows) -> None:
    rows.header()
    rows.part()
    rows.line(rows.hand.world.spent.id, amount=FACE + 1)


@ACTS.forbidden_by("settlement_line.is_its_redemption")
def another_merchants_redemption_is_settled(rows: Rows) -> None:
    rows.header(merchant=rows.hand.world.other_till.merchant)
    rows.part()
    rows.line(rows.hand.world.spent.id)


@ACTS.forbidden_by("settlement_line.is_its_redemption")
def a_redemption_is_settled_under_another_event(rows: Rows) -> None:
    rows.header()
    rows.part(event=rows.hand.world.other_event.id)
    rows.line(rows.hand.world.spent.id, event=rows.hand.world.other_event.id)


@ACTS.forbidden_by("settlement_line.while_draft")
def a_line_is_added_after_it_was_submitted(rows: Rows) -> None:
    rows.submitted()
    rows.hand.end(rows.hand.world.unspent.id, "redeem")
    rows.line(rows.hand.world.unspent.id)


@ACTS.forbidden_by("settlement_part.while_draft")
def a_part_is_added_after_it_was_submitted(rows: Rows) -> None:
    rows.submitted()
    rows.part(event=rows.hand.world.other_event.id)


@ACTS.forbidden_by("settlement.content_and_order")
def its_content_is_changed(rows: Rows) -> None:
    rows.submitted()
    rows.change(content_hash=bytes(32))


@ACTS.forbidden_by("settlement.content_and_order")
def its_total_is_changed(rows: Rows) -> None:
    rows.submitted()
    rows.change(total=FACE + 1)


@ACTS.forbidden_by("settlement.content_and_order")
def a_submitted_settlement_is_a_draft_again(rows: Rows) -> None:
    rows.submitted()
    rows.change(state="draft")


@ACTS.forbidden_by("settlement.content_and_order")
def an_approved_settlement_is_returned(rows: Rows) -> None:
    rows.approved()
    rows.change(state="returned")


@ACTS.forbidden_by("settlement.content_and_order")
def a_returned_settlement_is_submitted_again(rows: Rows) -> None:
    rows.submitted()
    rows.change(state="returned")
    rows.change(state="submitted")


@ACTS.forbidden_by("settlement.begins_as_draft")
def a_settlement_is_born_approved(rows: Rows) -> None:
    rows.header(state="approved")


@ACTS.forbidden_by("settlement.adds_up")
def it_is_submitted_with_shares_that_do_not_add_up(rows: Rows) -> None:
    rows.header()
    rows.part()
    rows.line(rows.hand.world.spent.id)
    rows.share("MINSEG")
    rows.part_share("MINSEG")
    rows.change(state="submitted")


@ACTS.forbidden_by("settlement.adds_up")
def it_is_submitted_with_a_total_above_its_lines(rows: Rows) -> None:
    rows.draft(total=FACE + 1)
    rows.change(state="submitted")


@ACTS.forbidden_by("settlement.adds_up")
def it_is_submitted_with_all_that_follows_a_cent_above_its_lines(rows: Rows) -> None:
    more = FACE * WEIGHTS["MINGOB"] // 100 + 1
    shares = {"share": {"amount": more, "pays": more}, "part_share": {"amount": more}}
    rows.draft(total=FACE + 1, part={"amount": FACE + 1}, **shares)
    rows.change(state="submitted")


@ACTS.forbidden_by("settlement.adds_up")
def it_is_submitted_with_more_redemptions_than_lines(rows: Rows) -> None:
    rows.draft(redemptions=2)
    rows.change(state="submitted")


@ACTS.forbidden_by("settlement.adds_up")
def it_is_submitted_with_a_part_of_another_amount(rows: Rows) -> None:
    rows.draft(part={"amount": FACE + 1})
    rows.change(state="submitted")


@ACTS.forbidden_by("settlement.adds_up")
def it_is_submitted_while_nobody_bears_a_cent_of_a_part(rows: Rows) -> None:
    rows.draft(part_share={"amount": FACE * WEIGHTS["MINGOB"] // 100 - 1})
    rows.change(state="submitted")


@ACTS.forbidden_by("settlement.adds_up")
def it_is_submitted_while_nobody_bears_a_cent_of_it(rows: Rows) -> None:
    rows.draft(share={"amount": FACE * WEIGHTS["MINGOB"] // 100 - 1})
    rows.change(state="submitted")


@ACTS.forbidden_by("settlement.adds_up")
def it_is_submitted_while_nobody_pays_a_cent_of_it(rows: Rows) -> None:
    rows.draft(share={"pays": FACE * WEIGHTS["MINGOB"] // 100 - 1})
    rows.change(state="submitted")


@ACTS.forbidden_by("fk_part_share_event_funder")
def somebody_who_did_not_agree_bears_a_share(rows: Rows) -> None:
    rows.draft()
    rows.put(
        "part_share",
        event=rows.event,
        funder=rows.hand.one("organisation", code="PN")["id"],
        amount=0,
        paid_by=rows.funders["MINSEG"],
    )


@ACTS.forbidden_by("settlement_approval.not_by_preparer")
def its_preparer_approves_it(rows: Rows) -> None:
    rows.submitted()
    rows.approve("MINSEG", rows.officials.preparer)


@ACTS.forbidden_by("settlement_approval.own_share")
def somebody_approves_the_share_of_another_funder(rows: Rows) -> None:
    rows.submitted()
    rows.approve("MINGOB", rows.officials.approver)


@ACTS.forbidden_by("settlement_approval.own_share", "uq_settlement_approval_settlement_approved_by")
def one_person_has_a_second_role(rows: Rows) -> None:
    rows.submitted()
    rows.approve("MINSEG", rows.officials.approver)
    rows.approve("MINGOB", rows.officials.approver)


@ACTS.forbidden_by("pk_settlement_approval")
def a_funder_approves_twice(rows: Rows) -> None:
    rows.submitted()
    rows.approve("MINSEG", rows.officials.approver)
    rows.approve("MINSEG", rows.officials.treasurer)


@ACTS.forbidden_by("fk_settlement_approval_settlement_content_hash")
def another_content_is_signed(rows: Rows) -> None:
    rows.submitted()
    rows.approve("MINSEG", rows.officials.approver, content_hash=bytes(32))


@ACTS.forbidden_by("settlement_approval.of_submitted")
def a_draft_is_approved(rows: Rows) -> None:
    rows.draft()
    rows.approve("MINSEG", rows.officials.approver)


@ACTS.forbidden_by("settlement.approved_by_all")
def it_counts_as_approved_without_one_of_its_funders(rows: Rows) -> None:
    rows.submitted()
    rows.approve("MINSEG", rows.officials.approver)
    rows.seal()
    rows.change(state="approved")


@ACTS.forbidden_by("settlement.approved_by_all")
def it_counts_as_approved_with_a_line_that_can_still_be_reversed(rows: Rows) -> None:
    rows.submitted()
    rows.approve("MINSEG", rows.officials.approver)
    rows.approve("MINGOB", rows.officials.other_approver)
    rows.change(state="approved")


@ACTS.forbidden_by("settlement.ordered_whole")
def it_is_ordered_without_a_countersign(rows: Rows) -> None:
    rows.approved()
    rows.order("MINSEG")
    rows.order("MINGOB")
    rows.change(state="ordered")


@ACTS.forbidden_by("settlement.ordered_whole")
def it_is_ordered_in_part(rows: Rows) -> None:
    rows.approved()
    rows.countersign()
    rows.order("MINSEG")
    rows.change(state="ordered")


@ACTS.forbidden_by("countersign.of_approved")
def a_countersign_comes_before_the_approvals(rows: Rows) -> None:
    rows.submitted()
    rows.countersign()


@ACTS.forbidden_by("payment.of_approved")
def a_payment_is_ordered_before_the_approvals(rows: Rows) -> None:
    rows.submitted()
    rows.order("MINSEG")


@ACTS.forbidden_by("payment.one_attempt")
def a_payment_is_ordered_a_second_time(rows: Rows) -> None:
    rows.approved()
    rows.order("MINSEG")
    rows.order("MINSEG", attempt=2)


@ACTS.forbidden_by("fk_payment_settlement_funder_amount")
def a_payment_of_another_amount_is_ordered(rows: Rows) -> None:
    rows.approved()
    rows.order("MINSEG", amount=FACE)


@ACTS.forbidden_by("uq_payment_end_to_end_id")
def two_payments_travel_under_one_id(rows: Rows) -> None:
    rows.approved()
    rows.order("MINSEG", end_to_end_id="UNO")
    rows.order("MINGOB", end_to_end_id="UNO")


@ACTS.forbidden_by("fk_payment_booking_payment_amount")
def a_payment_of_another_amount_is_booked(rows: Rows) -> None:
    payment, _ = rows.ordered()
    rows.book(payment, rows.officials.treasurer, amount=FACE)


@ACTS.forbidden_by("uq_payment_booking_reference")
def a_reference_is_used_twice(rows: Rows) -> None:
    payment, other = rows.ordered()
    rows.book(payment, rows.officials.treasurer, reference="TRX-1")
    rows.book(other, rows.officials.other_treasurer, reference="TRX-1")


@ACTS.forbidden_by("payment_booking.own_payment")
def somebody_attests_the_payment_of_another_funder(rows: Rows) -> None:
    payment, _ = rows.ordered()
    rows.book(payment, rows.officials.other_treasurer)


@ACTS.forbidden_by("payment_booking.not_by_preparer")
def its_preparer_attests_a_payment(rows: Rows) -> None:
    payment, _ = rows.ordered()
    rows.book(payment, rows.officials.preparer)


@ACTS.forbidden_by("payment_booking.of_ordered")
def a_payment_is_booked_before_the_settlement_is_ordered(rows: Rows) -> None:
    rows.approved()
    rows.book(rows.order("MINSEG"), rows.officials.treasurer)


@ACTS.forbidden_by("settlement.paid_whole")
def it_counts_as_paid_with_a_payment_open(rows: Rows) -> None:
    payment, _ = rows.ordered()
    rows.book(payment, rows.officials.treasurer)
    rows.change(state="paid")


@ACTS.forbidden_by("ck_settlement_step_return_has_reason")
def it_is_returned_without_a_reason(rows: Rows) -> None:
    rows.draft()
    rows.step("return")


@ACTS.forbidden_by("ck_settlement_step_has_no_other_table")
def an_approval_is_a_step_without_a_signature(rows: Rows) -> None:
    rows.submitted()
    rows.step("approve")


@ACTS.forbidden_by("settlement_counter.only_grows")
def the_numbers_of_a_year_begin_anew(rows: Rows) -> None:
    rows.hand.change("settlement_counter", {"year": 2026}, drawn=5)
    rows.hand.change("settlement_counter", {"year": 2026}, drawn=0)


@ACTS.forbidden_by("uq_settlement_year_number")
def a_number_is_used_twice(rows: Rows) -> None:
    rows.header()
    rows.header(id=new_id())
