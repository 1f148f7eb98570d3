"""What the totals count, and how counted facts fold into rows. Pure; money in cents, days Panama's.

The place of every figure is its event's, the day is the surrender's: a voucher redeemed in March for a weapon handed
in in January stands in January, in the neighbourhood that the weapon left.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from buyback.errors import Refused
from buyback.tariff.catalogue import CATALOGUE, ClassCode
from buyback.vouchers.states import ResolutionKind


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

_STANDING = {
    None: Column.OUTSTANDING,
    ResolutionKind.REDEEM: Column.REDEEMED,
    ResolutionKind.VOID: Column.VOID,
    ResolutionKind.EXPIRE: Column.EXPIRED,
}


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


class Kind(StrEnum):
    """What was counted."""

    ITEM = "item"
    SURRENDER = "surrender"
    VOUCHER = "voucher"


@dataclass(frozen=True, kw_only=True)
class Fact:
    """So many like things of one event and one day.

    ``what`` is an item's class, or how a voucher ended (None while it is outstanding). ``number`` is in pieces, rounds,
    surrenders or vouchers; ``cents`` is the items' value or the vouchers' face.
    """

    kind: Kind
    event: str
    site: str
    corregimiento: str
    day: date
    what: str | None
    number: int
    cents: int


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


def fold(facts: Iterable[Fact], key: Callable[[Fact], str], columns: Iterable[Column]) -> dict[str, dict[Column, int]]:
    """Facts of one key added up, column by column; keys in their order."""
    groups: dict[str, list[Fact]] = defaultdict(list)
    for fact in facts:
        groups[key(fact)].append(fact)
    wanted = tuple(columns)
    return {code: add_up(groups[code], wanted) for code in sorted(groups)}


def add_up(facts: Iterable[Fact], columns: Iterable[Column]) -> dict[Column, int]:
    """The figures of some facts; an event is counted once, however many of its days are among them."""
    sums: Counter[Column] = Counter()
    events = set()
    for fact in facts:
        sums.update(figures_of(fact))
        events.add(fact.event)
    sums[Column.EVENTS] = len(events)
    return {column: sums[column] for column in columns}


def figures_of(fact: Fact) -> dict[Column, int]:
    """Which columns a fact adds to. Arms are the bulletin's count, firearms SDG 16.4.2's (``tariff.catalogue``)."""
    if fact.kind is Kind.SURRENDER:
        return {Column.SURRENDERS: fact.number}
    if fact.kind is Kind.VOUCHER:
        standing = _STANDING[ResolutionKind(fact.what) if fact.what else None]
        return {Column.VOUCHERS: fact.number, Column.ISSUED: fact.cents, standing: fact.cents}
    entry = CATALOGUE[ClassCode(fact.what or "")]
    figures = {
        Column(entry.total.value): fact.number,
        Column.ITEMS: fact.number,
        Column.APPRAISED_VALUE: fact.cents,
    }
    return figures | {Column.FIREARMS: fact.number} if entry.firearm else figures


def key_of(by: By) -> Callable[[Fact], str]:
    """The code of the row that a fact belongs to."""
    if by in PLACE_DIGITS:
        digits = PLACE_DIGITS[by]
        return lambda fact: fact.corregimiento[:digits]
    if by is By.EVENT:
        return lambda fact: fact.event
    if by is By.MONTH:
        return lambda fact: fact.day.isoformat()[:7]
    return lambda fact: fact.what or ""
