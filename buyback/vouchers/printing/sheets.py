"""Vouchers laid out on paper, as a PDF that says nothing about when it was made."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import BinaryIO

from reportlab import rl_config
from reportlab.lib.colors import Color, black
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from buyback.errors import Refused
from buyback.files.writing import matrix, typefaces
from buyback.vouchers.printing import faces
from buyback.vouchers.printing.faces import Face, Place
from buyback.vouchers.serials import serial_text

rl_config.useA85 = 0  # streams as bytes: text armour makes each a quarter larger, and nothing here needs it

_QR_VERSION = 6  # the smallest that holds 148 letters and digits at level M
_CUT_GREY = Color(0.55, 0.55, 0.55)


class NothingToPrint(Refused):
    """A document needs at least one voucher."""

    sentence = "No hay vales para imprimir."


class Paper(StrEnum):
    """What vouchers are printed on."""

    A4 = "a4"
    A6 = "a6"
    ROLL = "80mm"


@dataclass(frozen=True)
class PrintedVoucher:
    """One voucher on paper. ``typed_code`` as people see it; ``serial`` within the event."""

    face: Face
    qr_text: str
    typed_code: str
    serial: int


@dataclass(frozen=True)
class _Layout:
    """A page in millimetres, and how many vouchers of which scale it holds."""

    width: float
    height: float
    columns: int
    rows: int
    scale: float
    place: Place
    draw: Callable[[Canvas, Face], None]

    @property
    def holds(self) -> int:
        return self.columns * self.rows

    def corner(self, number: int) -> tuple[float, float]:
        """The lower left of a voucher, counted from the upper left of the page, row by row."""
        row, column = divmod(number, self.columns)
        return (
            column * self.width / self.columns,
            self.height - (row + 1) * self.height / self.rows,
        )


_LAYOUTS = {
    Paper.A4: _Layout(210, 297, 2, 4, 1, faces.NOTE, faces.draw_note),
    Paper.A6: _Layout(148, 105, 1, 1, 148 / 105, faces.NOTE, faces.draw_note),
    Paper.ROLL: _Layout(80, 170, 1, 1, 1, faces.ROLL, faces.draw_roll),
}


def render(
    vouchers: Iterable[PrintedVoucher],
    paper: Paper,
    out: BinaryIO,
    progress: Callable[[int], None] | None = None,
) -> int:
    """Write a PDF of the vouchers in their order and give back how many it holds; NothingToPrint where there is none.

    ``progress`` is told how many are done after each. The document carries no date of its own.
    """
    typefaces.register()
    layout = _LAYOUTS[paper]
    canvas = Canvas(out, pagesize=(layout.width * mm, layout.height * mm), invariant=True, pageCompression=1)
    canvas.setTitle("Vales")
    canvas.setAuthor("")
    if layout.place is faces.NOTE:
        faces.define_note_parts(canvas)
    forms: dict[Face, str] = {}
    done = 0
    for voucher in vouchers:
        number = done % layout.holds
        if done and number == 0:
            canvas.showPage()
        if number == 0:
            _cut_marks(canvas, layout)
        _place(canvas, layout, number, voucher, forms)
        done += 1
        if progress is not None:
            progress(done)
    if not done:
        raise NothingToPrint
    canvas.save()
    return done


def _place(canvas: Canvas, layout: _Layout, number: int, voucher: PrintedVoucher, forms: dict[Face, str]) -> None:
    name = forms.get(voucher.face)
    if name is None:
        name = forms[voucher.face] = f"face{len(forms)}"
        canvas.beginForm(name, 0, 0, layout.place.width, layout.place.height)
        layout.draw(canvas, voucher.face)
        canvas.endForm()
    x, y = layout.corner(number)
    place, unit = layout.place, mm * layout.scale
    module = place.qr_width / matrix.modules(_QR_VERSION)
    canvas.saveState()
    canvas.transform(unit, 0, 0, unit, x * mm, y * mm)
    canvas.doForm(name)
    canvas.setFillColor(black)
    canvas.setFont(typefaces.CODE, place.code_size / mm)
    canvas.drawCentredString(place.middle, place.code, voucher.typed_code)
    canvas.setFont(typefaces.TEXT, 6.6 / mm)
    canvas.drawCentredString(place.middle, place.serial, f"Serie {serial_text(voucher.serial)}")
    canvas.transform(module, 0, 0, module, *place.qr)
    canvas.addLiteral(matrix.path(voucher.qr_text, _QR_VERSION))
    canvas.restoreState()


def _cut_marks(canvas: Canvas, layout: _Layout) -> None:
    """Short lines at the edges and small crosses where four vouchers meet: cutting along them leaves nothing over."""
    if layout.holds == 1:
        return
    canvas.saveState()
    canvas.scale(mm, mm)
    canvas.setStrokeColor(_CUT_GREY)
    canvas.setLineWidth(0.12)
    downs = [layout.width * column / layout.columns for column in range(1, layout.columns)]
    acrosses = [layout.height * row / layout.rows for row in range(1, layout.rows)]
    for x in downs:
        canvas.line(x, 0, x, 4)
        canvas.line(x, layout.height - 4, x, layout.height)
    for y in acrosses:
        canvas.line(0, y, 4, y)
        canvas.line(layout.width - 4, y, layout.width, y)
        for x in downs:
            canvas.line(x - 2, y, x + 2, y)
            canvas.line(x, y - 2, x, y + 2)
    canvas.restoreState()
