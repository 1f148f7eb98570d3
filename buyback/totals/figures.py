"""What the totals count, and how counted facts fold into rows. Pure; money in cents, days Panama's.

The place of every figure is its event's, the day is the surrender's: a voucher redeemed in March for a weapon handed
in in January stands in January, in the neighbourhood that the weapon left.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from buyback.errors import Refused


class By(StrEnum):
    """What a row stands for."""

    CORREGIMIENTO = "corregimiento"
    DISTRICT = "district"
    PROVINCE = "province"
    EVENT = "event"
    MONTH = "month"
    CLASS = "class"


class Column(StrEnum):
    """The figures, as files carry them."""

    EVENTS = "events"
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
    OUTSTANDING = "outstanding"
    ITEMS = "items"
    APPRAISED_VALUE = "appraised_value"


_OF_CLASSES = (Column.ITEMS, Column.APPRAISED_VALUE)
_OF_THE_REST = tuple(column for column in Column if column not in _OF_CLASSES)

MONEY = frozenset(
    {Column.ISSUED, Column.REDEEMED, Column.VOID, Column.EXPIRED, Column.OUTSTANDING, Column.APPRAISED_VALUE}
)

PLACE_DIGITS = {By.PROVINCE: 2, By.DISTRICT: 4, By.CORREGIMIENTO: 6}  # of INEC's code


class DaysBackwards(Refused):
    """The last day lies before the first."""

    sentence = "La fecha final es anterior a la inicial."


@dataclass(frozen=True, kw_only=True)
class Question:
    """What is asked for. Both days are included; ``place`` is a code of two, four or six digits.

    Raises DaysBackwards (field ``to``).
    """

    by: By
    since: date | None = None
    until: date | None = None
    programme: str | None = None
    place: str | None = None
    event: str | None = None

    def __post_init__(self) -> None:
        if self.since is not None and self.until is not None and self.until < self.since:
            raise DaysBackwards(field="to")

    @property
    def columns(self) -> tuple[Column, ...]:
        """The figures of a row: a class knows items and their value only, since vouchers know no class."""
        return _OF_CLASSES if self.by is By.CLASS else _OF_THE_REST


@dataclass(frozen=True)
class Row:
    """One line of the totals. ``context`` says where a place lies, since names of places repeat."""

    code: str
    name: str
    context: str
    figures: Mapping[Column, int]

    def __getitem__(self, column: str) -> int:
        """A figure by its column's name."""
        return self.figures[Column(column)]
