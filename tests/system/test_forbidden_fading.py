"""What nobody may do to times: move one, or let one go before it is due; and a hold needs two people.

The guards go by the database's own clock: what is due lies long ago here, and what is not far ahead.
"""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from buyback.db import Database
from buyback.ids import new_id
from buyback.times import month_of, panama_day
from tests.builders import NOW
from tests.raw import Acts, problem_with
from tests.world import Hand, World, make_world

pytestmark = pytest.mark.begins_with(build=make_world)

LONG_AGO = datetime(2024, 1, 15, 20, 4, 5, tzinfo=UTC)
MOVED = LONG_AGO + timedelta(seconds=1)
FAR_AHEAD = datetime(2090, 1, 15, 20, 4, 5, tzinfo=UTC)

ACTS: Acts[Hand] = Acts()


def test_what_nobody_may_do_to_times_is_refused_by_its_rule_and_by_nothing_else(
    database: Database, begun: World, subtests: pytest.Subtests
) -> None:
    for act in ACTS:
        with subtests.test(act.sentence):
            assert problem_with(database, act, lambda connection: Hand(connection, begun)) is None


@ACTS.forbidden_by("resolution.fades")
def a_redemptions_time_is_moved_though_it_is_due(hand: Hand) -> None:
    hand.change("resolution", _redeemed(hand, LONG_AGO), resolved_at=MOVED)


@ACTS.forbidden_by("resolution.fades")
def a_redemptions_time_comes_back(hand: Hand) -> None:
    key = _redeemed(hand, LONG_AGO)
    hand.change("resolution", key, resolved_at=None)
    hand.change("resolution", key, resolved_at=LONG_AGO)


@ACTS.forbidden_by("resolution.fades")
def a_redemptions_time_goes_within_its_week(hand: Hand) -> None:
    hand.change("resolution", _redeemed(hand, FAR_AHEAD), resolved_at=None)


@ACTS.forbidden_by("resolution.fades")
def a_redemptions_time_goes_though_its_merchant_is_held(hand: Hand) -> None:
    _hold(hand, merchant=hand.world.till.merchant)
    hand.change("resolution", _redeemed(hand, LONG_AGO), resolved_at=None)


@ACTS.forbidden_by("resolution.fades")
def a_redemptions_time_goes_though_its_voucher_is_held(hand: Hand) -> None:
    _hold(hand, voucher=hand.world.unspent.id)
    hand.change("resolution", _redeemed(hand, LONG_AGO), resolved_at=None)


@ACTS.forbidden_by("resolution.fades")
def a_redemptions_day_goes_before_its_event_is_purged(hand: Hand) -> None:
    key = _redeemed(hand, LONG_AGO)
    hand.seal(hand.world.unspent.id, "settled")
    hand.change("resolution", key, resolved_at=None, resolved_on=None, till=None)


@ACTS.forbidden_by("resolution.fades")
def a_redemption_gets_another_cashier_while_its_time_goes(hand: Hand) -> None:
    hand.change("resolution", _redeemed(hand, LONG_AGO), resolved_at=None, actor=hand.world.issuer.id)


@ACTS.forbidden_by("ck_resolution_taken_by_till")
def a_redemptions_till_goes_before_its_day(hand: Hand) -> None:
    hand.change("resolution", _redeemed(hand, LONG_AGO), till=None)


@ACTS.forbidden_by("ck_resolution_month_of_day")
def a_redemptions_month_is_another_than_its_days(hand: Hand) -> None:
    hand.end(hand.world.unspent.id, "redeem", resolved_in="2026-10")


@ACTS.forbidden_by("resolution.begins_timed")
def a_redemption_never_had_a_time(hand: Hand) -> None:
    hand.end(hand.world.unspent.id, "redeem", resolved_at=None)


@ACTS.forbidden_by("reversal.fades")
def an_undoings_time_goes_within_its_week(hand: Hand) -> None:
    hand.change("reversal", _undone(hand, FAR_AHEAD), reversed_at=None)


