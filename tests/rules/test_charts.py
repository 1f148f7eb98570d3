"""Charts are geometry: lengths, areas and places in proportion, names where there is room, and no text lost."""

from math import pi

import pytest
from hypothesis import given
from hypothesis import strategies as st

from buyback.web.shell.charts import (
    DOT_RADIUS_MAX,
    MAP_WIDTH,
    STEPS_MAX,
    Spot,
    bars,
    draw_map,
    line,
    middle,
    months_between,
    scale,
    spread,
    without_gaps,
)

BETANIA = Spot("080806", "Betania", -79.53, 9.01, 40)
DAVID = Spot("040601", "David", -82.43, 8.43, 10)
COLON = Spot("030101", "Barrio Norte", -79.90, 9.36, 90)
NOTHING = Spot("090101", "Nada", -80.9, 8.1, 0)


def test_a_bar_is_as_long_as_its_share_of_the_largest() -> None:
    assert [(bar.label, bar.length) for bar in bars([("a", 200), ("b", 50), ("c", 0), ("d", -3)])] == [
        ("a", 100.0),
        ("b", 25.0),
        ("c", 0.0),
        ("d", 0.0),
    ]
    assert bars([]) == ()
    assert bars([("a", 0)])[0].length == 0.0


@pytest.mark.parametrize(
    "largest, step, top",
    [
        (0, 1, 1),
        (1, 1, 1),
        (3, 1, 3),
        (6, 2, 6),
        (11, 5, 15),
        (101, 25, 125),
        (125, 25, 125),
        (126, 50, 150),
        (9_370_215, 2_000_000, 10_000_000),
        (12_000_000, 2_500_000, 12_500_000),
    ],
)
def test_a_scale_goes_in_round_steps_to_the_first_that_reaches_its_largest_value(
    largest: int, step: int, top: int
) -> None:
    ticks = scale(largest)
    assert (ticks[-2].value, ticks[0].value) == (step, top)
    assert (ticks[0].y, ticks[-1].y, ticks[-1].value) == (0, 100, 0)


@given(st.integers(min_value=1, max_value=10**13))
def test_no_value_leaves_its_scale_and_none_is_dwarfed_by_it(largest: int) -> None:
    ticks = scale(largest)
    top, step = ticks[0].value, ticks[-2].value
    assert largest <= top
    assert (top - largest) * 5 <= largest * 2
    assert len(ticks) - 1 == top / step <= STEPS_MAX
    assert str(step).rstrip("0") in {"1", "2", "25", "5"}


def test_a_line_goes_from_the_left_to_the_right_with_zero_at_the_bottom() -> None:
    drawn = line([("a", 0), ("b", 50), ("c", 100)])
    assert [(point.x, point.y) for point in drawn.points] == [(0, 100), (50, 50), (100, 0)]
    assert drawn.path == "M0 100 L50 50 L100 0"
    assert [point.label for point in drawn.peaks] == ["b", "c"]
    assert [tick.value for tick in drawn.scale] == [100, 80, 60, 40, 20, 0]
    assert [tick.y for tick in drawn.scale] == [0, 20, 40, 60, 80, 100]


def test_a_line_of_one_step_is_a_dot_in_the_middle_and_of_none_is_empty() -> None:
    assert [(point.x, point.y) for point in line([("a", 5)]).points] == [(50.0, 0.0)]
    assert line([]).points == ()
    assert line([]).path == ""


@pytest.mark.parametrize("count, places", [(0, []), (1, [0]), (3, [0, 1, 2]), (4, [0, 2, 3]), (12, [0, 6, 11])])
def test_labels_are_spread_from_the_first_to_the_last(count: int, places: list[int]) -> None:
    assert spread(count) == places


def test_months_without_anything_are_part_of_the_line() -> None:
    assert months_between("2025-11", "2026-02") == ["2025-11", "2025-12", "2026-01", "2026-02"]
    assert without_gaps({"2026-02": 7, "2025-12": 3}) == [("2025-12", 3), ("2026-01", 0), ("2026-02", 7)]
    assert without_gaps({}) == []


def test_a_line_covers_the_span_that_was_asked_for_unless_it_would_be_all_zeroes() -> None:
    drawn = without_gaps({"2026-02": 7}, first="2026-01", last="2026-03")
    assert drawn == [("2026-01", 0), ("2026-02", 7), ("2026-03", 0)]
    assert without_gaps({"2026-02": 7}, first="0001-01", last="9999-12") == [("2026-02", 7)]
    assert without_gaps({"2026-02": 7}, first="2026-03") == [("2026-02", 7)]


def test_a_circles_area_is_in_proportion_and_the_largest_is_drawn_first() -> None:
    dots = draw_map([DAVID, COLON, BETANIA, NOTHING], []).dots
    assert [dot.spot.name for dot in dots] == ["Barrio Norte", "Betania", "David"]
    largest, middling, smallest = (pi * dot.radius**2 for dot in dots)
    assert dots[0].radius == DOT_RADIUS_MAX
    assert middling / largest == pytest.approx(40 / 90, rel=0.01)
    assert smallest / largest == pytest.approx(10 / 90, rel=0.01)


def test_north_is_up_and_west_is_left_in_one_scale() -> None:
    drawn = draw_map([BETANIA, DAVID], [(-79.53, 8.43)])
    betania, david = drawn.dots
    assert david.x < betania.x
    assert david.y > betania.y
    wide, tall = betania.x - david.x, david.y - betania.y
    assert wide / tall == pytest.approx((82.43 - 79.53) * 0.988 / (9.01 - 8.43), rel=0.01)
    assert drawn.ground == f"M{betania.x:g} {david.y:g}h0"


@given(
    st.lists(
        st.tuples(st.floats(-83, -77), st.floats(7, 10), st.integers(1, 10**6)),
        min_size=1,
        max_size=12,
    )
)
def test_every_circle_lies_on_the_map_and_no_name_leaves_it(places: list[tuple[float, float, int]]) -> None:
    spots = [Spot(str(number), "Un lugar", *place) for number, place in enumerate(places)]
    drawn = draw_map(spots, [place[:2] for place in places])
    for dot in drawn.dots:
        assert dot.radius <= dot.x <= MAP_WIDTH - dot.radius
        assert dot.radius <= dot.y <= drawn.height - dot.radius
        assert dot.name_x is None or dot.name_x < MAP_WIDTH
    assert 0 < drawn.height <= MAP_WIDTH


def test_of_two_names_that_would_meet_the_larger_circles_stands() -> None:
    near = Spot("080807", "Vecino", -79.50, 9.01, 39)
    named = {dot.spot.name: dot.name_x for dot in draw_map([BETANIA, near, DAVID], []).dots}
    assert named["David"] is not None
    assert named["Betania"] is None or named["Vecino"] is None


def test_a_map_of_one_place_or_of_none_can_be_drawn() -> None:
    assert draw_map([BETANIA], []).dots[0].x == MAP_WIDTH / 2
    assert draw_map([], []).dots == ()


def test_the_middle_of_places_is_where_their_people_live() -> None:
    assert middle([(-80.0, 8.0, 3), (-82.0, 9.0, 1)]) == (-80.5, 8.25)
    assert middle([(-80.0, 8.0, 0)]) == (-80.0, 8.0)
