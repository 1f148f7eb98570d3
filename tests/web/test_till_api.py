"""The tills' API over HTTP: every case that needs no PIN, what is sent badly, and what is said twice."""

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from openapi_spec_validator import validate
from werkzeug.test import TestResponse

from buyback.campaigns.programmes import close_programme
from buyback.db import Database
from buyback.ids import new_id
from buyback.merchants import service as merchants
from buyback.merchants import tills
from buyback.people.rules import OPERATOR
from buyback.settings import Settings
from buyback.times import day_start
from buyback.vouchers import resolutions, service
from buyback.vouchers.rules import VoidReason
from tests.builders import NOW, make_keys
from tests.tills import (
    TILL_PROGRAMME,
    Paper,
    TillInHand,
    issue_vouchers,
    make_merchant,
    make_till,
    make_till_event,
    paper,
)
from tests.web.site import Clock, app_over

URL = "/api/v1/redemptions"


@dataclass
class Api:
    """A till with its token in front of the API, and a voucher in somebody's hand."""

    database: Database
    clock: Clock
    client: Any
    till: TillInHand
    voucher: Paper

    def ask(
        self, method: str, path: str, body: object = None, *, token: str | None = None, **headers: str
    ) -> TestResponse:
        sent = {"Authorization": f"Bearer {token or self.till.token}", **headers}
        answer: TestResponse = self.client.open(URL + path, method=method, json=body, headers=sent)
        return answer

    def redeem(self, voucher: str, op_id: object = None, **more: str) -> TestResponse:
        return self.ask("POST", "", {"op_id": str(op_id or new_id()), "voucher": voucher}, **more)


@pytest.fixture
def api(database: Database, database_url: str) -> Api:
    clock = Clock(NOW)
    settings = Settings.read({"BUYBACK_DATABASE_URL": database_url})
    app = app_over(database, settings, clock)
    (voucher,) = issue_vouchers(database)
    till = make_till(database, make_merchant(database))
    return Api(database, clock, app.test_client(), till, voucher)


def told(answer: TestResponse) -> tuple[int, str]:
    return answer.status_code, answer.get_json()["code"]


def test_a_good_voucher_is_taken_and_the_answer_says_what_it_is_worth(api: Api) -> None:
    op_id = new_id()
    answer = api.redeem(api.voucher.qr, op_id)

    assert told(answer) == (201, "redeemed")
    body = answer.get_json()
    assert set(body) == {"code", "redemption_id", "op_id", "amount", "currency", "redeemed_at", "replayed"}
    assert (body["amount"], body["currency"], body["op_id"], body["replayed"]) == ("20.00", "PAB", str(op_id), False)


def test_the_typed_code_and_the_qr_text_are_the_same_voucher(api: Api) -> None:
    op_id = new_id()
    assert told(api.redeem(api.voucher.typed.lower().replace("-", " "), op_id)) == (201, "redeemed")
    assert told(api.redeem(f" {api.voucher.qr.lower()}\r\n", op_id)) == (200, "redeemed")


def test_the_same_op_id_gets_the_same_yes_at_any_later_time(api: Api) -> None:
    op_id = new_id()
    first = api.redeem(api.voucher.qr, op_id).get_json()
    api.clock.at += timedelta(days=400)
    again = api.redeem(api.voucher.qr, op_id)

    assert told(again) == (200, "redeemed")
    assert again.get_json() == {**first, "replayed": True}


def test_the_same_op_id_gets_the_same_refusal_though_the_voucher_is_good_by_now(api: Api) -> None:
    op_id = new_id()
    taken = new_id()
    api.redeem(api.voucher.qr, taken)
    refused = api.redeem(api.voucher.qr, op_id)
    api.ask("POST", f"/{taken}/reversal")

    again = api.redeem(api.voucher.qr, op_id)
    assert told(refused) == told(again) == (409, "already_redeemed")
    assert told(api.redeem(api.voucher.qr)) == (201, "redeemed")


