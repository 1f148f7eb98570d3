"""Read a group of keys one by one, gathering every problem with its place.

Each method gives a value of its type. After a problem that is a stand-in which must not get out: whoever reads refuses
the whole while ``problems`` holds anything, and asks ``sound`` before comparing keys with each other. Places count list
entries from 0: ``tariff[3].low``.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from functools import partial
from typing import TypeVar
from uuid import UUID

from buyback.errors import InputProblem, Refused
from buyback.files.reading import values
from buyback.files.reading.refusals import Missing, NotAList, NotAnObject, UnknownKey
from buyback.files.reading.values import C, Dialect
from buyback.money import CENTS_MAX

T = TypeVar("T")

NO_ID = UUID(int=0)


class Reader:
    """The keys of a table, an object or a form, and where it lies; ``problems`` is shared with what lies inside it."""

    def __init__(
        self,
        raw: Mapping[str, object],
        dialect: Dialect,
        *,
        path: str = "",
        line: int | None = None,
        problems: list[InputProblem] | None = None,
    ) -> None:
        self.problems: list[InputProblem] = [] if problems is None else problems
        self._raw = raw
        self._dialect = dialect
        self._trims = dialect is Dialect.TYPED
        self._path = path
        self._line = line
        self._asked: set[str] = set()

    def refuse(self, key: str, refusal: Refused) -> None:
        """Note a problem at a key, or at the whole where ``key`` is empty."""
        self.problems.append(InputProblem(self._place(key), refusal, self._line))

    def sound(self, *keys: str) -> bool:
        """Whether the keys were read without a problem, so that they can be compared."""
        places = [self._place(key) for key in keys]
        return not any(
            problem.field == place or problem.field.startswith(f"{place}[")
            for problem in self.problems
            for place in places
        )

    def find(self, key: str) -> object:
        """The value as it came; None where there is none, and for a blank that a person left."""
        self._asked.add(key)
        value = self._raw.get(key)
        if self._trims and isinstance(value, str):
            return value.strip() or None
        return value

    def has(self, key: str) -> bool:
        """Whether there is anything at a key."""
        return self.find(key) is not None

    def read(self, key: str, parse: Callable[[object], T], stand_in: T) -> T:
        """A value that ``parse`` reads or refuses; ``stand_in`` where there is none."""
        value = self.find(key)
        if value is None:
            self.refuse(key, Missing())
            return stand_in
        return self._parsed(key, value, parse, stand_in)

    def text(self, key: str, *, limit: int, required: bool = True) -> str:
        """One printable line of at most ``limit`` characters; empty where it may be absent and is."""
        if not required and not self.has(key):
            return ""
        return self.read(key, partial(values.text, limit=limit), "")

    def whole(self, key: str, *, low: int = 1, high: int = 100_000) -> int:
        """A whole number from ``low`` to ``high``."""
        return self.read(key, partial(values.whole, dialect=self._dialect, low=low, high=high), low)

    def amount(self, key: str, *, low: int = 0) -> int:
        """Cents, ``low`` at least."""
        return self.read(key, partial(values.amount, dialect=self._dialect, low=low), low)

    def amounts(self, key: str, *, count: int, low: int = 0, high: int = CENTS_MAX) -> tuple[int, ...]:
        """A list of 1 to ``count`` amounts, each of ``low`` to ``high`` cents."""
        parse = partial(values.amount, dialect=self._dialect, low=low, high=high)
        return self.each(key, parse, low, high=count)

    def day(self, key: str) -> date:
        """A day of the calendar."""
        return self.read(key, partial(values.day, dialect=self._dialect), date.min)

    def id(self, key: str) -> UUID:
        """The id of a thing."""
        return self.read(key, values.identifier, NO_ID)

    def choice(self, key: str, options: Iterable[C]) -> C:
        """One of a closed list, which is never empty."""
        known = tuple(options)
        return self.read(key, partial(values.choice, options=known), known[0])

    def choices(self, key: str, options: Iterable[C]) -> tuple[C, ...]:
        """A list of some of a closed list."""
        known = tuple(options)
        return self.each(key, partial(values.choice, options=known), known[0], high=len(known))

    def readers(self, key: str, *, high: int) -> tuple["Reader", ...]:
        """What lies in a list of 1 to ``high`` groups of keys, each with its own place."""
        found = []
        for at, raw in enumerate(self._entries(key, low=1, high=high)):
            if isinstance(raw, Mapping):
                place = self._place(f"{key}[{at}]")
                found.append(Reader(raw, self._dialect, path=place, line=self._line, problems=self.problems))
            else:
                self.refuse(f"{key}[{at}]", NotAnObject())
        return tuple(found)

    def each(self, key: str, parse: Callable[[object], T], stand_in: T, *, low: int = 1, high: int) -> tuple[T, ...]:
        """A list of ``low`` to ``high`` values, each read by ``parse``."""
        entries = enumerate(self._entries(key, low=low, high=high))
        return tuple(self._parsed(f"{key}[{at}]", value, parse, stand_in) for at, value in entries)

    def finish(self) -> None:
        """Refuse every key that nobody asked for."""
        for key in self._raw:
            if key not in self._asked:
                self.refuse(key if key.isprintable() else "?", UnknownKey())

    def _place(self, key: str) -> str:
        return ".".join(filter(None, [self._path, key]))

    def _parsed(self, place: str, value: object, parse: Callable[[object], T], stand_in: T) -> T:
        try:
            return parse(value)
        except Refused as refusal:
            self.refuse(place, refusal)
            return stand_in

    def _entries(self, key: str, *, low: int, high: int) -> list[object]:
        def parse(value: object) -> list[object]:
            if isinstance(value, list) and low <= len(value) <= high:
                return value
            raise NotAList(low=low, high=high)

        return self.read(key, parse, [])


def text_problems(field: str, value: str, *, limit: int) -> tuple[InputProblem, ...]:
    """What keeps one value from being a printable line of at most ``limit`` characters."""
    reader = Reader({field: value}, Dialect.JSON)
    reader.text(field, limit=limit)
    return tuple(reader.problems)
