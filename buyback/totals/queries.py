"""The exact totals that officials work with: per place, event, month or class, as they stand at this moment."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from buyback.campaigns import queries as campaigns
from buyback.errors import NotFound
from buyback.languages import spelled_month
from buyback.places.gazetteer import gazetteer
from buyback.tariff.catalogue import CATALOGUE, ClassCode
from buyback.totals.figures import By, Column, Question, Row
from buyback.totals.rows import Counted, read


@dataclass(frozen=True)
class Totals:
    """The answer to a question: its rows by code, and their sum. Money in cents."""

    question: Question
    rows: tuple[Row, ...]
    total: Row
    overview: Row  # every column, whatever the rows show

    @property
    def columns(self) -> tuple[Column, ...]:
        """The figures of each row, in order."""
        return self.question.columns


def totals(session: Session, question: Question, *, within: str | None = None) -> Totals:
    """Add up what was handed in and what became of the vouchers, exactly, at this moment.

    ``within`` is the district whose people ask; what lies elsewhere does not exist for them. A row appears where
    something was handed in. Raises NotFound for an unknown place, event or programme.
    """
    names = gazetteer(session).names
    _check(session, question, within=within, names=names)
    counted, total = read(session, question, place=question.place or within or "")
    return Totals(
        question,
        tuple(
            Row(row.code, *_called(row, question.by, names), _only(row.figures, question.columns)) for row in counted
        ),
        Row("", "Total", "", _only(total.figures, question.columns)),
        Row("", "Total", "", total.figures),
    )


def _check(session: Session, question: Question, *, within: str | None, names: Mapping[str, str]) -> None:
    place, event = question.place, question.event
    if place is not None and not (place in names and place.startswith(within or "")):
        raise NotFound(field="place", what="el lugar", name=place)
    if event is not None:
        found = campaigns.find_event(session, event)
        if found is None or not found.corregimiento.startswith(within or ""):
            raise NotFound(field="event", what="la jornada", name=event)
    if question.programme is not None:
        campaigns.get_programme(session, question.programme)


def _called(row: Counted, by: By, names: Mapping[str, str]) -> tuple[str, str]:
    """A row's name and context."""
    code = row.code
    if by is By.EVENT:
        return row.site, names[row.corregimiento]
    if by is By.MONTH:
        return spelled_month(date.fromisoformat(f"{code}-01")), ""
    if by is By.CLASS:
        return CATALOGUE[ClassCode(code)].name, ""
    return names[code], ", ".join(names[code[:digits]] for digits in (4, 2) if digits < len(code))


def _only(figures: Mapping[Column, int], columns: Iterable[Column]) -> dict[Column, int]:
    return {column: figures[column] for column in columns}
