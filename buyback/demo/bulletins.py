"""The published bulletins that the demonstration reproduces, read from ``bulletins.toml`` beside this file."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from types import MappingProxyType

from buyback.money import parse_cents
from buyback.tariff.catalogue import ClassCode, TotalColumn

FILE = Path(__file__).with_name("bulletins.toml")


@dataclass(frozen=True, kw_only=True)
class Bulletin:
    """One event as it was published.

    ``paid`` is in cents. ``reported`` has the columns that the source gives, ammunition in rounds; ``types`` how many
    arms of each class, where the source tells.
    """

    source: str
    event: str
    programme: str
    site: str
    corregimiento: str
    days: tuple[date, ...]
    paid: int
    reported: Mapping[TotalColumn, int]
    types: Mapping[ClassCode, int] = field(default_factory=dict)

    def count(self, column: TotalColumn) -> int:
        """A figure of the bulletin; 0 where the source does not report it."""
        return self.reported.get(column, 0)


@cache
def bulletins() -> tuple[Bulletin, ...]:
    """All of them, the oldest first."""
    tables = tomllib.loads(FILE.read_text(encoding="utf-8"))["bulletin"]
    return tuple(sorted((_bulletin(table) for table in tables), key=lambda bulletin: bulletin.days))


def _bulletin(table: dict[str, object]) -> Bulletin:
    texts = {key: str(table[key]) for key in ("source", "event", "programme", "site", "corregimiento")}
    days, types = table["days"], table.get("types", {})
    if not isinstance(days, list) or not isinstance(types, dict):
        raise TypeError(table)
    reported = {column: table[column.value] for column in TotalColumn if column.value in table}
    return Bulletin(
        **texts,
        days=tuple(days),
        paid=parse_cents(str(table["paid"])),
        reported=MappingProxyType({column: int(str(figure)) for column, figure in reported.items()}),
        types=MappingProxyType({ClassCode(code): number for code, number in types.items()}),
    )
