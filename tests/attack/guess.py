"""The attack: redemptions are grouped to trips, a trip's sum is an award, and an award fits few sets of items.

It asks for no more than a ``View``, so that the same attack runs on a simulated event and on a database.
"""

import math
import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from buyback.money import round_half_up
from tests.attack.view import Kind, Redemption, Truth, View

PAUSE_S = 120  # between two vouchers of one trip
RUN = 6  # items of one visit beside each other, where their order tells

FEW = 64  # sets of items that are weighed for each part of a heap
ANOTHER = 0.15  # how likely a visit brings one arm more

Group = frozenset[int]


@dataclass(frozen=True)
class Claim:
    """That these redemptions paid for these items."""

    redemptions: Group
    items: Group


Likely = tuple[float, Claim]


@dataclass(frozen=True)
class Score:
    """Visits led to exactly their items, each counted by the share of its redemptions; what chance expects; of all."""

    hits: float
    chance: float
    visits: int

    @property
    def share(self) -> float:
        """Of the visits that left an item."""
        return self.hits / self.visits

    @property
    def excess(self) -> float:
        """By how much of the visits the claims did better than chance."""
        return (self.hits - self.chance) / self.visits


def attack(view: View, chance: random.Random, *, in_order: bool) -> list[Claim]:
    """The likeliest claims. ``in_order``: the attacker believes that items of a visit stand beside each other."""
    sets = list(_runs(view) if in_order else _sets(view))
    heaps = _heaps(view.redemptions)
    trips = round(len(heaps) / view.visits)
    if trips <= 1:
        parts = list(_carved(view, heaps, chance))
    elif trips == 2:
        parts = list(_halves(heaps))
    else:
        parts = list(_change(view, heaps))
    if all(item.low == item.high for item in view.items):
        return _assigned(list(_exact(view, parts, sets, is_whole=trips <= 2)), chance)
    return _assigned(list(_ranged(view, parts, sets, chance)), chance)


def _heaps(redemptions: Sequence[Redemption]) -> list[Group]:
    """By place, and where seconds are known by pauses."""
    by_place: defaultdict[tuple[int, ...], list[int]] = defaultdict(list)
    for number, found in enumerate(redemptions):
        by_place[found.place].append(number)
    heaps: list[Group] = []
    for numbers in by_place.values():
        ordered = sorted(numbers, key=lambda number: redemptions[number].second or 0)
        heap: list[int] = []
        for number in ordered:
            if heap and (redemptions[number].second or 0) - (redemptions[heap[-1]].second or 0) > PAUSE_S:
                heaps.append(frozenset(heap))
                heap = []
            heap.append(number)
        heaps.append(frozenset(heap))
    return heaps


def _halves(heaps: Sequence[Group]) -> Iterator[Group]:
    """Two trips together; an award of one voucher makes one."""
    yield from (heap for heap in heaps if len(heap) == 1)
    yield from (first | second for first, second in combinations(heaps, 2))


def _change(view: View, heaps: Sequence[Group]) -> Iterator[Group]:
    """Remainder vouchers: they tell what an award leaves over the smallest denomination."""
    for heap in heaps:
        yield from (frozenset({one}) for one in heap if view.redemptions[one].face < view.smallest)


def _carved(view: View, heaps: Sequence[Group], chance: random.Random) -> Iterator[Group]:
    """A heap of many visits is dealt out into as many parts as its sum pays for on average."""
    usual = _sum(view, range(len(view.redemptions))) / view.visits
    for heap in heaps:
        is_trip = view.redemptions[min(heap)].second is not None
        count = 1 if is_trip else max(1, round(_sum(view, heap) / usual))
        dealt: list[list[int]] = [[] for _ in range(count)]
        numbers = sorted(heap, key=lambda number: (-view.redemptions[number].face, chance.random()))
        for number in numbers:  # so that the parts come out as alike as awards are
            min(dealt, key=lambda part: sum(view.redemptions[one].face for one in part)).append(number)
        yield from (frozenset(part) for part in dealt if part)


def _sets(view: View) -> Iterator[Group]:
    """Up to two arms; with one or none rounds, something else, or both."""
    numbers: dict[Kind, list[int]] = {kind: [] for kind in Kind}
    for number, item in enumerate(view.items):
        numbers[item.kind].append(number)
    arms = [frozenset(some) for size in (0, 1, 2) for some in combinations(numbers[Kind.ARM], size)]
    beside = [frozenset(some) for size in (0, 1) for some in combinations(numbers[Kind.ROUNDS], size)]
    beside += [some | {other} for some in list(beside) for other in numbers[Kind.OTHER]]
    for some in arms:
        few = beside if len(some) < 2 else beside[:1]
        yield from (some | others for others in few if some | others)


