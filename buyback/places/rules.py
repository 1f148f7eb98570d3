"""Names of places without case and accents, and when a corregimiento exists. Pure."""

import re
import unicodedata
from datetime import date

from buyback.errors import InputProblem, Refused
from buyback.files.reading.reader import text_problems

BARRIO_LENGTH_MAX = 80

_CODE = re.compile(r"[0-9]{2,6}", re.ASCII)


class CorregimientoNotValid(Refused):
    """Corregimientos split: on that day this one did not exist yet, or no longer."""

    sentence = "El corregimiento {code} no existía el {day}."


def fold(text: str) -> str:
    """Lower case, without accents, with single blanks: ``  San  José`` is ``san jose``, ``Ñurum`` is ``nurum``."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    letters = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return " ".join(letters.split())


def is_code(text: str) -> bool:
    """Whether a text is the code of a place, or its beginning: two to six digits."""
    return _CODE.fullmatch(text) is not None


def is_valid(valid_from: date, valid_until: date | None, on: date) -> bool:
    """Whether a place exists on a day; ``valid_until`` is exclusive and None while it still exists."""
    return valid_from <= on and (valid_until is None or on < valid_until)


def barrio_problems(name: str) -> tuple[InputProblem, ...]:
    """What is wrong with the name of a ``barrio``; it has to fit as it is found, too: a letter may fold into many."""
    return text_problems("barrio", max(name, fold(name), key=len), limit=BARRIO_LENGTH_MAX)
