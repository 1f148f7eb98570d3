"""Read a table of a TOML file key by key, gathering every problem with its key path.

Each reading method gives a value of its type. After a problem that is a stand-in which must not get out: whoever
reads raises InvalidInput while ``problems`` holds anything, and asks ``sound`` before comparing keys with each other.
Key paths count list entries from 0: ``tariff[3].low``.
"""

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import TypeVar

from buyback.errors import Problem, Refused
from buyback.money import parse_cents

E = TypeVar("E", bound=StrEnum)


class MissingKey(Refused):
    """The file must say this."""

    sentence = "Falta esta clave."


class UnknownKey(Refused):
    """Nobody would read this; a mistyped key must not be ignored."""

    sentence = "Esta clave no existe aquí."


class NotText(Refused):
    """Text was wanted."""

    sentence = "Debe ser texto entre comillas, en una línea, de 1 a {longest} letras."


class NotWholeNumber(Refused):
    """A whole number was wanted."""

    sentence = "Debe ser un número entero de {low} a {high}, sin comillas."


class NotADay(Refused):
    """A TOML date was wanted."""

    sentence = "Debe ser una fecha sin comillas, por ejemplo 2026-01-01."


class NotAnAmount(Refused):
    """Money is text with two decimals, so that no float ever holds it."""

    sentence = 'Debe ser un monto entre comillas con dos decimales, por ejemplo "20.00".'


class NotAList(Refused):
    """A list with at least one entry was wanted."""

    sentence = "Debe ser una lista con al menos un elemento."


class NotOneOf(Refused):
    """A closed list of words."""

    sentence = "Debe ser una de estas palabras: {choices}."


class TableReader:
    """One table and where it lies; ``problems`` is shared with the tables inside it."""

    def __init__(self, table: Mapping[str, object], path: str = "", problems: list[Problem] | None = None) -> None:
        self.problems: list[Problem] = [] if problems is None else problems
        self._table = table
        self._path = path
        self._asked: set[str] = set()

    def refuse(self, key: str, refusal: Refused) -> None:
        """Note a problem at a key of this table, or at the table itself where ``key`` is empty."""
        self.problems.append(Problem(self._place(key), refusal))

    def sound(self, *keys: str) -> bool:
        """Whether the keys were read without a problem, so that they can be compared."""
        places = [self._place(key) for key in keys]
        return not any(
            problem.field == place or problem.field.startswith(f"{place}[")
            for problem in self.problems
            for place in places
        )

    def has(self, key: str) -> bool:
        """Whether the file says anything at a key."""
        self._asked.add(key)
        return key in self._table

    def text(self, key: str, longest: int) -> str:
        """One printable line of 1 to ``longest`` characters."""
        return self._text_at(key, self._ask(key), longest)

    def whole(self, key: str, low: int, high: int) -> int:
        """A whole number within bounds; true and false are none."""
        value = self._ask(key)
        if isinstance(value, int) and not isinstance(value, bool) and low <= value <= high:
            return value
        self._refuse_present(key, value, NotWholeNumber(low=low, high=high))
        return low

    def day(self, key: str) -> date:
        """A date without a time."""
        value = self._ask(key)
        if isinstance(value, date) and not isinstance(value, datetime):
            return value
        self._refuse_present(key, value, NotADay())
        return date.min

    def amount(self, key: str) -> int:
        """Cents, from text with two decimals."""
        return self._amount_at(key, self._ask(key))

    def amounts(self, key: str) -> tuple[int, ...]:
        """A list of amounts in cents."""
        return tuple(self._amount_at(f"{key}[{at}]", value) for at, value in enumerate(self._list(key)))

    def one_of(self, key: str, choices: type[E]) -> E:
        """A word of a closed list."""
        return self._word_at(key, self._ask(key), choices)

    def some_of(self, key: str, choices: type[E]) -> tuple[E, ...]:
        """A list of words of a closed list."""
        return tuple(self._word_at(f"{key}[{at}]", value, choices) for at, value in enumerate(self._list(key)))

    def tables(self, key: str) -> tuple["TableReader", ...]:
        """The tables of a list, each with its own place."""
        found = []
        for at, value in enumerate(self._list(key)):
            place = f"{key}[{at}]"
            if isinstance(value, Mapping):
                found.append(TableReader(value, self._place(place), self.problems))
            else:
                self.refuse(place, NotAList())
        return tuple(found)

    def finish(self) -> None:
        """Refuse every key that nobody asked for."""
        for key in self._table:
            if key not in self._asked:
                self.refuse(key, UnknownKey())

    def _place(self, key: str) -> str:
        return ".".join(filter(None, [self._path, key]))

    def _ask(self, key: str) -> object:
        if not self.has(key):
            self.refuse(key, MissingKey())
        return self._table.get(key)

    def _refuse_present(self, key: str, value: object, refusal: Refused) -> None:
        if value is not None:  # TOML has no null: None is a missing key, and that has been said
            self.refuse(key, refusal)

    def _list(self, key: str) -> list[object]:
        value = self._ask(key)
        if isinstance(value, list) and value:
            return value
        self._refuse_present(key, value, NotAList())
        return []

    def _text_at(self, key: str, value: object, longest: int) -> str:
        if isinstance(value, str) and 0 < len(value.strip()) <= longest and value.isprintable():
            return value.strip()
        self._refuse_present(key, value, NotText(longest=longest))
        return ""

    def _amount_at(self, key: str, value: object) -> int:
        try:
            if isinstance(value, str):
                return parse_cents(value)
        except ValueError:
            pass
        self._refuse_present(key, value, NotAnAmount())
        return 0

    def _word_at(self, key: str, value: object, choices: type[E]) -> E:
        words = [choice.value for choice in choices]
        if isinstance(value, str) and value in words:
            return choices(value)
        self._refuse_present(key, value, NotOneOf(choices=", ".join(words)))
        return next(iter(choices))
