"""What is drawn above a table of totals: a map of places, bars, or a line over months."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from buyback.places.gazetteer import Gazetteer, gazetteer
from buyback.tariff.catalogue import CATALOGUE, ClassCode
from buyback.totals.figures import PLACE_DIGITS, By, Column
from buyback.totals.neighbourhoods import View
from buyback.totals.view import Asked, Extra, Line, Sort, ordered, weighed
from buyback.web.ministry.words import COLUMN_NAMES, called, month_of, shown
from buyback.web.shell import charts
from buyback.web.shell.i18n import show_month, show_month_short

BARS_MAX = 8
Address = Callable[[Asked, Line], str | None]


@dataclass(frozen=True)
class Drawing:
    """One figure of each row, drawn; what does not fit the rows is None."""

    column: str
    bars: tuple[charts.Bar, ...] = ()
    line: charts.Line | None = None
    map: charts.Map | None = None
    addresses: tuple[tuple[str, str], ...] = ()

    arms_only: bool = False

    @property
    def title(self) -> str:
        """What is drawn."""
        return str(COLUMN_NAMES[Column.ARMS if self.arms_only and self.column == Column.ITEMS else self.column])

    def written(self, value: int) -> str:
        """A value as people read it."""
        return shown(self.column, value)

    def address(self, code: str) -> str:
        """Where a place's circle leads."""
        return dict(self.addresses)[code]

    @staticmethod
    def month(code: str) -> str:
        """``2026-11`` by its name."""
        return show_month(month_of(code))

    @staticmethod
    def month_short(code: str) -> str:
        """``nov 2026``."""
        return show_month_short(month_of(code))


def drawable(asked: Asked) -> list[str]:
    """The figures that can be drawn: all but the number of inhabitants, which nobody hands in."""
    return [column for column in asked.columns if column != Extra.POPULATION]


def draw(session: Session, seen: View, column: str, *, address: Address, within: str | None) -> Drawing | None:
    """A column of a view (its own weight where it has no such column), drawn as fits its rows; None of nothing."""
    asked = seen.asked
    column = column if column in drawable(asked) else weighed(asked)
    if not any(line[column] for line in seen.lines):
        return None
    if asked.by is By.MONTH:
        months = charts.without_gaps({line.code: line[column] for line in seen.lines}, **_asked_months(asked))
        return Drawing(column, line=charts.line(months))
    leads = tuple((line.code, address(asked, line) or "") for line in seen.lines)
    kept = _alike(seen.lines) if asked.by is By.CLASS else seen.lines
    largest = ordered(kept, Sort(column, rising=False))[:BARS_MAX]
    drawn = charts.bars((called(asked.by, line), line[column]) for line in largest if line[column])
    if asked.by not in PLACE_DIGITS:
        return Drawing(column, bars=drawn, arms_only=len(kept) < len(seen.lines))
    ground = asked.question.place or within or ""
    return Drawing(column, bars=drawn, map=_map(gazetteer(session), seen.lines, column, ground), addresses=leads)


def _asked_months(asked: Asked) -> dict[str, str]:
    days = {"first": asked.question.since, "last": asked.question.until}
    return {end: day.isoformat()[:7] for end, day in days.items() if day is not None}


def _alike(lines: Sequence[Line]) -> Sequence[Line]:
    """Arms only, where there are any: beside thousands of rounds their bars would vanish."""
    return [line for line in lines if CATALOGUE[ClassCode(line.code)].arm] or lines


def _map(places: Gazetteer, lines: Sequence[Line], column: str, ground: str) -> charts.Map:
    around = places.inside[ground] if ground else places.localities
    here = [(locality.longitude, locality.latitude) for locality in around if locality.exists]
    return charts.draw_map((_spot(line, line[column], places) for line in lines), here)


def _spot(line: Line, value: int, places: Gazetteer) -> charts.Spot:
    inside = [(locality.longitude, locality.latitude, locality.population) for locality in places.inside[line.code]]
    return charts.Spot(line.code, line.name, *charts.middle(inside), value)
