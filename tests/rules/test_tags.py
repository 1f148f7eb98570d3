"""Tags: how they are read and drawn, and that readers of bars and squares find on the labels what was drawn."""

import random
from collections import Counter
from collections.abc import Sequence
from io import BytesIO

import pypdfium2
import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st

from buyback.codes import ALPHABET, CheckCharacterWrong, Unreadable
from buyback.intake import tags
from buyback.intake.labels import LabelStock, render

values = st.integers(0, 32**4 - 1)
CHANCE = random.Random(7)  # noqa: S311  the same tags each time


@given(values)
def test_a_tag_is_read_back_whatever_its_case_dashes_and_look_alikes(value: int) -> None:
    tag = tags.spell(value)
    sloppy = tag.lower().replace("-", " ").replace("0", "o").replace("1", "l")
    assert tags.read(tag) == tags.read(sloppy) == tag


def test_the_contracts_example_is_a_tag() -> None:
    assert tags.read("7KQ4-M") == "7KQ4-M"
    assert tags.read(" 7kq4m\n") == "7KQ4-M"


@given(values, st.integers(0, 4), st.sampled_from(ALPHABET))
def test_one_wrong_character_is_caught(value: int, place: int, letter: str) -> None:
    tag = list(tags.spell(value).replace("-", ""))
    if tag[place] != letter:
        tag[place] = letter
        with pytest.raises(CheckCharacterWrong):
            tags.read("".join(tag))


@given(values, st.integers(0, 4), st.integers(0, 4))
def test_two_swapped_characters_are_caught(value: int, first: int, second: int) -> None:
    tag = list(tags.spell(value).replace("-", ""))
    if tag[first] != tag[second]:
        tag[first], tag[second] = tag[second], tag[first]
        with pytest.raises(CheckCharacterWrong):
            tags.read("".join(tag))


@pytest.mark.parametrize("text", ["", "7KQ4", "7KQ4-MM", "8-123-456", "DEMO-0001", "6123-4567", "7KU4-M", "ÁKQ4-M"])
def test_numbers_made_up_at_the_table_and_cedulas_are_no_tags(text: str) -> None:
    with pytest.raises(Unreadable):
        tags.read(text)


def _the_first(values: Sequence[int], count: int) -> list[int]:
    return list(values[:count])


def test_tags_are_drawn_once_each_and_never_again() -> None:
    first = tags.draw(500, taken=set(), sample=_the_first)
    second = tags.draw(500, taken=set(first), sample=_the_first)
    assert len(set(first + second)) == 1000
    assert all(tags.read(tag) == tag for tag in first)


def test_what_is_drawn_is_any_of_all_tags_in_the_order_of_chance() -> None:
    drawn = tags.draw(2000, taken=set(), sample=CHANCE.sample)
    assert sorted(drawn) != list(drawn)
    for place in range(4):
        assert max(Counter(tag[place] for tag in drawn).values()) < 2000 / 32 * 2


def test_a_roll_that_would_fill_the_programme_is_refused_and_the_last_that_fits_is_not() -> None:
    taken = {tags.spell(value) for value in range(tags.TAGS_MAX - 10)}
    assert len(tags.draw(10, taken=taken, sample=CHANCE.sample)) == 10
    with pytest.raises(tags.TooManyTags) as refused:
        tags.draw(11, taken=taken, sample=CHANCE.sample)
    assert refused.value.facts == {"limit": 262_144, "left": 10}


@pytest.mark.parametrize("stock, labels_a_page", [(LabelStock.A4, 24), (LabelStock.ROLL, 1)])
def test_every_label_is_read_by_its_bars_and_by_its_square(stock: LabelStock, labels_a_page: int) -> None:
    roll = tags.draw(25, taken=set(), sample=CHANCE.sample)
    out = BytesIO()
    render(roll, programme="PMB-2026", stock=stock, out=out)
    with pypdfium2.PdfDocument(out.getvalue()) as document:
        assert len(document) == -(-len(roll) // labels_a_page)
        read = Counter(
            (code.format, code.text)
            for page in document
            for code in zxingcpp.read_barcodes(page.render(scale=200 / 72, grayscale=True).to_pil())
        )
    bars, square = zxingcpp.BarcodeFormat.Code128, zxingcpp.BarcodeFormat.QRCode
    assert read == Counter((kind, tag) for kind in (bars, square) for tag in roll)


def test_a_roll_does_not_tell_when_it_was_printed() -> None:
    out = BytesIO()
    render(["7KQ4-M"], programme="PMB-2026", stock=LabelStock.A4, out=out)
    assert b"D:2000010100" in out.getvalue()
    assert b"D:2026" not in out.getvalue()
