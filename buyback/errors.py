"""What is refused, in sentences.

A refusal is a class with a sentence in Spanish (the source language of the screens; English is in the catalogue).
Only the web layer knows its HTTP status, only the command line its exit status. Facts fill the sentence's
``{placeholders}``. Nothing has been stored when a refusal arrives at the edge: the transaction is rolled back.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar


def _as_it_is(fact: object) -> object:
    return fact


class Word(str):
    """A fact that is a Spanish word of a closed list: it is translated with its sentence."""

    __slots__ = ()


class Refused(Exception):  # noqa: N818  the domain's word: a refusal is an answer, not a fault
    """A rule says no. Subclasses give the ``sentence``; ``field`` names the form field or file key at fault."""

    sentence: ClassVar[str] = "No se puede hacer."

    def __init__(self, *, field: str | None = None, **facts: object) -> None:
        self.field = field
        self.facts = facts
        super().__init__(self.text())

    @property
    def code(self) -> str:
        """The class name in snake case: ``EventNotOpen`` is ``event_not_open``."""
        return re.sub(r"(?<!^)(?=[A-Z])", "_", type(self).__name__).lower()

    def text(self, translate: Callable[[str], str] = str, spell: Callable[[object], object] = _as_it_is) -> str:
        """The sentence with its facts, through the translation and the spelling of facts of whoever shows it."""
        facts = {name: translate(fact) if isinstance(fact, Word) else spell(fact) for name, fact in self.facts.items()}
        return translate(self.sentence).format(**facts)


class NotFound(Refused):
    """The thing does not exist, or the person may not know that it does.

    ``what`` is its noun in Spanish with the article, and is translated; ``name`` is what it was asked for by.
    """

    sentence = "No se encontró {thing}."

    def __init__(self, *, what: str, name: object = "", field: str | None = None) -> None:
        self.what, self.name = what, str(name)
        super().__init__(field=field, thing=what)

    def text(self, translate: Callable[[str], str] = str, spell: Callable[[object], object] = _as_it_is) -> str:
        """The sentence about the thing, beginning with a capital letter in every language."""
        thing = f"{translate(self.what)} {self.name}".strip()
        sentence = translate(self.sentence).format(thing=spell(thing))
        return sentence[:1].upper() + sentence[1:]


class Forbidden(Refused):
    """The person's roles do not allow this."""

    sentence = "Su usuario no tiene permiso para esto."


@dataclass(frozen=True)
class InputProblem:
    """One thing wrong in an input, and where: ``line`` counts from 1 and is None for a form or a single object."""

    field: str
    refusal: Refused
    line: int | None = None

    def text(self, translate: Callable[[str], str] = str) -> str:
        """``line 3, items[1].value: …`` in the reader's language."""
        parts = [] if self.line is None else [translate("línea {line}").format(line=self.line)]
        if self.field:
            parts.append(self.field)
        return ": ".join(filter(None, [", ".join(parts), self.refusal.text(translate)]))


class InvalidInput(Refused):
    """Everything that is wrong with an input, each with its place; nothing of the input was stored."""

    sentence = "Hay {count} errores; no se guardó nada."

    def __init__(self, problems: Sequence[InputProblem]) -> None:
        self.problems = tuple(problems)
        super().__init__(count=len(self.problems))
