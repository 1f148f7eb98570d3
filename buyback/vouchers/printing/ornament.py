"""What makes a voucher look like one: the guilloche, the border, and the mark of the Republic without arms.

Panama's coat of arms shows a sabre and a rifle, which a programme that collects weapons does not print. The mark is
the flag in a round field (Ley 34 de 1949: white with a blue star, red, blue, white with a red star) between two olive
branches. All lengths in millimetres; the canvas is scaled to them.
"""

from collections.abc import Callable, Sequence
from math import cos, pi, sin

from reportlab.lib.colors import Color, black, white
from reportlab.pdfgen.canvas import Canvas

FLAG_BLUE = Color(0.03, 0.14, 0.34)
FLAG_RED = Color(0.80, 0.07, 0.12)

Point = tuple[float, float]


def tint(ink: Color, share: float) -> Color:
    """A lighter shade of an ink: ``share`` of it on white paper."""
    return Color(*(1 - share * (1 - part) for part in (ink.red, ink.green, ink.blue)))


def curve(canvas: Canvas, point: Callable[[float], Point], *, steps: int) -> None:
    """Stroke the line that a point draws while its parameter goes from 0 to 1."""
    path = canvas.beginPath()
    path.moveTo(*_to_hundredths(point(0)))
    for step in range(1, steps + 1):
        path.lineTo(*_to_hundredths(point(step / steps)))
    canvas.drawPath(path)


def rosette(canvas: Canvas, centre: Point, *, radius: float, petals: int, rings: int) -> None:
    """Interlaced waves around a centre, as on banknotes."""
    for ring in range(rings):
        phase = 2 * pi * ring / rings

        def point(share: float, phase: float = phase) -> Point:
            angle = 2 * pi * share
            wave = 0.66 + 0.24 * sin(petals * angle + phase) + 0.10 * cos(2 * petals * angle - phase)
            return centre[0] + radius * wave * cos(angle), centre[1] + radius * wave * sin(angle)

        curve(canvas, point, steps=petals * 24)


def waves(canvas: Canvas, corner: Point, size: Point, *, lines: int) -> None:
    """Fine lines that swell across a field."""
    left, bottom = corner
    width, height = size
    for line in range(lines + 1):
        level = line / lines

        def point(share: float, level: float = level) -> Point:
            swell = sin(2 * pi * (share * 1.5 + level * 0.35)) * 2.2 + sin(2 * pi * (share * 4 - level)) * 0.7
            return left + width * share, bottom + height * level + swell

        curve(canvas, point, steps=60)


def border(canvas: Canvas, corner: Point, size: Point, *, band: float) -> None:
    """Two lines around a field and a plait between them."""
    left, bottom = corner
    width, height = size
    canvas.rect(left, bottom, width, height)
    canvas.rect(left + band, bottom + band, width - 2 * band, height - 2 * band)
    middle = band / 2
    corners = [
        (left + middle, bottom + middle),
        (left + width - middle, bottom + middle),
        (left + width - middle, bottom + height - middle),
        (left + middle, bottom + height - middle),
    ]
    for start, end in zip(corners, [*corners[1:], corners[0]], strict=True):
        _plait(canvas, start, end, swing=middle * 0.72)


def _plait(canvas: Canvas, start: Point, end: Point, *, swing: float) -> None:
    along = (end[0] - start[0], end[1] - start[1])
    length = abs(along[0]) + abs(along[1])
    across = (-along[1] / length, along[0] / length)
    waves_along = round(length / (swing * 5))
    for side in (-1, 1):

        def point(share: float, side: int = side) -> Point:
            away = side * swing * sin(2 * pi * waves_along * share)
            return start[0] + along[0] * share + across[0] * away, start[1] + along[1] * share + across[1] * away

        curve(canvas, point, steps=waves_along * 12)


def mark(canvas: Canvas, centre: Point, *, radius: float, in_black: bool = False) -> None:
    """The flag in a round field between two olive branches; in black, red is drawn as upright lines."""
    blue, red = (black, black) if in_black else (FLAG_BLUE, FLAG_RED)
    x, y = centre
    field = radius * 0.70
    canvas.saveState()
    clip = canvas.beginPath()
    clip.circle(x, y, field)
    canvas.setFillColor(white)
    canvas.clipPath(clip, stroke=0, fill=1)
    _red_quarter(canvas, (x, y), field, red, is_hatched=in_black)
    canvas.setFillColor(blue)
    canvas.rect(x - field, y - field, field, field, stroke=0, fill=1)
    canvas.restoreState()
    canvas.setFillColor(blue)
    _star(canvas, (x - field * 0.42, y + field * 0.40), field * 0.30)
    canvas.setFillColor(red)
    _star(canvas, (x + field * 0.42, y - field * 0.40), field * 0.30)
    canvas.setStrokeColor(blue)
    canvas.setLineWidth(radius * 0.035)
    canvas.circle(x, y, field)
    canvas.setFillColor(blue)
    for side in (-1, 1):
        _branch(canvas, centre, radius, side)


def _red_quarter(canvas: Canvas, centre: Point, field: float, red: Color, *, is_hatched: bool) -> None:
    x, y = centre
    if not is_hatched:
        canvas.setFillColor(red)
        canvas.rect(x, y, field, field, stroke=0, fill=1)
        return
    canvas.setFillColor(red)
    for line in range(6):
        canvas.rect(x + field * (line + 0.35) / 6, y, field / 13, field, stroke=0, fill=1)


def _star(canvas: Canvas, centre: Point, radius: float) -> None:
    points = [
        _polar(centre, radius if corner % 2 == 0 else radius * 0.382, pi / 2 + corner * pi / 5) for corner in range(10)
    ]
    _fill(canvas, points)


def _branch(canvas: Canvas, centre: Point, radius: float, side: int) -> None:
    """Leaves in pairs along an arc from the foot of the field almost to its top."""
    for leaf in range(9):
        angle = -pi / 2 + side * (0.16 + leaf * 0.27)
        foot = _polar(centre, radius * 0.80, angle)
        for lean in (0.55, -0.55) if leaf < 8 else (0.0,):
            _leaf(canvas, foot, angle + side * (pi / 2 - lean), radius * 0.23)


def _leaf(canvas: Canvas, foot: Point, angle: float, length: float) -> None:
    tip = _polar(foot, length, angle)
    path = canvas.beginPath()
    path.moveTo(*foot)
    for side, end in ((0.55, tip), (-0.55, foot)):
        first, second = _polar(foot, length * 0.45, angle + side), _polar(foot, length * 0.78, angle + side * 0.5)
        near, far = (first, second) if end is tip else (second, first)
        path.curveTo(*near, *far, *end)
    path.close()
    canvas.drawPath(path, stroke=0, fill=1)


def _to_hundredths(point: Point) -> Point:
    """Finer than any printer, and half the bytes."""
    return round(point[0], 2), round(point[1], 2)


def _polar(centre: Point, radius: float, angle: float) -> Point:
    return centre[0] + radius * cos(angle), centre[1] + radius * sin(angle)


def _fill(canvas: Canvas, points: Sequence[Point]) -> None:
    path = canvas.beginPath()
    path.moveTo(*points[0])
    for point in points[1:]:
        path.lineTo(*point)
    path.close()
    canvas.drawPath(path, stroke=0, fill=1)
