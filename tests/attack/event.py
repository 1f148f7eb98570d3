"""An event as people live it: what they bring, what they are paid for it, and how they spend it. No database.

Prices, caps, rounding and denominations are the program's own rules over the example tariff.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import TypeVar
from uuid import UUID

import buyback
from buyback.intake.rules import appraise
from buyback.tariff.catalogue import CATALOGUE, CalibreGroup, ClassCode, Condition
from buyback.tariff.programme_section import ProgrammeFile, parse
from buyback.tariff.rules import Priced, PricedThing, PriceKind, Tariff, TariffLine, find_line, price_visit
from buyback.vouchers.rules import split

T = TypeVar("T")

EXAMPLE = Path(buyback.__file__).parent / "demo" / "programme-example.toml"
STEPS = ("0.05", "5.00")  # the award step of the years before, and the one that lets awards meet
OPENS = datetime(2026, 11, 24, 14, 0, tzinfo=UTC)
MERCHANTS, TILLS = 4, 2  # tills of each

_ARMS = {
    ClassCode.REVOLVER: 32,
    ClassCode.PISTOL: 34,
    ClassCode.SHOTGUN: 12,
    ClassCode.RIFLE: 6,
    ClassCode.CRAFT: 10,
    ClassCode.AIR_GUN: 6,
}
_CONDITIONS = {Condition.SERVICEABLE: 5, Condition.POOR: 3, Condition.UNSERVICEABLE: 2}
_GROUPS = {CalibreGroup.HANDGUN: 6, CalibreGroup.SHOTGUN: 2, CalibreGroup.RIMFIRE: 1, CalibreGroup.RIFLE: 1}
_BOXES = (6, 10, 12, 15, 20, 25, 30, 50)


class Way(StrEnum):
    """How people spend what they were paid."""

    ONE_TRIP = "one_trip"
    HALVES = "halves"
    MONTH = "month"


@dataclass(frozen=True)
class Visit:
    """One surrender: its priced things, its award and the vouchers that paid it; cents."""

    things: tuple[PricedThing, ...]
    priced: tuple[Priced, ...]
    award: int
    faces: tuple[int, ...]


@dataclass(frozen=True)
class Payment:
    """A voucher of a visit at a till; ``voucher`` counts the visit's from 0, ``till`` all tills."""

    visit: int
    voucher: int
    face: int
    till: int
    at: datetime

    @property
    def merchant(self) -> int:
        """The till's."""
        return self.till // TILLS


@cache
def example(step: str) -> ProgrammeFile:
    """The example's rules and tariff with this award step, and nothing for a second person to approve."""
    return parse(example_text(step).encode())


def example_text(step: str) -> str:
    """The example's file with this award step."""
    lines = EXAMPLE.read_text().splitlines()
    return "\n".join(f'rounding = "{step}"' if line.startswith("rounding") else line for line in lines)


@cache
def example_tariff(step: str) -> Tariff:
    """Its lines as a database would hold them."""
    file = example(step)
    lines = (TariffLine(id=UUID(int=number), **vars(line)) for number, line in enumerate(file.lines))
    return Tariff(tuple(lines), file.rules.approval_over)


def visits(count: int, chance: random.Random, *, step: str) -> tuple[Visit, ...]:
    """So many visits in the order in which people came."""
    return tuple(_visit(chance, step) for _ in range(count))


def _visit(chance: random.Random, step: str) -> Visit:
    rules, tariff = example(step).rules, example_tariff(step)
    things = tuple(_things(chance, tariff))
    priced = price_visit(tariff, things)
    award = appraise((one.amount for one in priced), rounding=rules.rounding).award
    return Visit(things, priced, award, split(award, rules.denominations))


def _things(chance: random.Random, tariff: Tariff) -> list[PricedThing]:
    """Mostly one arm, often with rounds or a magazine; a few bring two, and a few rounds alone."""
    arms = chance.choices((0, 1, 2), (8, 80, 12))[0]
    things = [_arm(chance, tariff) for _ in range(arms)]
    if not arms or chance.random() < 0.5:
        group, rounds = _drawn(chance, _GROUPS), chance.choice(_BOXES)
        things.append(PricedThing(class_code=ClassCode.AMMUNITION, calibre_group=group, quantity=rounds))
    if chance.random() < 0.3:
        things.append(PricedThing(class_code=ClassCode.MAGAZINE, quantity=chance.randint(1, 3)))
    return things


def _arm(chance: random.Random, tariff: Tariff) -> PricedThing:
    code = _drawn(chance, _ARMS)
    condition = _drawn(chance, _CONDITIONS) if tariff.needs_condition(code) else None
    price = find_line(tariff, code, condition, None).price
    value = chance.randrange(price.low, price.high + 1, 5_00) if price.kind is PriceKind.RANGE else None
    return PricedThing(class_code=code, condition=condition, value=value)


def _drawn(chance: random.Random, weights: Mapping[T, int]) -> T:
    return chance.choices(list(weights), list(weights.values()))[0]


def payments(visits: Sequence[Visit], chance: random.Random, *, way: Way, days: int = 30) -> tuple[Payment, ...]:
    """Every voucher at some till within so many days, by time."""
    paid = [payment for number in range(len(visits)) for payment in _trips(number, visits[number], chance, way, days)]
    return tuple(sorted(paid, key=lambda payment: payment.at))


def _trips(number: int, visit: Visit, chance: random.Random, way: Way, days: int) -> list[Payment]:
    vouchers = list(enumerate(visit.faces))
    chance.shuffle(vouchers)
    half = (len(vouchers) + 1) // 2
    trips = {
        Way.ONE_TRIP: [vouchers],
        Way.HALVES: [vouchers[:half], vouchers[half:]],
        Way.MONTH: [[voucher] for voucher in vouchers],
    }[way]
    paid: list[Payment] = []
    for trip in trips:
        at = OPENS + timedelta(days=chance.randrange(1, days), seconds=chance.randrange(10 * 3600))
        till = chance.randrange(MERCHANTS * TILLS)
        for voucher, face in trip:
            paid.append(Payment(number, voucher, face, till, at))
            at += timedelta(seconds=chance.randrange(8, 25))
    return paid


def is_kept(thing: Priced) -> bool:
    """Whether the purge leaves it as an item: arms; of the rest only the event's sums stay."""
    return CATALOGUE[thing.line.class_code].arm
