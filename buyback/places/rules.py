"""Names of places without case and accents, and when a corregimiento exists. Pure."""

import re
import unicodedata
from datetime import date

from buyback.errors import Refused

BARRIO_LENGTH_MAX = 80

_CODE = re.compile(r"[0-9]{2,6}", re.ASCII)


class CorregimientoNotValid(Refused):
    """Corregimientos split: on that day this one did not exist yet, or no longer."""

    sentence = "El corregimiento {code} no existía el {day}."


class BarrioNameMalformed(Refused):
    """A barrio's name is one line."""

    sentence = "Escriba el nombre del barrio, en una línea de hasta {longest} letras."


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


def check_barrio_name(name: str) -> str:
    """The name without blanks around it; refuses an empty, long or unprintable one."""
    tidy = " ".join(name.split())
    if not tidy or not tidy.isprintable() or max(len(tidy), len(fold(tidy))) > BARRIO_LENGTH_MAX:
        raise BarrioNameMalformed(field="barrio", longest=BARRIO_LENGTH_MAX)
    return tidy
