"""Panama's tax numbers (RUC) and their two check digits (dígito verificador, DV). Pure.

The algorithm is that of the Dirección General de Ingresos: the number is written out as digits, a prefix
telling its kind; each digit is weighted from the right with 2, 3, 4 …; the sum modulo 11 gives a check
digit, and the same again with that digit appended gives the second. Company numbers from rolls before
50,000 use an older layout: the two digits of ten thousands and thousands are replaced, and the weight 11
stands twice.

Leading zeros of a part are no part of the number: ``08-0012-00345`` is ``8-12-345``.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from buyback.errors import Refused
from buyback.merchants.states import RucKind

PROVINCE_MAX = 13  # ten provinces and three comarcas; 0 where none was assigned
_OLD_ROLL_UNTIL = 50_000
_SHORT_ENTRY = 5  # digits of the last part that most layouts have room for
_LONG_ENTRY = 6
_LONG_FOLIO = 4


class RucMalformed(Refused):
    """The text is no number of its kind; ``example`` shows one."""

    sentence = "El RUC no tiene la forma de su tipo, por ejemplo {example}."


class RucProvinceUnknown(Refused):
    """The first part names a province that does not exist."""

    sentence = "El RUC empieza con la provincia {province}, que no existe: va de 0 a 13."


class CheckDigitsMalformed(Refused):
    """The check digits are not two digits."""

    sentence = "El dígito verificador (DV) son dos cifras."


class WrongCheckDigits(Refused):
    """Number and check digits do not belong together: one of the two is mistyped."""

    sentence = "El dígito verificador {dv} no corresponde al RUC {ruc}. Revise ambos."


@dataclass(frozen=True)
class TaxNumber:
    """A tax number whose check digits have been verified; ``ruc`` is in its one spelling."""

    kind: RucKind
    ruc: str
    dv: str


_NT_COMPANY = re.compile(r"(?P<province>[0-9]{1,2})-NT-(?P<folio>[0-9]{1,3})-(?P<entry>[0-9]{1,7})", re.ASCII)
_NT_PERSON = re.compile(r"(?P<province>[0-9]{1,2})-NT-(?P<folio>[0-9]{1,3})-(?P<entry>[0-9]{1,6})", re.ASCII)
_COMPANY = re.compile(r"(?P<roll>[0-9]{1,9})-(?P<folio>[0-9]{1,4})-(?P<entry>[0-9]{1,6})", re.ASCII)
_PERSON = re.compile(
    r"(?:(?P<province>[0-9]{1,2})(?P<born>AV|PI)?|(?P<foreign>E|PE|N))"
    r"-(?P<folio>[0-9]{1,4})-(?P<entry>[0-9]{1,9})",
    re.ASCII,
)
_SHAPES: Mapping[RucKind, tuple[re.Pattern[str], str]] = MappingProxyType(
    {
        RucKind.NATURAL: (_PERSON, "8-123-4567"),
        RucKind.JURIDICA: (_COMPANY, "155720753-2-2022"),
        RucKind.NATURAL_NT: (_NT_PERSON, "8-NT-123-4567"),
        RucKind.JURIDICA_NT: (_NT_COMPANY, "8-NT-1-12345"),
    }
)

# (prefix for a folio of up to three digits, prefix for one of four), after the 5 that marks a person. Numbers
# from before the register (AV) and of indigenous people (PI) lose their province in the second one.
_BORN_PREFIXES = {"AV": ("15", "9595"), "PI": ("79", "9595")}
_FOREIGN_PREFIXES = {"E": ("0050", "665"), "PE": ("0075", "8275"), "N": ("0040", "924")}
# With an entry of six digits a foreigner's or naturalised person's number keeps all six.
_FOREIGN_PREFIXES_LONG = {"E": ("0050", "6650"), "N": ("0040", "9240")}


def tax_number(kind: RucKind, ruc: str, dv: str) -> TaxNumber:
    """The number, verified.

    Raises RucMalformed, RucProvinceUnknown, CheckDigitsMalformed or WrongCheckDigits.
    """
    number = canonical(kind, ruc)
    digits = dv.strip()
    if not re.fullmatch(r"[0-9]{2}", digits, re.ASCII):
        raise CheckDigitsMalformed(field="dv")
    if check_digits(kind, number) != digits:
        raise WrongCheckDigits(field="dv", dv=digits, ruc=number)
    return TaxNumber(kind, number, digits)


def canonical(kind: RucKind, ruc: str) -> str:
    """The one spelling of a number: capitals, no spaces, no leading zeros. Raises as ``tax_number``."""
    tidy = re.sub(r"(?<![0-9])0+(?=[0-9])", "", "".join(ruc.split()).upper())
    match = _match(kind, tidy)
    province = match.groupdict().get("province")
    if province is not None and int(province) > PROVINCE_MAX:
        raise RucProvinceUnknown(field="ruc", province=int(province))
    return tidy


def check_digits(kind: RucKind, ruc: str) -> str:
    """The two check digits of a number, as text. Raises as ``tax_number``."""
    parts = {name: value or "" for name, value in _match(kind, canonical(kind, ruc)).groupdict().items()}
    if kind is RucKind.JURIDICA:
        return _company(parts)
    digits = _person(parts) if kind is RucKind.NATURAL else _taxpayer(kind, parts)
    return _two_digits(digits)


def _match(kind: RucKind, ruc: str) -> re.Match[str]:
    shape, example = _SHAPES[kind]
    match = shape.fullmatch(ruc)
    if match is None:
        raise RucMalformed(field="ruc", example=example)
    return match


def _company(parts: Mapping[str, str]) -> str:
    roll = int(parts["roll"])
    is_old = roll % 10_000_000 < _OLD_ROLL_UNTIL
    written = parts["roll"].zfill(10)
    if is_old:
        written = written[:5] + _old_roll(int(written[5:7])) + written[7:]
    return _two_digits(written + parts["folio"].zfill(4) + parts["entry"].zfill(6), is_old=is_old)


def _old_roll(thousands: int) -> str:
    """What stands for the thousands (0 to 49) of a roll in the older layout, as the DGI's table has it."""
    if thousands < 10:
        return f"{thousands:02d}"
    for first, past, replacement in ((10, 19, 1), (19, 23, 1), (23, 26, 7), (26, 34, 2), (34, 43, 1)):
        if first <= thousands < past:
            return f"{thousands - first + replacement:02d}"
    return f"{thousands - 42:02d}"


