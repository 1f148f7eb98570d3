"""What is shown of the totals: rows found by words, ordered, and held against the people who live there."""

import pytest

from buyback.files.writing.tabular import Kind
from buyback.tariff.catalogue import ClassCode
from buyback.totals.figures import Figure, complete
from buyback.totals.rules import By, Query, Row, Sort, add_up, matching, ordered

ROWS = (
    Row("080806", "Betania", "Panamá, Panamá", {"arms": 3, "issued": 10_00}),
    Row("090401", "Ñurum", "Ñürüm, Ngäbe Buglé", {"arms": 9, "issued": 0}),
    Row("030104", "Cativá", "Colón, Colón", {"arms": 3, "issued": 5_00}),
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
    nothing: dict[str, int] = dict.fromkeys(Figure, 0)
    figures = complete({**nothing, Figure.ARMS: number, Figure.ITEMS: number, Figure.POPULATION: population})
    assert (figures["arms_per_10000"], figures["items_per_10000"], figures["surrenders_per_10000"]) == (rate, rate, 0)


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
    assert [row.code for row in matching(ROWS, words)] == codes


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
    assert [row.code for row in ordered(ROWS, sort)] == codes


def test_the_sum_is_that_of_the_rows_shown() -> None:
    assert add_up(ROWS[:2], ["arms", "issued"]) == {"arms": 12, "issued": 10_00}
    assert add_up((), ["arms"]) == {"arms": 0}


def test_only_places_have_inhabitants_and_only_what_is_counted_has_a_rate() -> None:
    place, month = Query(by=By.DISTRICT), Query(by=By.MONTH)
    assert place.columns[-3:] == ("population", "arms_per_10000", "surrenders_per_10000")
    assert "population" not in month.columns
    revolvers = Query(by=By.CORREGIMIENTO, item_class=ClassCode.REVOLVER)
    assert revolvers.columns == ("items", "appraised_value", "population", "items_per_10000")


def test_pieces_of_one_class_and_rounds_of_another_have_no_sum() -> None:
    assert Query(by=By.CLASS).summed == ("appraised_value",)
    for one_class in (Query(by=By.CLASS, item_class=ClassCode.PISTOL), Query(by=By.EVENT, item_class=ClassCode.PISTOL)):
        assert one_class.summed == ("items", "appraised_value")
    assert Query(by=By.MONTH).summed == Query(by=By.MONTH).columns


def test_a_figure_is_written_as_what_it_is() -> None:
    units = {figure.value: figure.unit for figure in (Figure.ARMS, Figure.ISSUED, Figure.POPULATION, Figure.ARMS_RATE)}
    assert units == {
        "arms": Kind.COUNT,
        "issued": Kind.MONEY,
        "population": Kind.COUNT,
        "arms_per_10000": Kind.RATE,
    }


def test_rows_are_weighed_by_arms_or_by_things_where_only_things_are_counted() -> None:
    assert Query(by=By.MONTH).weight == "arms"
    assert Query(by=By.CLASS).weight == "items"
    assert Query(by=By.MONTH, item_class=ClassCode.PISTOL).weight == "items"
