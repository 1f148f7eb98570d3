"""The tills' API over HTTP: every case that needs no PIN, and what is said twice."""

import json
from datetime import timedelta

from buyback.campaigns.programmes import close_programme
from buyback.ids import new_id
from buyback.merchants import service as merchants
from buyback.merchants import tills
from buyback.people.rules import OPERATOR
from buyback.times import day_start, iso_utc
from buyback.vouchers import resolutions, service
from buyback.vouchers.codes import spell
from buyback.vouchers.rules import VoidReason
from tests.builders import NOW, make_keys
from tests.tills import TILL_PROGRAMME, issue_vouchers, make_merchant, make_till, make_till_event, paper
from tests.web.till_api import URL, Api, code_of


def test_a_good_voucher_is_taken_and_the_answer_says_what_it_is_worth(api: Api) -> None:
    op_id = new_id()
    answer = api.redeem(api.voucher.qr, op_id)

    assert code_of(answer) == (201, "redeemed")
    body = answer.get_json()
    assert set(body) == {"code", "redemption_id", "op_id", "amount", "currency", "redeemed_at", "replayed"}
    assert (body["amount"], body["currency"], body["op_id"], body["replayed"]) == ("20.00", "PAB", str(op_id), False)


def test_the_typed_code_and_the_qr_text_are_the_same_voucher(api: Api) -> None:
    op_id = new_id()
    assert code_of(api.redeem(api.voucher.typed.lower().replace("-", " "), op_id)) == (201, "redeemed")
    assert code_of(api.redeem(f" {api.voucher.qr.lower()}\r\n", op_id)) == (200, "redeemed")


def test_the_same_op_id_gets_the_same_yes_at_any_later_time(api: Api) -> None:
    op_id = new_id()
    first = api.redeem(api.voucher.qr, op_id).get_json()
    api.clock.at += timedelta(days=400)
    again = api.redeem(api.voucher.qr, op_id)

    assert code_of(again) == (200, "redeemed")
    assert again.get_json() == {**first, "replayed": True}


def test_the_same_op_id_says_since_when_its_redemption_is_undone(api: Api) -> None:
    op_id = new_id()
    first = api.redeem(api.voucher.qr, op_id).get_json()
    api.clock.at += timedelta(minutes=3)
    api.ask("POST", f"/{op_id}/reversal")
    undone_at = iso_utc(api.clock.at)
    api.clock.at += timedelta(minutes=3)

    again = api.redeem(api.voucher.qr, op_id)
    assert code_of(again) == (200, "redeemed")
    assert again.get_json() == {**first, "replayed": True, "reversed_at": undone_at}
    assert api.ask("GET", f"/{op_id}").get_json() == again.get_json()


def test_the_same_op_id_gets_the_same_refusal_though_the_voucher_is_good_by_now(api: Api) -> None:
    op_id = new_id()
    taken = new_id()
    api.redeem(api.voucher.qr, taken)
    refused = api.redeem(api.voucher.qr, op_id)
    api.ask("POST", f"/{taken}/reversal")

    again = api.redeem(api.voucher.qr, op_id)
    assert code_of(refused) == code_of(again) == (409, "already_redeemed")
    assert code_of(api.redeem(api.voucher.qr)) == (201, "redeemed")


def test_an_op_id_is_for_one_voucher(api: Api) -> None:
    op_id = new_id()
    api.redeem(api.voucher.qr, op_id)
    other = api.voucher.typed[:-1] + ("1" if api.voucher.typed.endswith("0") else "0")
    assert code_of(api.redeem(other, op_id))[1] == "op_id_reused"


def test_a_spent_voucher_is_refused_with_when_and_where_only_to_its_merchant(api: Api) -> None:
    api.redeem(api.voucher.qr)
    other = make_till(api.database, make_merchant(api.database, "Farmacia", number=2, category="pharmacy"))

    own = api.redeem(api.voucher.qr).get_json()
    foreign = api.redeem(api.voucher.qr, token=other.token).get_json()
    assert own["branch"] == "Centro"
    assert own["redeemed_at"] == foreign["redeemed_at"]
    assert "branch" not in foreign
    assert "Súper" not in json.dumps(foreign)


