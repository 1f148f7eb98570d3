"""The programme at a glance: its figures in a span of days against the span before, over time, by place and class."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from buyback.totals.figures import Figure
from buyback.totals.periods import Change, Span, twelve_months
from buyback.totals.queries import Totals, last_day, totals
from buyback.totals.rules import By, Query

FIGURES = (
    Figure.ARMS,
    Figure.FIREARMS,
    Figure.AMMUNITION,
    Figure.SURRENDERS,
    Figure.EVENTS,
    Figure.NEIGHBOURHOODS,
    Figure.ISSUED,
    Figure.REDEEMED,
    Figure.VOID,
    Figure.EXPIRED,
    Figure.OUTSTANDING,
)


@dataclass(frozen=True)
class Overview:
    """A span's figures by name, what they were in the span before, and its months, neighbourhoods and classes."""

    span: Span
    before: Span | None
    changes: Mapping[Figure, Change]
    months: Totals
    places: Totals
    classes: Totals

    @property
    def has_before(self) -> bool:
        """Whether there was anything in the span before: against nothing nothing is compared."""
        return any(change.before for change in self.changes.values())


def latest_span(session: Session, *, programme: str | None = None, within: str | None = None) -> Span | None:
    """The last twelve months that hold something; None where nothing was handed in yet.

    Raises NotFound for an unknown programme.
    """
    day = last_day(session, programme=programme, within=within)
    return None if day is None else twelve_months(day)


def overview(session: Session, span: Span, *, programme: str | None = None, within: str | None = None) -> Overview:
    """The programme (all of them together where none is named) as it stands at this moment.

    ``within`` is the district whose people ask. Raises NotFound for an unknown programme.
    """

    def ask(by: By, when: Span) -> Totals:
        query = Query(by=by, since=when.since, until=when.until, programme=programme)
        return totals(session, query, within=within)

    before = span.before()
    places = ask(By.CORREGIMIENTO, span)
    was = ask(By.CORREGIMIENTO, before).headline if before else dict.fromkeys(FIGURES, 0)
    return Overview(
        span=span,
        before=before,
        changes={figure: Change(places.headline[figure], was[figure]) for figure in FIGURES},
        months=ask(By.MONTH, span),
        places=places,
        classes=ask(By.CLASS, span),
    )
