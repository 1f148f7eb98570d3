"""How values are spelled: one grammar for everything that is read, and the few points in which its sources differ.

Each function takes a value as its source gives it, and gives it back as its own type or raises the refusal that says
how to write it. What is accepted means exactly what was written.
"""

import re
from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import TypeVar
from uuid import UUID

from buyback.files.reading import refusals
from buyback.money import CENTS_MAX, parse_cents, screen_text
from buyback.times import PANAMA

C = TypeVar("C", bound=str)


class Dialect(StrEnum):
    """What a source spells in its own way."""

    TOML = "toml"  # days are values of their own
    JSON = "json"  # days are text
    TYPED = "typed"  # all is text, from a keyboard: spaces around it, and commas between thousands, are nothing


_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_UUID = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}", re.ASCII)
_WHOLE = r"(?P<whole>[0-9]{1,9}|[1-9][0-9]{0,2}(?:,[0-9]{3}){1,2})"
_TYPED_WHOLE = re.compile(_WHOLE, re.ASCII)
_TYPED_AMOUNT = re.compile(rf"(?:B/\. ?)?{_WHOLE}(?:\.(?P<cents>[0-9]{{1,2}}))?", re.ASCII)


def verbatim(value: object, *, limit: int, may_be_empty: bool = False) -> str:
    """Text of at most ``limit`` characters, whichever they are."""
    if not isinstance(value, str):
        raise refusals.NotText
    if not value and not may_be_empty:
        raise refusals.Missing
    if len(value) > limit:
        raise refusals.TooLong(limit=limit)
    return value


def text(value: object, *, limit: int) -> str:
    """One printable line of 1 to ``limit`` characters without spaces around it."""
    line = verbatim(value, limit=limit, may_be_empty=True)
    if not line or line != line.strip() or not line.isprintable():
        raise refusals.NotPlainText
    return line


def whole(value: object, dialect: Dialect, *, low: int, high: int) -> int:
    """A whole number from ``low`` to ``high``; true and false are none."""
    if dialect is Dialect.TYPED and isinstance(value, str) and _TYPED_WHOLE.fullmatch(value):
        value = int(value.replace(",", ""))
    if isinstance(value, int) and not isinstance(value, bool) and low <= value <= high:
        return value
    raise refusals.NotWhole(low=f"{low:,}", high=f"{high:,}")


def amount(value: object, dialect: Dialect, *, low: int = 0, high: int = CENTS_MAX) -> int:
    """``low`` to ``high`` cents, from text with two decimals.

    A person may also type ``150``, ``150.5``, ``1,234.50``, ``B/. 150.00``.
    """
    is_typed = dialect is Dialect.TYPED
    if isinstance(value, str):
        try:
            cents = parse_cents(_two_decimals(value) if is_typed else value)
        except ValueError:
            pass  # said below
        else:
            return amount_within(cents, low=low, high=high)
    raise refusals.NotAnAmount(example="1,234.50" if is_typed else '"1234.50"')


def amount_within(cents: int, *, low: int = 0, high: int = CENTS_MAX) -> int:
    """The amount itself, unless it cannot be meant."""
    if low <= cents <= high:
        return cents
    raise refusals.AmountOutOfBounds(low=screen_text(low), high=screen_text(high))


def day(value: object, dialect: Dialect) -> date:
    """A day of the calendar: a date of TOML without a time, ``2026-11-24`` elsewhere."""
    if dialect is Dialect.TOML:
        if isinstance(value, date) and not isinstance(value, datetime):
            return value
    elif isinstance(value, str) and _DAY.fullmatch(value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass  # the right shape, and yet no such day
    raise refusals.NotADay(example='"2026-11-24"' if dialect is Dialect.JSON else "2026-11-24")


def instant(value: object) -> datetime:
    """A date with a time, in Panama's where no zone is said."""
    if isinstance(value, str):
        try:
            found = datetime.fromisoformat(value)
        except ValueError:
            pass  # said below
        else:
            return found if found.tzinfo else found.replace(tzinfo=PANAMA)
    raise refusals.NotAnInstant(example='"2026-11-24T10:04:00-05:00"')


def identifier(value: object) -> UUID:
    """A UUID in its usual spelling."""
    if isinstance(value, str) and _UUID.fullmatch(value):
        return UUID(value)
    raise refusals.NotAnId(example="6f0c3f8e-2f0e-4d0f-9a55-0e7f5f4a7a11")


def choice(value: object, options: Sequence[C]) -> C:
    """One of a closed list, as it stands there."""
    if isinstance(value, str) and value in options:
        return options[options.index(value)]
    raise refusals.NotOneOf(choices=", ".join(options))


def _two_decimals(typed: str) -> str:
    match = _TYPED_AMOUNT.fullmatch(typed)
    if match is None:
        raise ValueError(typed)
    return f"{match['whole'].replace(',', '')}.{match['cents'] or '':0<2}"
