"""Tax numbers: published pairs, an independent calculator as the oracle, and what is refused."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from panama_ruc_dv_calculator.ruc_juridica import RucJuridica
from panama_ruc_dv_calculator.ruc_juridica_nt import RucJuridicaNT
from panama_ruc_dv_calculator.ruc_natural import RucNatural
from panama_ruc_dv_calculator.ruc_natural_nt import RucNaturalNT

from buyback.merchants.states import RucKind
from buyback.merchants.tax_numbers import (
    CheckDigitsMalformed,
    RucMalformed,
    RucProvinceUnknown,
    WrongCheckDigits,
    canonical,
    check_digits,
    tax_number,
)

ORACLES = {
    RucKind.NATURAL: RucNatural,
    RucKind.JURIDICA: RucJuridica,
    RucKind.NATURAL_NT: RucNaturalNT,
    RucKind.JURIDICA_NT: RucJuridicaNT,
}


def published() -> Iterator[tuple[RucKind, str, str]]:
    kind = RucKind.NATURAL
    for text in (Path(__file__).parent / "data" / "tax_numbers.txt").read_text().splitlines():
        if text.startswith("["):
            kind = RucKind(text.strip("[]"))
        elif not text.startswith("#"):
            ruc, dv = text.split()
            yield kind, ruc, dv


def digits(longest: int) -> st.SearchStrategy[str]:
    return st.integers(1, longest).flatmap(lambda size: st.integers(0, 10**size - 1)).map(str)


PROVINCES = st.integers(0, 13).map(str)
FIRST_PARTS = st.one_of(
    PROVINCES,
    st.sampled_from(["E", "PE", "N"]),
    st.tuples(PROVINCES, st.sampled_from(["AV", "PI"])).map("".join),
)
PEOPLE = st.tuples(FIRST_PARTS, digits(4), digits(8)).map("-".join)
COMPANIES = st.tuples(digits(9), digits(4), digits(6)).map("-".join)
OLD_COMPANIES = st.tuples(st.integers(0, 60_000).map(str), digits(4), digits(6)).map("-".join)
PEOPLE_NT = st.tuples(PROVINCES, st.just("NT"), digits(3), digits(6)).map("-".join)
COMPANIES_NT = st.tuples(PROVINCES, st.just("NT"), digits(3), digits(7)).map("-".join)
NUMBERS = st.one_of(
    st.tuples(st.just(RucKind.NATURAL), PEOPLE),
    st.tuples(st.just(RucKind.JURIDICA), COMPANIES),
    st.tuples(st.just(RucKind.JURIDICA), OLD_COMPANIES),
    st.tuples(st.just(RucKind.NATURAL_NT), PEOPLE_NT),
    st.tuples(st.just(RucKind.JURIDICA_NT), COMPANIES_NT),
)


def test_every_published_number_verifies() -> None:
    numbers = list(published())
    assert len(numbers) == 40
    assert [tax_number(kind, ruc, dv).dv for kind, ruc, dv in numbers] == [dv for _kind, _ruc, dv in numbers]


@given(NUMBERS)
def test_check_digits_agree_with_an_independent_calculator(number: tuple[RucKind, str]) -> None:
    kind, ruc = number
    assert check_digits(kind, ruc) == ORACLES[kind](ruc).dv


def test_each_thousand_of_the_old_rolls_agrees_with_an_independent_calculator() -> None:
    numbers = [f"{thousands}123-45-678901" for thousands in range(50)]
    assert [check_digits(RucKind.JURIDICA, ruc) for ruc in numbers] == [RucJuridica(ruc).dv for ruc in numbers]


def test_the_same_text_has_other_digits_for_a_person_and_a_company() -> None:
    assert check_digits(RucKind.NATURAL_NT, "8-NT-1-12345") != check_digits(RucKind.JURIDICA_NT, "8-NT-1-12345")


@pytest.mark.parametrize("dv", ["38", "93", "00"])
def test_a_wrong_check_digit_is_refused(dv: str) -> None:
    with pytest.raises(WrongCheckDigits):
        tax_number(RucKind.JURIDICA, "155720753-2-2022", dv)


@pytest.mark.parametrize("dv", ["", "3", "039", "3A", "٣٩"])
def test_check_digits_are_two_digits(dv: str) -> None:
    with pytest.raises(CheckDigitsMalformed):
        tax_number(RucKind.JURIDICA, "155720753-2-2022", dv)


@pytest.mark.parametrize(
    "kind, ruc",
    [
        (RucKind.JURIDICA, ""),
        (RucKind.JURIDICA, "155720753-2"),
        (RucKind.JURIDICA, "155720753-2-2022-1"),
        (RucKind.JURIDICA, "1234567890-2-2022"),
        (RucKind.JURIDICA, "155720753-12345-2022"),
        (RucKind.JURIDICA, "155720753-2-1234567"),
        (RucKind.JURIDICA, "8-NT-1-12345"),
        (RucKind.JURIDICA, "١٥٥-2-2022"),
        (RucKind.NATURAL, "8-NT-1-12345"),
        (RucKind.NATURAL, "X-1-1"),
        (RucKind.NATURAL, "AV-1-1"),
        (RucKind.NATURAL, "8-12345-1"),
        (RucKind.NATURAL_NT, "8-1-12345"),
        (RucKind.NATURAL_NT, "8-NT-1234-1"),
        (RucKind.NATURAL_NT, "8-NT-1-1234567"),
        (RucKind.JURIDICA_NT, "8-NT-1-12345678"),
    ],
)
def test_a_number_of_another_form_is_refused(kind: RucKind, ruc: str) -> None:
    with pytest.raises(RucMalformed):
        check_digits(kind, ruc)


@pytest.mark.parametrize(
    "kind, ruc",
    [(RucKind.NATURAL, "14-1-1"), (RucKind.NATURAL, "99PI-1-1"), (RucKind.JURIDICA_NT, "14-NT-1-1")],
)
def test_a_province_that_does_not_exist_is_refused(kind: RucKind, ruc: str) -> None:
    with pytest.raises(RucProvinceUnknown):
        check_digits(kind, ruc)


@pytest.mark.parametrize(
    "kind, typed, stored",
    [
        (RucKind.NATURAL, " 08-0012-00345 ", "8-12-345"),
        (RucKind.NATURAL, "e - 0 - 0", "E-0-0"),
        (RucKind.NATURAL, "08pi-23-65", "8PI-23-65"),
        (RucKind.JURIDICA, "000155720753-2-2022", "155720753-2-2022"),
        (RucKind.JURIDICA, "061302-014-123411", "61302-14-123411"),
        (RucKind.JURIDICA_NT, "00-nt-000-0000000", "0-NT-0-0"),
    ],
)
def test_one_number_has_one_spelling(kind: RucKind, typed: str, stored: str) -> None:
    assert canonical(kind, typed) == stored
