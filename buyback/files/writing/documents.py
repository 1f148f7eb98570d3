"""Settlements and statements as State documents: number, facts, tables, signatures, hash, and pages that are counted.

Documents of the State are in Spanish, whoever prints them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib.colors import Color, white
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.pagesizes import LETTER, landscape
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    CondPageBreak,
    Flowable,
    Frame,
    KeepTogether,
    PageTemplate,
    Paragraph,
    Spacer,
    TableStyle,
)
from reportlab.platypus import Table as Grid

from buyback.files.writing import typefaces
from buyback.files.writing.tabular import Cell, Column, Table, cell_text

STATE = "República de Panamá"
PROGRAMME = "Pacificando mi Barrio"
MARGIN = 18 * mm
TOP = 30 * mm
COLUMNS_UPRIGHT = 7

_SEA = Color(0.07, 0.19, 0.33)
_LINE = Color(0.72, 0.75, 0.80)
_BAND = Color(0.95, 0.96, 0.97)

_TEXT = ParagraphStyle("text", fontName=typefaces.TEXT, fontSize=8.5, leading=11)
_RIGHT = ParagraphStyle("right", parent=_TEXT, alignment=TA_RIGHT)
_HEAD = ParagraphStyle("head", parent=_TEXT, fontName=typefaces.STRONG, textColor=white)
_HEAD_RIGHT = ParagraphStyle("head right", parent=_HEAD, alignment=TA_RIGHT)
_STRONG = ParagraphStyle("strong", parent=_TEXT, fontName=typefaces.STRONG)
_STRONG_RIGHT = ParagraphStyle("strong right", parent=_STRONG, alignment=TA_RIGHT)
_TITLE = ParagraphStyle("title", fontName=typefaces.AMOUNT, fontSize=19, leading=23, textColor=_SEA)
_LEAD = ParagraphStyle("lead", parent=_TEXT, fontSize=10, leading=14, spaceAfter=8)
_SECTION = ParagraphStyle("section", fontName=typefaces.STRONG, fontSize=11, leading=14, spaceBefore=12, spaceAfter=5)


@dataclass(frozen=True)
class Signed:
    """Who signs for what, and when; empty where nobody has signed yet."""

    part: str
    name: str
    at: str


@dataclass(frozen=True)
class Document:
    """What is on the paper. ``number`` stands on every page, and so does the hash, where there is one."""

    title: str
    number: str
    lead: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    tables: tuple[Table, ...] = ()
    signatures: tuple[Signed, ...] = ()
    closing: str = ""
    annexes: tuple[Table, ...] = ()
    hash: str = ""

    @property
    def size(self) -> tuple[float, float]:
        """Letter paper in points; turned, where a table is wide."""
        is_wide = any(len(table.columns) > COLUMNS_UPRIGHT for table in (*self.tables, *self.annexes))
        return landscape(LETTER) if is_wide else LETTER


def render(document: Document) -> bytes:
    """The document as PDF, on letter paper; the same document gives the same bytes."""
    typefaces.register()
    out = BytesIO()
    width, height = document.size
    template = BaseDocTemplate(
        out,
        pagesize=document.size,
        title=f"{document.title} {document.number}",
        author=PROGRAMME,
        invariant=1,
        lang="es",
    )
    body = Frame(MARGIN, 22 * mm, width - 2 * MARGIN, height - TOP - 22 * mm, 0, 0, 0, 0)
    template.addPageTemplates(PageTemplate(frames=[body]))
    template.build(_story(document, width - 2 * MARGIN), canvasmaker=_numbered(document))
    return out.getvalue()


def _story(document: Document, width: float) -> list[Flowable]:
    story: list[Flowable] = [Paragraph(escape(document.title), _TITLE)]
    if document.lead:
        story.append(Paragraph(escape(document.lead), _LEAD))
    if document.facts:
        story.append(_facts(document.facts, width))
    story += _tables(document.tables, width)
    if document.signatures:
        story.append(KeepTogether([Paragraph("Firmas", _SECTION), _signatures(document.signatures, width)]))
    if document.closing:
        story += [Spacer(1, 10), Paragraph(escape(document.closing), _TEXT)]
    return story + _tables(document.annexes, width)


def _tables(tables: Sequence[Table], width: float) -> list[Flowable]:
    return [
        part
        for table in tables
        for part in (CondPageBreak(30 * mm), Paragraph(escape(table.title), _SECTION), _grid(table, width))
    ]


def _facts(facts: Sequence[tuple[str, str]], width: float) -> Grid:
    rows = [[Paragraph(escape(label), _STRONG), Paragraph(escape(value), _TEXT)] for label, value in facts]
    return Grid(rows, colWidths=[width * 0.28, width * 0.72], style=_style(header=False))


def _grid(table: Table, width: float) -> Grid:
    whole = sum(column.width for column in table.columns)
    rows = [_row([column.heading for column in table.columns], table.columns, _HEAD, _HEAD_RIGHT)]
    rows += [_row(row, table.columns, _TEXT, _RIGHT) for row in table.rows]
    rows += [_row(row, table.columns, _STRONG, _STRONG_RIGHT) for row in table.sums]
    widths = [width * column.width / whole for column in table.columns]
    return Grid(rows, colWidths=widths, repeatRows=1, style=_style(header=True))


def _row(
    cells: Sequence[Cell], columns: Sequence[Column], left: ParagraphStyle, right: ParagraphStyle
) -> list[Paragraph]:
    return [
        Paragraph(escape(cell_text(cell, column)), right if column.kind.is_figure else left)
        for cell, column in zip(cells, columns, strict=True)
    ]


def _signatures(signatures: Sequence[Signed], width: float) -> Grid:
    rows = [[Paragraph(text, _HEAD) for text in ("Por", "Firma", "Fecha y hora")]]
    rows += [
        [
            Paragraph(escape(signed.part), _TEXT),
            Paragraph(escape(signed.name) or "pendiente", _TEXT),
            Paragraph(escape(signed.at), _TEXT),
        ]
        for signed in signatures
    ]
    return Grid(rows, colWidths=[width * 0.4, width * 0.3, width * 0.3], repeatRows=1, style=_style(header=True))


def _style(*, header: bool) -> TableStyle:
    commands: list[Any] = [
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LEFTPADDING", (0, 0), (-1, -1), 3),
        ("RIGHTPADDING", (0, 0), (-1, -1), 3),
        ("TOPPADDING", (0, 0), (-1, -1), 2.5),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
        ("LINEBELOW", (0, 0), (-1, -1), 0.4, _LINE),
    ]
    if header:
        commands += [("BACKGROUND", (0, 0), (-1, 0), _SEA), ("ROWBACKGROUNDS", (0, 1), (-1, -1), [white, _BAND])]
    return TableStyle(commands)


def _numbered(document: Document) -> type[Canvas]:
    """A canvas that knows, when it draws a page's head and foot, how many pages there are."""

    class Numbered(Canvas):
        def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401  reportlab's own signature
            super().__init__(*args, **kwargs)
            self._pages: list[dict[str, Any]] = []

        def showPage(self) -> None:  # noqa: N802  reportlab's name
            self._pages.append(dict(self.__dict__))
            self._startPage()  # type: ignore[attr-defined]  # reportlab publishes no types for it

        def save(self) -> None:
            for number, page in enumerate(self._pages, start=1):
                self.__dict__.update(page)
                _frame_page(self, document, number, len(self._pages))
                super().showPage()
            super().save()

    return Numbered


def _frame_page(canvas: Canvas, document: Document, number: int, pages: int) -> None:
    width, height = document.size
    canvas.setFillColor(_SEA)
    canvas.setFont(typefaces.STRONG, 11)
    canvas.drawString(MARGIN, height - 16 * mm, STATE)
    canvas.setFont(typefaces.TEXT, 9)
    canvas.drawString(MARGIN, height - 20.5 * mm, PROGRAMME)
    canvas.setFont(typefaces.STRONG, 11)
    canvas.drawRightString(width - MARGIN, height - 16 * mm, document.number)
    canvas.setStrokeColor(_SEA)
    canvas.setLineWidth(1.2)
    canvas.line(MARGIN, height - 23.5 * mm, width - MARGIN, height - 23.5 * mm)
    canvas.setFont(typefaces.TEXT, 7.5)
    if document.hash:
        canvas.drawString(MARGIN, 12 * mm, f"Huella SHA-256 {document.hash}")
    canvas.drawRightString(width - MARGIN, 12 * mm, f"Página {number} de {pages}")
