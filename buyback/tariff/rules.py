"""What is offered for an item: the tariff's line for it, its price, and whether a second person must agree.

Pure. Money is in cents. A price is per piece; an ammunition lot's pieces are its rounds.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from buyback.errors import InputProblem, InvalidInput, Refused
from buyback.files.reading.refusals import AmountOutOfBounds, NotWhole
from buyback.money import CENTS_MAX, screen_text
from buyback.tariff.catalogue import CATALOGUE, CalibreGroup, ClassCode, Condition

QUANTITY_MAX = 100_000


class PriceKind(StrEnum):
    """How a line sets its price."""

    RANGE = "range"  # the appraiser decides between low and high
    UNIT = "unit"  # per round or per unit
    FIXED = "fixed"  # per piece


class ApprovalReason(StrEnum):
    """Why a second person has to agree."""

    OUTSIDE_RANGE = "outside_range"
    OVER_THRESHOLD = "over_threshold"


class NoTariffLine(Refused):
    """The programme's tariff has no price for this, so nothing can be offered."""

    sentence = "La tarifa del programa no tiene un renglón para este artículo."


class ConditionNeeded(Refused):
    """The tariff's lines for this class differ by condition."""

    sentence = "Indique el estado del artículo: la tarifa lo pide."


class ConditionNotExpected(Refused):
    """The tariff's line for this class knows no condition."""

    sentence = "La tarifa no distingue el estado de este artículo; déjelo sin indicar."


class CalibreGroupNeeded(Refused):
    """Ammunition is always told apart by calibre group."""

    sentence = "Indique el grupo de calibre de la munición."


class CalibreGroupNotExpected(Refused):
    """Only ammunition has a calibre group."""

    sentence = "Solo la munición lleva grupo de calibre."


class ValueNeeded(Refused):
    """A line with a range leaves the value to the appraiser."""

    sentence = "Indique el valor por pieza: la tarifa da un rango de {low} a {high}."


class ValueNotExpected(Refused):
    """The tariff sets this price; nobody types one."""

    sentence = "La tarifa fija el precio de este artículo; no se escribe un valor."


class CapExceeded(Refused):
    """The programme limits how many items of the class one visit may bring."""

    sentence = "Este programa acepta {cap} por visita de esta clase; van {count}."


@dataclass(frozen=True, kw_only=True)
class Price:
    """A line's price in cents: ``low`` to ``high`` for a range, equal otherwise."""

    kind: PriceKind
    low: int
    high: int


@dataclass(frozen=True, kw_only=True)
class TariffEntry:
    """What a tariff line says. ``cap_per_visit`` counts the pieces of the whole class."""

    class_code: ClassCode
    condition: Condition | None
    calibre_group: CalibreGroup | None
    price: Price
    cap_per_visit: int | None = None


@dataclass(frozen=True, kw_only=True)
class TariffLine(TariffEntry):
    """A tariff line of a programme version, as stored."""

    id: UUID


@dataclass(frozen=True, kw_only=True)
class PricedThing:
    """What the desk says of one item. ``value`` is cents per piece, and only for lines with a range."""

    class_code: ClassCode
    condition: Condition | None = None
    calibre_group: CalibreGroup | None = None
    quantity: int = 1
    value: int | None = None


@dataclass(frozen=True)
class Priced:
    """An item with its price: cents per piece, cents in all, and why a second person must agree (if so)."""

    line: TariffLine
    quantity: int
    per_piece: int
    approval: frozenset[ApprovalReason] = field(default_factory=frozenset)

    @property
    def amount(self) -> int:
        """Cents for all pieces together."""
        return self.per_piece * self.quantity

    @property
    def needs_approval(self) -> bool:
        """Whether a second person must agree before this is offered."""
        return bool(self.approval)


@dataclass(frozen=True)
class Tariff:
    """The lines of a programme version; an item worth over ``approval_over`` cents needs a second person."""

    lines: tuple[TariffLine, ...]
    approval_over: int

    def of(self, class_code: ClassCode) -> tuple[TariffLine, ...]:
        """The lines of a class; empty when the programme does not price it."""
        return tuple(line for line in self.lines if line.class_code is class_code)

    def needs_condition(self, class_code: ClassCode) -> bool:
        """Whether the class's lines differ by condition, so that the desk has to say it."""
        return any(line.condition is not None for line in self.of(class_code))

    def cap(self, class_code: ClassCode) -> int | None:
        """How many pieces of the class one visit may bring; None without a limit."""
        return next((line.cap_per_visit for line in self.of(class_code) if line.cap_per_visit is not None), None)


