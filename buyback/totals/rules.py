"""Which figures are kept of a day, and what each delta adds to them. Pure; SQL as text, the same on both databases."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from buyback.tariff.catalogue import CATALOGUE, CatalogueClass, TotalColumn

MANY = 2_000  # deltas: reading so many takes a few milliseconds


class DeltaKind(StrEnum):
    """What happened: something was received, a visit paid out, a voucher issued, or ended in one of three ways."""

    ITEM = "item"
    SURRENDER = "surrender"
    ISSUE = "issue"
    REDEEM = "redeem"
    VOID = "void"
    EXPIRE = "expire"


class Figure(StrEnum):
    """The figures of an event's day, as columns of ``rollup_day``. What is money is in cents."""

    SURRENDERS = "surrenders"
    ARMS = "arms"
    FIREARMS = "firearms"
    AMMUNITION = "ammunition"
    MAGAZINES = "magazines"
    EXPLOSIVES = "explosives"
    ACCESSORIES = "accessories"
    VOUCHERS = "vouchers"
    ISSUED = "issued"
    REDEEMED = "redeemed"
    VOID = "void"
    EXPIRED = "expired"
    ITEMS = "items"
    APPRAISED_VALUE = "appraised_value"


@dataclass(frozen=True)
class Source:
    """A figure is the sum of ``measure`` (pieces, rounds, visits or vouchers, or their cents) over some deltas."""

    measure: str
    of: str  # a condition on the delta ``d``

    @property
    def value(self) -> str:
        """What one delta ``d`` adds."""
        return f"CASE WHEN {self.of} THEN d.{self.measure} ELSE 0 END"


def _kind(kind: DeltaKind) -> str:
    return f"d.kind = '{kind.value}'"


def _classes(*, total: TotalColumn | None = None) -> str:
    """Items that count in a column of the totals; without one those that are firearms."""

    def counts(entry: CatalogueClass) -> bool:
        return entry.firearm if total is None else entry.total is total

    codes = ", ".join(f"'{code.value}'" for code, entry in CATALOGUE.items() if counts(entry))
    return f"d.catalogue_class IN ({codes})"


SOURCES: Mapping[Figure, Source] = MappingProxyType(
    {
        Figure.SURRENDERS: Source("number", _kind(DeltaKind.SURRENDER)),
        Figure.ARMS: Source("number", _classes(total=TotalColumn.ARMS)),
        Figure.FIREARMS: Source("number", _classes()),
        Figure.AMMUNITION: Source("number", _classes(total=TotalColumn.AMMUNITION)),
        Figure.MAGAZINES: Source("number", _classes(total=TotalColumn.MAGAZINES)),
        Figure.EXPLOSIVES: Source("number", _classes(total=TotalColumn.EXPLOSIVES)),
        Figure.ACCESSORIES: Source("number", _classes(total=TotalColumn.ACCESSORIES)),
        Figure.VOUCHERS: Source("number", _kind(DeltaKind.ISSUE)),
        Figure.ISSUED: Source("cents", _kind(DeltaKind.ISSUE)),
        Figure.REDEEMED: Source("cents", _kind(DeltaKind.REDEEM)),
        Figure.VOID: Source("cents", _kind(DeltaKind.VOID)),
        Figure.EXPIRED: Source("cents", _kind(DeltaKind.EXPIRE)),
        Figure.ITEMS: Source("number", _kind(DeltaKind.ITEM)),
        Figure.APPRAISED_VALUE: Source("cents", _kind(DeltaKind.ITEM)),
    }
)

FIGURES = ", ".join(Figure)
OF_DELTA = ", ".join(f"{source.value} AS {figure.value}" for figure, source in SOURCES.items())
SUMS = ", ".join(f"SUM({source.value}) AS {figure.value}" for figure, source in SOURCES.items())
