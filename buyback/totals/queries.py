"""The exact totals that officials work with: per place, event, month or class, as they stand at this moment."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from buyback.campaigns import queries as campaigns
from buyback.errors import NotFound
from buyback.languages import spelled_month
from buyback.places.gazetteer import Gazetteer, gazetteer
from buyback.tariff.catalogue import CATALOGUE, ClassCode
from buyback.totals.figures import KEPT, OTHER_CLASSES, Figure, complete
from buyback.totals.rules import By, Query, Row, add_up, class_name, matching, ordered
from buyback.totals.sql import last_day_statement, statement

TOTAL = "Total"
ADDED_UP = (Figure.EVENTS, *KEPT)  # by the database, in this order


@dataclass(frozen=True)
class Totals:
    """The answer to a question: its rows in their order, and their sum. Money in cents.

    ``headline`` has what is known of all rows together: every figure, unless rows were left out by words or a class.
    """

    query: Query
    rows: tuple[Row, ...]
    total: Row
    headline: Mapping[str, int]

    @property
    def subtotals(self) -> tuple[Row, ...]:
        """Of rows that are classes, what those of one kind (arms, ammunition …) come to; of other rows none."""
        if self.query.by is not By.CLASS:
            return ()
        kinds = defaultdict(list)
        for row in self.rows:
            if row.code != OTHER_CLASSES:
                kinds[Figure[CATALOGUE[ClassCode(row.code)].total.name]].append(row)
        return tuple(
            Row(kind.value, kind.label, "", add_up(kinds[kind], self.query.columns)) for kind in Figure if kind in kinds
        )


def totals(session: Session, query: Query, *, within: str | None = None) -> Totals:
    """Add up what was handed in and what became of the vouchers, exactly, at this moment.

    ``within`` is the district whose people ask; what lies elsewhere does not exist for them. A row appears where
    something was handed in. Raises NotFound for an unknown place, event or programme.
    """
    places = gazetteer(session)
    _check(session, query, within=within, names=places.names)
    text, values = statement(query, place=query.place or within or "")
    *found, last = (tuple(record) for record in session.execute(text, values))
    rows = matching((_row(record, query, places) for record in found), query.words)
    total = _total(query, rows, last)
    is_whole = not query.words and query.item_class is None
    return Totals(
        query,
        tuple(replace(row, figures=_only(row.figures, query.columns)) for row in ordered(rows, query.sort)),
        Row("", TOTAL, "", _only(total, query.columns)),
        _only(total, total if is_whole else query.summed),
    )


def last_day(session: Session, *, programme: str | None = None, within: str | None = None) -> date | None:
    """The last day on which something was handed in; None where nothing was. NotFound for an unknown programme."""
    if programme is not None:
        campaigns.get_programme(session, programme)
    text, values = last_day_statement(place=within or "", programme=programme)
    day: date | None = session.execute(text, values).scalar_one()
    return day


def _check(session: Session, query: Query, *, within: str | None, names: Mapping[str, str]) -> None:
    place, event = query.place, query.event
    if place is not None and not (place in names and place.startswith(within or "")):
        raise NotFound(field="place", what="el lugar", name=place)
    if event is not None:
        found = campaigns.find_event(session, event)
        if found is None or not found.corregimiento.startswith(within or ""):
            raise NotFound(field="event", what="la jornada", name=event)
    if query.programme is not None:
        campaigns.get_programme(session, query.programme)


def _row(record: tuple[Any, ...], query: Query, places: Gazetteer) -> Row:
    code, site, corregimiento = record[:3]
    name, context = _name_and_context(query.by, code, site, corregimiento, places.names)
    people = places.populations[code] if query.is_of_places else 0
    return Row(code, name, context, complete({**_added_up(record), Figure.POPULATION: people}))


def _total(query: Query, rows: Sequence[Row], last: tuple[Any, ...]) -> dict[str, int]:
    """The rows together; an event that lasts into another month counts once."""
    known = add_up(rows, ADDED_UP) if query.words else _added_up(last)
    known[Figure.POPULATION] = sum(row[Figure.POPULATION] for row in rows)
    if query.by is By.CORREGIMIENTO:
        known[Figure.NEIGHBOURHOODS] = len(rows)
    return complete(known)


def _added_up(record: tuple[Any, ...]) -> dict[str, int]:
    """A record's kept figures and events; of nothing at all zeroes."""
    return {figure: int(number or 0) for figure, number in zip(ADDED_UP, record[3:], strict=True)}


def _name_and_context(by: By, code: str, site: str, corregimiento: str, names: Mapping[str, str]) -> tuple[str, str]:
    if by is By.EVENT:
        return site, names[corregimiento]
    if by is By.MONTH:
        return spelled_month(date.fromisoformat(f"{code}-01")), ""
    if by is By.CLASS:
        return class_name(code), ""
    return names[code], ", ".join(names[code[:digits]] for digits in (4, 2) if digits < len(code))


def _only(figures: Mapping[str, int], wanted: Iterable[str]) -> dict[str, int]:
    return {figure: figures[figure] for figure in wanted}
