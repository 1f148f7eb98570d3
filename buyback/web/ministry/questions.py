"""The question that an address of the totals holds, the choices of its form, and the addresses of other questions."""

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import request, url_for

from buyback.campaigns import queries as campaigns
from buyback.places.gazetteer import gazetteer
from buyback.security.access import Permission
from buyback.tariff.catalogue import CATALOGUE, ClassCode
from buyback.totals.figures import OF_CLASSES, OTHER_CLASSES, Figure
from buyback.totals.rules import CODES, NAME, PLACE_DIGITS, By, Query, Row, Sort
from buyback.web.ministry.labels import BY_NAMES
from buyback.web.shell.forms import Form
from buyback.web.shell.i18n import _
from buyback.web.shell.login import actor
from buyback.web.shell.request import reading

PARTS = ("by", "q", "from", "to", "programme", "place", "class", "event", "show", "sort", "order")
BELOW = {By.PROVINCE: By.DISTRICT, By.DISTRICT: By.CORREGIMIENTO, By.CORREGIMIENTO: By.EVENT}
RISING, FALLING = "asc", "desc"
WORDS_MAX = 80

Choices = list[tuple[str, str]]


def kinds_of_rows() -> list[By]:
    """What a row may stand for: a municipality, which sees its own district only, has no use for provinces."""
    return [by for by in By if by is not By.PROVINCE or actor().district is None]


def read(form: Form) -> Query:
    """The question in the address; everything wrong with it becomes a problem of the form."""
    by = form.choice("by", kinds_of_rows()) if form.has("by") else By.CORREGIMIENTO
    item_class = form.choice("class", ClassCode) if form.has("class") else None
    words = form.text("q", required=False, limit=WORDS_MAX)
    since, until = _day(form, "from"), _day(form, "to")
    form.check()
    return Query(
        by=by,
        since=since,
        until=until,
        programme=form["programme"] or None,
        place=form["place"] or None,
        event=form["event"] or None,
        item_class=item_class,
        words="" if by is By.MONTH else words,
        sort=_sort(form, by),
    )


def here(**changes: str) -> str:
    """The page's address with some of the question changed; an empty change takes a part away."""
    return url_for("ministry.totals", **arguments(changes))


def arguments(changes: Mapping[str, str]) -> dict[str, Any]:
    """The parts of the question that say something, some of them changed."""
    merged = {**request.args.to_dict(), **changes}
    return {part: merged[part] for part in PARTS if merged.get(part)}


@dataclass(frozen=True)
class Choosing:
    """What the filters offer: programmes, and what lies within the reader's sight. What was typed is among it."""

    programmes: Choices
    places: Choices
    events: Choices
    classes: Choices

    @classmethod
    def for_reader(cls, form: Form) -> "Choosing":
        """The choices of whoever is signed in."""
        session, district = reading(), actor().district
        events = campaigns.event_names(session, district=district)
        names = gazetteer(session).names
        codes = {event.corregimiento[:digits] for event in events for digits in PLACE_DIGITS.values()}
        seen = sorted(code for code in codes if code.startswith(district or ""))
        return cls(
            programmes=_with(form["programme"], list(campaigns.programme_names(session).items())),
            places=_with(form["place"], [(code, _place(code, names)) for code in seen]),
            events=_with(form["event"], [(event.code, f"{event.code} · {event.site}") for event in events]),
            classes=_with(form["class"], [(entry.code.value, _(entry.name)) for entry in CATALOGUE.values()]),
        )


def by_choices(form: Form) -> Choices:
    """What a row may stand for, by name."""
    return _with(form["by"], [(by.value, str(BY_NAMES[by])) for by in kinds_of_rows()])


def below(query: Query, row: Row) -> str | None:
    """Where a row leads: a place to what lies in it, a month and a class to where it was, an event to its classes."""
    by = query.by
    if by in BELOW:
        return _onward(by=BELOW[by], place=row.code)
    if by is By.MONTH:
        return _onward(by=By.EVENT, **_month(row.code, query))
    if by is By.CLASS:
        return None if row.code == OTHER_CLASSES else _onward(by=By.CORREGIMIENTO, **{"class": row.code})
    return _onward(by=By.CLASS, event=row.code)


def behind(query: Query, row: Row) -> dict[Figure, str]:
    """Where the rows that make up a row's figures are, by figure; a figure of nothing has none."""
    by, counted = query.by, [figure for figure in query.counted if row[figure]]
    if query.item_class is not None or by is By.CLASS:
        onward = below(query, row) if by is not By.EVENT else None
        return dict.fromkeys(counted, onward) if onward else {}
    inside = _inside(query, row)
    of_class = _onward(by=By.CLASS, **inside)
    others = _event(row.code) if by is By.EVENT else _onward(by=By.EVENT, **inside)
    found = {figure: of_class if figure.is_of_items else others for figure in counted}
    return {figure: address for figure, address in found.items() if address}


def _event(code: str) -> str | None:
    return url_for("staff.event", code=code) if actor().may(Permission.EVENT_SEE) else None


def sorting(query: Query, column: str) -> tuple[str, str]:
    """The address that orders by a column, the other way round when it already does; and how it is ordered now."""
    now = query.sort
    if now.column != column:
        return here(sort=column, order=RISING if column == NAME else FALLING), ""
    return here(order=FALLING if now.rising else RISING), "ascending" if now.rising else "descending"


def _onward(by: By, **changes: str) -> str:
    return here(by=by.value, sort="", order="", q="", show="", **changes)


def _inside(query: Query, row: Row) -> dict[str, str]:
    if query.by in PLACE_DIGITS:
        return {"place": row.code}
    return {"event": row.code} if query.by is By.EVENT else _month(row.code, query)


def _month(code: str, query: Query) -> dict[str, str]:
    year, month = int(code[:4]), int(code[5:])
    first, last = date(year, month, 1), date(year, month, monthrange(year, month)[1])
    since, until = max(first, query.since or first), min(last, query.until or last)
    return {"from": since.isoformat(), "to": until.isoformat()}


def _sort(form: Form, by: By) -> Sort:
    column, order = form["sort"], form["order"]
    if column != NAME and column not in {*Query(by=by).columns, *OF_CLASSES}:
        return CODES
    return Sort(column, rising=order == RISING or (order != FALLING and column == NAME))


def _day(form: Form, name: str) -> date | None:
    return form.day(name) if form.has(name) else None


def _with(typed: str, choices: Choices) -> Choices:
    """The choices, and what came by another way: a wrong address is shown as it was typed."""
    return choices if not typed or typed in dict(choices) else [*choices, (typed, typed)]


def _place(code: str, names: Mapping[str, str]) -> str:
    around = [names[code[:digits]] for digits in (6, 4, 2) if digits <= len(code)]
    kind = {2: BY_NAMES[By.PROVINCE], 4: BY_NAMES[By.DISTRICT]}.get(len(code))
    return f"{', '.join(around)} ({str(kind).lower()})" if kind else ", ".join(around)
