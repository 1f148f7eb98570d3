"""What nobody may do to a voucher, tried straight on the tables of both databases."""

from collections.abc import Callable

import pytest

from buyback.db import Database
from buyback.ids import new_id
from buyback.vouchers import postings
from tests.builders import NOW, TODAY
from tests.raw import Acts, problem_with
from tests.tills import FACE
from tests.world import MONTH, Hand, World, make_world

pytestmark = pytest.mark.begins_with(build=make_world)

ACTS: Acts[Hand] = Acts()
ONE_END = "uq_resolution_voucher_cycle"


def test_what_nobody_may_do_to_a_voucher_is_refused_by_its_rule_and_by_nothing_else(
    database: Database, begun: World, subtests: pytest.Subtests
) -> None:
    world = begun
    for act in ACTS:
        with subtests.test(act.sentence):
            assert problem_with(database, act, _hand(world)) is None


def test_what_tills_and_officials_may_do_goes_through(
    database: Database, begun: World, subtests: pytest.Subtests
) -> None:
    """Without this, acts that are malformed in some other way would seem to be refused."""
    world = begun
    hand = _hand(world)
    with database.engine.connect() as connection:
        hand(connection).end(world.unspent.id, "redeem")
        hand(connection).end(world.undone.id, "redeem", cycle=1)
        hand(connection).seal(world.spent.id, "reversed")
        hand(connection).reverse(world.spent.id)
        connection.rollback()


def _hand(world: World) -> Callable[..., Hand]:
    return lambda connection: Hand(connection, world)


@ACTS.forbidden_by(ONE_END)
def a_spent_voucher_is_redeemed_again(hand: Hand) -> None:
    hand.end(hand.world.spent.id, "redeem")


@ACTS.forbidden_by(ONE_END)
def a_spent_voucher_is_made_void(hand: Hand) -> None:
    hand.end(hand.world.spent.id, "void")


@ACTS.forbidden_by(ONE_END)
def a_spent_voucher_expires(hand: Hand) -> None:
    hand.end(hand.world.spent.id, "expire")


@ACTS.forbidden_by(ONE_END)
def a_void_voucher_is_redeemed(hand: Hand) -> None:
    hand.end(hand.world.void.id, "redeem")


@ACTS.forbidden_by(ONE_END)
def a_void_voucher_expires(hand: Hand) -> None:
    hand.end(hand.world.void.id, "expire")


@ACTS.forbidden_by(ONE_END)
def an_undone_redemption_is_made_again_in_its_old_cycle(hand: Hand) -> None:
    hand.end(hand.world.undone.id, "redeem", cycle=0)


@ACTS.forbidden_by("fk_resolution_voucher_opened_cycle")
def a_second_cycle_begins_without_a_reversal(hand: Hand) -> None:
    hand.end(hand.world.spent.id, "redeem", cycle=1)


@ACTS.forbidden_by("ck_resolution_cycle_opened")
def a_second_cycle_does_not_say_what_opened_it(hand: Hand) -> None:
    hand.end(hand.world.spent.id, "redeem", cycle=1, opened_cycle=None)


@ACTS.forbidden_by("ck_resolution_cycle_opened")
def a_third_cycle_leans_on_what_opened_the_second(hand: Hand) -> None:
    hand.end(hand.world.undone.id, "redeem", cycle=2, opened_cycle=1)


@ACTS.forbidden_by("pk_reversal", "uq_reversal_voucher_opens_cycle")
def a_redemption_is_reversed_twice(hand: Hand) -> None:
    hand.reverse(hand.world.undone.id)


@ACTS.forbidden_by("pk_resolution_fate")
def a_redemption_is_sealed_twice(hand: Hand) -> None:
    hand.seal(hand.world.undone.id, "settled")


@ACTS.forbidden_by("fk_reversal_resolution_fate")
def a_settled_redemption_is_reversed(hand: Hand) -> None:
    hand.seal(hand.world.spent.id, "settled")
    hand.reverse(hand.world.spent.id)


@ACTS.forbidden_by("ck_reversal_not_settled")
def a_settled_redemption_is_reversed_as_settled(hand: Hand) -> None:
    hand.seal(hand.world.spent.id, "settled")
    hand.reverse(hand.world.spent.id, fate="settled")


