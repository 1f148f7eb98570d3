"""Printed vouchers, read back from the rendered page by a reader that knows nothing of how they were drawn."""

import base64
import re
from datetime import date
from hashlib import sha512
from io import BytesIO
from typing import Any

import pypdfium2 as pdfium
import pytest
import zxingcpp
from PIL import Image

from buyback.money import screen_text, words
from buyback.vouchers import codes
from buyback.vouchers.printing import NothingToPrint, Paper, PrintedVoucher, render
from buyback.vouchers.printing.faces import Face
from buyback.vouchers.qrtext import PREFIX
from buyback.vouchers.serials import serial_text

pytestmark = pytest.mark.long

INCH_MM = 25.4
QR_MM_MIN = 35
QUIET_MODULES = 4
PROGRAMME = "Pacificando mi Barrio 2026"
CATEGORIES = ("Tiendas", "Supermercados", "Restaurantes", "Farmacias")
URL = "https://vales.example.org/comercios"
WEAPON_WORDS = ("arma", "munici", "pistol", "revólver", "rifle", "escopeta", "fusil", "bala", "granada", "entrega")

every_paper = pytest.mark.parametrize("paper", list(Paper))


def test_every_code_on_a_sheet_of_eight_is_read_back_at_office_and_at_fine_resolution() -> None:
    vouchers = [a_voucher(number) for number in range(8)]
    for dots in (200, 300):
        assert read_codes(page_image(vouchers, Paper.A4, dots)) == {voucher.qr_text for voucher in vouchers}


@every_paper
def test_the_code_on_each_paper_is_read_back(paper: Paper) -> None:
    assert read_codes(page_image([a_voucher(1)], paper, 200)) == {a_voucher(1).qr_text}


@every_paper
def test_a_voucher_printed_or_copied_in_black_and_white_is_still_read(paper: Paper) -> None:
    copied = page_image([a_voucher(1)], paper, 200).point(lambda level: 255 if level > 127 else 0)
    assert read_codes(copied) == {a_voucher(1).qr_text}


def test_a_hundred_codes_are_all_read_back_with_the_mask_that_they_share() -> None:
    vouchers = [a_voucher(number) for number in range(104)]
    document = pdfium.PdfDocument(pdf(vouchers, Paper.A4))
    read = {text for page in document for text in read_codes(image_of(page, 200))}
    assert read == {voucher.qr_text for voucher in vouchers}


@every_paper
def test_a_code_is_35_mm_wide_at_least(paper: Paper) -> None:
    dots = 300
    (found,) = zxingcpp.read_barcodes(page_image([a_voucher(1)], paper, dots))
    width = (found.position.top_right.x - found.position.top_left.x) / dots * INCH_MM
    assert width >= QR_MM_MIN


@every_paper
def test_four_modules_around_a_code_are_left_white(paper: Paper) -> None:
    image = page_image([a_voucher(1)], paper, 300)
    (found,) = zxingcpp.read_barcodes(image)
    corners = found.position
    left, top = corners.top_left.x, corners.top_left.y
    right, bottom = corners.bottom_right.x, corners.bottom_right.y
    quiet = round((right - left) / 41 * QUIET_MODULES) - 2
    around = image.crop((left - quiet, top - quiet, right + quiet, bottom + quiet))
    around.paste(255, (quiet - 3, quiet - 3, quiet + right - left + 3, quiet + bottom - top + 3))
    assert around.getextrema() == (255, 255)


@every_paper
def test_a_voucher_says_what_it_must(paper: Paper) -> None:
    voucher = a_voucher(3)
    said = text_on(pdf([voucher], paper))
    spelled = words(voucher.face.cents)
    for expected in (
        PROGRAMME,
        "REPÚBLICA DE PANAMÁ",
        screen_text(voucher.face.cents),
        spelled[0].upper() + spelled[1:],
        voucher.typed_code,
        serial_text(voucher.serial),
        "22 de febrero de 2027",
        "tiendas, supermercados, restaurantes y farmacias",
        URL,
        "sin vuelto, descuento ni cambio por dinero",
    ):
        assert expected in said