@ACTS.forbidden_by("reversal.fades")
def an_undoings_time_is_moved_though_it_is_due(hand: Hand) -> None:
    hand.change("reversal", _undone(hand, LONG_AGO), reversed_at=MOVED)


@ACTS.forbidden_by("reversal.fades")
def an_undoings_time_goes_though_its_merchant_is_held(hand: Hand) -> None:
    _hold(hand, merchant=hand.world.till.merchant)
    hand.change("reversal", _undone(hand, LONG_AGO), reversed_at=None)


@ACTS.forbidden_by("reversal.fades")
def an_undoings_day_goes_before_that_of_what_it_undid(hand: Hand) -> None:
    hand.change("reversal", _undone(hand, LONG_AGO), reversed_at=None, reversed_on=None)


@ACTS.forbidden_by("journal.fades")
def a_journals_time_goes_before_its_redemptions(hand: Hand) -> None:
    hand.change("journal", {"id": _journal(hand, _redeemed(hand, LONG_AGO))}, recorded_at=None)


@ACTS.forbidden_by("journal.fades")
def a_journals_time_is_moved_though_its_redemptions_has_gone(hand: Hand) -> None:
    key = _redeemed(hand, LONG_AGO)
    hand.change("resolution", key, resolved_at=None)
    hand.change("journal", {"id": _journal(hand, key)}, recorded_at=MOVED)


@ACTS.forbidden_by("journal.fades")
def a_journals_day_goes_with_its_redemptions_time(hand: Hand) -> None:
    key = _redeemed(hand, LONG_AGO)
    hand.change("resolution", key, resolved_at=None)
    hand.change("journal", {"id": _journal(hand, key)}, recorded_at=None, effective_on=None)


@ACTS.forbidden_by("journal.fades", "ck_journal_recorded")
def the_time_of_a_float_goes(hand: Hand) -> None:
    hand.change("journal", {"kind": "allot"}, recorded_at=None)


@ACTS.forbidden_by("attempt.fades")
def an_answers_time_goes_before_its_redemptions(hand: Hand) -> None:
    hand.change("attempt", {"code": "redeemed"}, decided_at=None, op_id=None)


@ACTS.forbidden_by("attempt.fades")
def an_answers_op_id_goes_before_its_time(hand: Hand) -> None:
    hand.change("attempt", {"code": "redeemed"}, op_id=None)


@ACTS.forbidden_by("attempt.fades")
def a_refusals_time_goes_within_its_week(hand: Hand) -> None:
    hand.change("attempt", _refused(hand, FAR_AHEAD), decided_at=None, op_id=None)


@ACTS.forbidden_by("attempt.fades")
def a_refusals_time_goes_though_its_merchant_is_held(hand: Hand) -> None:
    _hold(hand, merchant=hand.world.till.merchant)
    hand.change("attempt", _refused(hand, LONG_AGO), decided_at=None, op_id=None)


@ACTS.forbidden_by("attempt.fades")
def a_refusals_time_goes_though_the_voucher_that_it_speaks_of_is_held(hand: Hand) -> None:
    _hold(hand, voucher=hand.world.unspent.id)
    spent_by = _redeemed(hand, LONG_AGO)["id"]
    hand.change("attempt", _refused(hand, LONG_AGO, spent_by=spent_by), decided_at=None, op_id=None)


@ACTS.forbidden_by("attempt.fades")
def a_refusals_time_is_moved_though_it_is_due(hand: Hand) -> None:
    hand.change("attempt", _refused(hand, LONG_AGO), decided_at=MOVED)


@ACTS.forbidden_by("attempt.fades")
def a_refusals_till_goes_though_it_speaks_of_no_redemption(hand: Hand) -> None:
    hand.change("attempt", _refused(hand, LONG_AGO), decided_at=None, op_id=None, decided_on=None, till=None)


@ACTS.forbidden_by("wrong_code.fades")
def a_wrong_codes_time_goes_within_its_week(hand: Hand) -> None:
    hand.change("wrong_code", _wrong(hand, FAR_AHEAD), tried_at=None)


