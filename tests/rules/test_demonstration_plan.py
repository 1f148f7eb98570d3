"""The demonstration's visits add up to the published bulletins, whatever the figures."""

import random
from collections import Counter
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from buyback.demo.bulletins import Bulletin, bulletins
from buyback.demo.lots import lots
from buyback.demo.planning import UnreachableError, Visit, award, plan
from buyback.demo.programmes import example, programme_files
from buyback.ids import new_id
from buyback.tariff.catalogue import CATALOGUE, ClassCode, TotalColumn
from buyback.tariff.rules import ApprovalReason, Tariff, TariffLine, price_visit

TARIFF = Tariff(tuple(TariffLine(**vars(line), id=new_id()) for line in example().lines), example().rules.approval_over)
ROUNDING = {file.rules.code: file.rules.rounding for file in programme_files()}
FIGURES = st.fixed_dictionaries(
    {
        TotalColumn.ARMS: st.integers(1, 250),
        TotalColumn.AMMUNITION: st.integers(0, 16_000),
        TotalColumn.MAGAZINES: st.integers(0, 200),
        TotalColumn.EXPLOSIVES: st.integers(0, 300),
        TotalColumn.ACCESSORIES: st.integers(0, 40),
    }
)


def counted(visits: tuple[Visit, ...]) -> dict[TotalColumn, int]:
    totals: Counter[TotalColumn] = Counter()
    for visit in visits:
        for thing in visit.things:
            totals[CATALOGUE[thing.class_code].total] += thing.quantity
    return dict(totals)


def by_class(visits: tuple[Visit, ...]) -> Counter[ClassCode]:
    return Counter(thing.class_code for visit in visits for thing in visit.things)


def paid(visits: tuple[Visit, ...], rounding: int) -> int:
    return sum(award(visit.things, TARIFF, rounding=rounding) for visit in visits)


def a_bulletin(figures: dict[TotalColumn, int], amount: int) -> Bulletin:
    return Bulletin(
        source="a test",
        event="DEMO-TEST",
        programme="PMB-TEST",
        site="A park",
        corregimiento="080806",
        days=(date(2026, 11, 23), date(2026, 11, 24)),
        paid=amount,
        reported=figures,
    )


@pytest.mark.parametrize("bulletin", bulletins(), ids=lambda bulletin: bulletin.event)
def test_the_visits_of_a_bulletin_are_the_bulletin(bulletin: Bulletin) -> None:
    visits = plan(bulletin, TARIFF, rounding=ROUNDING[bulletin.programme])
    assert counted(visits) == {column: figure for column, figure in bulletin.reported.items() if figure}
    assert paid(visits, ROUNDING[bulletin.programme]) == bulletin.paid
    assert bulletin.types == {code: by_class(visits)[code] for code in bulletin.types}


@pytest.mark.parametrize("bulletin", bulletins(), ids=lambda bulletin: bulletin.event)
def test_every_value_lies_inside_the_tariff(bulletin: Bulletin) -> None:
    for visit in plan(bulletin, TARIFF, rounding=ROUNDING[bulletin.programme]):
        for priced in price_visit(TARIFF, visit.things):
            assert ApprovalReason.OUTSIDE_RANGE not in priced.approval


@pytest.mark.parametrize("bulletin", bulletins(), ids=lambda bulletin: bulletin.event)
def test_no_day_has_few_visits(bulletin: Bulletin) -> None:
    """A day with one visit would join its items to its vouchers, even after the purge."""
    visits = plan(bulletin, TARIFF, rounding=ROUNDING[bulletin.programme])
    days = Counter(visit.day for visit in visits)
    assert sorted(days) == list(bulletin.days)
    assert min(days.values()) >= 5


@pytest.mark.parametrize("bulletin", bulletins(), ids=lambda bulletin: bulletin.event)
def test_the_same_bulletin_gives_the_same_visits(bulletin: Bulletin) -> None:
    rounding = ROUNDING[bulletin.programme]
    assert plan(bulletin, TARIFF, rounding=rounding) == plan(bulletin, TARIFF, rounding=rounding)


def test_each_bulletin_names_a_public_source_and_has_days_in_order() -> None:
    assert len(bulletins()) == 5
    for bulletin in bulletins():
        assert bulletin.source
        assert list(bulletin.days) == sorted(set(bulletin.days))
        assert sum(bulletin.types.values()) in (0, bulletin.count(TotalColumn.ARMS))


@settings(max_examples=60, deadline=None)
@given(FIGURES, st.integers(0, 10**6), st.sampled_from([5, 500]))
def test_any_amount_that_arms_can_take_up_is_met_exactly(
    figures: dict[TotalColumn, int], share: int, rounding: int
) -> None:
    """Asked for nothing and for a fortune, the plan says what it could not place: between the two all is reachable."""
    low, high = (reach(figures, amount, rounding) for amount in (0, 10**9))
    amount = low + (high - low) * share // 10**6
    amount -= amount % rounding
    visits = plan(a_bulletin(figures, amount), TARIFF, rounding=rounding)
    assert paid(visits, rounding) == amount
    assert counted(visits) == {column: figure for column, figure in figures.items() if figure}


def reach(figures: dict[TotalColumn, int], amount: int, rounding: int) -> int:
    """The nearest amount to one out of reach that visits can add up to."""
    with pytest.raises(UnreachableError) as refusal:
        plan(a_bulletin(figures, amount), TARIFF, rounding=rounding)
    missing: int = refusal.value.args[0]
    return amount - missing


def test_an_amount_beyond_every_range_is_refused_with_what_is_missing() -> None:
    bulletin = replace(bulletins()[0], paid=10**9)
    with pytest.raises(UnreachableError):
        plan(bulletin, TARIFF, rounding=500)


@given(st.integers(0, 20_000), st.integers(0, 300), st.integers())
def test_lots_add_up_and_none_is_empty(total: int, count: int, seed: int) -> None:
    sizes = lots(total, count, random.Random(seed))  # noqa: S311  any seed will do
    assert sum(sizes) == (total if count else 0)
    assert all(size >= 1 for size in sizes)
    assert len(sizes) <= count
