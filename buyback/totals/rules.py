"""A question of the totals, and the rows of its answer. Pure; money in cents, days Panama's.

The place of every figure is its event's, the day is the surrender's: a voucher redeemed in March for a weapon handed
in in January stands in January, in the neighbourhood that the weapon left.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from buyback.files.reading.refusals import DaysReversed
from buyback.languages import N_
from buyback.places.rules import fold
from buyback.tariff.catalogue import CATALOGUE, ClassCode
from buyback.totals.figures import OTHER_CLASSES, Figure, Rate, Rows

NAME = "name"
OTHER_NAME = N_("Valor de las clases con menos de diez artículos")
_CLASS_ORDER: Mapping[str, int] = {code: place for place, code in enumerate([*CATALOGUE, OTHER_CLASSES])}


def class_name(code: str) -> str:
    """A class in Spanish, or what the value of classes too small to be told apart is called."""
    return OTHER_NAME if code == OTHER_CLASSES else CATALOGUE[ClassCode(code)].name


class By(StrEnum):
    """What a row stands for."""

    CORREGIMIENTO = "corregimiento"
    DISTRICT = "district"
    PROVINCE = "province"
    EVENT = "event"
    MONTH = "month"
    CLASS = "class"


PLACE_DIGITS = {By.PROVINCE: 2, By.DISTRICT: 4, By.CORREGIMIENTO: 6}  # of INEC's code


@dataclass(frozen=True)
class Sort:
    """What orders the rows: ``name``, a figure, or nothing for the order of their codes."""

    column: str = ""
    rising: bool = True


CODES = Sort()


@dataclass(frozen=True, kw_only=True)
class Query:
    """What is asked for. Both days are included; ``place`` is a code of two, four or six digits.

    ``item_class`` counts things of one class only, about which vouchers know nothing. ``words`` keeps the rows whose
    name, surroundings or code have all of them, whatever their accents. Raises DaysReversed (field ``to``).
    """

    by: By
    since: date | None = None
    until: date | None = None
    programme: str | None = None
    place: str | None = None
    event: str | None = None
    item_class: ClassCode | None = None
    words: str = ""
    sort: Sort = CODES

    def __post_init__(self) -> None:
        if self.since is not None and self.until is not None and self.until < self.since:
            raise DaysReversed(field="to")

    @property
    def is_of_places(self) -> bool:
        """Whether a row is a place, which has inhabitants."""
        return self.by in PLACE_DIGITS

    @property
    def is_of_classes(self) -> bool:
        """Whether items are told apart by their class, so that nothing is known of vouchers."""
        return self.by is By.CLASS or self.item_class is not None

    @property
    def counted(self) -> tuple[Figure, ...]:
        """The figures of a row, as files of the command line carry them."""
        wanted = Rows.CLASSES if self.is_of_classes else Rows.ALL
        return tuple(figure for figure in Figure if figure.rows is wanted)

    @property
    def columns(self) -> tuple[Figure, ...]:
        """All figures of a row: a place's go on with its inhabitants and what comes on them."""
        counted = self.counted
        if not self.is_of_places:
            return counted
        beside = (figure for figure in Figure if figure.rows is Rows.PLACES)
        return (*counted, *(figure for figure in beside if _base(figure) in {None, *counted}))

    @property
    def summed(self) -> tuple[Figure, ...]:
        """The figures of which a sum makes sense: pieces of one class and rounds of another do not add up."""
        mixed = self.by is By.CLASS and self.item_class is None
        return tuple(figure for figure in self.columns if not (mixed and figure is Figure.ITEMS))

    @property
    def weight(self) -> Figure:
        """The figure that tells rows apart at a glance, until another is chosen."""
        return Figure.ITEMS if self.is_of_classes else Figure.ARMS


def _base(figure: Figure) -> str | None:
    return figure.source.of if isinstance(figure.source, Rate) else None


@dataclass(frozen=True)
class Row:
    """One line of the totals. ``context`` says where a place or an event lies, since names of places repeat."""

    code: str
    name: str
    context: str
    figures: Mapping[str, int]

    def __getitem__(self, figure: str) -> int:
        """A figure by its code."""
        return self.figures[figure]


def matching(rows: Iterable[Row], words: str) -> tuple[Row, ...]:
    """The rows that have all the words, without minding case and accents."""
    wanted = fold(words).split()
    return tuple(row for row in rows if all(word in fold(f"{row.name} {row.context} {row.code}") for word in wanted))


def ordered(rows: Iterable[Row], sort: Sort) -> tuple[Row, ...]:
    """The rows by a column; equal ones by code, and classes as the catalogue lists them."""
    by_code = sorted(rows, key=lambda row: (_CLASS_ORDER.get(row.code, 0), row.code))
    if sort.column == NAME:
        return tuple(sorted(by_code, key=lambda row: fold(row.name), reverse=not sort.rising))
    sign = 1 if sort.rising else -1
    return tuple(sorted(by_code, key=lambda row: sign * row.figures.get(sort.column, 0)))


def add_up(rows: Iterable[Row], figures: Iterable[str]) -> dict[str, int]:
    """What rows that share nothing (places, events or classes) come to, figure by figure."""
    kept = tuple(rows)
    return {figure: sum(row[figure] for row in kept) for figure in figures}
