"""Vouchers to a PDF: ours beside plain reportlab with a PNG of each QR code, in the same run and on one core.

Both print the same vouchers on A4 by eight; the plain way draws frame, amount and texts directly and places a PNG that
``qrcode`` made (level M, its own choice of mask). Rounds alternate, so that a busy machine slows both. Usage:
``python benchmarks/print.py [--vouchers 1000] [--rounds 3]``; sizes are a quarter, a half and all of ``--vouchers``.
"""

import argparse
import json
import platform
import random
import statistics
import time
from base64 import b32encode
from collections.abc import Callable
from datetime import date
from importlib.metadata import version
from io import BytesIO
from math import log

import qrcode
from PIL import Image
from qrcode.constants import ERROR_CORRECT_M
from qrcode.image.pil import PilImage
from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from buyback.money import screen_text, words
from buyback.vouchers import codes
from buyback.vouchers.printing import Paper, PrintedVoucher, render
from buyback.vouchers.printing.faces import RULES, Face
from buyback.vouchers.qrtext import PREFIX

DENOMINATIONS = (50_00, 20_00, 10_00, 5_00)
CATEGORIES = ("Tiendas", "Supermercados", "Restaurantes", "Farmacias")


def main() -> None:
    """Measure, print a table and one line of JSON."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--vouchers", type=int, default=1_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    sizes = [options.vouchers // 4, options.vouchers // 2, options.vouchers]
    print(f"{options.rounds} interleaved rounds, medians; A4 by eight, QR 41 x 41 at M")
    print(f"{'vouchers':>9} {'ours /s':>9} {'PNG /s':>9} {'ratio':>7} {'ours B each':>12} {'PNG B each':>11}")
    rows = [measured(count, options.rounds) for count in sizes]
    for row in rows:
        print("{vouchers:9} {ours:9.0f} {png:9.0f} {ratio:6.1f}x {ours_bytes:12.0f} {png_bytes:11.0f}".format(**row))
    slope = growth(rows)
    print(f"time grows as vouchers to the power {slope:.2f} (1 is proportional)")
    print(json.dumps({"benchmark": "print", "rows": rows, "slope": round(slope, 3), **settings(options.rounds)}))


def measured(count: int, rounds: int) -> dict[str, float]:
    """Vouchers a second and bytes a voucher, both ways, at one size."""
    vouchers = made(count)
    seconds: dict[str, list[float]] = {"ours": [], "png": []}
    sizes: dict[str, int] = {}
    for _ in range(rounds):
        for name, way in (("ours", ours), ("png", png)):
            started = time.perf_counter()
            sizes[name] = len(way(vouchers))
            seconds[name].append(time.perf_counter() - started)
    own, other = statistics.median(seconds["ours"]), statistics.median(seconds["png"])
    return {
        "vouchers": count,
        "ours": round(count / own, 1),
        "png": round(count / other, 1),
        "ratio": round(other / own, 2),
        "ours_bytes": round(sizes["ours"] / count),
        "png_bytes": round(sizes["png"] / count),
    }


def growth(rows: list[dict[str, float]]) -> float:
    """The exponent by which our time grows from the smallest size to the largest."""
    first, last = rows[0], rows[-1]
    took = [row["vouchers"] / row["ours"] for row in (first, last)]
    return log(took[1] / took[0]) / log(last["vouchers"] / first["vouchers"])


def settings(rounds: int) -> dict[str, object]:
    """What was measured with what."""
    packages = {name: version(name) for name in ("reportlab", "qrcode", "pillow")}
    return {"rounds": rounds, "python": platform.python_version(), **packages}


def made(count: int) -> list[PrintedVoucher]:
    """Vouchers with random codes, the same in each run."""
    drawn = random.Random(41)  # noqa: S311  not secrets: the same vouchers in each run
    faces = [
        Face("Pacificando mi Barrio 2026", cents, date(2027, 2, 22), CATEGORIES, "https://vales.example.org/comercios")
        for cents in DENOMINATIONS
    ]
    return [
        PrintedVoucher(
            faces[number % len(faces)],
            PREFIX + b32encode(drawn.randbytes(90)).decode(),
            codes.spell(drawn.getrandbits(60)),
            number,
        )
        for number in range(count)
    ]


def ours(vouchers: list[PrintedVoucher]) -> bytes:
    """The way that the system prints."""
    out = BytesIO()
    render(vouchers, Paper.A4, out)
    return out.getvalue()


def png(vouchers: list[PrintedVoucher]) -> bytes:
    """The way of most guides: an image for each code, everything drawn for each voucher."""
    out = BytesIO()
    canvas = Canvas(out, pagesize=(210 * mm, 297 * mm), pageCompression=1)
    for number, voucher in enumerate(vouchers):
        if number and number % 8 == 0:
            canvas.showPage()
        row, column = divmod(number % 8, 2)
        draw_plainly(canvas, voucher, column * 105 * mm, (3 - row) * 74.25 * mm)
    canvas.save()
    return out.getvalue()


def draw_plainly(canvas: Canvas, voucher: PrintedVoucher, x: float, y: float) -> None:
    """One voucher with its lower left at a point of the page."""
    face = voucher.face
    canvas.rect(x + 4 * mm, y + 4 * mm, 97 * mm, 66 * mm)
    lines: list[tuple[str, float, float, str]] = [
        ("Helvetica-Bold", 10, 62, face.programme),
        ("Helvetica-Bold", 24, 42, screen_text(face.cents)),
        ("Helvetica", 8, 36, words(face.cents)),
        ("Helvetica", 8, 28, f"Válido hasta el {face.expires_on}"),
        ("Helvetica", 6, 22, ", ".join(face.categories)),
        ("Helvetica", 6, 18, face.merchants_url),
        ("Helvetica", 6, 11, RULES[0]),
        ("Helvetica", 6, 8, RULES[1]),
    ]
    for font, size, up, text in lines:
        canvas.setFont(font, size)
        canvas.drawString(x + 8 * mm, y + up * mm, text)
    canvas.setFont("Courier-Bold", 10)
    canvas.drawString(x + 60 * mm, y + 20 * mm, voucher.typed_code)
    canvas.setFont("Helvetica", 6)
    canvas.drawString(x + 60 * mm, y + 16 * mm, f"Serie {voucher.serial:06d}")
    canvas.drawImage(ImageReader(png_code(voucher.qr_text)), x + 57 * mm, y + 27 * mm, 37 * mm, 37 * mm)


def png_code(text: str) -> Image.Image:
    """A PNG of a QR code, made and read back as a file would be."""
    code = qrcode.QRCode[PilImage](error_correction=ERROR_CORRECT_M, border=0, image_factory=PilImage)
    code.add_data(text)
    code.make()
    out = BytesIO()
    save: Callable[[BytesIO], object] = code.make_image().save
    save(out)
    return Image.open(BytesIO(out.getvalue()))


if __name__ == "__main__":
    main()
