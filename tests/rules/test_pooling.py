"""What values stand after a purge: none of fewer than ten items, and together as much as before."""

from collections import Counter
from datetime import date
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from buyback.intake.pooling import LEAST, PooledItem, Shared, SharedValue, by_month, pool, quantity_sums, value_sums

DAY = date(2026, 11, 24)
CLASSES = {"pistol": (1, 2), "revolver": (3,), "printed": (4,), "ammunition": (5, 6)}
RANGES = (1, 2, 3)


def entry(code: str, line: int, value: int = 100, day: date = DAY) -> PooledItem:
    return PooledItem(day, code, UUID(int=line), 1, value, line in RANGES)


things = st.sampled_from([(code, line) for code, lines in CLASSES.items() for line in lines])
lots = st.lists(
    st.builds(lambda thing, value: entry(thing[0], thing[1], value), things, st.integers(0, 50_000)), max_size=80
)


@given(lots)
def test_no_sum_is_of_fewer_than_ten_items_unless_it_is_all_of_them(entries: list[PooledItem]) -> None:
    sums = list(value_sums(entries))
    assert all(found.shared.stands for found in sums) or len(sums) == 1


@given(lots)
def test_no_sum_can_be_taken_from_others_to_leave_fewer_than_ten(entries: list[PooledItem]) -> None:
    """Of lines from their class, of classes from all: each difference is itself a sum that stands."""
    sums = list(value_sums(entries))
    of_classes = Counter[str | None]()
    for found in sums:
        of_classes[found.catalogue_class] += found.shared.items
    assert min(of_classes.values(), default=LEAST) >= LEAST or len(sums) == 1


@given(lots)
def test_what_stands_is_together_what_there_was(entries: list[PooledItem]) -> None:
    together = sum((found.shared for found in value_sums(entries)), Shared())
    assert (together.items, together.value) == (len(entries), sum(entry.value for entry in entries))
    assert together.appraised == sum(entry.appraised for entry in entries)


@given(lots)
def test_each_sum_is_of_what_it_says(entries: list[PooledItem]) -> None:
    for found in value_sums(entries):
        if found.tariff_line is not None:
            mine = [entry.value for entry in entries if entry.tariff_line == found.tariff_line]
            assert (found.shared.items, found.shared.value) == (len(mine), sum(mine))


PISTOLS, LINE_TWO, REVOLVERS, PRINTED, ROUNDS = (
    ("pistol", 1),
    ("pistol", 2),
    ("revolver", 3),
    ("printed", 4),
    (
        "ammunition",
        5,
    ),
)


@pytest.mark.parametrize(
    "counts, stands",
    [
        ({}, {}),
        ({PISTOLS: 9}, {(None, None): 9}),
        ({PISTOLS: 10}, {("pistol", 1): 10}),
        ({PISTOLS: 10, REVOLVERS: 10}, {("pistol", 1): 10, ("revolver", 3): 10}),
        ({PISTOLS: 10, REVOLVERS: 9}, {(None, None): 19}),  # nine could be told from the whole
        ({PISTOLS: 20, REVOLVERS: 5, PRINTED: 5}, {(None, None): 30}),  # ten, but five that a person appraised
        ({PISTOLS: 20, ROUNDS: 30, REVOLVERS: 9}, {("ammunition", 5): 30, (None, None): 29}),
        ({PISTOLS: 10, ROUNDS: 10, PRINTED: 10}, {("pistol", 1): 10, ("ammunition", 5): 10, ("printed", 4): 10}),
        ({PISTOLS: 10, LINE_TWO: 10}, {("pistol", 1): 10, ("pistol", 2): 10}),
        ({PISTOLS: 15, LINE_TWO: 2}, {("pistol", None): 17}),  # the class stands, its lines do not
        ({PISTOLS: 6, LINE_TWO: 6, REVOLVERS: 12}, {("pistol", None): 12, ("revolver", 3): 12}),
    ],
)
def test_what_stands(counts: dict[tuple[str, int], int], stands: dict[tuple[str | None, int | None], int]) -> None:
    entries = [entry(*thing) for thing, count in counts.items() for _each in range(count)]
    assert {_key(found): found.shared.items for found in value_sums(entries)} == stands


def _key(found: SharedValue) -> tuple[str | None, int | None]:
    return found.catalogue_class, None if found.tariff_line is None else found.tariff_line.int


def test_the_smallest_that_stands_joins_those_that_do_not() -> None:
    standing, rest = pool({"a": Shared(3, 3, 1), "b": Shared(30, 30, 10), "c": Shared(12, 12, 100)})
    assert (set(standing), rest) == ({"b"}, Shared(15, 15, 101))


def test_rounds_and_pieces_are_counted_by_class() -> None:
    rounds = [PooledItem(DAY, "ammunition", UUID(int=line), 25, 875, appraised=False) for line in (5, 6)]
    assert quantity_sums([*rounds, entry("pistol", 1)], ("ammunition", "magazine")) == {"ammunition": 50}


def test_an_event_that_lasts_into_another_month_is_two_sums() -> None:
    october, november = date(2026, 10, 31), date(2026, 11, 2)
    entries = [entry("pistol", 1, day=day) for day in (november, october, date(2026, 11, 1))]
    assert {day: len(of_month) for day, of_month in by_month(entries).items()} == {october: 1, november: 2}