@ACTS.forbidden_by("wrong_code.fades")
def a_wrong_codes_time_goes_though_its_merchant_is_held(hand: Hand) -> None:
    _hold(hand, merchant=hand.world.till.merchant)
    hand.change("wrong_code", _wrong(hand, LONG_AGO), tried_at=None)


@ACTS.forbidden_by("wrong_code.fades")
def a_wrong_codes_time_is_moved_though_it_is_due(hand: Hand) -> None:
    hand.change("wrong_code", _wrong(hand, LONG_AGO), tried_at=MOVED)


@ACTS.forbidden_by("ck_time_hold_grant_another_person")
def one_person_asks_for_a_hold_and_grants_it(hand: Hand) -> None:
    _hold(hand, merchant=hand.world.till.merchant, granted_by=hand.world.issuer.id)


@ACTS.forbidden_by("fk_time_hold_grant_hold_asked_by")
def a_hold_is_granted_to_another_than_asked(hand: Hand) -> None:
    _hold(hand, merchant=hand.world.till.merchant, of=hand.world.approver.id, granted_by=hand.world.issuer.id)


@ACTS.forbidden_by("time_hold_grant.ninety_days")
def a_hold_lasts_ninety_one_days(hand: Hand) -> None:
    _hold(hand, merchant=hand.world.till.merchant, days=91)


@ACTS.forbidden_by("ck_time_hold_subject_one_of_two")
def a_hold_names_nothing(hand: Hand) -> None:
    _hold(hand)


def _at(word: str, moment: datetime) -> dict[str, Any]:
    day = panama_day(moment)
    return {f"{word}_at": moment, f"{word}_on": day, f"{word}_in": month_of(day)}


def _redeemed(hand: Hand, moment: datetime) -> dict[str, UUID]:
    return {"id": hand.end(hand.world.unspent.id, "redeem", **_at("resolved", moment))}


def _journal(hand: Hand, key: dict[str, UUID]) -> UUID:
    return UUID(str(hand.one("transfer", id=hand.one("resolution", **key)["transfer"])["journal"]))


def _undone(hand: Hand, moment: datetime) -> dict[str, UUID]:
    _redeemed(hand, LONG_AGO)
    hand.seal(hand.world.unspent.id, "reversed")
    hand.reverse(hand.world.unspent.id, **_at("reversed", moment))
    return {"voucher": hand.world.unspent.id}


def _refused(hand: Hand, moment: datetime, *, spent_by: UUID | None = None) -> dict[str, bytes]:
    hashes = {"op_hash": new_id().bytes * 2, "asker_hash": bytes(32), "request_hash": bytes(32)}
    told = {"code": "unreadable" if spent_by is None else "already_redeemed", "spent_by": spent_by}
    hand.put("attempt", **hashes, till=hand.world.till.id, op_id=new_id(), **told, **_at("decided", moment))
    return {"op_hash": hashes["op_hash"]}


def _wrong(hand: Hand, moment: datetime) -> dict[str, UUID]:
    key = new_id()
    hand.put("wrong_code", id=key, till=hand.world.till.id, tried_at=moment, tried_on=panama_day(moment))
    return {"id": key}


def _hold(hand: Hand, *, days: int = 90, of: UUID | None = None, granted_by: UUID | None = None, **named: UUID) -> None:
    hold, asked_by, today = new_id(), hand.world.issuer.id, panama_day(datetime.now(UTC))
    row = {"programme": hand.world.event.programme.id, "reason": "court_order", "asked_by": asked_by, "asked_at": NOW}
    hand.put("time_hold", id=hold, **row)
    hand.put("time_hold_subject", id=new_id(), hold=hold, **named)
    granted = {"granted_by": granted_by or hand.world.approver.id, "granted_at": NOW, "granted_on": today}
    hand.put("time_hold_grant", hold=hold, asked_by=of or asked_by, **granted, until=today + timedelta(days=days))
