"""Serials tell nothing about the order in which vouchers were made."""

from itertools import pairwise

import pytest

from buyback.vouchers.serials import SERIALS, SerialMalformed, serial_at, serial_of, serial_text

SALT = bytes(range(32))
OTHER_SALT = bytes(range(1, 33))


@pytest.mark.parametrize("counts", [range(20_000), range(0, SERIALS, 50)])
def test_no_serial_comes_twice(counts: range) -> None:
    # A shuffle that was not one to one would repeat about 200 of 20,000.
    drawn = {serial_at(SALT, count) for count in counts}
    assert len(drawn) == len(counts)
    assert min(drawn) >= 0
    assert max(drawn) < SERIALS


def test_the_next_serial_is_not_the_next_number() -> None:
    drawn = [serial_at(SALT, count) for count in range(2_000)]
    steps = [after - before for before, after in pairwise(drawn)]
    assert sum(abs(step) == 1 for step in steps) <= 2


def test_vouchers_made_one_after_another_are_no_nearer_than_chance() -> None:
    drawn = [serial_at(SALT, count) for count in range(4_000)]
    distances = [abs(after - before) for before, after in pairwise(drawn)]
    # Two random serials lie a third of the range apart; the standard error of this mean is under 4,000.
    assert abs(sum(distances) / len(distances) - SERIALS / 3) < 20_000


def test_later_vouchers_do_not_have_larger_serials() -> None:
    drawn = [serial_at(SALT, count) for count in range(4_000)]
    rising = sum(after > before for before, after in pairwise(drawn))
    assert abs(rising / len(drawn) - 0.5) < 0.03


def test_another_event_has_another_order() -> None:
    same = sum(serial_at(SALT, count) == serial_at(OTHER_SALT, count) for count in range(2_000))
    assert same <= 2


def test_the_order_never_changes_once_vouchers_are_out() -> None:
    drawn = [serial_at(SALT, count) for count in (0, 1, 2, 999_999)]
    assert drawn == [725_519, 32_699, 295_031, 199_214]


@pytest.mark.parametrize("count", [-1, SERIALS])
def test_a_count_outside_the_million_has_no_serial(count: int) -> None:
    with pytest.raises(ValueError, match=str(count)):
        serial_at(SALT, count)


def test_a_salt_that_could_be_guessed_is_refused() -> None:
    with pytest.raises(ValueError, match="salt"):
        serial_at(b"short", 1)


def test_a_serial_is_printed_with_six_digits() -> None:
    assert serial_text(42) == "000042"


@pytest.mark.parametrize("value", ["004512", "4512", 4512])
def test_a_serial_is_read_as_it_is_printed_without_its_zeros_and_as_a_number(value: object) -> None:
    assert serial_of(value) == 4512


@pytest.mark.parametrize("value", ["", "1234567", "A12", "-1", "٤", " 4", -1, SERIALS, True, 4.0, None])
def test_what_no_voucher_has_printed_on_it_is_no_serial(value: object) -> None:
    with pytest.raises(SerialMalformed):
        serial_of(value)
