"""Rounding, paying out in denominations, dispositions and expiry."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from buyback.vouchers.rules import (
    BlanksDoNotFit,
    Disposition,
    ResolutionKind,
    disposition,
    faces_to_mint,
    is_past,
    split,
)

DENOMINATIONS = (5000, 2000, 1000, 500)

denominations = st.lists(st.integers(1, 20_000), min_size=1, max_size=6)
awards = st.integers(0, 500_000)


def test_an_award_is_paid_in_the_largest_faces_first_and_one_remainder() -> None:
    assert split(187_35, DENOMINATIONS) == (5000, 5000, 5000, 2000, 1000, 500, 235)


def test_the_order_in_which_denominations_are_given_does_not_matter() -> None:
    assert split(187_35, (500, 5000, 1000, 2000, 500)) == split(187_35, DENOMINATIONS)


def test_an_award_of_nothing_needs_no_voucher() -> None:
    assert split(0, DENOMINATIONS) == ()


def test_an_award_under_the_smallest_denomination_is_one_voucher() -> None:
    assert split(5, DENOMINATIONS) == (5,)


@given(awards, denominations)
def test_the_faces_add_up_to_the_award(award: int, faces: list[int]) -> None:
    assert sum(split(award, faces)) == award


@given(awards, denominations)
def test_at_most_one_face_is_no_denomination_and_it_is_smaller_than_all(award: int, faces: list[int]) -> None:
    others = [face for face in split(award, faces) if face not in faces]
    assert len(others) <= 1
    assert all(0 < face < min(faces) for face in others)


@given(awards, denominations)
def test_no_run_of_faces_could_have_been_one_larger_denomination(award: int, faces: list[int]) -> None:
    paid = split(award, faces)
    for larger in faces:
        assert sum(face for face in paid if face < larger) < larger


@pytest.mark.parametrize("award, faces", [(-1, DENOMINATIONS), (100, ()), (100, (500, 0)), (100, (-5,))])
def test_a_negative_award_or_a_face_of_nothing_is_a_mistake(award: int, faces: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=r"."):
        split(award, faces)


@pytest.mark.parametrize(
    "given, minted",
    [((), (5000, 5000, 5000)), ((5000, 5000, 5000), ()), ((5000, 5000, 2000, 2000, 505), (495,)), ((14999,), (1,))],
)
def test_blanks_pay_an_award_with_at_most_one_remainder_minted_beside_them(
    given: tuple[int, ...], minted: tuple[int, ...]
) -> None:
    assert faces_to_mint(150_00, given, DENOMINATIONS) == minted


@pytest.mark.parametrize("given", [(145_00,), (50_00, 50_00), (150_01,), (200_00,)])
def test_blanks_short_by_the_smallest_denomination_or_over_the_award_do_not_fit(given: tuple[int, ...]) -> None:
    with pytest.raises(BlanksDoNotFit) as refused:
        faces_to_mint(150_00, given, DENOMINATIONS)
    assert refused.value.field == "serials"


@pytest.mark.parametrize(
    "is_issued, standing, expected",
    [
        (False, None, Disposition.BLANK),
        (True, None, Disposition.ISSUED),
        (True, ResolutionKind.REDEEM, Disposition.REDEEMED),
        (True, ResolutionKind.VOID, Disposition.VOID),
        (True, ResolutionKind.EXPIRE, Disposition.EXPIRED),
    ],
)
def test_a_voucher_has_the_disposition_that_its_records_give_it(
    *, is_issued: bool, standing: ResolutionKind | None, expected: Disposition
) -> None:
    assert disposition(is_issued=is_issued, standing=standing) is expected


def test_a_blank_voucher_with_a_resolution_is_a_contradiction() -> None:
    with pytest.raises(ValueError, match="redeem"):
        disposition(is_issued=False, standing=ResolutionKind.REDEEM)


def test_a_voucher_is_good_through_its_last_day() -> None:
    last = date(2027, 2, 22)
    assert not is_past(last, date(2027, 2, 21))
    assert not is_past(last, last)
    assert is_past(last, date(2027, 2, 23))
