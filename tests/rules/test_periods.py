"""Each span has one before it that can be compared, and a change says where a figure went and by how much."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from buyback.files.reading.refusals import DaysReversed
from buyback.totals import periods
from buyback.totals.periods import Change, Direction, Span


@pytest.mark.parametrize(
    "since, until, before",
    [
        ("2026-11-01", "2026-11-30", ("2026-10-01", "2026-10-31")),
        ("2026-03-01", "2026-03-31", ("2026-02-01", "2026-02-28")),
        ("2026-01-01", "2026-03-31", ("2025-10-01", "2025-12-31")),
        ("2025-01-01", "2025-12-31", ("2024-01-01", "2024-12-31")),
        ("2024-02-01", "2024-02-29", ("2024-01-01", "2024-01-31")),
        ("2026-01-01", "2026-11-24", ("2025-01-01", "2025-11-24")),
        ("2024-01-01", "2024-02-29", ("2023-11-01", "2023-12-31")),
        ("2028-01-01", "2028-02-28", ("2027-01-01", "2027-02-28")),
        ("2026-11-24", "2026-11-24", ("2026-11-23", "2026-11-23")),
        ("2026-11-10", "2026-11-24", ("2026-10-26", "2026-11-09")),
        ("2026-11-01", "2026-11-24", ("2026-10-08", "2026-10-31")),
        ("2010-07-29", "2026-11-24", ("1994-04-01", "2010-07-28")),
    ],
)
def test_a_span_is_compared_with_the_like_one_before_it(since: str, until: str, before: tuple[str, str]) -> None:
    found = Span(date.fromisoformat(since), date.fromisoformat(until)).before()
    assert found is not None
    assert (found.since.isoformat(), found.until.isoformat()) == before


DAYS = st.dates(date(1990, 1, 1), date(2090, 12, 31))


@given(DAYS, DAYS)
def test_the_span_before_never_overlaps_and_is_about_as_long(first: date, other: date) -> None:
    span = Span(min(first, other), max(first, other))
    before = span.before()
    assert before is not None
    assert before.until < span.since
    assert abs(before.days - span.days) <= max(4, span.days // 8)


def test_the_beginning_of_time_has_nothing_before_it() -> None:
    assert Span(date(1, 1, 1), date(1, 12, 31)).before() is None
    assert Span(date(1, 1, 1), date(1, 6, 3)).before() is None
    assert Span(date(1, 1, 2), date(9999, 12, 31)).before() is None


def test_days_in_the_wrong_order_are_no_span() -> None:
    with pytest.raises(DaysReversed) as refused:
        Span(date(2026, 11, 24), date(2026, 11, 23))
    assert refused.value.field == "to"


def test_the_spans_that_are_offered_end_today_and_twelve_months_with_the_last_of_them() -> None:
    today = date(2026, 11, 24)
    assert periods.month_of(today) == Span(date(2026, 11, 1), today)
    assert periods.quarter_of(today) == Span(date(2026, 10, 1), today)
    assert periods.year_of(today) == Span(date(2026, 1, 1), today)
    assert periods.twelve_months(today) == Span(date(2025, 12, 1), date(2026, 11, 30))
    assert periods.twelve_months(date(2024, 2, 29)) == Span(date(2023, 3, 1), date(2024, 2, 29))


@pytest.mark.parametrize(
    "now, before, direction, percent",
    [
        (15, 10, Direction.UP, 50),
        (10, 15, Direction.DOWN, -33),
        (7, 7, Direction.SAME, 0),
        (0, 5, Direction.DOWN, -100),
        (5, 0, Direction.UP, None),
        (0, 0, Direction.SAME, None),
        (201, 200, Direction.UP, 1),
        (1001, 1000, Direction.UP, 0),
        (199, 200, Direction.DOWN, -1),
    ],
)
def test_a_change_has_a_direction_and_a_percentage(
    now: int, before: int, direction: Direction, percent: int | None
) -> None:
    change = Change(now, before)
    assert (change.direction, change.percent) == (direction, percent)


@pytest.mark.parametrize(
    "now, before, tenths",
    [(20_00, 30_860_00, 999), (1, 250, 996), (1, 10**9, 999), (0, 30_860_00, None), (1, 2, None), (5, 0, None)],
)
def test_a_fall_is_never_rounded_to_the_whole_while_something_is_left(
    now: int, before: int, tenths: int | None
) -> None:
    assert Change(now, before).tenths_fallen == tenths
