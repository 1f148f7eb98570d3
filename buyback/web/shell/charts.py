"""Charts and the map as plain geometry, for templates to draw as SVG.

Pure. Bars and lines are in percent of the drawing's width and height, so that it stretches to any screen while its
texts keep their size; the map is in its own units, since its shape is fixed.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import cos, radians, sqrt

MAP_WIDTH = 1000.0
MAP_MARGIN = 70.0
MAP_SPAN_MIN = 0.12  # degrees: a single place lies in the middle of its surroundings
MAP_TALL_MAX = 0.75  # of the width
DOT_RADIUS_MAX = 46.0
LETTER = 11.5  # the width of a letter of the map's names
LINE_HEIGHT = 24.0
MARKS_MAX = 3
STEPS_MAX = 5  # of a scale
MONTHS_MAX = 120  # ten years: a longer span is drawn from its first month with anything to its last


@dataclass(frozen=True)
class Bar:
    """One bar: its length in percent of the longest."""

    label: str
    value: int
    length: float


@dataclass(frozen=True)
class Point:
    """A value of a line; x from the left, y from the top, in percent."""

    label: str
    value: int
    x: float
    y: float


@dataclass(frozen=True)
class Tick:
    """A value of a scale, y from the top in percent."""

    value: int
    y: float


@dataclass(frozen=True)
class LineChart:
    """A line over equal steps: its points, its path, the labels below it, and its scale from the top down to zero."""

    points: tuple[Point, ...]
    path: str
    marks: tuple[Point, ...]
    scale: tuple[Tick, ...]

    @property
    def peaks(self) -> tuple[Point, ...]:
        """The points that say something: a dot on each step without anything would be noise."""
        return tuple(point for point in self.points if point.value)


@dataclass(frozen=True)
class Spot:
    """A place to be drawn: where it is (degrees, WGS 84) and what it weighs."""

    code: str
    name: str
    longitude: float
    latitude: float
    value: int = 0


@dataclass(frozen=True)
class Dot:
    """A circle whose area is in proportion to its value; its name stands beside it where there is room."""

    spot: Spot
    x: float
    y: float
    radius: float
    name_x: float | None = None


@dataclass(frozen=True)
class Map:
    """Circles, the largest first, over the places around them, which together draw the country."""

    width: float
    height: float
    dots: tuple[Dot, ...]
    ground: str


def bars(entries: Iterable[tuple[str, int]]) -> tuple[Bar, ...]:
    """Bars of (label, value), in percent of the largest value; negative values have no length."""
    kept = tuple(entries)
    largest = max((value for _, value in kept), default=0)
    return tuple(Bar(label, value, share(value, largest)) for label, value in kept)


def share(value: int, whole: int) -> float:
    """Percent of a whole, to a hundredth; none of nothing."""
    return round(max(value, 0) * 100 / whole, 2) if whole > 0 else 0.0


def scale_step(largest: int) -> int:
    """The smallest of 1, 2, 5, 10, 20, 25, 50 … of which a few reach a value: 25 for 101, so that 125 is on top."""
    power = 1
    while True:
        for tenths in (10, 20, 25, 50):
            step = tenths * power // 10
            if step * STEPS_MAX >= largest:
                return step
        power *= 10


def scale(largest: int) -> tuple[Tick, ...]:
    """Values at equal distances, from the first that a value does not exceed down to zero."""
    step = scale_step(largest)
    count = max(1, -(-largest // step))
    return tuple(Tick(step * number, round(100 - 100 * number / count, 2)) for number in range(count, -1, -1))


def line(values: Sequence[tuple[str, int]]) -> LineChart:
    """A line through (label, value) at equal steps; zero is at the bottom."""
    ticks = scale(max((value for _, value in values), default=0))
    top = ticks[0].value
    last = max(len(values) - 1, 1)
    points = tuple(
        Point(
            label, value, round(100 * index / last, 2) if len(values) > 1 else 50.0, round(100 - share(value, top), 2)
        )
        for index, (label, value) in enumerate(values)
    )
    path = " ".join(f"{'L' if index else 'M'}{point.x:g} {point.y:g}" for index, point in enumerate(points))
    return LineChart(points, path, tuple(points[index] for index in spread(len(points))), ticks)


def spread(count: int, most: int = MARKS_MAX) -> list[int]:
    """Up to ``most`` places among so many, the first and the last always, as even as whole steps allow."""
    if count <= most:
        return list(range(count))
    return [round(index * (count - 1) / (most - 1)) for index in range(most)]


def months_between(first: str, last: str) -> list[str]:
    """Every month from one to another, both like ``2026-11``."""
    start, end = (int(code[:4]) * 12 + int(code[5:]) - 1 for code in (first, last))
    return [f"{month // 12:04d}-{month % 12 + 1:02d}" for month in range(start, end + 1)]


def without_gaps(values: Mapping[str, int], *, first: str = "", last: str = "") -> list[tuple[str, int]]:
    """Months in their order, with a zero where there was nothing: from ``first`` to ``last`` where that can be seen."""
    if not values:
        return []
    low, high = min(values), max(values)
    asked = months_between(min(first or low, low), max(last or high, high))
    months = asked if len(asked) <= MONTHS_MAX else months_between(low, high)
    return [(code, values.get(code, 0)) for code in months]


def middle(spots: Sequence[tuple[float, float, int]]) -> tuple[float, float]:
    """Where the people of several places live on the average: of (longitude, latitude, inhabitants)."""
    weight = sum(people for _, _, people in spots)
    if not weight:
        return spots[0][0], spots[0][1]
    longitude = sum(longitude * people for longitude, _, people in spots) / weight
    return longitude, sum(latitude * people for _, latitude, people in spots) / weight


def draw_map(spots: Iterable[Spot], around: Sequence[tuple[float, float]]) -> Map:
    """A map of places over the (longitude, latitude) of those around them."""
    valued = sorted((spot for spot in spots if spot.value > 0), key=lambda spot: (-spot.value, spot.code))
    frame = _Frame.around([*around, *((spot.longitude, spot.latitude) for spot in valued)])
    largest = valued[0].value if valued else 0
    dots = [
        Dot(spot, *frame.place(spot.longitude, spot.latitude), round(DOT_RADIUS_MAX * sqrt(spot.value / largest), 1))
        for spot in valued
    ]
    ground = "".join(f"M{x:g} {y:g}h0" for x, y in (frame.place(*point) for point in around))
    return Map(MAP_WIDTH, frame.height, tuple(_named(dots)), ground)


@dataclass(frozen=True)
class _Frame:
    """From degrees to the map's units: equirectangular, true at the middle latitude."""

    west: float
    north: float
    scale: float  # units a degree of latitude
    flat: float  # a degree of longitude against one of latitude
    height: float
    left: float
    above: float

    @classmethod
    def around(cls, points: Sequence[tuple[float, float]]) -> "_Frame":
        west, east = _range([longitude for longitude, _ in points])
        south, north = _range([latitude for _, latitude in points])
        flat = cos(radians((south + north) / 2))
        wide, tall = (east - west) * flat, north - south
        inner = MAP_WIDTH - 2 * MAP_MARGIN
        scale = min(inner / wide, (MAP_WIDTH * MAP_TALL_MAX - 2 * MAP_MARGIN) / tall)
        height = round(tall * scale + 2 * MAP_MARGIN, 1)
        return cls(west, north, scale, flat, height, (MAP_WIDTH - wide * scale) / 2, MAP_MARGIN)

    def place(self, longitude: float, latitude: float) -> tuple[float, float]:
        x = self.left + (longitude - self.west) * self.flat * self.scale
        return round(x, 1), round(self.above + (self.north - latitude) * self.scale, 1)


