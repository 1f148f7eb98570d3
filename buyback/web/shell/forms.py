"""A posted form: read once into valid values, with each problem in words beside its field, and nothing typed lost.

    form = Form.posted()
    with form.refusals():
        face = form.money("face")
        day = form.day("day")
        form.check()                       # raises everything that is wrong, at once
        transacting(lambda session: service.act(session, face=face, day=day, by=actor(), now=now()))
        return redirect(url_for(".list"), 303)
    return page("staff/thing.html", form=form), 422

Readers give a harmless value (empty text, zero) where a field is wrong; ``check`` stops before it is used. A refusal
that a service raises becomes a problem of the form as well: of the field it names, or of the whole.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from types import TracebackType
from uuid import UUID

from flask import request

from buyback.errors import Forbidden, InvalidInput, NotFound, Problem, Refused
from buyback.money import parse_cents
from buyback.web.shell.i18n import sentence

TEXT_MAX = 200
WHOLE_DIGITS_MAX = 9
NO_ID = UUID(int=0)


class FieldMissing(Refused):
    """A field that is needed is empty."""

    sentence = "Complete este campo."


class TextTooLong(Refused):
    """More characters than fit. Facts: ``limit``."""

    sentence = "Use como máximo {limit} caracteres."


class TextNotPlain(Refused):
    """Control characters, which no keyboard types."""

    sentence = "Este texto contiene caracteres que no se pueden guardar."


class NotWhole(Refused):
    """Not a whole number inside its limits. Facts: ``low``, ``high``, as people write them."""

    sentence = "Escriba un número entero de {low} a {high}."


class NotMoney(Refused):
    """Not an amount in balboas."""

    sentence = "Escriba un monto en balboas, como 150.00."


class NotADay(Refused):
    """Not a day of the calendar."""

    sentence = "Escriba una fecha que exista, como 2026-11-24."


class NotAChoice(Refused):
    """Not one of the options."""

    sentence = "Elija una de las opciones."


class Form:
    """What was typed, field by field, and what is wrong with it; ``saves`` unless it only asks."""

    def __init__(self, typed: Mapping[str, str] | None = None, *, saves: bool = True) -> None:
        self.saves = saves
        self._typed = dict(typed or {})
        self._problems: list[Problem] = []

    @classmethod
    def posted(cls) -> "Form":
        """The form of this request."""
        return cls(request.form.to_dict())

    @classmethod
    def asked(cls) -> "Form":
        """The question in this request's address: for searches and filters."""
        return cls(request.args.to_dict(), saves=False)

    def __getitem__(self, name: str) -> str:
        """What was typed into a field, as it was typed; empty where nothing was."""
        return self._typed.get(name, "")

    def __contains__(self, name: str) -> bool:
        """Whether the field was sent at all: for checkboxes and buttons."""
        return name in self._typed

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong so far."""
        return not self._problems

    @property
    def refused(self) -> list[Refused]:
        """Everything that was refused so far."""
        return [problem.refusal for problem in self._problems]

    @property
    def problems(self) -> list[tuple[str, str]]:
        """(field, sentence) of all that is wrong, in the reader's language; the field is empty for the whole."""
        return [(problem.field, sentence(problem.refusal)) for problem in self._problems]

    def problem(self, name: str) -> str | None:
        """What is wrong with one field, in the reader's language."""
        return next((text for field, text in self.problems if field == name), None)

    def refuse(self, name: str, refusal: Refused) -> None:
        """Note what is wrong with a field."""
        self._problems.append(Problem(name, refusal))

    def check(self) -> None:
        """Raise InvalidInput when something is wrong."""
        if self._problems:
            raise InvalidInput(self._problems)

    def refusals(self) -> "Catching":
        """Turn refusals inside into problems of this form. What is hidden or forbidden goes on to its own page."""
        return Catching(self)

    def take(self, refusal: Refused) -> None:
        """Note a refusal at the fields that it names; one without a field is the whole form's."""
        if isinstance(refusal, InvalidInput):
            self._problems.extend(problem for problem in refusal.problems if problem not in self._problems)
        else:
            self._problems.append(Problem(refusal.field or "", refusal))

    def text(self, name: str, *, required: bool = True, limit: int = TEXT_MAX) -> str:
        """One line of text without spaces around it."""
        value = self[name].strip()
        if required and not value:
            self.refuse(name, FieldMissing())
        elif len(value) > limit:
            self.refuse(name, TextTooLong(limit=limit))
        elif not value.isprintable():
            self.refuse(name, TextNotPlain())
        else:
            return value
        return ""

    def secret(self, name: str) -> str:
        """A password, exactly as typed, and never shown again."""
        value = self._typed.pop(name, "")
        if not value:
            self.refuse(name, FieldMissing())
        return value

    def whole(self, name: str, *, low: int = 1, high: int = 100_000) -> int:
        """A whole number from ``low`` to ``high``."""
        value = self[name].strip().replace(",", "")
        digits = value.isascii() and value.isdigit() and len(value) <= WHOLE_DIGITS_MAX
        if digits and low <= int(value) <= high:
            return int(value)
        self.refuse(name, NotWhole(low=f"{low:,}", high=f"{high:,}"))
        return 0

    def money(self, name: str) -> int:
        """Cents from what people type: ``150``, ``150.5``, ``1,234.50`` or ``B/. 150.00``."""
        value = self[name].strip().removeprefix("B/.").strip().replace(",", "")
        whole, point, cents = value.partition(".")
        try:
            return parse_cents(f"{whole}.{cents:0<2}" if point else f"{whole}.00")
        except ValueError:
            self.refuse(name, NotMoney() if value else FieldMissing())
            return 0

    def day(self, name: str) -> date:
        """A day, as date fields send it."""
        value = self[name].strip()
        try:
            return date.fromisoformat(value)
        except ValueError:
            self.refuse(name, NotADay() if value else FieldMissing())
            return date.min

    def choice(self, name: str, options: Iterable[str]) -> str:
        """One of the options; empty where it is none of them."""
        value = self[name]
        if value in set(options):
            return value
        self.refuse(name, NotAChoice() if value else FieldMissing())
        return ""

    def id(self, name: str) -> UUID:
        """The id of a thing that a form points at."""
        try:
            return UUID(self[name])
        except ValueError:
            self.refuse(name, NotAChoice())
            return NO_ID


class Catching:
    """The block of ``Form.refusals``: leaving it by a refusal goes on after it, with the refusal in the form."""

    def __init__(self, form: Form) -> None:
        self._form = form

    def __enter__(self) -> None:
        """Nothing to prepare."""

    def __exit__(
        self, _kind: type[BaseException] | None, error: BaseException | None, _trace: TracebackType | None
    ) -> bool:
        """Take refusals; let everything else pass."""
        if not isinstance(error, Refused) or isinstance(error, (Forbidden, NotFound)):
            return False
        self._form.take(error)
        return True