def _runs(view: View) -> Iterator[Group]:
    for first in range(len(view.items)):
        for size in range(1, min(RUN, len(view.items) - first) + 1):
            yield frozenset(range(first, first + size))


def _sum(view: View, part: Iterable[int]) -> int:
    return sum(view.redemptions[number].face for number in part)


def _ranged(view: View, parts: Sequence[Group], sets: Iterable[Group], chance: random.Random) -> Iterator[Likely]:
    """Values are known by ranges: the likeliest few sets of each part, ties by chance."""
    spans: defaultdict[tuple[int, int, int], list[Group]] = defaultdict(list)
    for items in sets:
        some = [view.items[number] for number in items]
        spans[sum(item.low for item in some), sum(item.high for item in some), len(items)].append(items)
    for part in parts:
        paid = _sum(view, part)
        ranked = sorted(
            ((_density(view, paid, low, high) * ANOTHER ** (size - 1), (low, high, size)) for low, high, size in spans),
            reverse=True,
        )
        left = FEW
        for likely, span in ranked:
            if likely > 0 and left:
                some_sets = chance.sample(spans[span], min(left, len(spans[span])))
                left -= len(some_sets)
                yield from ((likely, Claim(part, items)) for items in some_sets)


def _exact(view: View, parts: Sequence[Group], sets: Iterable[Group], *, is_whole: bool) -> Iterator[Likely]:
    """Values are known: a set explains a part or it does not, and few explanations are better than many."""
    by_amount: defaultdict[int, list[tuple[float, Group]]] = defaultdict(list)
    for items in sets:
        award = round_half_up(sum(view.items[number].low for number in items), view.step)
        by_amount[award if is_whole else award % view.smallest].append((_usual(view, items), items))
    explained: Counter[int] = Counter(_sum(view, part) for part in parts)
    for part in parts:
        paid = _sum(view, part)
        fitting = by_amount[paid]
        among = sum(usual for usual, _ in fitting)
        for usual, items in fitting:
            yield usual / among / explained[paid], Claim(part, items)


def _usual(view: View, items: Group) -> float:
    """How usual it is that a visit brings just such things."""
    kinds = Counter(view.items[number].kind for number in items)
    usual = {0: 0.08, 1: 0.8, 2: 0.12}.get(kinds[Kind.ARM], 0.005)
    many = sum(max(0, kinds[kind] - 1) for kind in (Kind.ROUNDS, Kind.OTHER))
    return usual * 0.5 ** (kinds[Kind.OTHER] + kinds[Kind.ROUNDS]) * 0.02**many


def _density(view: View, paid: int, low: int, high: int) -> float:
    """Of a value that lies anywhere between two, and of something more that is rarely much; per cent."""
    start, end = low - view.step / 2, high + view.step / 2
    return (_below(paid - start, view.extra) - _below(paid - end, view.extra)) / (end - start)


def _below(cents: float, mean: float) -> float:
    return 0.0 if cents <= 0 else 1 - math.exp(-cents / mean)


def _assigned(likely: Sequence[Likely], chance: random.Random) -> list[Claim]:
    """The likeliest first, each redemption and each item once; chance breaks ties."""
    ranked = sorted(((-weight, chance.random(), number) for number, (weight, _) in enumerate(likely)))
    taken: set[int] = set()
    used: set[int] = set()
    claims: list[Claim] = []
    for _, _, number in ranked:
        claim = likely[number][1]
        if taken.isdisjoint(claim.redemptions) and used.isdisjoint(claim.items):
            taken |= claim.redemptions
            used |= claim.items
            claims.append(claim)
    return claims


def score(claims: Sequence[Claim], truth: Truth) -> Score:
    """The hits of these claims, and of the same claims when their sets of items are dealt out anew by chance."""
    vouchers = Counter(truth.of_redemption)
    items: defaultdict[int, set[int]] = defaultdict(set)
    for number, visit in enumerate(truth.of_item):
        items[visit].add(number)
    right = Counter(claim.items for claim in claims)
    hits, expected = 0.0, 0.0
    for visit, some in items.items():
        for claim in claims:
            led = sum(truth.of_redemption[number] == visit for number in claim.redemptions) / max(1, vouchers[visit])
            hits += led * (claim.items == some)
            expected += led * right[frozenset(some)] / len(claims)
    return Score(hits, expected, len(items))