def find_line(
    tariff: Tariff, class_code: ClassCode, condition: Condition | None, calibre_group: CalibreGroup | None
) -> TariffLine:
    """The line that prices an item. Refuses a class without one, and a condition or calibre group amiss."""
    lines = tariff.of(class_code)
    if not lines:
        raise NoTariffLine(field="class")
    _check_condition(condition, needed=tariff.needs_condition(class_code))
    _check_calibre_group(calibre_group, needed=CATALOGUE[class_code].has_calibre_group)
    for line in lines:
        if line.condition is condition and line.calibre_group in (None, calibre_group):
            return line
    raise NoTariffLine(field="class")


def _check_condition(condition: Condition | None, *, needed: bool) -> None:
    if needed and condition is None:
        raise ConditionNeeded(field="condition")
    if condition is not None and not needed:
        raise ConditionNotExpected(field="condition")


def _check_calibre_group(calibre_group: CalibreGroup | None, *, needed: bool) -> None:
    if needed and calibre_group is None:
        raise CalibreGroupNeeded(field="calibre_group")
    if calibre_group is not None and not needed:
        raise CalibreGroupNotExpected(field="calibre_group")


def check_quantity(quantity: object) -> int:
    """The quantity itself, a whole number from 1 to 100,000; text, fractions and truth values are refused."""
    if isinstance(quantity, bool) or not isinstance(quantity, int) or not 1 <= quantity <= QUANTITY_MAX:
        raise NotWhole(field="quantity", low="1", high=f"{QUANTITY_MAX:,}")
    return quantity


def price(tariff: Tariff, thing: PricedThing) -> Priced:
    """Price one item, or refuse it. A value outside the range is priced, and marked for a second person."""
    check_quantity(thing.quantity)
    line = find_line(tariff, thing.class_code, thing.condition, thing.calibre_group)
    per_piece = _per_piece(line.price, thing.value)
    reasons = set()
    if not line.price.low <= per_piece <= line.price.high:
        reasons.add(ApprovalReason.OUTSIDE_RANGE)
    if per_piece * thing.quantity > tariff.approval_over:
        reasons.add(ApprovalReason.OVER_THRESHOLD)
    return Priced(line=line, quantity=thing.quantity, per_piece=per_piece, approval=frozenset(reasons))


def _per_piece(line_price: Price, value: int | None) -> int:
    if line_price.kind is not PriceKind.RANGE:
        if value is not None:
            raise ValueNotExpected(field="value")
        return line_price.low
    if value is None:
        raise ValueNeeded(field="value", low=screen_text(line_price.low), high=screen_text(line_price.high))
    if not 0 <= value <= CENTS_MAX:
        raise AmountOutOfBounds(field="value", low=screen_text(0), high=screen_text(CENTS_MAX))
    return value


def check_cap(tariff: Tariff, class_code: ClassCode, count: int) -> None:
    """Refuse a visit that brings more of a class than its cap; ``count`` includes the new item."""
    cap = tariff.cap(class_code)
    if cap is not None and count > cap:
        raise CapExceeded(field="quantity", cap=cap, count=count)


def price_visit(tariff: Tariff, things: Sequence[PricedThing]) -> tuple[Priced, ...]:
    """Price all items of one visit, caps included.

    Raises InvalidInput with every problem at once, each at ``items[n].field`` counting from 0.
    """
    priced: list[Priced] = []
    problems: list[InputProblem] = []
    counts: dict[ClassCode, int] = {}
    for position, thing in enumerate(things):
        try:
            priced.append(price(tariff, thing))
            counts[thing.class_code] = counts.get(thing.class_code, 0) + thing.quantity
            check_cap(tariff, thing.class_code, counts[thing.class_code])
        except Refused as refusal:
            problems.append(InputProblem(f"items[{position}].{refusal.field}", refusal))
    if problems:
        raise InvalidInput(problems)
    return tuple(priced)
