"""What the totals count: each figure once, with its name on screens, its unit, its source, and the rows that show it.

Pure. A new figure is a new member of ``Figure``, and a migration that adds its column to ``rollup_day`` if it is kept:
SQL, files, pages and proofs follow. Money in cents, rates in hundredths; SQL is text, the same on both databases.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from buyback.files.writing.tabular import Kind
from buyback.tariff.catalogue import CATALOGUE, CatalogueClass, TotalColumn

PER = 10_000


# The class of values that are kept of several classes together, since too few items share each of theirs.
OTHER_CLASSES = "other"


class DeltaKind(StrEnum):
    """What happened: an item received, a visit paid out, a voucher issued, issued in a void one's place, or ended."""

    ITEM = "item"
    SURRENDER = "surrender"
    ISSUE = "issue"
    REPLACE = "replace"
    REDEEM = "redeem"
    VOID = "void"
    EXPIRE = "expire"


class Rows(StrEnum):
    """Which rows show a figure."""

    ALL = "all"  # of places, events and months
    CLASSES = "classes"  # of classes of items, about which vouchers know nothing
    PLACES = "places"  # of places alone, beside the others
    NONE = "none"  # only all rows together


@dataclass(frozen=True)
class Kept:
    """The sum of ``measure`` (pieces, rounds, visits or vouchers, or their cents) over the deltas of one kind.

    Of items only some classes may count: those for which ``counts`` holds.
    """

    measure: str
    kind: DeltaKind
    counts: Callable[[CatalogueClass], bool] | None = None

    @property
    def value(self) -> str:
        """What one delta ``d`` adds."""
        return f"CASE WHEN {self.condition} THEN d.{self.measure} ELSE 0 END"

    @property
    def condition(self) -> str:
        """Which deltas ``d`` count."""
        if self.counts is None:
            return f"d.kind = '{self.kind.value}'"
        codes = ", ".join(f"'{code.value}'" for code, entry in CATALOGUE.items() if self.counts(entry))
        return f"d.catalogue_class IN ({codes})"


def _items(total: TotalColumn) -> Kept:
    """Items that count in a column of the totals."""
    return Kept("number", DeltaKind.ITEM, lambda entry: entry.total is total)


@dataclass(frozen=True)
class Difference:
    """One figure less others."""

    of: str
    less: tuple[str, ...]

    def derive(self, figures: Mapping[str, int]) -> int:
        """From the figures of the same row."""
        return figures[self.of] - sum(figures[name] for name in self.less)


@dataclass(frozen=True)
class Rate:
    """What comes on 10,000 inhabitants (INEC, census of 2023), in hundredths, half up; zero where nobody lives."""

    of: str

    def derive(self, figures: Mapping[str, int]) -> int:
        """From the figures of the same row."""
        number, people = figures[self.of], figures[Figure.POPULATION]
        return (2 * number * PER * 100 + people) // (2 * people) if people else 0


_OF_VISITS = frozenset({DeltaKind.ITEM, DeltaKind.SURRENDER})
_COUNT, _MONEY, _RATE = Kind.COUNT, Kind.MONEY, Kind.RATE


