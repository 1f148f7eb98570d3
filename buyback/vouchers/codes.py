"""The code that people type, and telling it from the text of a QR code.

A typed code is 60 bits as 12 characters of Crockford's base32 (no I, L, O or U) and a check character,
shown as ``7K3M-9QX2-VD4T-C``. Crockford's own check (modulo 37) needs ``*``, ``~``, ``$`` and ``=``, which
keyboards hide, so the check stays within the 32: the characters are read as elements of GF(32), and a code
is good when their sum, each times its own power of a primitive element, is zero. No two places share a
power, so a wrong character, two swapped characters (neighbours or not) and the same mistake made twice
(``33`` for ``77``) never pass.
"""

from dataclasses import dataclass
from enum import StrEnum

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_BITS = 60

_BODY = 12  # characters before the check character
_GROUP = 4  # characters between two dashes
_POLYNOMIAL = 0b100101  # x⁵ + x² + 1, primitive over GF(2)
_QR_PREFIX = "PMB"
_AROUND = " \t\r\n\v\f"
_DROPPED = dict.fromkeys(map(ord, _AROUND + "-‐‑‒–—−\u00a0"))  # phones and paper offer them all
_LOOKALIKES = str.maketrans("ILO", "110")


class Misreading(StrEnum):
    """Why a text is no code of ours; the values are the till's answers."""

    UNREADABLE = "unreadable"
    WRONG_CHECK_CHARACTER = "wrong_check_character"
    BAD_SIGNATURE = "bad_signature"


@dataclass(frozen=True)
class Misread:
    """A text refused before any look-up."""

    kind: Misreading


@dataclass(frozen=True)
class TypedCode:
    """A typed code whose check character is right: its 60 bits."""

    value: int


@dataclass(frozen=True)
class QrText:
    """A text that may be one of our QR texts, in capitals, without what stood around it; not verified yet."""

    text: str


def classify(text: str) -> QrText | TypedCode | Misread:
    """Tell what was scanned or typed; a typed code is read at once, a QR text is for ``qrtext.decode``."""
    around = text.strip(_AROUND)
    is_longer_than_a_code = len(_bare(text)) > _BODY + 1
    if is_longer_than_a_code and around.isascii() and around.upper().startswith(_QR_PREFIX):
        return QrText(around.upper())
    return read(text)


def read(text: str) -> TypedCode | Misread:
    """Read a typed code. Case, spaces and dashes do not matter; I and L are read as 1, O as 0."""
    bare = _bare(text)
    if len(bare) != _BODY + 1 or any(letter not in _VALUES for letter in bare):
        return Misread(Misreading.UNREADABLE)
    digits = [_VALUES[letter] for letter in bare]
    if _check(digits[:_BODY]) != digits[_BODY]:
        return Misread(Misreading.WRONG_CHECK_CHARACTER)
    value = 0
    for digit in digits[:_BODY]:
        value = value << 5 | digit
    return TypedCode(value)


def spell(value: int) -> str:
    """60 bits as people see them: ``7K3M-9QX2-VD4T-C``."""
    if not 0 <= value < 1 << CODE_BITS:
        raise ValueError("a typed code has 60 bits")
    digits = [value >> 5 * place & 31 for place in reversed(range(_BODY))]
    body = "".join(ALPHABET[digit] for digit in digits)
    groups = [body[start : start + _GROUP] for start in range(0, _BODY, _GROUP)]
    return "-".join([*groups, ALPHABET[_check(digits)]])


def _bare(text: str) -> str:
    bare = text.translate(_DROPPED)
    # Capitals of other alphabets may turn into ours: a dotless "ı" would be an I.
    return bare.upper().translate(_LOOKALIKES) if bare.isascii() else bare


def _powers_times(digit: int, places: int) -> int:
    """``digit`` times the ``places``-th power of the primitive element of GF(32)."""
    for _ in range(places):
        digit <<= 1
        if digit > 31:
            digit ^= _POLYNOMIAL
    return digit


_VALUES = {letter: value for value, letter in enumerate(ALPHABET)}
_WEIGHTED = [[_powers_times(digit, place) for digit in range(32)] for place in range(1, _BODY + 1)]


def _check(digits: list[int]) -> int:
    """The check digit: it stands at power 0, the body's characters at powers 1 to 12 from the left."""
    total = 0
    for row, digit in zip(_WEIGHTED, digits, strict=True):
        total ^= row[digit]
    return total
