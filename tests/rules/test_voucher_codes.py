"""The typed code: its alphabet, its check character, and how forgiving reading is."""

from collections.abc import Callable
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from buyback.codes import ALPHABET
from buyback.security import keyring
from buyback.vouchers import codes
from buyback.vouchers.codes import Misread, Misreading, QrText, TypedCode

PLACES = 13
WRONG = Misread(Misreading.WRONG_CHECK_CHARACTER)

values = st.integers(0, (1 << 60) - 1)
# The check is linear: whether a mistake passes depends on the mistake alone, so a few words stand for all.
WORDS = [codes.spell(value).replace("-", "") for value in (0, (1 << 60) - 1, 0x7C0F_FEE5_1234_567, 1 << 59)]


def test_the_alphabet_is_crockfords() -> None:
    assert len(set(ALPHABET)) == 32
    assert not set(ALPHABET) & set("ILOU")


def test_a_code_has_as_many_bits_as_the_keys_give_it() -> None:
    assert codes.CODE_BITS == keyring.CODE_BITS


@given(values)
def test_what_is_spelled_is_read_back(value: int) -> None:
    assert codes.read(codes.spell(value)) == TypedCode(value)


def test_a_code_is_shown_in_groups_of_four_with_its_check_character_last() -> None:
    assert [len(group) for group in codes.spell(123456789).split("-")] == [4, 4, 4, 1]


@pytest.mark.parametrize("word", WORDS)
def test_every_single_wrong_character_is_caught(word: str) -> None:
    for place in range(PLACES):
        for letter in set(ALPHABET) - {word[place]}:
            assert codes.read(word[:place] + letter + word[place + 1 :]) == WRONG


@pytest.mark.parametrize("first, second", list(combinations(range(PLACES), 2)))
def test_every_swap_of_two_characters_is_caught_wherever_they_stand(first: int, second: int) -> None:
    # One place runs through all its values, and the check character with it: every difference occurs.
    running = second if second < PLACES - 1 else (first + 1) % (PLACES - 1)
    seen = set()
    for running_digit in range(32):
        word = list(_word({running: running_digit}))
        seen.add(ALPHABET.index(word[first]) ^ ALPHABET.index(word[second]))
        swapped = word.copy()
        swapped[first], swapped[second] = word[second], word[first]
        assert swapped == word or codes.read("".join(swapped)) == WRONG
    assert seen == set(range(32))


def test_the_same_mistake_at_two_places_is_caught() -> None:
    for first, second in combinations(range(PLACES), 2):
        for difference in range(1, 32):
            word = list(WORDS[2])
            for place in (first, second):
                word[place] = ALPHABET[ALPHABET.index(word[place]) ^ difference]
            assert codes.read("".join(word)) == WRONG


@given(st.text(ALPHABET, min_size=12, max_size=12))
def test_each_body_has_exactly_one_right_check_character(body: str) -> None:
    good = [letter for letter in ALPHABET if isinstance(codes.read(body + letter), TypedCode)]
    assert len(good) == 1


@given(
    values,
    st.sampled_from(["", " ", "-", " - ", "–", "\u00a0", "\t"]),
    st.sampled_from([str.lower, str.upper]),
)
def test_case_spaces_and_dashes_do_not_matter(value: int, between: str, cased: Callable[[str], str]) -> None:
    assert codes.read(cased(between.join(codes.spell(value).replace("-", "")))) == TypedCode(value)


@pytest.mark.parametrize("value", [1 << 60, -1])
def test_a_value_of_more_than_60_bits_cannot_be_spelled(value: int) -> None:
    with pytest.raises(ValueError, match="60 bits"):
        codes.spell(value)


@given(st.text())
def test_any_text_is_told_or_refused_without_a_crash(text: str) -> None:
    assert isinstance(codes.classify(text), QrText | TypedCode | Misread)


def test_a_long_text_with_our_prefix_is_taken_for_a_qr_text_whatever_its_version() -> None:
    assert codes.classify(" pmb9abcdefghijk\r\n") == QrText("PMB9ABCDEFGHIJK")


def test_a_typed_code_that_begins_like_a_qr_text_is_still_a_typed_code() -> None:
    value = 0
    for letter in "PMB1PMB1PMB1":
        value = value << 5 | ALPHABET.index(letter)
    spelled = codes.spell(value)
    assert spelled.startswith("PMB1-")
    assert codes.classify(spelled) == TypedCode(value)


def _word(changed: dict[int, int]) -> str:
    """A good code without dashes: WORDS[2] with other digits at some of its first twelve places."""
    digits = [ALPHABET.index(letter) for letter in WORDS[2][:12]]
    for place, digit in changed.items():
        digits[place] = digit
    value = 0
    for digit in digits:
        value = value << 5 | digit
    return codes.spell(value).replace("-", "")
