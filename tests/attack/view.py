"""What an attacker finds of an event, with everything in his hands: today, after its end, or in between.

Who came with what is kept apart, in ``Truth``, for counting hits.
"""

import random
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum, StrEnum, auto

from buyback.tariff.rules import Priced
from tests.attack.event import Payment, Visit, example, is_kept

SHARED_BY = 10  # items that share a line before the line's sum stays


class Kind(Enum):
    """What tells apart which items may have come together."""

    ARM = auto()
    ROUNDS = auto()
    OTHER = auto()


class Moment(StrEnum):
    """How well redemptions are known: second and till, day and till, or month and merchant."""

    SECOND = auto()
    DAY = auto()
    MONTH = auto()


class Values(StrEnum):
    """What is known of amounts: each item's, a sum for each tariff line, or for those alone that ten items share."""

    ITEM = auto()
    LINE = auto()
    SHARED = auto()


@dataclass(frozen=True)
class Left:
    """What is left of an event: ``step`` of its awards; whether tags have an order."""

    step: str
    moment: Moment
    values: Values
    in_order: bool


BEFORE = Left("0.05", Moment.SECOND, Values.ITEM, in_order=True)
AFTER = Left("5.00", Moment.MONTH, Values.SHARED, in_order=False)


@dataclass(frozen=True)
class Item:
    """An item: the cents it may have been worth; ``low`` is ``high`` where its value stands beside it."""

    low: int
    high: int
    kind: Kind = Kind.ARM


@dataclass(frozen=True)
class Redemption:
    """A redemption: its face in cents, where in which period, and the second where it is known."""

    face: int
    place: tuple[int, ...]
    second: int | None


@dataclass(frozen=True)
class View:
    """What is found: items in an order that may tell something, redemptions, and what the totals give away.

    ``step`` and ``smallest`` are the programme's award step and smallest denomination, ``extra`` the cents that a
    visit was paid on average for what is not an item any more.
    """

    items: tuple[Item, ...]
    redemptions: tuple[Redemption, ...]
    visits: int
    step: int
    smallest: int
    extra: int


@dataclass(frozen=True)
class Truth:
    """For each place in the view's lists the visit it was of."""

    of_item: tuple[int, ...]
    of_redemption: tuple[int, ...]


def find(
    visits: Sequence[Visit], payments: Sequence[Payment], left: Left, shuffle: random.Random
) -> tuple[View, Truth]:
    """What is left of an event, for an attacker; and what he does not know."""
    things = [(number, one) for number, visit in enumerate(visits) for one in visit.priced if one.amount]
    gone = 0
    if left.values is not Values.ITEM:
        gone = sum(one.amount for _, one in things if not is_kept(one))
        things = [(number, one) for number, one in things if is_kept(one)]
    paid = list(payments)
    if not left.in_order:
        shuffle.shuffle(things)
        shuffle.shuffle(paid)
    bounds = _bounds((one for _, one in things), left.values)
    rules = example(left.step).rules
    view = View(
        items=tuple(Item(*bounds.get(one.line.id, (one.amount, one.amount)), _kind(one)) for _, one in things),
        redemptions=tuple(_known(payment, left.moment) for payment in paid),
        visits=len(visits),
        step=rules.rounding,
        smallest=min(rules.denominations),
        extra=gone // len(visits),
    )
    return view, Truth(tuple(number for number, _ in things), tuple(payment.visit for payment in paid))


def _bounds(arms: Iterable[Priced], values: Values) -> dict[object, tuple[int, int]]:
    """What is known of a thing's value by its tariff line: its range, and its mean where the line's sum stays."""
    by_line = defaultdict(list)
    for arm in arms:
        by_line[arm.line.id].append(arm)
    if values is Values.ITEM:
        return {}
    return {line: _range(some, values) for line, some in by_line.items()}


def _range(arms: Sequence[Priced], values: Values) -> tuple[int, int]:
    price = arms[0].line.price
    if values is Values.SHARED and len(arms) < SHARED_BY:
        return price.low, price.high
    mean = sum(arm.amount for arm in arms) // len(arms)
    reach = min(mean - price.low, price.high - mean) if len(arms) > 1 else 0
    return mean - reach, mean + reach


def _known(payment: Payment, moment: Moment) -> Redemption:
    second = int(payment.at.timestamp())
    places = {
        Moment.SECOND: (payment.till,),
        Moment.DAY: (payment.till, second // 86400),
        Moment.MONTH: (payment.merchant, payment.at.month),
    }
    return Redemption(payment.face, places[moment], second if moment is Moment.SECOND else None)


def _kind(one: Priced) -> Kind:
    if is_kept(one):
        return Kind.ARM
    return Kind.ROUNDS if one.line.calibre_group else Kind.OTHER
