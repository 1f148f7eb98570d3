"""The catalogues of translations, compiled in memory from their ``.po`` files when they are first needed."""

from collections.abc import Callable, Mapping
from functools import cache
from io import BytesIO

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations

from buyback.paths import TRANSLATIONS

SOURCE = "es"


@cache
def catalogue(language: str) -> Translations:
    """All of a language's files, merged."""
    merged = Translations()
    for path in sorted((TRANSLATIONS / language / "LC_MESSAGES").glob("*.po")):
        compiled = BytesIO()
        with path.open("rb") as file:
            write_mo(compiled, read_po(file, locale=language, abort_invalid=True))
        compiled.seek(0)
        one = Translations(compiled)
        merged.merge(one)
        merged.plural = one.plural
    return merged


def translator(environ: Mapping[str, str]) -> Callable[[str], str]:
    """For the command line: Spanish in a Spanish terminal, English in any other."""
    locale = environ.get("LC_ALL") or environ.get("LC_MESSAGES") or environ.get("LANG") or ""
    return str if locale.startswith(SOURCE) else catalogue("en").gettext
