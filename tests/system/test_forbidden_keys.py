"""What nobody may do to a key that the database knows, tried straight on the tables of both databases."""

from typing import Any

import pytest

from buyback.db import Database
from buyback.ids import new_id
from tests.builders import NOW
from tests.raw import Acts, problem_with
from tests.world import LATER, Hand, World, make_world

pytestmark = pytest.mark.begins_with(build=make_world)

ACTS: Acts[Hand] = Acts()
REVOKED = {"state": "revoked", "reason": "Llave extraviada", "since": LATER}
RETIRED = {"state": "retired", "since": LATER}


def test_what_nobody_may_do_to_a_key_is_refused_by_its_rule_and_by_nothing_else(
    database: Database, begun: World, subtests: pytest.Subtests
) -> None:
    for act in ACTS:
        with subtests.test(act.sentence):
            assert problem_with(database, act, lambda connection: Hand(connection, begun)) is None


@pytest.mark.parametrize("moves", [(RETIRED, REVOKED), (REVOKED,)], ids=["retired first", "at once"])
def test_a_key_is_retired_and_revoked(database: Database, begun: World, moves: tuple[dict[str, Any], ...]) -> None:
    """Without this, acts that are malformed in some other way would seem to be refused."""
    with database.engine.connect() as connection:
        hand = Hand(connection, begun)
        _add(hand)
        for moved in moves:
            _change(hand, **moved)
        connection.rollback()


@ACTS.forbidden_by("signing_key.begins_active")
def a_key_is_known_as_revoked_from_its_first_day(hand: Hand) -> None:
    _add(hand, **REVOKED)


@ACTS.forbidden_by("uq_signing_key_public")
def a_key_comes_back_under_another_number(hand: Hand) -> None:
    _add(hand, public=hand.one("signing_key", id=1)["public"])


@ACTS.forbidden_by("ck_signing_key_id")
def a_key_has_a_number_that_no_voucher_can_bear(hand: Hand) -> None:
    _add(hand, id=256)


@ACTS.forbidden_by("ck_signing_key_public")
def a_key_has_half_a_public_half(hand: Hand) -> None:
    _add(hand, public=bytes(16))


@ACTS.forbidden_by("ck_signing_key_reason")
def a_key_is_revoked_without_a_reason(hand: Hand) -> None:
    _change(hand, state="revoked")


@ACTS.forbidden_by("ck_signing_key_reason")
def a_key_that_still_vouches_has_a_reason_to_be_refused(hand: Hand) -> None:
    _change(hand, state="retired", reason="Llave extraviada")


@ACTS.forbidden_by("signing_key.moves_on")
def a_retired_key_signs_again(hand: Hand) -> None:
    _change(hand, **RETIRED)
    _change(hand, state="active")


@ACTS.forbidden_by("signing_key.moves_on")
def a_revoked_key_signs_again(hand: Hand) -> None:
    _change(hand, **REVOKED)
    _change(hand, state="active", reason=None)


@ACTS.forbidden_by("signing_key.moves_on")
def a_revoked_key_vouches_again(hand: Hand) -> None:
    _change(hand, **REVOKED)
    _change(hand, state="retired", reason=None)


@ACTS.forbidden_by("signing_key.moves_on")
def a_revoked_key_gets_another_reason(hand: Hand) -> None:
    _change(hand, **REVOKED)
    _change(hand, reason="Cambio de manos")


@ACTS.forbidden_by("signing_key.moves_on")
def a_key_was_revoked_later_than_it_was(hand: Hand) -> None:
    _change(hand, **REVOKED)
    _change(hand, since=NOW)


@ACTS.forbidden_by("signing_key.moves_on")
def a_key_is_exchanged_for_another_as_it_retires(hand: Hand) -> None:
    _change(hand, **RETIRED, public=bytes(32))


@ACTS.forbidden_by("signing_key.moves_on")
def a_key_lives_longer_as_it_retires(hand: Hand) -> None:
    before = hand.one("signing_key", id=1)
    _change(hand, **RETIRED, valid_until=before["valid_until"].replace(year=2099))


@ACTS.forbidden_by("fk_voucher_key_id")
def a_voucher_bears_the_number_of_a_key_that_nobody_knows(hand: Hand) -> None:
    hand.copy(
        "voucher",
        {"id": hand.world.blank},
        id=new_id(),
        serial=999_999,
        token_hash=bytes(32),
        code_hash=bytes(32),
        key_id=9,
    )


def _change(hand: Hand, **values: object) -> None:
    hand.change("signing_key", {"id": 1}, **values)


def _add(hand: Hand, **values: object) -> None:
    hand.copy("signing_key", {"id": 1}, **{"id": 2, "public": bytes(range(32)), **values})
