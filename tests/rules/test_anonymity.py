"""How far amounts alone may lead back, counted from how many visits share an award."""

from collections.abc import Sequence
from datetime import date
from itertools import permutations
from math import factorial

import pytest

from buyback.closing.anonymity import measure
from buyback.closing.recall import beyond_recall


@pytest.mark.parametrize(
    "awards, figures, gain",
    [
        ([], (0, 0, 0), 0),
        ([0, 0], (0, 0, 0), 0),  # nothing was issued for them
        ([500], (1, 1, 0), 0),  # the only one is found by chance as well
        ([500, 500, 500], (3, 1, 3), 0),
        ([500, 500, 1000, 0], (3, 2, 2), 1 / 3),
        ([500, 1000, 1500, 2000], (4, 4, 0), 3 / 4),
    ],
)
def test_different_awards_are_told_apart_and_equal_ones_are_guessed(
    awards: Sequence[int], figures: tuple[int, int, int], gain: float
) -> None:
    found = measure(awards)
    assert (found.visits, found.awards, found.sharing) == figures
    assert found.beats_chance == pytest.approx(gain)


@pytest.mark.parametrize("awards", [[5, 5, 5], [5, 5, 10, 10, 20], [5, 10, 15, 20], [5, 5, 5, 5, 10]])
def test_the_measure_is_what_whoever_knows_all_amounts_gains_by_guessing(awards: list[int]) -> None:
    """Every order of the visits that fits the amounts is equally likely; the right ones are counted."""
    everything = list(permutations(range(len(awards))))
    fitting = [order for order in everything if [awards[place] for place in order] == awards]
    right, by_chance = (
        sum(place == number for order in orders for number, place in enumerate(order)) / len(orders)
        for orders in (fitting, everything)
    )
    assert len(everything) == factorial(len(awards))
    assert measure(awards).beats_chance == pytest.approx((right - by_chance) / len(awards))


def test_beyond_recall_is_as_many_days_after_the_rewriting_as_backups_are_kept() -> None:
    rewritten_on = date(2026, 12, 25)
    assert beyond_recall(rewritten_on, backup_days=30) == date(2027, 1, 24)
    assert beyond_recall(rewritten_on, backup_days=0) == rewritten_on
    assert beyond_recall(None, backup_days=30) is None
