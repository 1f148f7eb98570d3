"""Prices come from the tariff's line; what it does not foresee is refused or goes to a second person."""

from uuid import UUID

import pytest

from buyback.errors import InvalidInput, Refused
from buyback.files.reading.refusals import AmountOutOfBounds, NotWhole
from buyback.tariff.catalogue import (
    CATALOGUE,
    CalibreGroup,
    ClassCode,
    Condition,
    TotalColumn,
)
from buyback.tariff.rules import (
    ApprovalReason,
    CalibreGroupNeeded,
    CalibreGroupNotExpected,
    CapExceeded,
    ConditionNeeded,
    ConditionNotExpected,
    NoTariffLine,
    Price,
    PricedThing,
    PriceKind,
    Tariff,
    TariffLine,
    ValueNeeded,
    ValueNotExpected,
    check_quantity,
    price,
    price_visit,
)


def line(
    number: int,
    class_code: ClassCode,
    kind: PriceKind,
    low: int,
    high: int | None = None,
    *,
    condition: Condition | None = None,
    calibre_group: CalibreGroup | None = None,
    cap: int | None = None,
) -> TariffLine:
    return TariffLine(
        id=UUID(int=number),
        class_code=class_code,
        condition=condition,
        calibre_group=calibre_group,
        price=Price(kind=kind, low=low, high=low if high is None else high),
        cap_per_visit=cap,
    )


SERVICEABLE_PISTOL = line(1, ClassCode.PISTOL, PriceKind.RANGE, 15000, 40000, condition=Condition.SERVICEABLE)
POOR_PISTOL = line(2, ClassCode.PISTOL, PriceKind.RANGE, 5000, 15000, condition=Condition.POOR)
HANDGUN_ROUNDS = line(3, ClassCode.AMMUNITION, PriceKind.UNIT, 35, calibre_group=CalibreGroup.HANDGUN)
PRINTED = line(4, ClassCode.PRINTED, PriceKind.FIXED, 0, cap=2)
MAGAZINE = line(5, ClassCode.MAGAZINE, PriceKind.FIXED, 500)
TARIFF = Tariff(
    lines=(SERVICEABLE_PISTOL, POOR_PISTOL, HANDGUN_ROUNDS, PRINTED, MAGAZINE),
    approval_over=30000,
)


def pistol(value: int | None, condition: Condition | None = Condition.SERVICEABLE, quantity: int = 1) -> PricedThing:
    return PricedThing(class_code=ClassCode.PISTOL, condition=condition, value=value, quantity=quantity)


def rounds(quantity: int) -> PricedThing:
    return PricedThing(class_code=ClassCode.AMMUNITION, calibre_group=CalibreGroup.HANDGUN, quantity=quantity)


@pytest.mark.parametrize("value", [15000, 25000, 30000])
def test_a_value_inside_the_range_needs_nobody_else(value: int) -> None:
    priced = price(TARIFF, pistol(value))
    assert (priced.line, priced.amount, priced.needs_approval) == (SERVICEABLE_PISTOL, value, False)


@pytest.mark.parametrize("value", [0, 14999, 15001])
def test_a_value_outside_the_range_goes_to_a_second_person(value: int) -> None:
    priced = price(TARIFF, pistol(value, Condition.POOR if value > 15000 else Condition.SERVICEABLE))
    assert priced.approval == {ApprovalReason.OUTSIDE_RANGE}


def test_the_condition_chooses_the_line() -> None:
    assert price(TARIFF, pistol(5000, Condition.POOR)).line == POOR_PISTOL


def test_an_item_worth_over_the_threshold_goes_to_a_second_person() -> None:
    assert price(TARIFF, pistol(30001)).approval == {ApprovalReason.OVER_THRESHOLD}


def test_the_threshold_counts_all_pieces_of_the_item() -> None:
    assert price(TARIFF, pistol(15001, quantity=2)).approval == {ApprovalReason.OVER_THRESHOLD}


def test_a_value_can_have_both_reasons() -> None:
    assert price(TARIFF, pistol(40001)).approval == set(ApprovalReason)


def test_rounds_are_paid_by_the_unit() -> None:
    priced = price(TARIFF, rounds(30))
    assert (priced.per_piece, priced.amount) == (35, 1050)


def test_a_fixed_price_is_per_piece() -> None:
    assert price(TARIFF, PricedThing(class_code=ClassCode.MAGAZINE, quantity=2)).amount == 1000


def test_a_line_without_price_pays_nothing_and_needs_nobody() -> None:
    priced = price(TARIFF, PricedThing(class_code=ClassCode.PRINTED))
    assert (priced.amount, priced.needs_approval) == (0, False)


def test_a_line_for_every_calibre_prices_each_group() -> None:
    any_round = line(9, ClassCode.AMMUNITION, PriceKind.UNIT, 20)
    priced = price(Tariff(lines=(any_round,), approval_over=0), rounds(1))
    assert priced.line == any_round


