"""Languages: Spanish as spoken in Panama is the source of every text, English comes from the catalogue.

The catalogues (``buyback/translations/en/LC_MESSAGES/*.po``, merged) are compiled in memory at the start: there is no
build step, and a translation that does not parse stops the start. Python texts are marked with ``_`` (now) or ``_l``
(later, when it is shown), templates use ``{{ _("…") }}``.
"""

from datetime import date, datetime
from typing import cast

import flask_babel
from babel.support import NullTranslations, Translations
from flask import Flask, has_request_context, request, session

from buyback.errors import Refused
from buyback.languages import LOCALE, MONTH, SOURCE, catalogue
from buyback.money import screen_text
from buyback.times import PANAMA, When
from buyback.web.shell.request import is_api

LANGUAGES = {"es": "Español", "en": "English"}
LOCALES = {"es": LOCALE, "en": "en"}
DEFAULT = SOURCE
SESSION_KEY = "lang"

DAY = "d MMM y"
DAY_LONG = f"EEEE d 'de' {MONTH}"
DAY_LONG_EN = "EEEE d MMMM y"
MONTH_EN = "MMMM y"


def _(text: str, **facts: object) -> str:
    """A text in the reader's language; ``%(name)s`` in it is filled from ``facts``."""
    return cast("str", flask_babel.gettext(text, **facts))


def _l(text: str, **facts: object) -> str:
    """A text that is translated each time it is shown: for tables of constants."""
    return cast("str", flask_babel.lazy_gettext(text, **facts))


def plural(one: str, many: str, count: int, **facts: object) -> str:
    """``one`` or ``many`` by count, with ``%(num)s`` as the count."""
    return cast("str", flask_babel.ngettext(one, many, count, **facts))


def sentence(refusal: Refused) -> str:
    """A refusal in the reader's language, with days as pages write them."""
    return refusal.text(_, _spelled)


def _spelled(fact: object) -> object:
    return show_day(fact) if isinstance(fact, date) and not isinstance(fact, datetime) else fact


def language() -> str:
    """``es`` or ``en``: what the person chose; for the API, what the caller accepts; Spanish otherwise."""
    if not has_request_context():
        return DEFAULT
    if is_api():
        return request.accept_languages.best_match(LANGUAGES, default=DEFAULT)
    chosen = session.get(SESSION_KEY)
    return chosen if chosen in LANGUAGES else DEFAULT


def show_day(day: date | datetime) -> str:
    """``24 nov 2026``; of an instant, the day it is in Panama."""
    return _format(day, DAY)


def show_day_long(day: date | datetime) -> str:
    """``martes 24 de noviembre de 2026``."""
    return _format(day, DAY_LONG if language() == DEFAULT else DAY_LONG_EN)


def show_month(day: date) -> str:
    """``noviembre de 2026``: the month of a day."""
    return _format(day, MONTH if language() == DEFAULT else MONTH_EN)


def show_month_short(day: date) -> str:
    """``nov 2026``: the month of a day, where room is short."""
    return _format(day, "MMM y")


def show_instant(instant: datetime) -> str:
    """``24 nov 2026, 10:04``, in Panama's time."""
    return f"{_format(instant, DAY)}, {instant.astimezone(PANAMA):%H:%M}"


def show_when(when: When) -> str:
    """An instant; once the time has faded, its day, and in the end its month."""
    return show_known_day(when.day_or_month) if when.at is None else show_instant(when.at)


def show_known_day(day: date | str) -> str:
    """A day; once it has faded, its month, which is given as ``2026-11``."""
    return show_month_short(date.fromisoformat(f"{day}-01")) if isinstance(day, str) else show_day(day)


def show_count(number: int) -> str:
    """``12,345``: groups of three by commas, as Panama writes them."""
    return f"{number:,}"


def _format(day: date | datetime, pattern: str) -> str:
    if isinstance(day, datetime):
        day = day.astimezone(PANAMA).date()
    return cast("str", flask_babel.format_date(day, pattern, rebase=False))


class _Catalogues(flask_babel.Domain):  # type: ignore[misc]  # the library has no types
    """Translations by language, held in memory."""

    def __init__(self, by_language: dict[str, Translations]) -> None:
        super().__init__()
        self._by_language = by_language

    def get_translations(self) -> NullTranslations:
        """Those of the reader's language; the source language needs none."""
        return self._by_language.get(language()) or NullTranslations()


def init(app: Flask) -> None:
    """Languages, and the filters that templates use for days, counts and money."""
    babel = flask_babel.Babel()
    babel.init_app(
        app,
        default_locale=LOCALES[DEFAULT],
        default_timezone=PANAMA.key,
        locale_selector=lambda: LOCALES[language()],
    )
    babel.domain_instance = _Catalogues({code: catalogue(code) for code in LANGUAGES if code != DEFAULT})
    app.jinja_env.filters.update(
        day=show_day,
        day_long=show_day_long,
        instant=show_instant,
        known_day=show_known_day,
        count=show_count,
        money=screen_text,
    )
