"""The whole programme file: the programme's rules and its tariff. Pure: bytes in, a valid file or every problem out."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from buyback.campaigns.programme_file import read_rules
from buyback.campaigns.rules import ProgrammeRules
from buyback.errors import InputProblem, InvalidInput, Refused
from buyback.files.reading.parsing import toml_table
from buyback.files.reading.reader import Reader
from buyback.files.reading.refusals import FileTooLarge
from buyback.files.reading.values import Dialect
from buyback.tariff.catalogue import CATALOGUE, CalibreGroup, ClassCode, Condition
from buyback.tariff.rules import QUANTITY_MAX, Price, PriceKind, TariffEntry

FILE_BYTES_MAX = 1_000_000  # a programme file is a few kilobytes
LINES_MAX = 1000


class PriceMissing(Refused):
    """A tariff line sets a price."""

    sentence = "Falta el precio: low y high, o unit, o fixed."


class PricesMixed(Refused):
    """A tariff line sets its price in one way."""

    sentence = "El precio se da de una sola forma: low y high, o unit, o fixed."


class RangeReversed(Refused):
    """The lower end lies above the upper."""

    sentence = "low es mayor que high."


class CalibreGroupOnlyForAmmunition(Refused):
    """Nothing but ammunition is told apart by calibre group."""

    sentence = "Solo la clase ammunition lleva calibre_group."


class LineTwice(Refused):
    """Two lines would price the same item."""

    sentence = "Ya hay un renglón para esta clase, estado y grupo de calibre."


class LinesOfTwoKinds(Refused):
    """A class is told apart by a detail or it is not: with both, two lines would price one item."""

    sentence = "Los renglones de una clase llevan todos {detail}, o ninguno."


class CapsDiffer(Refused):
    """The cap counts the whole class."""

    sentence = "El tope por visita vale para toda la clase, que ya tiene otro: {cap}."


@dataclass(frozen=True, kw_only=True)
class ProgrammeFile:
    """A valid programme file."""

    rules: ProgrammeRules
    lines: tuple[TariffEntry, ...]


def parse(content: bytes) -> ProgrammeFile:
    """Read a programme file. Raises InvalidInput with all its problems, each at its key path."""
    if len(content) > FILE_BYTES_MAX:
        raise InvalidInput([InputProblem("", FileTooLarge(limit=FILE_BYTES_MAX // 1_000_000))])
    file = Reader(toml_table(content), Dialect.TOML)
    rules = read_rules(file)
    tables = file.readers("tariff", high=LINES_MAX)
    lines = tuple(_line(table) for table in tables)
    file.finish()
    _check_lines(tables, lines)
    if file.problems:
        raise InvalidInput(file.problems)
    return ProgrammeFile(rules=rules, lines=lines)


def content_hash(file: ProgrammeFile) -> bytes:
    """SHA-256 of what a file says; comments, spacing and the order of tariff lines do not change it."""
    said = asdict(file)
    said["lines"] = sorted(json.dumps(line, sort_keys=True) for line in said["lines"])
    return hashlib.sha256(json.dumps(said, sort_keys=True, default=str).encode()).digest()


def _line(table: Reader) -> TariffEntry:
    class_code = table.choice("class", ClassCode)
    condition = table.choice("condition", Condition) if table.has("condition") else None
    calibre_group = table.choice("calibre_group", CalibreGroup) if table.has("calibre_group") else None
    if calibre_group is not None and table.sound("class") and not CATALOGUE[class_code].has_calibre_group:
        table.refuse("calibre_group", CalibreGroupOnlyForAmmunition())
    entry = TariffEntry(
        class_code=class_code,
        condition=condition,
        calibre_group=calibre_group,
        price=_price(table),
        cap_per_visit=table.whole("cap_per_visit", high=QUANTITY_MAX) if table.has("cap_per_visit") else None,
    )
    table.finish()
    return entry


def _price(table: Reader) -> Price:
    has_range = table.has("low") | table.has("high")
    has_unit, has_fixed = table.has("unit"), table.has("fixed")
    if has_range + has_unit + has_fixed > 1:
        table.refuse("", PricesMixed())
    if has_range:
        low, high = table.amount("low"), table.amount("high")
        if table.sound("low", "high") and low > high:
            table.refuse("low", RangeReversed())
        return Price(kind=PriceKind.RANGE, low=low, high=high)
    if has_unit or has_fixed:
        kind = PriceKind.UNIT if has_unit else PriceKind.FIXED
        cents = table.amount(kind.value)
        return Price(kind=kind, low=cents, high=cents)
    table.refuse("", PriceMissing())
    return Price(kind=PriceKind.FIXED, low=0, high=0)


def _check_lines(tables: Sequence[Reader], lines: Sequence[TariffEntry]) -> None:
    """Hold each line beside those before it; lines that are themselves unreadable are left alone."""
    before: list[TariffEntry] = []
    for table, line in zip(tables, lines, strict=True):
        if table.sound("class", "condition", "calibre_group"):
            _check_beside(table, line, [other for other in before if other.class_code is line.class_code])
            before.append(line)


def _check_beside(table: Reader, line: TariffEntry, others: Sequence[TariffEntry]) -> None:
    if any((other.condition, other.calibre_group) == (line.condition, line.calibre_group) for other in others):
        table.refuse("", LineTwice())
    for detail in ("condition", "calibre_group"):
        if any((getattr(other, detail) is None) != (getattr(line, detail) is None) for other in others):
            table.refuse("", LinesOfTwoKinds(detail=detail))
    caps = {other.cap_per_visit for other in others} - {None}
    if line.cap_per_visit is not None and caps - {line.cap_per_visit}:
        table.refuse("cap_per_visit", CapsDiffer(cap=min(cap for cap in caps if cap is not None)))