def _range(values: Sequence[float]) -> tuple[float, float]:
    low, high = (min(values), max(values)) if values else (0.0, 0.0)
    lacking = max(0.0, MAP_SPAN_MIN - (high - low)) / 2
    return low - lacking, high + lacking


def _named(dots: Sequence[Dot]) -> list[Dot]:
    """The dots with names where a name meets no other name and does not leave the map; the largest choose first."""
    taken: list[tuple[float, float, float]] = []
    named = []
    for dot in dots:
        start, width = dot.x + dot.radius + 8, len(dot.spot.name) * LETTER
        end = start + width
        meets = any(abs(dot.y - y) < LINE_HEIGHT and start < right and left < end for left, right, y in taken) or any(
            _covers(other, start, end, dot.y) for other in dots if other is not dot
        )
        if meets or end > MAP_WIDTH:
            named.append(dot)
            continue
        taken.append((start, end, dot.y))
        named.append(Dot(dot.spot, dot.x, dot.y, dot.radius, round(start, 1)))
    return named


def _covers(dot: Dot, start: float, end: float, y: float) -> bool:
    nearest = min(max(dot.x, start), end)
    return (nearest - dot.x) ** 2 + (y - dot.y) ** 2 < (dot.radius + LINE_HEIGHT / 3) ** 2
