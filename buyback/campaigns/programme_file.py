"""A programme file without its tariff: what it may say, and what contradicts itself. Pure."""

from collections import Counter
from collections.abc import Sequence
from datetime import date

from buyback.campaigns.rules import (
    PLACEHOLDERS,
    PROGRAMME_CODE_LENGTH_MAX,
    CodeMalformed,
    FunderTwice,
    FunderWeight,
    MerchantCategory,
    PinNotAsked,
    ProgrammeRules,
    is_code,
)
from buyback.campaigns.states import PaymentMode, PinRule
from buyback.errors import Refused
from buyback.files.reading.reader import Reader
from buyback.files.reading.refusals import DayOutOfBounds

NUMBER_MAX = 65_535  # two bytes of a voucher's signed text
FACE_MAX = 0xFFFF_FFFF  # cents: four bytes of it
VOUCHER_DAYS_MAX = 3650
WEIGHT_MAX = 1_000_000
NAME_LENGTH_MAX = 120
ORGANISATION_LENGTH_MAX = 32
DENOMINATIONS_MAX = FUNDERS_MAX = 100
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2100, 1, 1)  # a voucher's expiry is counted from the first


class PeriodEmpty(Refused):
    """``until`` is exclusive, so it lies after ``from``."""

    sentence = "Debe ser posterior a from ({valid_from}): es el primer día en que el programa ya no vale."


class DenominationsUnordered(Refused):
    """Each denomination is smaller than the one before."""

    sentence = "Las denominaciones van de mayor a menor, sin repetir."


class RoundingDoesNotDivide(Refused):
    """Otherwise the remainder of an award could never be paid out to the cent that the rule promises."""

    sentence = "Cada denominación debe ser un múltiplo del redondeo."


class CategoryTwice(Refused):
    """A category stands once."""

    sentence = "La categoría {category} está repetida."


class PlaceholderUnknown(Refused):
    """Only the event's municipality and governorate follow from its district."""

    sentence = "No existe {placeholder}; los aportantes por lugar son @municipality y @governorate."


def read_rules(file: Reader) -> ProgrammeRules:
    """The programme's rules from a file's top level, funders included; problems are left in the reader."""
    rules = ProgrammeRules(
        code=file.text("code", limit=PROGRAMME_CODE_LENGTH_MAX),
        name=file.text("name", limit=NAME_LENGTH_MAX),
        number=file.whole("number", low=0, high=NUMBER_MAX),
        valid_from=file.day("from"),
        valid_until=file.day("until"),
        denominations=file.amounts("denominations", count=DENOMINATIONS_MAX, low=1, high=FACE_MAX),
        rounding=file.amount("rounding", low=1),
        voucher_days=file.whole("voucher_days", high=VOUCHER_DAYS_MAX),
        approval_over=file.amount("approval_over"),
        pin=file.choice("pin", PinRule),
        categories=file.choices("categories", MerchantCategory),
        payment=file.choice("payment", PaymentMode),
        appropriation=file.amount("appropriation", low=1) if file.has("appropriation") else None,
        funders=_funders(file.readers("funder", high=FUNDERS_MAX)),
    )
    _check_words(file, rules)
    _check_period(file, rules)
    _check_money(file, rules)
    _check_funders(file, rules.funders)
    return rules


def _funders(tables: Sequence[Reader]) -> tuple[FunderWeight, ...]:
    funders = []
    for table in tables:
        entry = FunderWeight(
            organisation=table.text("organisation", limit=ORGANISATION_LENGTH_MAX),
            weight=table.whole("weight", high=WEIGHT_MAX),
        )
        table.finish()
        funders.append(entry)
    return tuple(funders)


def _check_words(file: Reader, rules: ProgrammeRules) -> None:
    if file.sound("code") and not is_code(rules.code, PROGRAMME_CODE_LENGTH_MAX):
        file.refuse("code", CodeMalformed(longest=PROGRAMME_CODE_LENGTH_MAX))
    if file.sound("pin") and rules.pin is PinRule.ALWAYS:
        file.refuse("pin", PinNotAsked(instead='"optional", "never"'))
    if file.sound("categories"):
        for category, times in Counter(rules.categories).items():
            if times > 1:
                file.refuse("categories", CategoryTwice(category=category))


def _check_period(file: Reader, rules: ProgrammeRules) -> None:
    for key, day in (("from", rules.valid_from), ("until", rules.valid_until)):
        if file.sound(key) and not FIRST_DAY <= day <= LAST_DAY:
            file.refuse(key, DayOutOfBounds(first=FIRST_DAY, last=LAST_DAY))
    if file.sound("from", "until") and rules.valid_until <= rules.valid_from:
        file.refuse("until", PeriodEmpty(valid_from=rules.valid_from))


def _check_money(file: Reader, rules: ProgrammeRules) -> None:
    if file.sound("denominations") and list(rules.denominations) != sorted(set(rules.denominations), reverse=True):
        file.refuse("denominations", DenominationsUnordered())
    if file.sound("rounding", "denominations") and any(face % rules.rounding for face in rules.denominations):
        file.refuse("rounding", RoundingDoesNotDivide())


def _check_funders(file: Reader, funders: Sequence[FunderWeight]) -> None:
    seen: set[str] = set()
    for at, funder in enumerate(funders):
        place = f"funder[{at}].organisation"
        name = funder.organisation
        if not file.sound(place):
            continue
        if name.startswith("@") and name not in PLACEHOLDERS:
            file.refuse(place, PlaceholderUnknown(placeholder=name))
        if name in seen:
            file.refuse(place, FunderTwice(funder=name))
        seen.add(name)