@pytest.mark.parametrize(
    "thing, refusal, field",
    [
        (PricedThing(class_code=ClassCode.REVOLVER, value=1), NoTariffLine, "class"),
        (pistol(5000, Condition.UNSERVICEABLE), NoTariffLine, "class"),
        (pistol(20000, None), ConditionNeeded, "condition"),
        (
            PricedThing(class_code=ClassCode.MAGAZINE, condition=Condition.POOR),
            ConditionNotExpected,
            "condition",
        ),
        (PricedThing(class_code=ClassCode.AMMUNITION), CalibreGroupNeeded, "calibre_group"),
        (
            PricedThing(class_code=ClassCode.AMMUNITION, calibre_group=CalibreGroup.RIFLE),
            NoTariffLine,
            "class",
        ),
        (
            PricedThing(class_code=ClassCode.MAGAZINE, calibre_group=CalibreGroup.HANDGUN),
            CalibreGroupNotExpected,
            "calibre_group",
        ),
        (pistol(None), ValueNeeded, "value"),
        (pistol(-1), AmountOutOfBounds, "value"),
        (pistol(100_000_000_01), AmountOutOfBounds, "value"),
        (PricedThing(class_code=ClassCode.MAGAZINE, value=500), ValueNotExpected, "value"),
        (rounds(0), NotWhole, "quantity"),
        (rounds(-1), NotWhole, "quantity"),
        (rounds(100_001), NotWhole, "quantity"),
    ],
)
def test_what_the_tariff_does_not_foresee_is_refused(thing: PricedThing, refusal: type[Refused], field: str) -> None:
    with pytest.raises(refusal) as caught:
        price(TARIFF, thing)
    assert caught.value.field == field


@pytest.mark.parametrize("quantity", [True, 1.0, "1", None, 0, 100_001])
def test_a_quantity_is_a_whole_number_in_bounds(quantity: object) -> None:
    with pytest.raises(NotWhole):
        check_quantity(quantity)


def test_the_largest_quantity_is_accepted() -> None:
    assert check_quantity(100_000) == 100_000


def test_a_visit_is_priced_item_by_item() -> None:
    assert [priced.amount for priced in price_visit(TARIFF, [pistol(25000), rounds(30)])] == [25000, 1050]


def test_every_problem_of_a_visit_is_told_with_its_place() -> None:
    with pytest.raises(InvalidInput) as caught:
        price_visit(TARIFF, [pistol(None), rounds(30), rounds(0)])
    assert [problem.field for problem in caught.value.problems] == ["items[0].value", "items[2].quantity"]


def test_the_cap_counts_the_class_over_the_whole_visit() -> None:
    printed = PricedThing(class_code=ClassCode.PRINTED)
    assert len(price_visit(TARIFF, [printed, printed])) == 2
    with pytest.raises(InvalidInput) as caught:
        price_visit(TARIFF, [printed, printed, printed])
    (problem,) = caught.value.problems
    assert (problem.field, type(problem.refusal)) == ("items[2].quantity", CapExceeded)
    assert problem.refusal.facts == {"cap": 2, "count": 3}


def test_the_cap_counts_pieces_and_every_line_of_the_class() -> None:
    capped = Tariff(
        lines=(
            line(1, ClassCode.RIFLE, PriceKind.FIXED, 100, condition=Condition.POOR, cap=3),
            line(2, ClassCode.RIFLE, PriceKind.FIXED, 200, condition=Condition.SERVICEABLE),
        ),
        approval_over=100000,
    )
    things = [
        PricedThing(class_code=ClassCode.RIFLE, condition=Condition.POOR, quantity=2),
        PricedThing(class_code=ClassCode.RIFLE, condition=Condition.SERVICEABLE, quantity=2),
    ]
    with pytest.raises(InvalidInput):
        price_visit(capped, things)


def test_each_class_has_an_entry_and_a_name_of_its_own() -> None:
    assert set(CATALOGUE) == set(ClassCode)
    assert len({entry.name for entry in CATALOGUE.values()}) == len(ClassCode)


def test_every_firearm_is_an_arm_and_air_guns_flares_and_pipe_guns_are_arms_only() -> None:
    arms_only = {code for code, entry in CATALOGUE.items() if entry.arm and not entry.firearm}
    assert arms_only == {ClassCode.AIR_GUN, ClassCode.FLARE_LAUNCHER, ClassCode.PIPE_GUN}
    assert not any(entry.firearm and not entry.arm for entry in CATALOGUE.values())


def test_the_arms_column_is_the_arm_flag() -> None:
    assert all(entry.arm == (entry.total is TotalColumn.ARMS) for entry in CATALOGUE.values())


def test_parts_are_totalled_with_accessories_and_flares_with_explosives() -> None:
    assert CATALOGUE[ClassCode.PART].total is TotalColumn.ACCESSORIES
    assert CATALOGUE[ClassCode.FLARE].total is TotalColumn.EXPLOSIVES


def test_explosives_never_come_to_the_desk() -> None:
    away = {code for code, entry in CATALOGUE.items() if not entry.reaches_the_desk}
    assert away == {ClassCode.GRENADE, ClassCode.OTHER_EXPLOSIVE, ClassCode.FLARE}
