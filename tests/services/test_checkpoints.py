"""Two checkpoints an hour apart, in one pair of hands: nobody reads out of them what was spent in between."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from buyback.db import Database
from buyback.ids import new_id
from buyback.proofs import checkpoints
from tests.builders import NOW, make_keys
from tests.tills import Paper, TillInHand, issue_vouchers, make_merchant, make_till, try_to_redeem, try_to_undo

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def make_shopping(database: Database) -> tuple[TillInHand, tuple[Paper, ...]]:
    till = make_till(database, make_merchant(database))
    return till, issue_vouchers(database, 5)


pytestmark = pytest.mark.begins_with(build=make_shopping)


def spend(database: Database, till: TillInHand, papers: tuple[Paper, ...], at: datetime) -> None:
    """One trip to one till."""
    answers = [try_to_redeem(database, till, voucher.qr, now=at) for voucher in papers]
    assert {answer.code for answer in answers} == {"redeemed"}


def test_two_checkpoints_with_a_trip_between_them_are_equal_in_tills_and_totals(
    database: Database, begun: tuple[TillInHand, tuple[Paper, ...]]
) -> None:
    till, papers = begun
    spend(database, till, papers[:2], NOW)
    before = checkpoint(database, NOW + HOUR)
    spend(database, till, papers[2:4], NOW + HOUR)
    after = checkpoint(database, NOW + 2 * HOUR)
    assert ending(after, till) == ending(before, till)
    assert after["totals"] == before["totals"]
    assert {before["totals"][name] for name in ("issued", "redeemed")} == {"0.00"}


def test_the_day_that_is_over_enters_whole(database: Database, begun: tuple[TillInHand, tuple[Paper, ...]]) -> None:
    till, papers = begun
    spend(database, till, papers[:2], NOW)
    spend(database, till, papers[2:], NOW + DAY)
    made = checkpoint(database, NOW + DAY + HOUR)
    assert ending(made, till)["rows"] == 2
    assert (made["totals"]["issued"], made["totals"]["redeemed"]) == ("100.00", "40.00")
    next_day = checkpoint(database, NOW + 2 * DAY)
    assert ending(next_day, till)["rows"] == 5
    assert next_day["totals"]["redeemed"] == "100.00"


def test_what_was_undone_today_enters_tomorrow(database: Database, begun: tuple[TillInHand, tuple[Paper, ...]]) -> None:
    till, papers = begun
    op_id = new_id()
    assert try_to_redeem(database, till, papers[0].qr, op_id=op_id, now=NOW).code == "redeemed"
    assert try_to_undo(database, till, op_id, now=NOW).code == "reversed"
    assert checkpoint(database, NOW + HOUR)["totals"]["reversed"] == "0.00"
    assert checkpoint(database, NOW + DAY)["totals"]["reversed"] == "20.00"


def test_a_checkpoint_agrees_with_the_chains_that_have_grown_since(
    database: Database, begun: tuple[TillInHand, tuple[Paper, ...]]
) -> None:
    till, papers = begun
    spend(database, till, papers[:2], NOW)
    made = checkpoint(database, NOW + DAY)
    spend(database, till, papers[2:], NOW + DAY)
    heads = checkpoints.read(json.dumps(made).encode(), key=make_keys().checkpoint.public_key())
    with database.reading() as session:
        assert list(checkpoints.compare(session, [heads])) == []


def checkpoint(database: Database, now: datetime) -> dict[str, Any]:
    with database.reading() as session:
        return checkpoints.make(session, keys=make_keys(), now=now)


def ending(made: dict[str, Any], till: TillInHand) -> dict[str, Any]:
    (found,) = [chain for chain in made["chains"] if chain["chain"] == str(till.id)]
    return dict(found)
