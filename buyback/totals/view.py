"""A table of totals as somebody asked to see it: which rows, in which order, and what they are to the people there.

Pure. Money in cents; figures per 10,000 inhabitants in hundredths.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from buyback.files.tabular import Kind
from buyback.places.rules import fold
from buyback.tariff.catalogue import ClassCode
from buyback.totals.figures import MONEY, PLACE_DIGITS, By, Column, Question

NAME = "name"
PER = 10_000


class Extra(StrEnum):
    """What a place's row says beside its totals. Inhabitants are those of the census (INEC, 2023)."""

    POPULATION = "population"
    ARMS_RATE = "arms_per_10000"
    SURRENDERS_RATE = "surrenders_per_10000"
    ITEMS_RATE = "items_per_10000"


_RATES = {
    Extra.ARMS_RATE: Column.ARMS,
    Extra.SURRENDERS_RATE: Column.SURRENDERS,
    Extra.ITEMS_RATE: Column.ITEMS,
}
OF_CLASS = (Column.ITEMS, Column.APPRAISED_VALUE)


def kind_of(column: str) -> Kind:
    """How a column's figures are written."""
    if column in MONEY:
        return Kind.MONEY
    return Kind.RATE if column in _RATES else Kind.COUNT


@dataclass(frozen=True)
class Sort:
    """The column that orders the rows: ``name``, a figure's, or none for the order of their codes."""

    column: str = ""
    rising: bool = True


CODES = Sort()


@dataclass(frozen=True)
class Asked:
    """A question of the totals, and what is shown of its answer.

    ``item_class`` counts things of one class only, about which vouchers know nothing. ``words`` keeps the rows whose
    name, surroundings or code have all of them, whatever their accents.
    """

    question: Question
    item_class: ClassCode | None = None
    words: str = ""
    sort: Sort = CODES

    @property
    def by(self) -> By:
        """What a row stands for."""
        return self.question.by

    @property
    def counted(self) -> tuple[Column, ...]:
        """The totals in each row."""
        return self.question.columns if self.item_class is None else OF_CLASS

    @property
    def columns(self) -> tuple[str, ...]:
        """All figures of a row, in order: a place's go on with its inhabitants and what comes on them."""
        if self.by not in PLACE_DIGITS:
            return self.counted
        rates = [extra for extra, column in _RATES.items() if column in self.counted]
        return (*self.counted, Extra.POPULATION, *rates)


@dataclass(frozen=True)
class Line:
    """One row; ``context`` says where a place or an event lies."""

    code: str
    name: str
    context: str
    figures: Mapping[str, int]

    def __getitem__(self, column: str) -> int:
        """A figure by its column."""
        return self.figures[column]


def per_10000(number: int, population: int) -> int:
    """So many on 10,000 inhabitants, in hundredths, half up; zero where nobody lives."""
    return (2 * number * PER * 100 + population) // (2 * population) if population else 0


def with_rates(figures: Mapping[str, int], population: int) -> dict[str, int]:
    """A place's figures, its inhabitants, and what comes on 10,000 of them."""
    rates: dict[str, int] = {
        extra: per_10000(figures[column], population) for extra, column in _RATES.items() if column in figures
    }
    return {**figures, Extra.POPULATION: population, **rates}


def matching(lines: Iterable[Line], words: str) -> tuple[Line, ...]:
    """The lines that have all the words, without minding case and accents."""
    wanted = fold(words).split()
    return tuple(
        line for line in lines if all(word in fold(f"{line.name} {line.context} {line.code}") for word in wanted)
    )


def ordered(lines: Iterable[Line], sort: Sort) -> tuple[Line, ...]:
    """The lines by a column; equal ones by code."""
    by_code = sorted(lines, key=lambda line: line.code)
    if sort.column == NAME:
        return tuple(sorted(by_code, key=lambda line: fold(line.name), reverse=not sort.rising))
    sign = 1 if sort.rising else -1
    return tuple(sorted(by_code, key=lambda line: sign * line.figures.get(sort.column, 0)))


def summed(lines: Iterable[Line], columns: Iterable[str]) -> dict[str, int]:
    """The figures of lines that share nothing: places, events or classes."""
    kept = tuple(lines)
    return {column: sum(line[column] for line in kept) for column in columns}


def weighed(asked: Asked) -> Column:
    """The figure that tells rows apart at a glance, until another is chosen."""
    return Column.ITEMS if asked.by is By.CLASS or asked.item_class else Column.ARMS
