"""The totals of neighbourhoods as officials look at them and take them away."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from buyback.audit import service as audit
from buyback.errors import Refused
from buyback.people.rules import Actor
from buyback.places.gazetteer import gazetteer
from buyback.totals.classes import of_class
from buyback.totals.figures import PLACE_DIGITS, Column
from buyback.totals.queries import Totals, totals
from buyback.totals.view import OF_CLASS, Asked, Line, matching, ordered, summed, with_rates


class NothingToExport(Refused):
    """The view has no rows."""

    sentence = "No hay nada que descargar: con estos filtros no quedó ninguna fila."


@dataclass(frozen=True)
class View:
    """What was asked for, its rows in their order, their sum, and the headline figures: all totals where there are."""

    asked: Asked
    lines: tuple[Line, ...]
    total: Line
    headline: Mapping[str, int]


def view(session: Session, asked: Asked, *, within: str | None = None) -> View:
    """The totals as they stand at this moment, as they were asked for.

    ``within`` is the district whose people ask; what lies elsewhere does not exist for them. Raises NotFound for an
    unknown place, event or programme.
    """
    answer = totals(session, asked.question, within=within)
    lines = [Line(row.code, row.name, row.context, _by_name(row.figures)) for row in answer.rows]
    if asked.item_class is not None:
        place = asked.question.place or within or ""
        counted = of_class(session, asked.question, asked.item_class, place=place)
        lines = [Line(one.code, one.name, one.context, counted[one.code]) for one in lines if one.code in counted]
    found = matching(lines, asked.words)
    sums = _sums(answer, asked, found)
    headline = sums if asked.words or asked.item_class else _by_name(answer.overview.figures)
    if asked.by in PLACE_DIGITS:
        people = gazetteer(session).populations
        found = tuple(Line(one.code, one.name, one.context, with_rates(one.figures, people[one.code])) for one in found)
        sums = with_rates(sums, sum(people[one.code] for one in found))
    return View(asked, ordered(found, asked.sort), Line("", "Total", "", sums), headline)


def take(session: Session, asked: Asked, *, shape: str, by: Actor, now: datetime) -> View:
    """The same, to be taken away as a file of a ``shape`` (csv, xlsx): the audit log keeps who took what.

    Raises NothingToExport, and what ``view`` raises.
    """
    seen = view(session, asked, within=by.district)
    if not seen.lines:
        raise NothingToExport
    audit.record(session, chain=by.chain, act="totals:export", body=_body(asked, shape, by), now=now)
    return seen


def _sums(answer: Totals, asked: Asked, found: tuple[Line, ...]) -> dict[str, int]:
    """The sum below the rows; an event that lasts into another month counts once."""
    if asked.words or asked.item_class is not None:
        return summed(found, OF_CLASS if asked.item_class else asked.counted)
    return _by_name(answer.total.figures)


def _by_name(figures: Mapping[Column, int]) -> dict[str, int]:
    return {column.value: figure for column, figure in figures.items()}


def _body(asked: Asked, shape: str, by: Actor) -> dict[str, str]:
    question = asked.question
    told = {
        "by": by.name,
        "rows": question.by.value,
        "from": _text(question.since),
        "to": _text(question.until),
        "programme": question.programme,
        "place": question.place,
        "event": question.event,
        "class": asked.item_class and asked.item_class.value,
        "words": asked.words or None,
        "shape": shape,
    }
    return {key: value for key, value in told.items() if value is not None}


def _text(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
