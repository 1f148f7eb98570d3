"""Whoever leads vouchers back by amounts and shopping trips is right today, and beyond recall no more than by chance.

Chance: whoever is told which vouchers and which things were one visit's, and pairs them by lot, is right for one visit
of an event, whatever its size. Harder is what the attacker's own claims would hit if their items were dealt out anew.
Errors are two standard errors of the mean over the seeds, which are fixed.
"""

from dataclasses import replace

import pytest

from tests.attack.event import Way
from tests.attack.model import SIZES, attacked
from tests.attack.view import AFTER, BEFORE, Left, Moment, Values


@pytest.mark.parametrize("count", SIZES)
def test_today_one_trip_leads_most_visits_to_exactly_their_items(count: int) -> None:
    assert attacked(BEFORE, count, Way.ONE_TRIP).share > 0.6


@pytest.mark.parametrize("way", [Way.HALVES, Way.MONTH])
@pytest.mark.parametrize("count", SIZES)
def test_today_more_visits_are_led_to_their_items_than_by_chance_whatever_the_trips(count: int, way: Way) -> None:
    came = attacked(BEFORE, count, way, seeds=4 if count == 60 and way is Way.HALVES else 0)
    assert came.excess > came.unsure


@pytest.mark.parametrize("count", SIZES)
def test_today_amounts_alone_are_enough(count: int) -> None:
    came = attacked(replace(BEFORE, in_order=False), count, Way.ONE_TRIP, seeds=10 if count < 60 else 2)
    assert came.share > 0.15
    assert came.excess > came.unsure


@pytest.mark.parametrize("way", Way)
@pytest.mark.parametrize("count", [20, 60])
def test_beyond_recall_no_more_visits_are_led_to_their_items_than_by_chance(count: int, way: Way) -> None:
    came = attacked(AFTER, count, way)
    assert came.share <= 1 / count + came.error
    assert came.excess <= 0.01 + came.unsure, "of 20 visits spent in one trip each, one in a hundred is left over"


@pytest.mark.parametrize("way", Way)
def test_beyond_recall_ten_visits_are_led_no_further_than_the_measure_of_the_purge_says(way: Way) -> None:
    came = attacked(AFTER, 10, way)
    assert came.excess <= 0.05 + came.unsure
    assert came.share <= 1 / 10 + came.error


@pytest.mark.parametrize(
    "left",
    [
        pytest.param(replace(AFTER, moment=Moment.SECOND), id="seconds"),
        pytest.param(replace(AFTER, moment=Moment.DAY, values=Values.LINE), id="days-and-lines"),
        pytest.param(replace(AFTER, moment=Moment.SECOND, values=Values.ITEM), id="seconds-and-values"),
        pytest.param(replace(AFTER, moment=Moment.SECOND, in_order=True), id="seconds-and-tags"),
    ],
)
def test_what_the_end_takes_away_would_lead_twenty_visits_back(left: Left) -> None:
    """So the attack is one that can succeed, and each of these is taken away for a reason."""
    came = attacked(left, 20, Way.ONE_TRIP, seeds=16)
    assert came.share > 1 / 20
    assert came.excess > 0.01 + came.unsure
