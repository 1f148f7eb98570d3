"""What a till sends the API, well and badly, in which language it is answered, and what the API says of itself."""

from itertools import product

import pytest
from openapi_spec_validator import validate

from buyback.ids import new_id
from tests.databases import KINDS
from tests.tills import make_merchant, make_till
from tests.web.till_api import URL, Api, code_of

pytestmark = pytest.mark.databases("sqlite")  # what a body may be is decided before a database is asked

NO_BODIES = (
    (b"voucher=1", "application/x-www-form-urlencoded", 422),
    (b"{not json", "application/json", 400),
    (b"\xff\xfe", "application/json", 400),
    (b"[]", "application/json", 422),
    (b'{"op_id": "1", "voucher": "x"}', "application/json", 422),
    (b'{"op_id": "6f0c3f8e-2f0e-4d0f-9a55-0e7f5f4a7a11"}', "application/json", 422),
    (b'{"op_id": "6f0c3f8e-2f0e-4d0f-9a55-0e7f5f4a7a11", "voucher": 7}', "application/json", 422),
    (b'{"voucher": "' + b"7" * 2_000_000 + b'"}', "application/json", 413),
)


def test_a_body_that_is_none_is_refused_as_a_problem(api: Api, subtests: pytest.Subtests) -> None:
    sent = {"Authorization": f"Bearer {api.till.token}"}
    for content, kind, status in NO_BODIES:
        with subtests.test(str(content[:80])):
            answer = api.client.post(URL, data=content, content_type=kind, headers=sent)
            assert answer.status_code == status
            assert answer.mimetype == "application/problem+json"
            assert {"type", "title", "status", "code", "detail", "whose"} <= set(answer.get_json())


OP_ID = b'"6f0c3f8e-2f0e-4d0f-9a55-0e7f5f4a7a11"'


INTRICATE = {
    "lists": (b"[" * 50_000 + b"]" * 50_000, 400, "too_intricate"),
    "objects": (b'{"a":' * 50_000 + b"1" + b"}" * 50_000, 400, "too_intricate"),
    "5000 digits": (b'{"voucher": "x", "op_id": ' + b"9" * 5_000 + b"}", 400, "too_intricate"),
    "400 digits": (b'{"voucher": ' + b"9" * 400 + b', "op_id": ' + OP_ID + b"}", 422, "invalid_request"),
    "a deep voucher": (
        b'{"voucher": ' + b"[" * 500 + b"]" * 500 + b', "op_id": ' + OP_ID + b"}",
        422,
        "invalid_request",
    ),
    "NaN": (b'{"voucher": NaN, "op_id": ' + OP_ID + b"}", 400, "invalid_json"),
    "a number": (b"9" * 400, 422, "invalid_request"),
    "half a letter": (b'{"voucher": "\\ud800", "op_id": ' + OP_ID + b"}", 422, "unreadable"),
}


def test_no_nesting_and_no_number_is_a_fault_of_the_system(api: Api, subtests: pytest.Subtests) -> None:
    sent = {"Authorization": f"Bearer {api.till.token}"}
    for path, name in product(("", "/check"), INTRICATE):
        content, status, code = INTRICATE[name]
        with subtests.test(name, path=path):
            answer = api.client.post(URL + path, data=content, content_type="application/json", headers=sent)
            assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
            assert answer.get_json()["code"] == code


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


@pytest.mark.databases(*KINDS)
@pytest.mark.parametrize("claimed", ["2016-01-01T00:00:00-05:00", "2036-01-01T00:00:00Z", "9999-12-31T23:59:59-05:00"])
def test_the_devices_clock_is_never_a_reason_to_refuse(api: Api, claimed: str) -> None:
    body = {"op_id": str(new_id()), "voucher": api.voucher.qr, "occurred_at": claimed}
    assert code_of(api.ask("POST", "", body)) == (201, "redeemed")


@pytest.mark.databases(*KINDS)
def test_rights_come_from_the_token_never_from_the_body(api: Api) -> None:
    other = make_till(api.database, make_merchant(api.database, "Otra", number=2))
    op_id = str(new_id())
    body = {"op_id": op_id, "voucher": api.voucher.qr, "till": str(other.id), "merchant": str(other.merchant)}
    assert code_of(api.ask("POST", "", body)) == (201, "redeemed")
    assert code_of(api.ask("GET", f"/{op_id}")) == (200, "redeemed")
    assert code_of(api.ask("GET", f"/{op_id}", token=other.token))[0] == 404


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


def test_opening_an_address_that_only_takes_requests_leads_a_program_to_no_page(api: Api) -> None:
    answer = api.client.get(f"{URL}/check", headers={"Authorization": f"Bearer {api.till.token}"})
    assert (answer.status_code, answer.mimetype) == (405, "application/problem+json")
    assert "POST" in answer.headers["Allow"]


def test_the_api_describes_itself(api: Api) -> None:
    document = api.client.get("/api/v1/openapi.json").get_json()
    validate(document)
    assert document["openapi"].startswith("3.1")
    assert {URL, f"{URL}/check", f"{URL}/{{op_id}}", f"{URL}/{{op_id}}/reversal"} <= set(document["paths"])
