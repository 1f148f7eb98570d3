"""The code that people type, and telling it from the text of a QR code.

A typed code is 60 bits as 12 characters of Crockford's base32 and a check character, shown as ``7K3M-9QX2-VD4T-C``.
"""

from dataclasses import dataclass
from enum import StrEnum

from buyback.codes import AROUND, CheckCharacterWrong, CheckedCode, Unreadable, bare

CODE_BITS = 60

_CODE = CheckedCode(places=12, first=1)
_GROUP = 4  # characters between two dashes
_QR_PREFIX = "PMB"


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
    around = text.strip(AROUND)
    is_longer_than_a_code = len(bare(text)) > _CODE.places + 1
    if is_longer_than_a_code and around.isascii() and around.upper().startswith(_QR_PREFIX):
        return QrText(around.upper())
    return read(text)


def read(text: str) -> TypedCode | Misread:
    """Read a typed code. Case, spaces and dashes do not matter; I and L are read as 1, O as 0."""
    try:
        return TypedCode(_CODE.value(text))
    except Unreadable:
        return Misread(Misreading.UNREADABLE)
    except CheckCharacterWrong:
        return Misread(Misreading.WRONG_CHECK_CHARACTER)


def spell(value: int) -> str:
    """60 bits as people see them: ``7K3M-9QX2-VD4T-C``."""
    body, check = _CODE.letters(value)
    groups = [body[start : start + _GROUP] for start in range(0, len(body), _GROUP)]
    return "-".join([*groups, check])
