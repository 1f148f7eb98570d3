"""A QR code as one path of rectangles, each a run of dark modules.

The mask is the same for all: choosing among eight takes most of the time that a QR code takes, readers do not need
the choice, and it is stated in the code itself.
"""

from itertools import groupby
from typing import Literal

from qrcode.constants import ERROR_CORRECT_M
from qrcode.image.base import BaseImage
from qrcode.main import QRCode
from qrcode.util import QRData

QUIET_MODULES = 4  # that stay white on each side

_MASK = 3
_LETTERS_AND_DIGITS: Literal[2] = 2  # the QR standard's alphanumeric mode


def modules(version: int) -> int:
    """How many modules wide and high the codes of a version are."""
    return 17 + 4 * version


def path(text: str, version: int) -> str:
    """The PDF operators that fill the code of a QR text, in modules, from (0, 0) at its lower left.

    The text is of the QR standard's alphanumeric mode and fits the version at level M.
    """
    code = QRCode[BaseImage](version, ERROR_CORRECT_M, border=0, mask_pattern=_MASK)
    code.add_data(QRData(text, mode=_LETTERS_AND_DIGITS), optimize=0)
    code.make(fit=False)
    rectangles: list[str] = []
    for row, dark in enumerate(code.modules):
        bottom = modules(version) - 1 - row
        column = 0
        for is_dark, run in groupby(dark):
            width = len(list(run))
            if is_dark:
                rectangles.append(f"{column} {bottom} {width} 1 re")
            column += width
    return "\n".join([*rectangles, "f"])
