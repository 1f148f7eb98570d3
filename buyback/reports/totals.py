"""The exact totals that officials work with: per place, event, month or class, from the rows as they stand."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from buyback.campaigns import queries as campaigns
from buyback.errors import NotFound
from buyback.places import queries as places
from buyback.reports.totals_facts import read_facts
from buyback.reports.totals_figures import By, Column, Fact, Kind, Question, Row, add_up, fold, key_of
from buyback.tariff.catalogue import CATALOGUE, ClassCode

MONTHS = (
    "enero",
    "febrero",
    "marzo",
    "abril",
    "mayo",
    "junio",
    "julio",
    "agosto",
    "septiembre",
    "octubre",
    "noviembre",
    "diciembre",
)


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
    names = places.names(session)
    _check(session, question, within=within, names=names)
    facts = read_facts(session, question, place=question.place or within or "")
    counted = [fact for fact in facts if fact.kind is Kind.ITEM] if question.by is By.CLASS else facts
    name_of = _naming(question.by, counted, names)
    rows = fold(counted, key_of(question.by), question.columns)
    return Totals(
        question,
        tuple(Row(code, *name_of(code), figures) for code, figures in rows.items()),
        Row("", "Total", "", add_up(counted, question.columns)),
        Row("", "Total", "", add_up(facts, Column)),
    )


def place_path(session: Session, code: str | None) -> tuple[tuple[str, str], ...]:
    """A place and those around it, from the province down, as (code, name); nothing for no place."""
    names = places.names(session)
    steps = [code[:digits] for digits in (2, 4, 6) if code and len(code) >= digits]
    return tuple((step, names[step]) for step in steps)


def _check(session: Session, question: Question, *, within: str | None, names: dict[str, str]) -> None:
    place, event = question.place, question.event
    if place is not None and not (place in names and place.startswith(within or "")):
        raise NotFound(field="place", what="el lugar", name=place)
    if event is not None:
        found = campaigns.find_event(session, event)
        if found is None or not found.corregimiento.startswith(within or ""):
            raise NotFound(field="event", what="la jornada", name=event)
    if question.programme is not None:
        campaigns.get_programme(session, question.programme)


def _naming(by: By, facts: list[Fact], names: dict[str, str]) -> Callable[[str], tuple[str, str]]:
    """From a row's code to its name and context."""
    if by is By.EVENT:
        held = {fact.event: (fact.site, names[fact.corregimiento]) for fact in facts}
        return lambda code: held[code]
    if by is By.MONTH:
        return lambda code: (f"{MONTHS[int(code[5:]) - 1]} de {code[:4]}", "")
    if by is By.CLASS:
        return lambda code: (CATALOGUE[ClassCode(code)].name, "")
    return lambda code: (names[code], ", ".join(names[code[:digits]] for digits in (4, 2) if digits < len(code)))
