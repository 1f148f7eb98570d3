"""Reading one JSON object key by key: each reader gives a valid value, or None and a problem with its path."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from enum import StrEnum
from typing import TypeVar
from uuid import UUID

from buyback.errors import Problem, Refused
from buyback.money import parse_cents
from buyback.paper_forms.errors import (
    DayExpected,
    KeyMissing,
    MoneyExpected,
    NotPlainText,
    TextExpected,
    TextTooLong,
    UnknownChoice,
    UnknownKey,
    UuidExpected,
)

E = TypeVar("E", bound=StrEnum)
T = TypeVar("T")

_ANY = re.compile(r".*", re.ASCII)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_UUID = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}", re.ASCII)


class Fields:
    """The keys of one object. ``path`` (``items[1].``) and ``line`` go into the problems, which are shared."""

    def __init__(self, raw: Mapping[str, object], *, line: int, problems: list[Problem], path: str = "") -> None:
        self._raw = raw
        self._line = line
        self._problems = problems
        self._path = path

    def refuse(self, key: str, refusal: Refused) -> None:
        """Note what is wrong with a key."""
        self._problems.append(Problem(self._path + key, refusal, self._line))

    def refuse_unknown(self, known: frozenset[str]) -> None:
        """Refuse the keys that mean nothing here."""
        for key in self._raw:
            if key not in known:
                self.refuse(key if key.isprintable() else "?", UnknownKey())

    def find(self, key: str) -> object:
        """The value as it came; None where the key is absent or null."""
        return self._raw.get(key)

    def has(self, key: str) -> bool:
        """Whether the key is there and not null."""
        return self._raw.get(key) is not None

    def text(self, key: str, *, limit: int, required: bool = True) -> str | None:
        """Printable text of 1 to ``limit`` characters without spaces around it."""
        value = self._string(key, TextExpected, required=required)
        if value is None:
            return None
        if not value or value != value.strip() or not value.isprintable():
            self.refuse(key, NotPlainText())
        elif len(value) > limit:
            self.refuse(key, TextTooLong(limit=limit))
        else:
            return value
        return None

    def day(self, key: str) -> date | None:
        """A day of the calendar, ``2022-12-12``."""
        return self._parsed(key, _DAY, date.fromisoformat, DayExpected)

    def uuid(self, key: str) -> UUID | None:
        """A UUID in its usual spelling."""
        return self._parsed(key, _UUID, UUID, UuidExpected)

    def cents(self, key: str) -> int | None:
        """Cents from text with two decimals, ``"250.00"``; an absent key is None without a problem."""
        return self._parsed(key, _ANY, parse_cents, MoneyExpected, required=False)

    def choice(self, key: str, options: type[E], *, required: bool = False) -> E | None:
        """One of a closed list."""
        value = self._string(key, TextExpected, required=required)
        if value is None:
            return None
        try:
            return options(value)
        except ValueError:
            self.refuse(key, UnknownChoice(choices=", ".join(options)))
            return None

    def _string(self, key: str, refusal: type[Refused], *, required: bool) -> str | None:
        value = self._raw.get(key)
        if value is None:
            if required:
                self.refuse(key, KeyMissing())
            return None
        if not isinstance(value, str):
            self.refuse(key, refusal())
            return None
        return value

    def _parsed(
        self,
        key: str,
        shape: re.Pattern[str],
        parse: Callable[[str], T],
        refusal: type[Refused],
        *,
        required: bool = True,
    ) -> T | None:
        value = self._string(key, refusal, required=required)
        if value is None:
            return None
        try:
            if shape.fullmatch(value):
                return parse(value)
        except ValueError:
            pass  # the right shape, and yet no such day or amount
        self.refuse(key, refusal())
        return None
