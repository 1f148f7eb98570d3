"""What all vouchers of one amount and day share, drawn once: the banknote and the strip for an 80 mm roll.

Lengths in millimetres from the lower left, type sizes in points. A drawing function makes a form of the document; a
voucher refers to it and adds what is its own.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from reportlab.lib.colors import Color, black, white
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from buyback.files.writing.typefaces import AMOUNT, STRONG, TEXT, fit
from buyback.languages import spelled_day
from buyback.money import screen_text, words
from buyback.vouchers.printing import ornament

RULES = (
    "Vale al portador: se usa completo y una sola vez, sin vuelto, descuento ni cambio por dinero.",
    "Para usarlo no hace falta dar el nombre ni mostrar la cédula. El comercio solo lee el código.",
)

# Each denomination has its ink, so that a hand tells them apart; the figures say it to everyone else.
_INKS = {
    50_00: Color(0.35, 0.10, 0.30),
    20_00: Color(0.03, 0.20, 0.42),
    10_00: Color(0.04, 0.32, 0.25),
    5_00: Color(0.45, 0.22, 0.05),
}
_OTHER_INK = Color(0.20, 0.24, 0.30)


@dataclass(frozen=True)
class Face:
    """What a voucher shows besides its codes and serial. Amount in cents; categories are named in Spanish."""

    programme: str
    cents: int
    expires_on: date
    categories: tuple[str, ...]
    merchants_url: str
    is_demonstration: bool = False


class Place(NamedTuple):
    """Where a voucher's own marks go: the QR code's lower left and width, and the baselines of code and serial."""

    width: float
    height: float
    qr: tuple[float, float]
    qr_width: float
    middle: float  # of the typed code and the serial
    code: float
    code_size: float
    serial: float


# Forms that every banknote refers to: they take the colour of the moment, so one of each serves all inks.
_WAVES, _ROSETTE, _BORDER = "waves", "rosette", "border"

NOTE = Place(105, 74.25, qr=(57.85, 27.2), qr_width=36.9, middle=76.3, code=19.4, code_size=11.2, serial=15.9)
ROLL = Place(80, 170, qr=(19.5, 65), qr_width=41, middle=40, code=53.9, code_size=14, serial=4.6)


def draw_note(canvas: Canvas, face: Face) -> None:
    """The banknote: on the left who promises how much, on the right a white field for the codes."""
    ink = _INKS.get(face.cents, _OTHER_INK)
    _note_ground(canvas, ink)
    left, width = 9.2, 42.0
    ornament.mark(canvas, (left + 6.3, 59.6), radius=6.6)
    canvas.setFillColor(ink)
    _write(canvas, (left + 14.6, 63.9), "REPÚBLICA DE PANAMÁ", STRONG, 5.0, spread=0.14)
    _block(canvas, (left + 14.6, 59.9), face.programme, AMOUNT, size=10.2, width=width - 13.8, lines=2)
    _write(canvas, (left, 48.6), "VALE POR", STRONG, 5.6, spread=0.35)
    _block(canvas, (left - 0.3, 39.2), screen_text(face.cents), AMOUNT, size=32, width=width + 0.6)
    _block(canvas, (left, 35.0), _sentence(words(face.cents)), STRONG, size=7.6, width=width, lines=2)
    canvas.setFillColor(black)
    _write(canvas, (left, 28.7), "Válido hasta el", TEXT, 6.2)
    _write(canvas, (left, 24.8), spelled_day(face.expires_on), STRONG, 9.6)
    _block(canvas, (left, 20.9), _accepted_in(face), TEXT, size=6.2, width=width, lines=2)
    _block(canvas, (left, 15.7), f"Comercios: {face.merchants_url}", TEXT, size=6.2, width=width)
    for line, rule in enumerate(RULES):
        _block(canvas, (left, 11.0 - line * 2.9), rule, TEXT, size=6.0, width=NOTE.width - 2 * left)
    if face.is_demonstration:
        _demonstration(canvas, (left + 15.6, 47.5), (26.4, 3.7), ornament.FLAG_RED)


def draw_roll(canvas: Canvas, face: Face) -> None:
    """The strip: black only, since thermal paper knows no other, and one column."""
    ornament.mark(canvas, (40, 156.8), radius=9.5, in_black=True)
    canvas.setFillColor(black)
    _centred(canvas, (40, 142.2), "REPÚBLICA DE PANAMÁ", STRONG, size=7, width=70)
    _centred(canvas, (40, 136.2), face.programme, AMOUNT, size=14, width=70)
    canvas.setLineWidth(0.35)
    canvas.line(5, 132.8, 75, 132.8)
    _centred(canvas, (40, 128.3), "VALE POR", STRONG, size=7, width=70)
    _centred(canvas, (40, 116.4), screen_text(face.cents), AMOUNT, size=36, width=70)
    _centred(canvas, (40, 111.4), _sentence(words(face.cents)), STRONG, size=8.4, width=70)
    canvas.line(5, 50.4, 75, 50.4)
    _centred(canvas, (40, 45.2), f"Válido hasta el {spelled_day(face.expires_on)}", STRONG, size=10, width=70)
    below = _centred(canvas, (40, 40.2), _accepted_in(face), TEXT, size=7.6, width=66, lines=3)
    below = _centred(canvas, (40, below - 0.6), f"Comercios: {face.merchants_url}", TEXT, size=7.6, width=70)
    for rule in RULES:
        below = _centred(canvas, (40, below - 1.2), rule, TEXT, size=7, width=66, lines=2)
    if face.is_demonstration:
        _demonstration(canvas, (5, 8.4), (70, 5.4), black)


def define_note_parts(canvas: Canvas) -> None:
    """Put the forms that ``draw_note`` refers to into the document, once."""
    with _form(canvas, _WAVES, NOTE):
        ornament.waves(canvas, (6.4, 10), (47.2, 62), lines=42)
    with _form(canvas, _ROSETTE, NOTE):
        ornament.rosette(canvas, (38.6, 28.2), radius=13.6, petals=9, rings=10)
    with _form(canvas, _BORDER, NOTE):
        ornament.border(canvas, (4.6, 4.6), (95.8, 65.05), band=1.8)


@contextmanager
def _form(canvas: Canvas, name: str, place: Place) -> Iterator[None]:
    canvas.beginForm(name, 0, 0, place.width, place.height)
    yield
    canvas.endForm()


def _note_ground(canvas: Canvas, ink: Color) -> None:
    canvas.saveState()
    ground = canvas.beginPath()
    ground.rect(6.4, 14.1, 47.2, 53.75)
    canvas.setFillColor(ornament.tint(ink, 0.04))
    canvas.clipPath(ground, stroke=0, fill=1)
    canvas.setLineWidth(0.09)
    for form, share in ((_WAVES, 0.22), (_ROSETTE, 0.28)):
        canvas.setStrokeColor(ornament.tint(ink, share))
        canvas.doForm(form)
    canvas.restoreState()
    canvas.setStrokeColor(ink)
    canvas.setLineWidth(0.16)
    canvas.doForm(_BORDER)
    canvas.setStrokeColor(ornament.tint(ink, 0.55))
    canvas.line(6.4, 14.1, 98.6, 14.1)
    canvas.setFillColor(white)
    canvas.rect(53.6, 14.2, 44.9, 53.5, stroke=0, fill=1)
    canvas.line(53.6, 14.1, 53.6, 67.85)


def _demonstration(canvas: Canvas, corner: tuple[float, float], size: tuple[float, float], ink: Color) -> None:
    canvas.setFillColor(ink)
    canvas.rect(*corner, *size, stroke=0, fill=1)
    canvas.setFillColor(white)
    middle, bottom = corner[0] + size[0] / 2, corner[1] + size[1] * 0.29
    _centred(canvas, (middle, bottom), "DEMOSTRACIÓN · SIN VALOR", STRONG, size=size[1] * 1.7, width=size[0] - 2)


def _write(canvas: Canvas, at: tuple[float, float], text: str, font: str, size: float, *, spread: float = 0) -> None:
    canvas.setFont(font, size / mm)
    canvas.drawString(*at, text, charSpace=spread)


def _block(
    canvas: Canvas,
    at: tuple[float, float],
    text: str,
    font: str,
    *,
    size: float,
    width: float,
    lines: int = 1,
) -> None:
    fitted = fit(text, font, size=size, width=width, lines=lines)
    x, y = at
    for number, line in enumerate(fitted.lines):
        _write(canvas, (x, y - number * fitted.size * 1.16 / mm), line, font, fitted.size)


def _centred(
    canvas: Canvas,
    at: tuple[float, float],
    text: str,
    font: str,
    *,
    size: float,
    width: float,
    lines: int = 1,
) -> float:
    """Lines around a middle; gives back the baseline that the next line would have."""
    fitted = fit(text, font, size=size, width=width, lines=lines)
    x, y = at
    canvas.setFont(font, fitted.size / mm)
    for line in fitted.lines:
        canvas.drawCentredString(x, y, line)
        y -= fitted.size * 1.2 / mm
    return y


def _accepted_in(face: Face) -> str:
    if not face.categories:
        return "Se acepta en los comercios del programa."
    return f"Se acepta en {_listed([name[:1].lower() + name[1:] for name in face.categories])}."


def _listed(names: Sequence[str]) -> str:
    """``a, b y c``; ``e`` where the next word begins with an i."""
    *most, last = names
    if not most:
        return last
    both = "e" if last.startswith(("i", "hi")) else "y"
    return f"{', '.join(most)} {both} {last}"


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