def test_a_void_and_a_replaced_voucher_are_told_apart(api: Api) -> None:
    event = make_till_event(api.database, "OTRA-2026", vouchers=2)
    first, second = issue_vouchers(api.database, 2, event=event)
    api.database.transact(
        lambda session: resolutions.void(
            session, event=event, serial=first.serial, reason=VoidReason.LOST, by=OPERATOR, now=NOW
        )
    )
    api.database.transact(
        lambda session: resolutions.replace(
            session, event=event, serial=second.serial, by=OPERATOR, keys=make_keys(), now=NOW
        )
    )

    assert code_of(api.redeem(first.qr)) == (409, "void")
    assert code_of(api.redeem(second.qr)) == (409, "replaced")


def test_a_voucher_is_taken_on_its_last_day_and_refused_on_the_next(api: Api) -> None:
    event = make_till_event(api.database, "OTRA-2026", vouchers=2)
    first, second = issue_vouchers(api.database, 2, event=event)
    next_day = day_start(event.expires_on + timedelta(days=1))

    api.clock.at = next_day - timedelta(seconds=1)
    assert code_of(api.redeem(first.qr)) == (201, "redeemed")
    api.clock.at = next_day
    late = api.redeem(second.qr)
    assert code_of(late) == (409, "expired")
    assert late.get_json()["expired_on"] == event.expires_on.isoformat()


def test_a_blank_voucher_is_worth_nothing(api: Api) -> None:
    event = make_till_event(api.database, "OTRA-2026")
    (blank,) = api.database.transact(
        lambda session: service.mint_book(
            session, event=event, face=20_00, count=1, by=OPERATOR, keys=make_keys(), now=NOW
        )
    )
    assert code_of(api.redeem(paper(event, blank, make_keys()).qr)) == (409, "not_issued")


def test_a_suspended_merchant_is_refused_until_it_is_resumed(api: Api) -> None:
    merchant = api.till.merchant
    api.database.transact(lambda session: merchants.suspend(session, merchant=merchant, by=OPERATOR, now=NOW))
    assert code_of(api.redeem(api.voucher.qr)) == (403, "merchant_suspended")
    api.database.transact(lambda session: merchants.resume(session, merchant=merchant, by=OPERATOR, now=NOW))
    assert code_of(api.redeem(api.voucher.qr)) == (201, "redeemed")


def test_a_revoked_till_and_a_made_up_token_are_refused(api: Api) -> None:
    api.database.transact(lambda session: tills.revoke_till(session, till=api.till.id, by=OPERATOR, now=NOW))
    assert code_of(api.redeem(api.voucher.qr)) == (401, "till_revoked")
    assert code_of(api.redeem(api.voucher.qr, token="made-up"))[0] == 401
    bare = api.client.post(URL, json={"op_id": str(new_id()), "voucher": api.voucher.qr})
    assert bare.status_code == 401


def test_a_closed_programme_is_named(api: Api) -> None:
    api.database.transact(lambda session: close_programme(session, code=TILL_PROGRAMME, by=OPERATOR, now=NOW))
    assert code_of(api.redeem(api.voucher.qr)) == (409, "programme_closed")


def test_a_qr_text_with_one_changed_character_is_never_taken(api: Api) -> None:
    qr = api.voucher.qr
    for place in range(len(qr)):
        changed = qr[:place] + ("A" if qr[place] != "A" else "B") + qr[place + 1 :]
        assert code_of(api.ask("POST", "/check", {"voucher": changed})) in {
            (422, "bad_signature"),
            (422, "unreadable"),
        }, place
    assert code_of(api.redeem(qr)) == (201, "redeemed")