@every_paper
def test_a_voucher_says_nothing_of_weapons(paper: Paper) -> None:
    said = re.findall(r"\w+", text_on(pdf([a_voucher(3)], paper)).lower())
    assert [word for word in said if word.startswith(WEAPON_WORDS)] == []


@every_paper
def test_a_document_does_not_tell_when_it_was_made(paper: Paper) -> None:
    document = pdf([a_voucher(3)], paper)
    assert b"D:2000010100" in document
    assert b"D:2026" not in document
    assert pdf([a_voucher(3)], paper) == document


@every_paper
def test_only_demonstration_vouchers_say_that_they_are_worth_nothing(paper: Paper) -> None:
    assert "SIN VALOR" in text_on(pdf([a_voucher(1, is_demonstration=True)], paper))
    assert "SIN VALOR" not in text_on(pdf([a_voucher(1)], paper))


@every_paper
def test_nothing_on_a_voucher_is_a_picture(paper: Paper) -> None:
    page = pdfium.PdfDocument(pdf([a_voucher(1)], paper))[0]
    kinds = {thing.type for thing in page.get_objects(max_depth=4)}
    assert pdfium.raw.FPDF_PAGEOBJ_PATH in kinds
    assert pdfium.raw.FPDF_PAGEOBJ_IMAGE not in kinds


@pytest.mark.parametrize("paper, pages", [(Paper.A4, 2), (Paper.A6, 9), (Paper.ROLL, 9)])
def test_nine_vouchers_fill_as_many_pages_as_the_paper_needs(paper: Paper, pages: int) -> None:
    assert len(pdfium.PdfDocument(pdf([a_voucher(number) for number in range(9)], paper))) == pages


@pytest.mark.parametrize("paper, size", [(Paper.A4, (210, 297)), (Paper.A6, (148, 105)), (Paper.ROLL, (80, 170))])
def test_a_page_has_the_size_of_its_paper(paper: Paper, size: tuple[int, int]) -> None:
    page = pdfium.PdfDocument(pdf([a_voucher(1)], paper))[0]
    assert [round(side / 72 * INCH_MM) for side in page.get_size()] == list(size)


@every_paper
def test_a_voucher_takes_two_kilobytes_at_most(paper: Paper) -> None:
    few, many = (len(pdf([a_voucher(number) for number in range(count)], paper)) for count in (80, 240))
    assert (many - few) / 160 <= 2_000


def test_a_sheet_is_marked_where_it_is_cut_and_nothing_else_touches_the_cut() -> None:
    dots = 300
    image = page_image([a_voucher(number) for number in range(8)], Paper.A4, dots)
    middle = image.width // 2
    column = image.crop((middle - 2, 0, middle + 3, image.height))
    levels = [column.crop((0, y, 5, y + 1)).tobytes() for y in range(column.height)]
    ink = [y / dots * INCH_MM for y, level in enumerate(levels) if min(level) < 200]
    cuts = (0, 74.25, 148.5, 222.75, 297)
    assert all(min(abs(y - cut) for cut in cuts) < 4.2 for y in ink)
    assert all(any(abs(y - cut) < 4.2 for y in ink) for cut in cuts)


