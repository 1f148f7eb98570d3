"""Tags as labels: the code to read, its bars for a scanner and its square for a camera, as a PDF without a date."""

from collections.abc import Sequence
from enum import StrEnum
from typing import BinaryIO

from reportlab.graphics.barcode.code128 import Code128
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from buyback.files.writing import matrix, typefaces

WIDTH, HEIGHT = 70.0, 37.0  # of a label, in millimetres; sold by the sheet of 24 and by the roll
PROGRAMME_MAX = 24  # characters of a programme's code that fit

_QR_VERSION = 1  # the smallest; holds 20 letters and digits at level M
_QR_WIDTH = 15.0
_BAR = 0.42  # millimetres, the narrowest: what a telephone reads too
_BARS_HEIGHT = 10.0


class LabelStock(StrEnum):
    """What labels are printed on: sheets of three by eight, or a roll, where each is a page."""

    A4 = "a4"
    ROLL = "roll"


_SHEETS = {LabelStock.A4: (210.0, 297.0, 3, 8), LabelStock.ROLL: (WIDTH, HEIGHT, 1, 1)}


def render(tags: Sequence[str], *, programme: str, stock: LabelStock, out: BinaryIO) -> None:
    """Write a label for each tag, in the order given."""
    typefaces.register()
    width, height, columns, rows = _SHEETS[stock]
    canvas = Canvas(out, pagesize=(width * mm, height * mm), invariant=True, pageCompression=1)
    canvas.setTitle("Etiquetas")
    canvas.setAuthor("")
    for number, tag in enumerate(tags):
        place = number % (columns * rows)
        if number and place == 0:
            canvas.showPage()
        row, column = divmod(place, columns)
        canvas.saveState()
        canvas.translate(column * WIDTH * mm, (height - (row + 1) * height / rows) * mm)
        _label(canvas, tag, programme)
        canvas.restoreState()
    canvas.save()


def _label(canvas: Canvas, tag: str, programme: str) -> None:
    module = _QR_WIDTH / matrix.modules(_QR_VERSION)
    quiet = matrix.QUIET_MODULES * module
    canvas.setFont(typefaces.CODE, 24)
    canvas.drawCentredString(27 * mm, 25 * mm, tag)
    canvas.setFont(typefaces.TEXT, 7)
    canvas.drawCentredString(27 * mm, 20.5 * mm, programme[:PROGRAMME_MAX])
    bars = Code128(tag, barHeight=_BARS_HEIGHT * mm, barWidth=_BAR * mm, quiet=False)
    bars.drawOn(canvas, (WIDTH * mm - bars.width) / 2, 5 * mm)
    canvas.saveState()
    canvas.translate((WIDTH - 3 - quiet - _QR_WIDTH) * mm, 18.5 * mm)
    canvas.scale(module * mm, module * mm)
    canvas.addLiteral(matrix.path(tag, _QR_VERSION))
    canvas.restoreState()