def test_five_wrong_codes_lock_typing_for_ten_minutes_and_scanning_goes_on(api: Api) -> None:
    for number in range(5):
        assert code_of(api.redeem(spell(number))) == (404, "unknown_voucher")
    locked = api.redeem(api.voucher.typed)
    assert code_of(locked) == (429, "slow_down")
    assert 0 < int(locked.headers["Retry-After"]) <= 600

    assert code_of(api.ask("POST", "/check", {"voucher": api.voucher.qr})) == (200, "redeemable")
    api.clock.at += timedelta(minutes=11)
    assert code_of(api.redeem(api.voucher.typed)) == (201, "redeemed")


def test_a_spent_voucher_typed_again_and_again_is_no_wrong_code(api: Api) -> None:
    api.redeem(api.voucher.typed)
    assert {code_of(api.redeem(api.voucher.typed)) for _ in range(20)} == {(409, "already_redeemed")}


def test_checking_takes_nothing(api: Api) -> None:
    for _ in range(3):
        answer = api.ask("POST", "/check", {"voucher": api.voucher.qr})
        assert code_of(answer) == (200, "redeemable")
        assert answer.get_json()["amount"] == "20.00"
    assert code_of(api.redeem(api.voucher.qr)) == (201, "redeemed")


def test_what_became_of_a_try_can_be_asked_by_its_own_till_only(api: Api) -> None:
    op_id = new_id()
    other = make_till(api.database, api.till.merchant, "Caja 2")
    assert code_of(api.ask("GET", f"/{op_id}")) == (404, "unknown_operation")
    api.redeem(api.voucher.qr, op_id)

    assert code_of(api.ask("GET", f"/{op_id}")) == (200, "redeemed")
    assert code_of(api.ask("GET", f"/{op_id}", token=other.token)) == (404, "unknown_operation")
    assert code_of(api.ask("POST", f"/{op_id}/reversal", token=other.token)) == (404, "unknown_operation")


def test_a_till_undoes_within_fifteen_minutes_and_the_voucher_can_be_used_again(api: Api) -> None:
    op_id = new_id()
    api.redeem(api.voucher.qr, op_id)
    api.clock.at += timedelta(minutes=15)
    assert code_of(api.ask("POST", f"/{op_id}/reversal")) == (201, "reversed")
    assert code_of(api.ask("POST", f"/{op_id}/reversal")) == (200, "reversed")
    assert "reversed_at" in api.ask("GET", f"/{op_id}").get_json()
    assert code_of(api.redeem(api.voucher.qr)) == (201, "redeemed")


def test_after_fifteen_minutes_it_is_too_late(api: Api) -> None:
    op_id = new_id()
    api.redeem(api.voucher.qr, op_id)
    api.clock.at += timedelta(minutes=15, seconds=1)
    assert code_of(api.ask("POST", f"/{op_id}/reversal")) == (409, "too_late_to_reverse")


def test_a_refused_try_cannot_be_undone(api: Api) -> None:
    op_id = new_id()
    api.redeem("7K3M-9QX2-VD4T-0", op_id)
    assert code_of(api.ask("POST", f"/{op_id}/reversal")) == (409, "not_redeemed")


def test_the_tills_day_adds_up_without_what_was_undone(api: Api) -> None:
    event = make_till_event(api.database, "OTRA-2026", vouchers=2)
    first, second = issue_vouchers(api.database, 2, event=event)
    undone = new_id()
    api.redeem(first.qr)
    api.redeem(second.qr, undone)
    api.redeem(first.qr)
    api.ask("POST", f"/{undone}/reversal")

    day = api.ask("GET", "?day=2026-11-24").get_json()
    assert (day["count"], day["total"], len(day["redemptions"])) == (1, "20.00", 3)
    assert api.ask("GET", "?day=2026-11-23").get_json()["count"] == 0
    assert api.ask("GET", "?day=ayer").status_code == 422
    for edge in ("0001-01-01", "9999-12-31"):
        assert api.ask("GET", f"?day={edge}").get_json()["count"] == 0