class Figure(StrEnum):
    """All figures, in the order of their columns: its code in files, its name on screens, its unit, rows and source.

    Without a source it is not added up but known: the events and the corregimientos in which something was handed in,
    and the inhabitants.
    """

    label: str
    unit: Kind
    rows: Rows
    source: Kept | Difference | Rate | None

    EVENTS = "events", "Jornadas"
    SURRENDERS = "surrenders", "Entregas", _COUNT, Rows.ALL, Kept("number", DeltaKind.SURRENDER)
    ARMS = "arms", "Armas", _COUNT, Rows.ALL, _items(TotalColumn.ARMS)
    FIREARMS = (
        "firearms",
        "Armas de fuego",
        _COUNT,
        Rows.ALL,
        Kept("number", DeltaKind.ITEM, lambda entry: entry.firearm),
    )
    AMMUNITION = "ammunition", "Municiones", _COUNT, Rows.ALL, _items(TotalColumn.AMMUNITION)
    MAGAZINES = "magazines", "Proveedores", _COUNT, Rows.ALL, _items(TotalColumn.MAGAZINES)
    EXPLOSIVES = "explosives", "Explosivos", _COUNT, Rows.ALL, _items(TotalColumn.EXPLOSIVES)
    ACCESSORIES = "accessories", "Accesorios", _COUNT, Rows.ALL, _items(TotalColumn.ACCESSORIES)
    VOUCHERS = "vouchers", "Vales", _COUNT, Rows.ALL, Kept("number", DeltaKind.ISSUE)
    ISSUED = "issued", "Emitido", _MONEY, Rows.ALL, Kept("cents", DeltaKind.ISSUE)
    REDEEMED = "redeemed", "Canjeado", _MONEY, Rows.ALL, Kept("cents", DeltaKind.REDEEM)
    VOID = "void", "Anulado", _MONEY, Rows.ALL, Kept("cents", DeltaKind.VOID)
    EXPIRED = "expired", "Vencido", _MONEY, Rows.ALL, Kept("cents", DeltaKind.EXPIRE)
    OUTSTANDING = "outstanding", "Por canjear", _MONEY, Rows.ALL, Difference("issued", ("redeemed", "void", "expired"))
    ITEMS = "items", "Artículos", _COUNT, Rows.CLASSES, Kept("number", DeltaKind.ITEM)
    APPRAISED_VALUE = "appraised_value", "Valor del avalúo", _MONEY, Rows.CLASSES, Kept("cents", DeltaKind.ITEM)
    REPLACED = "replaced", "Emitido en reposición", _MONEY, Rows.NONE, Kept("cents", DeltaKind.REPLACE)
    ROUNDING = "rounding", "Redondeo", _MONEY, Rows.NONE, Difference("issued", ("appraised_value", "replaced"))
    NEIGHBOURHOODS = "neighbourhoods", "Barrios alcanzados", _COUNT, Rows.NONE
    POPULATION = "population", "Habitantes", _COUNT, Rows.PLACES
    ARMS_RATE = "arms_per_10000", "Armas por 10,000 hab.", _RATE, Rows.PLACES, Rate("arms")
    SURRENDERS_RATE = "surrenders_per_10000", "Entregas por 10,000 hab.", _RATE, Rows.PLACES, Rate("surrenders")
    ITEMS_RATE = "items_per_10000", "Artículos por 10,000 hab.", _RATE, Rows.PLACES, Rate("items")

    @property
    def is_of_items(self) -> bool:
        """Whether it counts things handed in, not visits or vouchers."""
        return isinstance(self.source, Kept) and self.source.kind is DeltaKind.ITEM

    @property
    def is_of_vouchers(self) -> bool:
        """Whether it counts vouchers or what became of them."""
        is_kept_of_them = isinstance(self.source, Kept) and self.source.kind not in _OF_VISITS
        return is_kept_of_them or isinstance(self.source, Difference)

    def __new__(
        cls,
        code: str,
        label: str,
        unit: Kind = _COUNT,
        rows: Rows = Rows.ALL,
        source: Kept | Difference | Rate | None = None,
    ) -> Self:
        """Its code is its value."""
        figure = str.__new__(cls, code)
        figure._value_ = code
        figure.label, figure.unit, figure.rows, figure.source = label, unit, rows, source
        return figure


KEPT: Mapping[Figure, Kept] = {figure: figure.source for figure in Figure if isinstance(figure.source, Kept)}
OF_CLASSES = tuple(figure for figure in Figure if figure.rows is Rows.CLASSES)


def of_delta(figures: Iterable[Figure]) -> str:
    """What one delta ``d`` adds to each of some kept figures."""
    return ", ".join(f"{KEPT[figure].value} AS {figure.value}" for figure in figures)


def sums_of_deltas(figures: Iterable[Figure]) -> str:
    """What deltas ``d`` add to each of some kept figures."""
    return ", ".join(f"SUM({KEPT[figure].value}) AS {figure.value}" for figure in figures)


def complete(known: Mapping[str, int]) -> dict[str, int]:
    """The figures of a row and those that are derived from them."""
    figures = dict(known)
    for figure in Figure:
        if isinstance(figure.source, Difference | Rate):
            figures[figure] = figure.source.derive(figures)
    return figures
