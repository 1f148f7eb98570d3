"""A posted form: read once into valid values, with each problem in words beside its field, and nothing typed lost.

    form = Form.posted()
    with form.refusals():
        face = form.amount("face")
        day = form.day("day")
        form.check()                       # raises everything that is wrong, at once
        transacting(lambda session: service.act(session, face=face, day=day, by=actor(), now=now()))
        return redirect(url_for(".list"), 303)
    return page("staff/thing.html", form=form), 422

The readers of ``files.reader`` give a stand-in where a field is wrong; ``check`` stops before it is used. A refusal
that a service raises becomes a problem of the form as well: of the field it names, or of the whole.
"""

from collections.abc import Mapping
from types import TracebackType

from flask import request

from buyback.errors import Forbidden, InvalidInput, NotFound, Refused
from buyback.files.reading.reader import Reader
from buyback.files.reading.refusals import Missing
from buyback.files.reading.values import Dialect
from buyback.web.shell.i18n import sentence


class Form(Reader):
    """What was typed, field by field, and what is wrong with it; ``saves`` unless it only asks."""

    def __init__(self, typed: Mapping[str, str] | None = None, *, saves: bool = True) -> None:
        self.saves = saves
        self._typed = dict(typed or {})
        super().__init__(self._typed, Dialect.TYPED)

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
        return not self.problems

    @property
    def sentences(self) -> list[tuple[str, str]]:
        """(field, sentence) of all that is wrong, in the reader's language; the field is empty for the whole."""
        return [(problem.field, sentence(problem.refusal)) for problem in self.problems]

    def problem(self, name: str) -> str | None:
        """What is wrong with one field, in the reader's language."""
        return next((text for field, text in self.sentences if field == name), None)

    def check(self) -> None:
        """Raise InvalidInput when something is wrong."""
        if self.problems:
            raise InvalidInput(self.problems)

    def refusals(self) -> "Catching":
        """Turn refusals inside into problems of this form. What is hidden or forbidden goes on to its own page."""
        return Catching(self)

    def take(self, refusal: Refused) -> None:
        """Note a refusal at the fields that it names; one without a field is the whole form's."""
        if isinstance(refusal, InvalidInput):
            self.problems.extend(problem for problem in refusal.problems if problem not in self.problems)
        else:
            self.refuse(refusal.field or "", refusal)

    def secret(self, name: str) -> str:
        """A password, exactly as typed, and never shown again."""
        value = self._typed.pop(name, "")
        if not value:
            self.refuse(name, Missing())
        return value


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
