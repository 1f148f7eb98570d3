"""Paper forms as lines of JSON: what is read, and what is refused, where."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from buyback.campaigns.rules import PinNotAsked
from buyback.errors import InputProblem
from buyback.files.reading import refusals
from buyback.intake import details, rules
from buyback.paper_forms import errors
from buyback.paper_forms.file import LINE_BYTES_MAX, PaperForm, read_file
from buyback.tariff import rules as tariff
from buyback.tariff.catalogue import CalibreGroup, ClassCode, Condition
from buyback.vouchers.serials import SerialMalformed

Raw = dict[str, Any]


def raw_form(**changes: object) -> Raw:
    form: Raw = {
        "op_id": "6f0c3f8e-2f0e-4d0f-9a55-0e7f5f4a7a11",
        "event": "BETANIA-2022-12-12",
        "date": "2022-12-12",
        "appraised_by": "a.receptor",
        "approved_by": "b.aprobador",
        "issued_by": "c.emisor",
        "pin": None,
        "items": [raw_pistol(), {"class": "ammunition", "calibre_group": "handgun", "quantity": 30}],
    }
    return {**form, **changes}


def raw_pistol(**changes: object) -> Raw:
    pistol: Raw = {
        "class": "pistol",
        "condition": "serviceable",
        "value": "250.00",
        "make": "Taurus",
        "model": "PT92",
        "calibre": "9x19",
        "serial": "TLK12345",
        "serial_status": "legible",
        "tag": "7KQ4-M",
    }
    return {**pistol, **changes}


def written(*forms: Raw) -> bytes:
    return "".join(json.dumps(form, ensure_ascii=False) + "\n" for form in forms).encode()


def forms_of(content: bytes) -> tuple[PaperForm, ...]:
    read = read_file(content)
    assert not read.problems, [problem.text() for problem in read.problems]
    return read.forms


def problems_of(content: bytes) -> list[InputProblem]:
    read = read_file(content)
    return list(read.problems)


def places_of(content: bytes) -> list[tuple[int | None, str, type]]:
    return [(problem.line, problem.field, type(problem.refusal)) for problem in problems_of(content)]


def test_a_form_is_read_whole() -> None:
    (form,) = forms_of(written(raw_form()))
    pistol, rounds = form.items
    assert (form.line, form.event, str(form.day)) == (1, "BETANIA-2022-12-12", "2022-12-12")
    assert (form.appraised_by, form.approved_by, form.issued_by) == ("a.receptor", "b.aprobador", "c.emisor")
    assert pistol.thing == tariff.PricedThing(
        class_code=ClassCode.PISTOL, condition=Condition.SERVICEABLE, value=250_00
    )
    assert pistol.details == details.Details(
        make="Taurus",
        model="PT92",
        calibre="9x19",
        serial="TLK12345",
        serial_status=rules.SerialStatus.LEGIBLE,
        tag="7KQ4-M",
    )
    assert (rounds.thing.calibre_group, rounds.thing.quantity) == (CalibreGroup.HANDGUN, 30)


def test_what_may_be_absent_may_be_absent() -> None:
    raw = raw_form(items=[{"class": "magazine"}])
    del raw["approved_by"], raw["pin"]
    (form,) = forms_of(written(raw))
    assert (form.approved_by, form.serials, form.items[0].thing.quantity) == (None, (), 1)


def test_a_last_line_without_a_line_end_is_read() -> None:
    assert len(forms_of(written(raw_form()).rstrip())) == 1


def test_line_ends_of_windows_are_read() -> None:
    assert len(forms_of(written(raw_form()).replace(b"\n", b"\r\n"))) == 1


def test_serials_of_blanks_are_read_as_text_or_number() -> None:
    (form,) = forms_of(written(raw_form(serials=["004512", 77])))
    assert form.serials == (4512, 77)


def test_an_explosive_whose_unit_nobody_wrote_down_is_marked_so() -> None:
    (form,) = forms_of(written(raw_form(items=[{"class": "grenade"}])))
    assert form.items[0].details.made_safe_by == details.NOT_RECORDED


def test_an_explosive_keeps_the_unit_that_made_it_safe() -> None:
    (form,) = forms_of(written(raw_form(items=[{"class": "grenade", "made_safe_by": "UTOA"}])))
    assert form.items[0].details.made_safe_by == "UTOA"


def test_the_same_content_has_the_same_hash_however_it_is_spelled() -> None:
    plain = raw_form(items=[{"class": "magazine"}], op_id="6F0C3F8E-2F0E-4D0F-9A55-0E7F5F4A7A11")
    spelled = raw_form(items=[{"quantity": 1, "condition": None, "class": "magazine"}], serials=[])
    form, other = forms_of(written(plain))[0], forms_of(written(spelled))[0]
    assert form.content_hash == other.content_hash


@pytest.mark.parametrize(
    "changes",
    [
        {"date": "2022-12-13"},
        {"event": "OTRA"},
        {"appraised_by": "d.otro"},
        {"approved_by": None},
        {"issued_by": "d.otro"},
        {"serials": [1]},
        {"items": [raw_pistol()]},
        {"items": [raw_pistol(value="251.00"), {"class": "ammunition", "calibre_group": "handgun", "quantity": 30}]},
        {"items": [raw_pistol(tag="0000-0"), {"class": "ammunition", "calibre_group": "handgun", "quantity": 30}]},
    ],
)
def test_other_content_has_another_hash(changes: Raw) -> None:
    (form,), (other,) = forms_of(written(raw_form())), forms_of(written(raw_form(**changes)))
    assert form.content_hash != other.content_hash


@pytest.mark.parametrize(
    "changes, field, refusal",
    [
        ({"op_id": None}, "op_id", refusals.Missing),
        ({"op_id": "6f0c3f8e"}, "op_id", refusals.NotAnId),
        ({"op_id": "{6f0c3f8e-2f0e-4d0f-9a55-0e7f5f4a7a11}"}, "op_id", refusals.NotAnId),
        ({"op_id": 7}, "op_id", refusals.NotAnId),
        ({"event": ""}, "event", refusals.NotPlainText),
        ({"event": "B" * 65}, "event", refusals.TooLong),
        ({"date": "2022-02-30"}, "date", refusals.NotADay),
        ({"date": "20221212"}, "date", refusals.NotADay),
        ({"date": "12/12/2022"}, "date", refusals.NotADay),
        ({"appraised_by": None}, "appraised_by", refusals.Missing),
        ({"approved_by": 3}, "approved_by", refusals.NotText),
        ({"issued_by": " c.emisor"}, "issued_by", refusals.NotPlainText),
        ({"issued_by": "c\u0000"}, "issued_by", refusals.NotPlainText),
        ({"issued_by": "c\ud800"}, "issued_by", refusals.NotPlainText),
        ({"pin": "0417"}, "pin", PinNotAsked),
        ({"items": None}, "items", refusals.Missing),
        ({"items": {}}, "items", refusals.NotAList),
        ({"items": []}, "items", refusals.NotAList),
        ({"items": [{"class": "magazine"}] * 201}, "items", refusals.NotAList),
        ({"items": ["pistol"]}, "items[0]", refusals.NotAnObject),
        ({"serials": "004512"}, "serials", refusals.NotAList),
        ({"serials": [1, "A12"]}, "serials[1]", SerialMalformed),
        ({"serials": [True]}, "serials[0]", SerialMalformed),
        ({"serials": [1_000_000]}, "serials[0]", SerialMalformed),
        ({"serials": [5, 5]}, "serials[1]", errors.SerialTwice),
        ({"nota": "llegó tarde"}, "nota", refusals.UnknownKey),
        ({"no\nta": 1}, "?", refusals.UnknownKey),
    ],
)
def test_a_wrong_key_is_named(changes: Raw, field: str, refusal: type) -> None:
    content = json.dumps(raw_form(**changes)).encode()  # with lone surrogates as escapes
    assert places_of(content) == [(1, field, refusal)]


@pytest.mark.parametrize(
    "changes, field, refusal",
    [
        ({"class": None}, "class", refusals.Missing),
        ({"class": "cannon"}, "class", refusals.NotOneOf),
        ({"condition": "nueva"}, "condition", refusals.NotOneOf),
        ({"calibre_group": 9}, "calibre_group", refusals.NotOneOf),
        ({"quantity": 0}, "quantity", refusals.NotWhole),
        ({"quantity": -1}, "quantity", refusals.NotWhole),
        ({"quantity": 100_001}, "quantity", refusals.NotWhole),
        ({"quantity": 1.5}, "quantity", refusals.NotWhole),
        ({"quantity": "2"}, "quantity", refusals.NotWhole),
        ({"quantity": True}, "quantity", refusals.NotWhole),
        ({"quantity": 2}, "serial", details.SerialIsOfOnePiece),
        ({"serial": None}, "serial", details.SerialMissing),
        ({"value": 250}, "value", refusals.NotAnAmount),
        ({"value": "250"}, "value", refusals.NotAnAmount),
        ({"value": "-1.00"}, "value", refusals.NotAnAmount),
        ({"value": "250.00\n"}, "value", refusals.NotAnAmount),
        ({"serial_status": "rusty"}, "serial_status", refusals.NotOneOf),
        ({"serial": "X" * 41}, "serial", refusals.TooLong),
        ({"make": "de 8-123-456"}, "make", details.PersonalData),
        ({"made_safe_by": "UTOA"}, "made_safe_by", details.MadeSafeNotExpected),
        ({"owner": "nadie"}, "owner", refusals.UnknownKey),
    ],
)
def test_a_wrong_key_of_an_item_is_named_with_its_place(changes: Raw, field: str, refusal: type) -> None:
    content = written(raw_form(items=[{"class": "magazine"}, raw_pistol(**changes)]))
    assert places_of(content) == [(1, f"items[1].{field}", refusal)]


def test_every_problem_of_every_line_is_told() -> None:
    content = written(raw_form(date="x", pin="1"), raw_form(op_id="y"), raw_form(items=[{"class": "z", "quantity": 0}]))
    assert places_of(content) == [
        (1, "pin", PinNotAsked),
        (1, "date", refusals.NotADay),
        (2, "op_id", refusals.NotAnId),
        (3, "items[0].class", refusals.NotOneOf),
        (3, "items[0].quantity", refusals.NotWhole),
    ]


def test_an_op_id_that_stands_twice_names_the_first_line() -> None:
    (problem,) = problems_of(written(raw_form(), raw_form(items=[{"class": "magazine"}])))
    assert (problem.line, problem.field, problem.refusal.facts) == (2, "op_id", {"first": 1})


def test_a_blank_voucher_is_given_out_by_one_form_only() -> None:
    other = raw_form(op_id="6f0c3f8e-2f0e-4d0f-9a55-0e7f5f4a7a12", serials=[9, 5], items=[{"class": "magazine"}])
    assert places_of(written(raw_form(serials=[5]), other)) == [(2, "serials[1]", errors.SerialTwice)]


@pytest.mark.parametrize("drop", [1, 2, 40, 300])
def test_a_file_cut_off_in_mid_line_is_told_from_a_wrong_one(drop: int) -> None:
    content = written(raw_form(), raw_form(op_id="6f0c3f8e-2f0e-4d0f-9a55-0e7f5f4a7a12")).rstrip()[:-drop]
    assert places_of(content) == [(2, "", errors.CutOff)]


def test_a_file_cut_off_inside_a_letter_is_cut_off() -> None:
    content = written(raw_form(event="JORNADA-Ñ"))
    place = content.index("Ñ".encode()) + 1
    assert places_of(content[:place]) == [(1, "", errors.CutOff)]


@pytest.mark.parametrize(
    "line, refusal",
    [
        (b"[]", refusals.NotAnObject),
        (b'"texto"', refusals.NotAnObject),
        (b"null", refusals.NotAnObject),
        (b"{'a': 1}", refusals.InvalidJson),
        (b'{"a": NaN}', refusals.InvalidJson),
        (b'{"a": ' + b"9" * 5000 + b"}", refusals.TooIntricate),
        (b"[" * 50_000 + b"]" * 49_999, refusals.TooIntricate),
        (b"{} {}", refusals.InvalidJson),
        (b"   ", errors.EmptyLine),
        (b"", errors.EmptyLine),
        (b'{"a": "\x00"}', errors.NulByte),
        ('{"a": "Ñ"}'.encode("latin-1"), refusals.NotUtf8),
        (b'{"a": "' + b"x" * LINE_BYTES_MAX + b'"}', errors.LineTooLong),
    ],
)
def test_a_line_that_is_no_object_is_refused_and_the_others_are_read(line: bytes, refusal: type) -> None:
    content = line + b"\n" + written(raw_form())
    assert places_of(content) == [(1, "", refusal)]
    assert [form.line for form in read_file(content).forms] == [2]


@pytest.mark.parametrize("encode", [lambda text: text.encode("utf-8-sig"), lambda text: text.encode("utf-16")])
def test_a_file_with_a_mark_of_its_encoding_is_refused_as_a_whole(encode: Callable[[str], bytes]) -> None:
    assert places_of(encode(written(raw_form()).decode())) == [(1, "", errors.ByteOrderMark)]


@pytest.mark.parametrize("content", [b"", b"\n\n", b"  \n"])
def test_an_empty_file_is_refused(content: bytes) -> None:
    assert places_of(content) == [(None, "", errors.FileEmpty)]


def test_a_key_that_stands_twice_is_refused() -> None:
    line = json.dumps(raw_form()).replace('"pin": null', '"pin": null, "date": "2022-12-13"')
    assert places_of(line.encode()) == [(1, "date", errors.KeyTwice)]


@given(st.binary(max_size=300))
def test_no_bytes_at_all_make_reading_fail(content: bytes) -> None:
    read = read_file(content)
    assert read.problems or read.forms


@given(st.recursive(st.none() | st.booleans() | st.floats() | st.integers() | st.text(), st.lists, max_leaves=5))
def test_no_value_under_a_known_key_makes_reading_fail(value: object) -> None:
    for key in ("op_id", "date", "items", "serials", "pin"):
        read_file(json.dumps(raw_form(**{key: value})).encode())
    read_file(json.dumps(raw_form(items=[{"class": "pistol", "quantity": value, "value": value}])).encode())