@ACTS.forbidden_by("fk_reversal_resolution_fate")
def a_redemption_is_reversed_before_its_fate_is_sealed(hand: Hand) -> None:
    hand.reverse(hand.world.spent.id)


@ACTS.forbidden_by("ck_reversal_only_redemptions")
def a_void_is_reversed(hand: Hand) -> None:
    hand.seal(hand.world.void.id, "reversed")
    hand.reverse(hand.world.void.id)


@ACTS.forbidden_by("fk_reversal_resolution_voucher_cycle_kind")
def a_void_is_reversed_as_if_it_were_a_redemption(hand: Hand) -> None:
    hand.seal(hand.world.void.id, "reversed")
    hand.reverse(hand.world.void.id, kind="redeem")


@ACTS.forbidden_by("ck_reversal_next_cycle")
def a_reversal_opens_a_cycle_far_ahead(hand: Hand) -> None:
    hand.seal(hand.world.spent.id, "reversed")
    hand.reverse(hand.world.spent.id, opens_cycle=7)


@ACTS.forbidden_by("uq_reversal_journal")
def one_journal_posts_two_reversals(hand: Hand) -> None:
    hand.seal(hand.world.spent.id, "reversed")
    hand.reverse(hand.world.spent.id, journal=hand.one("reversal", voucher=hand.world.undone.id)["journal"])


@ACTS.forbidden_by("fk_issuance_voucher_face")
def a_voucher_is_issued_at_another_face_than_printed(hand: Hand) -> None:
    transfer = hand.post("issue", postings.issue(hand.world.event.id, FACE + 1))
    hand.put("issuance", voucher=hand.world.blank, face=FACE + 1, transfer=transfer)


@ACTS.forbidden_by("fk_issuance_transfer_face")
def a_voucher_is_issued_against_less_money_than_its_face(hand: Hand) -> None:
    transfer = hand.post("issue", postings.issue(hand.world.other_event.id, FACE - 1))
    hand.put("issuance", voucher=hand.world.blank, face=FACE, transfer=transfer)


@ACTS.forbidden_by("pk_issuance", "uq_issuance_voucher_face")
def a_voucher_is_issued_twice(hand: Hand) -> None:
    transfer = hand.post("issue", postings.issue(hand.world.other_event.id, FACE))
    hand.put("issuance", voucher=hand.world.unspent.id, face=FACE, transfer=transfer)


@ACTS.forbidden_by("uq_issuance_transfer")
def one_transfer_pays_for_two_vouchers(hand: Hand) -> None:
    transfer = hand.one("issuance", voucher=hand.world.unspent.id)["transfer"]
    hand.put("issuance", voucher=hand.world.blank, face=FACE, transfer=transfer)


@ACTS.forbidden_by("fk_resolution_voucher_amount")
def a_blank_is_redeemed(hand: Hand) -> None:
    hand.end(hand.world.blank, "redeem")


@ACTS.forbidden_by("fk_resolution_voucher_amount")
def a_voucher_is_redeemed_for_more_than_its_face(hand: Hand) -> None:
    transfer = hand.post("redeem", postings.redeem(hand.world.event.id, FACE + 1))
    hand.end(hand.world.unspent.id, "redeem", amount=FACE + 1, transfer=transfer)


@ACTS.forbidden_by("fk_resolution_transfer_amount")
def a_redemption_moves_another_amount_than_it_says(hand: Hand) -> None:
    transfer = hand.post("redeem", postings.redeem(hand.world.event.id, FACE + 1))
    hand.end(hand.world.unspent.id, "redeem", transfer=transfer)


@ACTS.forbidden_by("uq_resolution_transfer")
def one_transfer_posts_two_redemptions(hand: Hand) -> None:
    transfer = hand.one("resolution", voucher=hand.world.spent.id)["transfer"]
    hand.end(hand.world.unspent.id, "redeem", transfer=transfer)


@ACTS.forbidden_by("ck_resolution_taken_by_till")
def a_redemption_names_no_till(hand: Hand) -> None:
    hand.end(hand.world.unspent.id, "redeem", till=None)


