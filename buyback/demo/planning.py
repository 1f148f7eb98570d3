"""From a bulletin to the visits that could have led to it: invented, and exact to the cent and the round. Pure.

The same bulletin gives the same visits each time. Whatever has a fixed price is shared out first; then the arms whose
value an appraiser decides take up what is left of the published amount, each inside its tariff's range. Such a
value moves in steps of the rounding, so that the award of its visit moves by just as much.
"""

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from buyback.demo.bulletins import Bulletin
from buyback.demo.lots import lots
from buyback.money import round_half_up
from buyback.tariff.catalogue import CATALOGUE, CalibreGroup, ClassCode, TotalColumn
from buyback.tariff.rules import PricedThing, PriceKind, Tariff, price

STEP = 5_00  # values are decided in steps of five balboas, but for one arm that takes what is left
DECLARED = 0.35  # where an arm's value lies between its lowest and highest price, before it is moved
VISITS_WITH_ROUNDS = 0.7

# The arms of a bulletin that does not say which they were, in every hundred.
USUAL_ARMS = {
    ClassCode.REVOLVER: 36,
    ClassCode.PISTOL: 28,
    ClassCode.SHOTGUN: 16,
    ClassCode.RIFLE: 6,
    ClassCode.CARBINE: 3,
    ClassCode.CRAFT: 5,
    ClassCode.AIR_GUN: 6,
}
ROUNDS_OF = {
    ClassCode.SHOTGUN: CalibreGroup.SHOTGUN,
    ClassCode.RIFLE: CalibreGroup.RIFLE,
    ClassCode.CARBINE: CalibreGroup.RIMFIRE,
}


class UnreachableError(ValueError):
    """No visits inside the tariff add up to the bulletin."""


@dataclass(frozen=True)
class Visit:
    """One surrender: its day, and what was brought, each with its value."""

    day: date
    things: tuple[PricedThing, ...]


def plan(bulletin: Bulletin, tariff: Tariff, *, rounding: int) -> tuple[Visit, ...]:
    """Visits whose arms, rounds, pieces and rounded awards (cents) are the bulletin's. Raises UnreachableError."""
    chance = random.Random(bulletin.event)  # noqa: S311  the same visits each time, not a secret
    visits = _visits_with_arms(bulletin, tariff, chance)
    _share_out_rounds(visits, bulletin.count(TotalColumn.AMMUNITION), chance)
    _share_out(visits, ClassCode.MAGAZINE, bulletin.count(TotalColumn.MAGAZINES), chance)
    _share_out_accessories(visits, bulletin.count(TotalColumn.ACCESSORIES), chance)
    _bring_explosives(visits, bulletin, tariff, chance)
    _meet(visits, bulletin.paid, tariff, rounding)
    chance.shuffle(visits)
    return tuple(_on_days(visits, bulletin.days))


def award(things: Iterable[PricedThing], tariff: Tariff, *, rounding: int) -> int:
    """What a visit is paid, in cents."""
    return round_half_up(sum(price(tariff, thing).amount for thing in things), rounding)


def _visits_with_arms(bulletin: Bulletin, tariff: Tariff, chance: random.Random) -> list[list[PricedThing]]:
    """One to three arms a visit, most of them one; each at a first guess of its value."""
    counts = bulletin.types or _usual(bulletin.count(TotalColumn.ARMS))
    arms = [code for code, number in counts.items() for _ in range(number)]
    chance.shuffle(arms)
    visits: list[list[PricedThing]] = []
    while arms:
        size = chance.choice((1, 1, 1, 1, 1, 2, 2, 3))
        visits.append([_arm(code, tariff, chance) for code in arms[:size]])
        arms = arms[size:]
    return visits


