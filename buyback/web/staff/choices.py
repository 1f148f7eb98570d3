"""What can be tapped for a class: the tariff's prices and the usual quantities, so that nobody has to type.

Each choice is one tap that registers the item. Whatever is not offered here is typed in the form below the choices.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from buyback.tariff.catalogue import CATALOGUE, CalibreGroup, ClassCode, Condition
from buyback.tariff.rules import PricedThing, PriceKind, Tariff, TariffLine

STEP = 5_00  # values offered inside a range are whole fives of balboas
PIECES = (1, 2, 3, 4, 5)
ROUNDS = (5, 10, 20, 30, 50, 100)


@dataclass(frozen=True)
class Choice:
    """One tap. ``key`` is what the button sends; ``amount`` is cents for the whole quantity."""

    key: str
    thing: PricedThing
    amount: int
    shows_quantity: bool


@dataclass(frozen=True)
class ChoiceRow:
    """The choices of one line of the tariff; ``low`` and ``high`` are cents per piece."""

    condition: Condition | None
    calibre_group: CalibreGroup | None
    low: int
    high: int
    is_range: bool
    choices: tuple[Choice, ...]


def rows_of(tariff: Tariff, class_code: ClassCode) -> tuple[ChoiceRow, ...]:
    """The choices of a class, a row for each line of the tariff. Explosives have none: their unit is asked for."""
    if not CATALOGUE[class_code].reaches_the_desk:
        return ()
    return tuple(row for line in tariff.of(class_code) for row in _rows(line))


def find_choice(rows: tuple[ChoiceRow, ...], key: str) -> PricedThing | None:
    """What a button stands for; None for a key that no button sends."""
    return next((choice.thing for row in rows for choice in row.choices if choice.key == key), None)


def _rows(line: TariffLine) -> Iterator[ChoiceRow]:
    groups: tuple[CalibreGroup | None, ...] = (line.calibre_group,)
    if line.class_code is ClassCode.AMMUNITION and line.calibre_group is None:
        groups = tuple(CalibreGroup)
    for group in groups:
        thing = PricedThing(class_code=line.class_code, condition=line.condition, calibre_group=group)
        is_range = line.price.kind is PriceKind.RANGE
        things = _values(thing, line) if is_range else _quantities(thing, line)
        yield ChoiceRow(
            condition=line.condition,
            calibre_group=group,
            low=line.price.low,
            high=line.price.high,
            is_range=is_range,
            choices=tuple(_choice(tapped, line, shows_quantity=not is_range) for tapped in things),
        )


def _values(thing: PricedThing, line: TariffLine) -> list[PricedThing]:
    low, high = line.price.low, line.price.high
    between = {(low + (high - low) * quarter // 4) // STEP * STEP for quarter in (1, 2, 3)}
    return [replace(thing, value=value) for value in sorted({low, high, *between}) if low <= value <= high]


def _quantities(thing: PricedThing, line: TariffLine) -> list[PricedThing]:
    usual = ROUNDS if line.class_code is ClassCode.AMMUNITION else PIECES
    return [
        replace(thing, quantity=quantity)
        for quantity in usual
        if line.cap_per_visit is None or quantity <= line.cap_per_visit
    ]


def _choice(thing: PricedThing, line: TariffLine, *, shows_quantity: bool) -> Choice:
    each = line.price.low if thing.value is None else thing.value
    parts = (
        thing.condition or "",
        thing.calibre_group or "",
        thing.quantity,
        "" if thing.value is None else thing.value,
    )
    return Choice(".".join(map(str, parts)), thing, each * thing.quantity, shows_quantity)
