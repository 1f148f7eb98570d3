"""What is accepted from a keyboard means exactly what was typed; everything else is refused, and never guessed at."""

from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from buyback.errors import Refused
from buyback.files.reading import values
from buyback.files.reading.values import Dialect
from buyback.money import CENTS_MAX

NUMBER_MAX = 999_999_999
near_numbers = st.text(alphabet="0123456789,,..B/ -", max_size=14)


def amount(typed: str) -> int | None:
    """Cents, or None where it is refused."""
    try:
        return values.amount(typed, Dialect.TYPED)
    except Refused:
        return None


def whole(typed: str) -> int | None:
    """The number, or None where it is refused."""
    try:
        return values.whole(typed, Dialect.TYPED, low=0, high=NUMBER_MAX)
    except Refused:
        return None


def digits(typed: str) -> str:
    """The digits before a point; commas may stand between groups of three only."""
    number = typed.removeprefix("B/.").strip().partition(".")[0]
    assert "," not in number or number == f"{int(number.replace(',', '')):,}", typed
    return number.replace(",", "")


@given(st.integers(0, CENTS_MAX))
def test_every_spelling_of_an_amount_is_understood(cents: int) -> None:
    balboas = Decimal(cents) / 100
    spellings = [f"{balboas:.2f}", f"{balboas:,.2f}", f"B/. {balboas:,.2f}", f"B/.{balboas:.2f}"]
    if cents % 10 == 0:
        spellings.append(f"{balboas:,.1f}")
    if cents % 100 == 0:
        spellings += [f"{balboas:.0f}", f"{balboas:,.0f}"]
    assert {spelling: amount(spelling) for spelling in spellings} == dict.fromkeys(spellings, cents)


@example("75,00")
@example("175,50")
@example("1,50.5")
@example("0,750")
@example("1.234,50")
@example("1234,567")
@given(near_numbers)
def test_an_amount_that_is_accepted_means_what_was_typed(typed: str) -> None:
    cents = amount(typed)
    if cents is not None:
        behind = typed.removeprefix("B/.").partition(".")[2]
        assert cents == Decimal(f"{digits(typed)}.{behind or 0}") * 100
        assert len(behind) <= 2


@given(st.integers(0, 999_999), st.from_regex(r"[0-9]{1,2}", fullmatch=True))
def test_a_comma_before_the_cents_is_refused(balboas: int, cents: str) -> None:
    assert amount(f"{balboas},{cents}") is None
    assert amount(f"{balboas:,},{cents}") is None
    assert whole(f"{balboas},{cents}") is None


@given(st.integers(0, NUMBER_MAX))
def test_every_spelling_of_a_whole_number_is_understood(number: int) -> None:
    assert whole(str(number)) == whole(f"{number:,}") == number


@example("1,5")
@given(near_numbers)
def test_a_whole_number_that_is_accepted_means_what_was_typed(typed: str) -> None:
    number = whole(typed)
    if number is not None:
        assert "." not in typed
        assert number == int(digits(typed))


@pytest.mark.parametrize("dialect", [Dialect.JSON, Dialect.TOML])
@pytest.mark.parametrize("written", ["1,234.50", "150", "150.5", "B/. 150.00", " 150.00", 150, 150.0])
def test_a_file_writes_amounts_in_one_way_only(dialect: Dialect, written: object) -> None:
    with pytest.raises(Refused):
        values.amount(written, dialect)