@ACTS.forbidden_by("fk_resolution_till_merchant")
def a_redemption_names_another_merchants_till(hand: Hand) -> None:
    hand.end(hand.world.unspent.id, "redeem", till=hand.world.other_till.id)


@ACTS.forbidden_by("ck_resolution_taken_by_till")
def a_void_names_a_till(hand: Hand) -> None:
    hand.end(hand.world.unspent.id, "void", till=hand.world.till.id, merchant=hand.world.till.merchant)


@ACTS.forbidden_by("ck_resolution_void_has_reason")
def a_void_has_no_reason(hand: Hand) -> None:
    hand.end(hand.world.unspent.id, "void", reason=None)


@ACTS.forbidden_by("uq_voucher_event_serial")
def a_serial_is_used_twice(hand: Hand) -> None:
    _mint(hand, serial=hand.world.unspent.serial)


@ACTS.forbidden_by("ck_voucher_serial")
def a_serial_has_seven_digits(hand: Hand) -> None:
    _mint(hand, serial=1_000_000)


@ACTS.forbidden_by("uq_voucher_token_hash")
def a_qr_code_belongs_to_two_vouchers(hand: Hand) -> None:
    _mint(hand, token_hash=hand.one("voucher", id=hand.world.unspent.id)["token_hash"])


@ACTS.forbidden_by("uq_voucher_code_hash")
def a_typed_code_belongs_to_two_vouchers(hand: Hand) -> None:
    _mint(hand, code_hash=hand.one("voucher", id=hand.world.unspent.id)["code_hash"])


@ACTS.forbidden_by("fk_voucher_event_expires_on")
def a_voucher_expires_on_another_day_than_its_event_says(hand: Hand) -> None:
    _mint(hand, expires_on=hand.world.event.ends_on)


@ACTS.forbidden_by("ck_voucher_face")
def a_voucher_is_worth_nothing(hand: Hand) -> None:
    _mint(hand, face=0)


@ACTS.forbidden_by("uq_replacement_replaced_by")
def one_voucher_stands_in_for_two(hand: Hand) -> None:
    hand.put("replacement", voucher=hand.world.void.id, replaced_by=hand.one("replacement")["replaced_by"])


@ACTS.forbidden_by("ck_replacement_another")
def a_voucher_stands_in_for_itself(hand: Hand) -> None:
    hand.put("replacement", voucher=hand.world.void.id, replaced_by=hand.world.void.id)


@ACTS.forbidden_by("ck_attempt_outcome")
def a_yes_is_recorded_without_a_redemption(hand: Hand) -> None:
    _answer(hand, code="redeemed", resolution=None)


@ACTS.forbidden_by("ck_attempt_outcome")
def a_no_is_recorded_with_a_redemption(hand: Hand) -> None:
    _answer(hand, code="void", resolution=hand.end(hand.world.unspent.id, "redeem"))


@ACTS.forbidden_by("uq_attempt_resolution")
def one_redemption_answers_two_op_ids(hand: Hand) -> None:
    _answer(hand, code="redeemed", resolution=hand.one("attempt", code="redeemed")["resolution"])


@ACTS.forbidden_by("pk_attempt")
def a_till_uses_an_op_id_twice(hand: Hand) -> None:
    found = hand.one("attempt", till=hand.world.till.id)
    _answer(hand, code="void", op_hash=found["op_hash"], asker_hash=found["asker_hash"])


def _mint(hand: Hand, **values: object) -> None:
    fresh = {"id": new_id(), "serial": 999_999, "token_hash": new_id().bytes * 2, "code_hash": new_id().bytes * 2}
    hand.copy("voucher", {"id": hand.world.unspent.id}, **{**fresh, **values})


def _answer(hand: Hand, **values: object) -> None:
    hashes = {"op_hash": new_id().bytes * 2, "asker_hash": bytes(32), "request_hash": bytes(32)}
    when = {"decided_at": NOW, "decided_on": TODAY, "decided_in": MONTH}
    hand.put("attempt", **{**hashes, "till": hand.world.till.id, **when, **values})