def test_an_op_id_is_for_one_voucher(api: Api) -> None:
    op_id = new_id()
    api.redeem(api.voucher.qr, op_id)
    other = api.voucher.typed[:-1] + ("1" if api.voucher.typed.endswith("0") else "0")
    assert told(api.redeem(other, op_id))[1] == "op_id_reused"


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

    assert told(api.redeem(first.qr)) == (409, "void")
    assert told(api.redeem(second.qr)) == (409, "replaced")


def test_a_voucher_is_taken_on_its_last_day_and_refused_on_the_next(api: Api) -> None:
    event = make_till_event(api.database, "OTRA-2026", vouchers=2)
    first, second = issue_vouchers(api.database, 2, event=event)
    next_day = day_start(event.expires_on + timedelta(days=1))

    api.clock.at = next_day - timedelta(seconds=1)
    assert told(api.redeem(first.qr)) == (201, "redeemed")
    api.clock.at = next_day
    late = api.redeem(second.qr)
    assert told(late) == (409, "expired")
    assert late.get_json()["expired_on"] == event.expires_on.isoformat()


def test_a_blank_voucher_is_worth_nothing(api: Api) -> None:
    event = make_till_event(api.database, "OTRA-2026")
    (blank,) = api.database.transact(
        lambda session: service.mint_book(
            session, event=event, face=20_00, count=1, by=OPERATOR, keys=make_keys(), now=NOW
        )
    )
    assert told(api.redeem(paper(event, blank, make_keys()).qr)) == (409, "not_issued")


def test_a_suspended_merchant_is_refused_until_it_is_resumed(api: Api) -> None:
    merchant = api.till.merchant
    api.database.transact(lambda session: merchants.suspend(session, merchant=merchant, by=OPERATOR, now=NOW))
    assert told(api.redeem(api.voucher.qr)) == (403, "merchant_suspended")
    api.database.transact(lambda session: merchants.resume(session, merchant=merchant, by=OPERATOR, now=NOW))
    assert told(api.redeem(api.voucher.qr)) == (201, "redeemed")


def test_a_revoked_till_and_a_made_up_token_are_refused(api: Api) -> None:
    api.database.transact(lambda session: tills.revoke_till(session, till=api.till.id, by=OPERATOR, now=NOW))
    assert told(api.redeem(api.voucher.qr)) == (401, "till_revoked")
    assert told(api.redeem(api.voucher.qr, token="made-up"))[0] == 401
    bare = api.client.post(URL, json={"op_id": str(new_id()), "voucher": api.voucher.qr})
    assert bare.status_code == 401


def test_a_closed_programme_is_named(api: Api) -> None:
    api.database.transact(lambda session: close_programme(session, code=TILL_PROGRAMME, by=OPERATOR, now=NOW))
    assert told(api.redeem(api.voucher.qr)) == (409, "programme_closed")


def test_a_qr_text_with_one_changed_character_is_never_taken(api: Api) -> None:
    qr = api.voucher.qr
    for place in range(len(qr)):
        changed = qr[:place] + ("A" if qr[place] != "A" else "B") + qr[place + 1 :]
        assert told(api.ask("POST", "/check", {"voucher": changed})) in {
            (422, "bad_signature"),
            (422, "unreadable"),
        }, place
    assert told(api.redeem(qr)) == (201, "redeemed")


def test_five_wrong_codes_lock_typing_for_ten_minutes_and_scanning_goes_on(api: Api) -> None:
    wrong = api.voucher.typed[:-1] + ("0" if api.voucher.typed[-1] != "0" else "1")
    for _ in range(5):
        assert told(api.redeem(wrong)) == (422, "wrong_check_character")
    locked = api.redeem(api.voucher.typed)
    assert told(locked) == (429, "slow_down")
    assert 0 < int(locked.headers["Retry-After"]) <= 600

    assert told(api.ask("POST", "/check", {"voucher": api.voucher.qr})) == (200, "redeemable")
    api.clock.at += timedelta(minutes=11)
    assert told(api.redeem(api.voucher.typed)) == (201, "redeemed")


def test_a_spent_voucher_typed_again_and_again_is_no_wrong_code(api: Api) -> None:
    api.redeem(api.voucher.typed)
    assert {told(api.redeem(api.voucher.typed)) for _ in range(20)} == {(409, "already_redeemed")}


