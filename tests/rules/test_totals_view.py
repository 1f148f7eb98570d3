"""What is shown of the totals: rows found by words, ordered, and held against the people who live there."""

import pytest

from buyback.files.tabular import Kind
from buyback.tariff.catalogue import ClassCode
from buyback.totals.figures import By, Question
from buyback.totals.view import (
    Asked,
    Line,
    Sort,
    kind_of,
    matching,
    ordered,
    per_10000,
    summed,
    weighed,
    with_rates,
)

LINES = (
    Line("080806", "Betania", "Panamá, Panamá", {"arms": 3, "issued": 10_00}),
    Line("090401", "Ñurum", "Ñürüm, Ngäbe Buglé", {"arms": 9, "issued": 0}),
    Line("030104", "Cativá", "Colón, Colón", {"arms": 3, "issued": 5_00}),
)


@pytest.mark.parametrize(
    "number, population, rate",
    [
        (101, 16335, 61_83),
        (0, 500, 0),
        (1, 10_000, 1_00),
        (1, 20_000, 50),
        (1, 2_000_000, 1),
        (1, 2_000_001, 0),
        (5, 0, 0),
    ],
)
def test_a_rate_is_in_hundredths_on_ten_thousand_inhabitants_half_up(number: int, population: int, rate: int) -> None:
    assert per_10000(number, population) == rate


@pytest.mark.parametrize(
    "words, codes",
    [
        ("", ["080806", "090401", "030104"]),
        ("BETANIA", ["080806"]),
        ("cativa", ["030104"]),
        ("nurum", ["090401"]),
        ("colon cat", ["030104"]),
        ("colon betania", []),
        ("0808", ["080806"]),
    ],
)
def test_words_are_found_without_accents_in_name_surroundings_and_code(words: str, codes: list[str]) -> None:
    assert [line.code for line in matching(LINES, words)] == codes


@pytest.mark.parametrize(
    "sort, codes",
    [
        (Sort(), ["030104", "080806", "090401"]),
        (Sort("arms", rising=False), ["090401", "030104", "080806"]),
        (Sort("arms"), ["030104", "080806", "090401"]),
        (Sort("issued"), ["090401", "030104", "080806"]),
        (Sort("name"), ["080806", "030104", "090401"]),
        (Sort("name", rising=False), ["090401", "030104", "080806"]),
        (Sort("items"), ["030104", "080806", "090401"]),
    ],
)
def test_rows_are_ordered_by_any_column_and_equal_ones_by_code(sort: Sort, codes: list[str]) -> None:
    assert [line.code for line in ordered(LINES, sort)] == codes


def test_the_sum_is_that_of_the_rows_shown() -> None:
    assert summed(LINES[:2], ["arms", "issued"]) == {"arms": 12, "issued": 10_00}
    assert summed((), ["arms"]) == {"arms": 0}


def test_only_places_have_inhabitants_and_only_what_is_counted_has_a_rate() -> None:
    place, month = Asked(Question(by=By.DISTRICT)), Asked(Question(by=By.MONTH))
    assert place.columns[-3:] == ("population", "arms_per_10000", "surrenders_per_10000")
    assert "population" not in month.columns
    revolvers = Asked(Question(by=By.CORREGIMIENTO), item_class=ClassCode.REVOLVER)
    assert revolvers.columns == ("items", "appraised_value", "population", "items_per_10000")
    assert with_rates({"items": 3, "appraised_value": 9_00}, 10_000) == {
        "items": 3,
        "appraised_value": 9_00,
        "population": 10_000,
        "items_per_10000": 3_00,
    }


def test_a_figure_is_written_as_what_it_is() -> None:
    shapes = {column: kind_of(column) for column in ("arms", "issued", "population", "arms_per_10000")}
    assert shapes == {
        "arms": Kind.COUNT,
        "issued": Kind.MONEY,
        "population": Kind.COUNT,
        "arms_per_10000": Kind.RATE,
    }


def test_rows_are_weighed_by_arms_or_by_things_where_only_things_are_counted() -> None:
    assert weighed(Asked(Question(by=By.MONTH))) == "arms"
    assert weighed(Asked(Question(by=By.CLASS))) == "items"
    assert weighed(Asked(Question(by=By.MONTH), item_class=ClassCode.PISTOL)) == "items"
