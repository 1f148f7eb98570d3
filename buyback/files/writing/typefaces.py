"""The typefaces of papers and how text is fitted into a width. Sizes in points, widths in millimetres."""

from functools import cache
from typing import NamedTuple

from reportlab.lib.units import mm
from reportlab.lib.utils import simpleSplit
from reportlab.pdfbase.pdfmetrics import registerFont, stringWidth
from reportlab.pdfbase.ttfonts import TTFont

from buyback.paths import STATIC

AMOUNT = "Spectral-ExtraBold"
TEXT = "PublicSans-Regular"
STRONG = "PublicSans-SemiBold"
CODE = "JetBrainsMono-Bold"

_SIZE_MIN = 3.0
_SIZE_STEP = 0.1


class Fitted(NamedTuple):
    """Lines of text and the size at which they fit."""

    size: float
    lines: list[str]


@cache
def register() -> None:
    """Read the font files, once a process."""
    for name in (AMOUNT, TEXT, STRONG, CODE):
        registerFont(TTFont(name, STATIC / "fonts" / f"{name}.ttf"))


def fit(text: str, font: str, *, size: float, width: float, lines: int = 1) -> Fitted:
    """Break a text into so many lines at most, at the given size or, where it is too long, a smaller one."""
    room = width * mm
    while size > _SIZE_MIN:
        broken = simpleSplit(text, font, size, room)
        if len(broken) <= lines and all(stringWidth(line, font, size) <= room for line in broken):
            return Fitted(size, broken)
        size -= _SIZE_STEP
    return Fitted(size, simpleSplit(text, font, size, room)[:lines])