def test_checking_takes_nothing(api: Api) -> None:
    for _ in range(3):
        answer = api.ask("POST", "/check", {"voucher": api.voucher.qr})
        assert told(answer) == (200, "redeemable")
        assert answer.get_json()["amount"] == "20.00"
    assert told(api.redeem(api.voucher.qr)) == (201, "redeemed")


def test_what_became_of_a_try_can_be_asked_by_its_own_till_only(api: Api) -> None:
    op_id = new_id()
    other = make_till(api.database, api.till.merchant, "Caja 2")
    assert told(api.ask("GET", f"/{op_id}")) == (404, "unknown_operation")
    api.redeem(api.voucher.qr, op_id)

    assert told(api.ask("GET", f"/{op_id}")) == (200, "redeemed")
    assert told(api.ask("GET", f"/{op_id}", token=other.token)) == (404, "unknown_operation")
    assert told(api.ask("POST", f"/{op_id}/reversal", token=other.token)) == (404, "unknown_operation")


def test_a_till_undoes_within_fifteen_minutes_and_the_voucher_can_be_used_again(api: Api) -> None:
    op_id = new_id()
    api.redeem(api.voucher.qr, op_id)
    api.clock.at += timedelta(minutes=15)
    assert told(api.ask("POST", f"/{op_id}/reversal")) == (201, "reversed")
    assert told(api.ask("POST", f"/{op_id}/reversal")) == (200, "reversed")
    assert "reversed_at" in api.ask("GET", f"/{op_id}").get_json()
    assert told(api.redeem(api.voucher.qr)) == (201, "redeemed")


def test_after_fifteen_minutes_it_is_too_late(api: Api) -> None:
    op_id = new_id()
    api.redeem(api.voucher.qr, op_id)
    api.clock.at += timedelta(minutes=15, seconds=1)
    assert told(api.ask("POST", f"/{op_id}/reversal")) == (409, "too_late_to_reverse")


def test_a_refused_try_cannot_be_undone(api: Api) -> None:
    op_id = new_id()
    api.redeem("7K3M-9QX2-VD4T-0", op_id)
    assert told(api.ask("POST", f"/{op_id}/reversal")) == (409, "not_redeemed")


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


@pytest.mark.parametrize(
    "content, kind, status",
    [
        (b"voucher=1", "application/x-www-form-urlencoded", 422),
        (b"{not json", "application/json", 400),
        (b"\xff\xfe", "application/json", 400),
        (b"[]", "application/json", 422),
        (b'{"op_id": "1", "voucher": "x"}', "application/json", 422),
        (b'{"op_id": "6f0c3f8e-2f0e-4d0f-9a55-0e7f5f4a7a11"}', "application/json", 422),
        (b'{"op_id": "6f0c3f8e-2f0e-4d0f-9a55-0e7f5f4a7a11", "voucher": 7}', "application/json", 422),
        (b'{"voucher": "' + b"7" * 2_000_000 + b'"}', "application/json", 413),
    ],
)
def test_a_body_that_is_none_is_refused_as_a_problem(api: Api, content: bytes, kind: str, status: int) -> None:
    answer = api.client.post(
        URL, data=content, content_type=kind, headers={"Authorization": f"Bearer {api.till.token}"}
    )
    assert answer.status_code == status
    assert answer.mimetype == "application/problem+json"
    assert {"type", "title", "status", "code", "detail", "whose"} <= set(answer.get_json())