def _taxpayer(kind: RucKind, parts: Mapping[str, str]) -> str:
    entry = parts["entry"]
    kept = entry if len(entry) == _LONG_ENTRY else _short(entry)
    mark = "5" if kind is RucKind.NATURAL_NT else ""
    return mark + parts["province"].zfill(2) + "43" + parts["folio"].zfill(3) + kept


def _person(parts: Mapping[str, str]) -> str:
    folio, entry = parts["folio"].zfill(3), parts["entry"]
    has_long_folio = len(folio) == _LONG_FOLIO
    if parts["foreign"]:
        keeps_six = len(entry) == _LONG_ENTRY and parts["foreign"] in _FOREIGN_PREFIXES_LONG
        prefixes = _FOREIGN_PREFIXES_LONG if keeps_six else _FOREIGN_PREFIXES
        return "5" + prefixes[parts["foreign"]][has_long_folio] + folio + (entry if keeps_six else _short(entry))
    province = parts["province"].zfill(2)
    if parts["born"]:
        short, long = _BORN_PREFIXES[parts["born"]]
        return "5" + (long if has_long_folio else province + short) + folio + _short(entry)
    return "5" + province + "00" + folio + _short(entry)


def _short(entry: str) -> str:
    return entry[:_SHORT_ENTRY].zfill(_SHORT_ENTRY)


def _two_digits(digits: str, *, is_old: bool = False) -> str:
    first = _digit(digits, is_old=is_old)
    return first + _digit(digits + first, is_old=is_old)


def _digit(digits: str, *, is_old: bool) -> str:
    total = 0
    for place, digit in enumerate(reversed(digits)):
        weight = place + 2
        if is_old and weight >= 12:  # the weight 11 stands twice
            weight -= 1
        total += weight * int(digit)
    remainder = total % 11
    return str(11 - remainder) if remainder > 1 else "0"
