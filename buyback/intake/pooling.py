"""Which sums of values stand by themselves after the purge, and which only together. Pure; money in cents.

A sum of few items tells what each was worth, and so which award it was part of. A tariff tells some values anyway:
those of rounds, by their number. So a sum stands if ten items share it, and if of those whose value a person decided
there are none or ten. What does not stand is added up with others until it does; only the whole is told however small.
"""

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TypeVar
from uuid import UUID

K = TypeVar("K", bound=Hashable)

LEAST = 10


@dataclass(frozen=True)
class PooledItem:
    """A received item; ``value`` is for its whole ``quantity``, ``appraised`` whether a person decided it."""

    day: date
    catalogue_class: str
    tariff_line: UUID
    quantity: int
    value: int
    appraised: bool


@dataclass(frozen=True)
class Shared:
    """What some items are worth together, and how many of them a person appraised."""

    items: int = 0
    appraised: int = 0
    value: int = 0

    def __add__(self, other: "Shared") -> "Shared":
        return Shared(self.items + other.items, self.appraised + other.appraised, self.value + other.value)

    @property
    def stands(self) -> bool:
        """Whether it tells of no item what it was worth."""
        return self.items >= LEAST and (self.appraised == 0 or self.appraised >= LEAST)


@dataclass(frozen=True)
class SharedValue:
    """A sum that stands: of one tariff line, of the other lines of a class, or (no class) of the other classes."""

    catalogue_class: str | None
    tariff_line: UUID | None
    shared: Shared


def pool(sums: Mapping[K, Shared]) -> tuple[Mapping[K, Shared], Shared]:
    """What stands by itself, and the rest together: it stands too, is empty, or is everything."""
    standing = {key: shared for key, shared in sums.items() if shared.stands}
    rest = sum((shared for key, shared in sums.items() if key not in standing), Shared())
    while standing and rest.items and not rest.stands:
        least = min(standing, key=lambda key: (standing[key].items, str(key)))
        rest += standing.pop(least)
    return standing, rest


def value_sums(entries: Iterable[PooledItem]) -> Iterator[SharedValue]:
    """The values of some items by class, and within a class that stands by tariff line; together they are all."""
    lines: defaultdict[str, defaultdict[UUID, Shared]] = defaultdict(lambda: defaultdict(Shared))
    for entry in entries:
        lines[entry.catalogue_class][entry.tariff_line] += Shared(1, int(entry.appraised), entry.value)
    standing, rest = pool({code: sum(of_class.values(), Shared()) for code, of_class in lines.items()})
    for code in standing:
        of_lines, others = pool(lines[code])
        yield from (SharedValue(code, line, shared) for line, shared in of_lines.items())
        yield from _unless_empty(SharedValue(code, None, others))
    yield from _unless_empty(SharedValue(None, None, rest))


def quantity_sums(entries: Iterable[PooledItem], classes: Collection[str]) -> Mapping[str, int]:
    """How many rounds or pieces of each of some classes there were."""
    found: defaultdict[str, int] = defaultdict(int)
    for entry in entries:
        if entry.catalogue_class in classes:
            found[entry.catalogue_class] += entry.quantity
    return found


def by_month(entries: Iterable[PooledItem]) -> Mapping[date, list[PooledItem]]:
    """The entries of each month, under its last day with any: an event that lasts into another month stays two sums."""
    months: defaultdict[tuple[int, int], list[PooledItem]] = defaultdict(list)
    for entry in entries:
        months[entry.day.year, entry.day.month].append(entry)
    return {max(entry.day for entry in of_month): of_month for of_month in months.values()}


def _unless_empty(found: SharedValue) -> Iterator[SharedValue]:
    if found.shared.items:
        yield found