OP_ID = b'"6f0c3f8e-2f0e-4d0f-9a55-0e7f5f4a7a11"'


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("path", ["", "/check"])
@pytest.mark.parametrize(
    "content, status, code",
    [
        (b"[" * 50_000 + b"]" * 50_000, 400, "too_intricate"),
        (b'{"a":' * 50_000 + b"1" + b"}" * 50_000, 400, "too_intricate"),
        (b'{"voucher": "x", "op_id": ' + b"9" * 5_000 + b"}", 400, "too_intricate"),
        (b'{"voucher": ' + b"9" * 400 + b', "op_id": ' + OP_ID + b"}", 422, "invalid_request"),
        (b'{"voucher": ' + b"[" * 500 + b"]" * 500 + b', "op_id": ' + OP_ID + b"}", 422, "invalid_request"),
        (b'{"voucher": NaN, "op_id": ' + OP_ID + b"}", 400, "invalid_json"),
        (b"9" * 400, 422, "invalid_request"),
        (b'{"voucher": "\\ud800", "op_id": ' + OP_ID + b"}", 422, "unreadable"),
    ],
    ids=["lists", "objects", "5000 digits", "400 digits", "a deep voucher", "NaN", "a number", "half a letter"],
)
def test_no_nesting_and_no_number_is_a_fault_of_the_system(
    api: Api, path: str, content: bytes, status: int, code: str
) -> None:
    sent = {"Authorization": f"Bearer {api.till.token}"}
    answer = api.client.post(URL + path, data=content, content_type="application/json", headers=sent)
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
    assert answer.get_json()["code"] == code


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    "language, needed, not_an_id",
    [("es", "Complete este campo.", "Escriba un identificador"), ("en", "Fill in this field.", "Enter an identifier")],
)
def test_what_is_wrong_with_a_body_is_told_in_the_cashiers_language_at_its_path(
    api: Api, language: str, needed: str, not_an_id: str
) -> None:
    sent = {"Authorization": f"Bearer {api.till.token}", "Accept-Language": language}
    body = {"op_id": "1", "voucher": None, "pin": "1" * 13, "occurred_at": 7}
    told_of: dict[str, list[str]] = api.client.post(URL, json=body, headers=sent).get_json()["errors"]
    assert set(told_of) == {"op_id", "voucher", "pin", "occurred_at"}
    assert told_of["voucher"] == [needed]
    assert told_of["op_id"][0].startswith(not_an_id)
    whole: dict[str, list[str]] = api.client.post(URL, json=[], headers=sent).get_json()["errors"]
    assert list(whole) == [""]
    assert api.ask("GET", "?day=ayer", **sent).get_json()["errors"].keys() == {"day"}


@pytest.mark.parametrize("claimed", ["2016-01-01T00:00:00-05:00", "2036-01-01T00:00:00Z", "9999-12-31T23:59:59-05:00"])
def test_the_devices_clock_is_never_a_reason_to_refuse(api: Api, claimed: str) -> None:
    body = {"op_id": str(new_id()), "voucher": api.voucher.qr, "occurred_at": claimed}
    assert told(api.ask("POST", "", body)) == (201, "redeemed")


def test_rights_come_from_the_token_never_from_the_body(api: Api) -> None:
    other = make_till(api.database, make_merchant(api.database, "Otra", number=2))
    op_id = str(new_id())
    body = {"op_id": op_id, "voucher": api.voucher.qr, "till": str(other.id), "merchant": str(other.merchant)}
    assert told(api.ask("POST", "", body)) == (201, "redeemed")
    assert told(api.ask("GET", f"/{op_id}")) == (200, "redeemed")
    assert told(api.ask("GET", f"/{op_id}", token=other.token))[0] == 404


def test_a_refusal_speaks_the_cashiers_language_and_says_whose_it_is(api: Api) -> None:
    api.redeem(api.voucher.qr)
    spanish = api.redeem(api.voucher.qr).get_json()
    english = api.redeem(api.voucher.qr, **{"Accept-Language": "en"}).get_json()
    assert spanish["detail"].startswith("Este vale ya se canjeó.")
    assert english["detail"].startswith("This voucher was redeemed already.")
    assert spanish["whose"] == "voucher"


def test_no_address_of_the_api_or_the_till_takes_a_voucher(api: Api) -> None:
    """OWASP ASVS 5.0, V14.2.1: a voucher's text is in bodies only, since addresses end up in logs."""
    for rule in api.client.application.url_map.iter_rules():
        assert not {"voucher", "token", "code_text", "pin"} & set(rule.arguments), rule.rule


def test_the_api_describes_itself(api: Api) -> None:
    document = api.client.get("/api/v1/openapi.json").get_json()
    validate(document)
    assert document["openapi"].startswith("3.1")
    assert {URL, f"{URL}/check", f"{URL}/{{op_id}}", f"{URL}/{{op_id}}/reversal"} <= set(document["paths"])