@every_paper
@pytest.mark.parametrize(
    "face",
    [
        Face("Programa Nacional de Recompra y Convivencia Pacífica en los Barrios 2026", 42_949_672_95,
             date(2027, 9, 30), (*CATEGORIES, "iglesias y hogares de ancianos de todo el país"), URL + "/panama-centro",
             is_demonstration=True),
        Face("P", 1, date(2027, 5, 1), ("tiendas",), "http://127.0.0.1:8000/comercios"),
        Face(PROGRAMME, 377_77, date(2027, 9, 30), (), URL),
    ],
    ids=["long", "short", "no category"],
)  # fmt: skip
def test_text_of_any_length_stays_on_the_voucher_and_off_the_code(paper: Paper, face: Face) -> None:
    voucher = PrintedVoucher(face, a_voucher(1).qr_text, a_voucher(1).typed_code, 7)
    document = pdf([voucher], paper)
    page = pdfium.PdfDocument(document)[0]
    scale = 300 / 72
    (found,) = zxingcpp.read_barcodes(image_of(page, 300))
    height = page.get_height()
    quiet = 3 * INCH_MM / 72
    code = (
        found.position.top_left.x / scale - quiet,
        height - found.position.bottom_right.y / scale - quiet,
        found.position.bottom_right.x / scale + quiet,
        height - found.position.top_left.y / scale + quiet,
    )
    text = page.get_textpage()
    boxes = [text.get_charbox(number) for number in range(text.count_chars()) if text.get_text_range(number, 1).strip()]
    voucher_width, voucher_height = (105, 74.25) if paper is Paper.A4 else (page.get_width() / 72 * INCH_MM, None)
    bottom = height - voucher_height / INCH_MM * 72 if voucher_height else 0
    for box in boxes:
        assert box[0] > 4 / INCH_MM * 72
        assert box[2] < (voucher_width - 4) / INCH_MM * 72
        assert box[1] > bottom + 3.9 / INCH_MM * 72
        assert not (box[0] < code[2] and box[2] > code[0] and box[1] < code[3] and box[3] > code[1])
    assert screen_text(face.cents) in text_on(document)


def test_text_lines_do_not_run_into_each_other() -> None:
    face = Face(PROGRAMME, 377_77, date(2027, 9, 30), CATEGORIES, URL)
    page = pdfium.PdfDocument(pdf([PrintedVoucher(face, a_voucher(1).qr_text, "7K3M-9QX2-VD4T-C", 7)], Paper.A6))[0]
    text = page.get_textpage()
    boxes = [text.get_charbox(number) for number in range(text.count_chars()) if text.get_text_range(number, 1).strip()]
    overlapping = [
        (box, other)
        for number, box in enumerate(boxes)
        for other in boxes[number + 1 :]
        if box[0] < other[2] - 1.5 and other[0] < box[2] - 1.5 and box[1] < other[3] - 1.5 and other[1] < box[3] - 1.5
    ]
    assert overlapping == []


def test_progress_is_told_after_each_voucher() -> None:
    told: list[int] = []
    render([a_voucher(number) for number in range(10)], Paper.A4, BytesIO(), told.append)
    assert told == list(range(1, 11))


def test_how_many_were_printed_is_given_back() -> None:
    assert render((a_voucher(number) for number in range(3)), Paper.A6, BytesIO()) == 3


def test_a_document_without_vouchers_is_refused() -> None:
    out = BytesIO()
    with pytest.raises(NothingToPrint):
        render([], Paper.A4, out)
    assert out.getvalue() == b""


def a_voucher(number: int, *, is_demonstration: bool = False) -> PrintedVoucher:
    """A voucher whose codes follow from a number, of one of six amounts."""
    cents = (5000, 2000, 1000, 500, 235, 10000)[number % 6]
    face = Face(PROGRAMME, cents, date(2027, 2, 22), CATEGORIES, URL, is_demonstration)
    drawn = sha512(b"%d" % number).digest() * 2
    text = PREFIX + base64.b32encode(drawn[:90]).decode()
    return PrintedVoucher(face, text, codes.spell(int.from_bytes(drawn[-8:], "big") >> 4), 314_159 + number)


def pdf(vouchers: list[PrintedVoucher], paper: Paper) -> bytes:
    out = BytesIO()
    render(vouchers, paper, out)
    return out.getvalue()


def image_of(page: Any, dots: int) -> Image.Image:  # noqa: ANN401  pypdfium2 publishes no types
    image: Image.Image = page.render(scale=dots / 72).to_pil().convert("L")
    return image


def page_image(vouchers: list[PrintedVoucher], paper: Paper, dots: int) -> Image.Image:
    return image_of(pdfium.PdfDocument(pdf(vouchers, paper))[0], dots)


def read_codes(image: Image.Image) -> set[str]:
    return {found.text for found in zxingcpp.read_barcodes(image)}


def text_on(document: bytes) -> str:
    """The text of the first page, on one line."""
    return " ".join(pdfium.PdfDocument(document)[0].get_textpage().get_text_range().split())
