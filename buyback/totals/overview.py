"""The programme at a glance: its figures in a span of days against the span before, over time, by place and class."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy.orm import Session

from buyback.totals.figures import By, Column, Question
from buyback.totals.neighbourhoods import View, view
from buyback.totals.periods import Change, Span
from buyback.totals.view import Asked

NEIGHBOURHOODS: Final = "neighbourhoods"  # corregimientos in which something was handed in
FIGURES: tuple[str, ...] = (
    Column.ARMS,
    Column.FIREARMS,
    Column.AMMUNITION,
    Column.SURRENDERS,
    Column.EVENTS,
    NEIGHBOURHOODS,
    Column.ISSUED,
    Column.REDEEMED,
    Column.EXPIRED,
    Column.OUTSTANDING,
)


@dataclass(frozen=True)
class Overview:
    """A span's figures by name, what they were in the span before, and its months, neighbourhoods and classes."""

    span: Span
    before: Span | None
    changes: Mapping[str, Change]
    months: View
    places: View
    classes: View

    @property
    def has_before(self) -> bool:
        """Whether there was anything in the span before: against nothing nothing is compared."""
        return any(change.before for change in self.changes.values())


def overview(session: Session, span: Span, *, programme: str | None = None, within: str | None = None) -> Overview:
    """The programme (all of them together where none is named) as it stands at this moment.

    ``within`` is the district whose people ask. Raises NotFound for an unknown programme.
    """

    def ask(by: By, when: Span) -> View:
        question = Question(by=by, since=when.since, until=when.until, programme=programme)
        return view(session, Asked(question), within=within)

    places, before = ask(By.CORREGIMIENTO, span), span.before()
    was = _figures(ask(By.CORREGIMIENTO, before)) if before else dict.fromkeys(FIGURES, 0)
    now = _figures(places)
    return Overview(
        span=span,
        before=before,
        changes={name: Change(now[name], was[name]) for name in FIGURES},
        months=ask(By.MONTH, span),
        places=places,
        classes=ask(By.CLASS, span),
    )


def _figures(places: View) -> dict[str, int]:
    reached = {NEIGHBOURHOODS: len(places.lines)}
    return {name: places.headline[name] for name in FIGURES if name != NEIGHBOURHOODS} | reached