def _usual(arms: int) -> dict[ClassCode, int]:
    """The usual mixture for so many arms; what the shares leave over are revolvers."""
    counts = {code: arms * share // 100 for code, share in USUAL_ARMS.items()}
    counts[ClassCode.REVOLVER] += arms - sum(counts.values())
    return counts


def _arm(code: ClassCode, tariff: Tariff, chance: random.Random) -> PricedThing:
    if not _is_appraised(tariff, code):
        return PricedThing(class_code=code)
    low, high = _bounds(tariff, code)
    room = (high - low) // STEP
    return _at(tariff, code, low + STEP * int(room * min(1.0, DECLARED * chance.uniform(0.4, 1.6))))


def _is_appraised(tariff: Tariff, code: ClassCode) -> bool:
    return all(line.price.kind is PriceKind.RANGE for line in tariff.of(code))


def _bounds(tariff: Tariff, code: ClassCode) -> tuple[int, int]:
    """The lowest and the highest price of a class, whatever its condition."""
    return min(line.price.low for line in tariff.of(code)), max(line.price.high for line in tariff.of(code))


def _at(tariff: Tariff, code: ClassCode, value: int) -> PricedThing:
    """An arm of a value: its condition is that of the line whose range has it."""
    for line in tariff.of(code):
        if line.price.low <= value <= line.price.high:
            return PricedThing(class_code=code, condition=line.condition, value=value)
    raise UnreachableError(code, value)


def _share_out_rounds(visits: list[list[PricedThing]], rounds: int, chance: random.Random) -> None:
    """Lots of rounds that fit an arm of the visit; every tenth lot comes alone, with nothing else."""
    if not rounds:
        return
    alone = max(1, len(visits) // 10) if rounds > 1 else 1
    visits += [[] for _ in range(alone)]
    chosen = [visit for visit in visits if not visit or chance.random() < VISITS_WITH_ROUNDS]
    for visit, size in zip(chosen, lots(rounds, len(chosen), chance), strict=False):
        group = ROUNDS_OF.get(visit[0].class_code, CalibreGroup.HANDGUN) if visit else CalibreGroup.HANDGUN
        visit.append(PricedThing(class_code=ClassCode.AMMUNITION, calibre_group=group, quantity=size))
    visits[:] = [visit for visit in visits if visit]


def _share_out(visits: list[list[PricedThing]], code: ClassCode, pieces: int, chance: random.Random) -> None:
    """Small lots of something with one price, at visits that bring other things already."""
    hosts = chance.sample(visits, min(len(visits), -(-pieces // 2)))
    for visit, size in zip(hosts, lots(pieces, len(hosts), chance), strict=False):
        visit.append(PricedThing(class_code=code, quantity=size))


def _share_out_accessories(visits: list[list[PricedThing]], pieces: int, chance: random.Random) -> None:
    parts = pieces // 4
    _share_out(visits, ClassCode.PART, parts, chance)
    _share_out(visits, ClassCode.ACCESSORY, pieces - parts, chance)


def _bring_explosives(
    visits: list[list[PricedThing]], bulletin: Bulletin, tariff: Tariff, chance: random.Random
) -> None:
    """Explosives, in lots of their own: as many grenades among them as the amount leaves room for."""
    pieces = bulletin.count(TotalColumn.EXPLOSIVES)
    dear, cheap = (price(tariff, PricedThing(class_code=code)).amount for code in (ClassCode.GRENADE, ClassCode.FLARE))
    others = sum(price(tariff, thing).amount for visit in visits for thing in visit)
    missing = bulletin.paid - others - cheap * pieces
    grenades = min(pieces, max(0, missing // max(1, dear - cheap)))
    for code, number in ((ClassCode.GRENADE, grenades), (ClassCode.FLARE, pieces - grenades)):
        sizes = lots(number, -(-number // 4), chance)
        visits += [[PricedThing(class_code=code, quantity=size)] for size in sizes]


def _meet(visits: list[list[PricedThing]], paid: int, tariff: Tariff, rounding: int) -> None:
    """Move the values of the appraised arms until the awards add up to what was paid."""
    missing = paid - sum(award(things, tariff, rounding=rounding) for things in visits)
    places = [
        (visit, at)
        for visit in visits
        for at, thing in enumerate(visit)
        if CATALOGUE[thing.class_code].arm and thing.value is not None
    ]
    _move_evenly(places, missing // STEP if missing > 0 else -(-missing // STEP), tariff)
    left = paid - sum(award(things, tariff, rounding=rounding) for things in visits)
    if left and not any(_moved(visit, at, left, tariff) for visit, at in places):
        raise UnreachableError(left)


def _move_evenly(places: Sequence[tuple[list[PricedThing], int]], steps: int, tariff: Tariff) -> None:
    """Move each arm by its share of the room there is, in whole steps; what that leaves, the first ones take."""
    up = steps > 0
    rooms = [_room(visit[at], tariff, up=up) // STEP for visit, at in places]
    wanted = min(abs(steps), sum(rooms))
    moves = [room * wanted // (sum(rooms) or 1) for room in rooms]
    left = wanted - sum(moves)
    for (visit, at), room, move in zip(places, rooms, moves, strict=True):
        more = min(left, room - move)
        left -= more
        _moved(visit, at, STEP * (move + more) * (1 if up else -1), tariff)


def _moved(visit: list[PricedThing], at: int, cents: int, tariff: Tariff) -> bool:
    """Move one arm's value, if its range has the room."""
    thing = visit[at]
    if abs(cents) > _room(thing, tariff, up=cents > 0):
        return False
    visit[at] = _at(tariff, thing.class_code, (thing.value or 0) + cents)
    return True


def _room(thing: PricedThing, tariff: Tariff, *, up: bool) -> int:
    low, high = _bounds(tariff, thing.class_code)
    value = thing.value or 0
    return high - value if up else value - low


def _on_days(visits: Sequence[list[PricedThing]], days: Sequence[date]) -> Iterator[Visit]:
    """Share the visits out over the days, as evenly as they go, in the order of the days."""
    for number, things in enumerate(visits):
        yield Visit(days[number * len(days) // len(visits)], tuple(replace(thing) for thing in things))
