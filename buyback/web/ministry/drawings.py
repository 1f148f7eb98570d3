"""What is drawn above a table of totals: a map of places, bars, or a line over months."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from buyback.places.gazetteer import Gazetteer, gazetteer
from buyback.tariff.catalogue import CATALOGUE, ClassCode
from buyback.totals.figures import OTHER_CLASSES, Figure
from buyback.totals.queries import Totals
from buyback.totals.rules import By, Query, Row, Sort, ordered
from buyback.web.ministry.labels import label, month_of, row_name, shown
from buyback.web.shell import charts
from buyback.web.shell.i18n import show_month, show_month_short

BARS_MAX = 8
Address = Callable[[Query, Row], str | None]


@dataclass(frozen=True)
class Drawing:
    """One figure of each row, drawn; what does not fit the rows is None."""

    figure: Figure
    bars: tuple[charts.Bar, ...] = ()
    line: charts.LineChart | None = None
    map: charts.Map | None = None
    addresses: tuple[tuple[str, str], ...] = ()
    is_of_arms: bool = False

    @property
    def title(self) -> str:
        """What is drawn."""
        return label(Figure.ARMS if self.is_of_arms and self.figure is Figure.ITEMS else self.figure)

    def written(self, value: int) -> str:
        """A value as people read it."""
        return shown(self.figure, value)

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


def drawable(query: Query) -> list[Figure]:
    """The figures that can be drawn: all but the number of inhabitants, which nobody hands in."""
    return [figure for figure in query.columns if figure is not Figure.POPULATION]


def draw(session: Session, seen: Totals, wanted: str, *, address: Address, within: str | None) -> Drawing | None:
    """A figure of some totals, or their weight, drawn as fits their rows; None where there is nothing to draw."""
    query = seen.query
    figure = next((figure for figure in drawable(query) if figure == wanted), query.weight)
    if not any(row[figure] for row in seen.rows):
        return None
    if query.by is By.MONTH:
        months = charts.without_gaps({row.code: row[figure] for row in seen.rows}, **_months_of(query))
        return Drawing(figure, line=charts.line(months))
    kept = _alike(seen.rows) if query.by is By.CLASS else seen.rows
    largest = ordered(kept, Sort(figure, rising=False))[:BARS_MAX]
    bars = charts.bars((row_name(query.by, row), row[figure]) for row in largest if row[figure])
    if not query.is_of_places:
        return Drawing(figure, bars=bars, is_of_arms=len(kept) < len(seen.rows))
    places = _map(gazetteer(session), seen.rows, figure, query.place or within or "")
    addresses = tuple((row.code, address(query, row) or "") for row in seen.rows)
    return Drawing(figure, bars=bars, map=places, addresses=addresses)


def _months_of(query: Query) -> dict[str, str]:
    days = {"first": query.since, "last": query.until}
    return {end: day.isoformat()[:7] for end, day in days.items() if day is not None}


def _alike(rows: Sequence[Row]) -> Sequence[Row]:
    """Arms only, where there are any: beside thousands of rounds their bars would vanish."""
    return [row for row in rows if row.code != OTHER_CLASSES and CATALOGUE[ClassCode(row.code)].arm] or rows


def _map(places: Gazetteer, rows: Sequence[Row], figure: Figure, ground: str) -> charts.Map:
    around = places.inside[ground] if ground else places.localities
    here = [(spot.longitude, spot.latitude) for spot in around if spot.exists]
    return charts.draw_map((_spot(row, row[figure], places) for row in rows), here)


def _spot(row: Row, value: int, places: Gazetteer) -> charts.Spot:
    inside = [(spot.longitude, spot.latitude, spot.population) for spot in places.inside[row.code]]
    return charts.Spot(row.code, row.name, *charts.middle(inside), value)
