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
from buyback.totals.figures import PLACE_DIGITS, By, Column, Question
from buyback.totals.view import CODES, NAME, OF_CLASS, Asked, Line, Sort
from buyback.web.ministry.words import BY_NAMES
from buyback.web.shell.forms import Form
from buyback.web.shell.i18n import _
from buyback.web.shell.login import actor
from buyback.web.shell.request import reading

PARTS = ("by", "q", "from", "to", "programme", "place", "class", "event", "show", "sort", "order")
BELOW = {By.PROVINCE: By.DISTRICT, By.DISTRICT: By.CORREGIMIENTO, By.CORREGIMIENTO: By.EVENT}
RISING, FALLING = "asc", "desc"
WORDS_MAX = 80

_THINGS = frozenset(
    {
        Column.ARMS,
        Column.FIREARMS,
        Column.AMMUNITION,
        Column.MAGAZINES,
        Column.EXPLOSIVES,
        Column.ACCESSORIES,
        Column.ITEMS,
        Column.APPRAISED_VALUE,
    }
)

Choices = list[tuple[str, str]]


def kinds_of_rows() -> list[By]:
    """What a row may stand for: a municipality, which sees its own district only, has no use for provinces."""
    return [by for by in By if by is not By.PROVINCE or actor().district is None]


def read(form: Form) -> Asked:
    """The question in the address; everything wrong with it becomes a problem of the form."""
    by = form.choice("by", kinds_of_rows()) if form.has("by") else By.CORREGIMIENTO
    item_class = form.choice("class", ClassCode) if form.has("class") else None
    words = form.text("q", required=False, limit=WORDS_MAX)
    since, until = _day(form, "from"), _day(form, "to")
    form.check()
    return Asked(
        Question(
            by=by,
            since=since,
            until=until,
            programme=form["programme"] or None,
            place=form["place"] or None,
            event=form["event"] or None,
        ),
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
        codes = {one.corregimiento[:digits] for one in events for digits in PLACE_DIGITS.values()}
        seen = sorted(code for code in codes if code.startswith(district or ""))
        return cls(
            programmes=_with(form["programme"], list(campaigns.programme_names(session).items())),
            places=_with(form["place"], [(code, _place(code, names)) for code in seen]),
            events=_with(form["event"], [(one.code, f"{one.code} · {one.site}") for one in events]),
            classes=_with(form["class"], [(one.code.value, _(one.name)) for one in CATALOGUE.values()]),
        )


def by_choices(form: Form) -> Choices:
    """What a row may stand for, by name."""
    return _with(form["by"], [(by.value, str(BY_NAMES[by])) for by in kinds_of_rows()])


def below(asked: Asked, line: Line) -> str | None:
    """Where a row leads: a place to what lies in it, a month and a class to where it was, an event to its classes."""
    by = asked.by
    if by in BELOW:
        return _onward(by=BELOW[by], place=line.code)
    if by is By.MONTH:
        return _onward(by=By.EVENT, **_month(line.code, asked.question))
    if by is By.CLASS:
        return _onward(by=By.CORREGIMIENTO, **{"class": line.code})
    return _onward(by=By.CLASS, event=line.code)


def behind(asked: Asked, line: Line) -> dict[str, str]:
    """Where the rows that make up a line's figures are, by column; a figure of nothing has none."""
    by, counted = asked.by, [column for column in asked.counted if line[column]]
    if asked.item_class is not None or by is By.CLASS:
        onward = below(asked, line) if by is not By.EVENT else None
        return dict.fromkeys(counted, onward) if onward else {}
    inside = _inside(asked, line)
    of_class = _onward(by=By.CLASS, **inside)
    others = _event(line.code) if by is By.EVENT else _onward(by=By.EVENT, **inside)
    found = {column: of_class if column in _THINGS else others for column in counted}
    return {column: address for column, address in found.items() if address}


def _event(code: str) -> str | None:
    return url_for("staff.event", code=code) if actor().may(Permission.EVENT_SEE) else None


def sorting(asked: Asked, column: str) -> tuple[str, str]:
    """The address that orders by a column, the other way round when it already does; and how it is ordered now."""
    now = asked.sort
    if now.column != column:
        return here(sort=column, order=RISING if column == NAME else FALLING), ""
    return here(order=FALLING if now.rising else RISING), "ascending" if now.rising else "descending"


def _onward(by: By, **changes: str) -> str:
    return here(by=by.value, sort="", order="", q="", show="", **changes)


def _inside(asked: Asked, line: Line) -> dict[str, str]:
    if asked.by in PLACE_DIGITS:
        return {"place": line.code}
    return {"event": line.code} if asked.by is By.EVENT else _month(line.code, asked.question)


def _month(code: str, question: Question) -> dict[str, str]:
    year, month = int(code[:4]), int(code[5:])
    first, last = date(year, month, 1), date(year, month, monthrange(year, month)[1])
    since, until = max(first, question.since or first), min(last, question.until or last)
    return {"from": since.isoformat(), "to": until.isoformat()}


def _sort(form: Form, by: By) -> Sort:
    column, order = form["sort"], form["order"]
    if column != NAME and column not in set(Asked(Question(by=by)).columns) | set(OF_CLASS):
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
