"""Spanish as Panama writes it, and the catalogues of translations from it.

Catalogues are compiled in memory from their ``.po`` files when they are first needed.
"""

from collections.abc import Callable, Mapping
from datetime import date
from functools import cache
from io import BytesIO

from babel.dates import format_date
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations

from buyback.paths import TRANSLATIONS

SOURCE = "es"
LOCALE = "es_PA"
MONTH = "MMMM 'de' y"


def N_(text: str) -> str:  # noqa: N802  the name that extractors of messages look for
    """A text of a closed list, marked for the catalogues: papers show it as it is, pages translate it."""
    return text


def spelled_month(day: date) -> str:
    """``noviembre de 2026``: the month of a day."""
    return format_date(day, MONTH, locale=LOCALE)


def spelled_day(day: date) -> str:
    """``24 de noviembre de 2026``."""
    return format_date(day, f"d 'de' {MONTH}", locale=LOCALE)


@cache
def catalogue(language: str) -> Translations:
    """All of a language's files, merged."""
    merged = Translations()
    for path in sorted((TRANSLATIONS / language / "LC_MESSAGES").glob("*.po")):
        compiled = BytesIO()
        with path.open("rb") as file:
            write_mo(compiled, read_po(file, locale=language, abort_invalid=True))
        compiled.seek(0)
        translations = Translations(compiled)
        merged.merge(translations)
        merged.plural = translations.plural
    return merged


def translator(environ: Mapping[str, str]) -> Callable[[str], str]:
    """For the command line: Spanish in a Spanish terminal, English in any other."""
    locale = environ.get("LC_ALL") or environ.get("LC_MESSAGES") or environ.get("LANG") or ""
    return str if locale.startswith(SOURCE) else catalogue("en").gettext
