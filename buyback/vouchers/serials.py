"""Serial numbers that say nothing about the order in which vouchers were made.

An event counts its vouchers 0, 1, 2 …; the number printed is the count's place in a shuffle that only the
event's salt can undo, and the salt is destroyed when the event is closed. The shuffle is a balanced Feistel
network over two groups of three decimal digits (the construction of NIST SP 800-38G, with addition modulo
1,000), so that it maps the million serials onto themselves one to one, and needs no walking of cycles.
"""

import hmac
import re

from buyback.errors import Refused

SERIALS = 1_000_000  # serials of one event: 000000 to 999999
SALT_BYTES_MIN = 16

_HALF = 1_000
_ROUNDS = 10
_SERIAL = re.compile(r"[0-9]{1,6}", re.ASCII)


class SerialMalformed(Refused):
    """Not what a voucher has printed on it."""

    sentence = "Se espera la serie de un vale, de seis cifras, como 004512."


def serial_at(salt: bytes, count: int) -> int:
    """The serial of an event's voucher number ``count``, from 0; ValueError at a million: none is left."""
    if not 0 <= count < SERIALS:
        raise ValueError(count)
    if len(salt) < SALT_BYTES_MIN:
        raise ValueError("salt too short")
    left, right = divmod(count, _HALF)
    for turn in range(_ROUNDS):
        left, right = right, (left + _digits(salt, turn, right)) % _HALF
    return left * _HALF + right


def serial_text(serial: int) -> str:
    """A serial as it is printed: six digits."""
    return f"{serial:06d}"


def serial_of(value: object) -> int:
    """A serial as it was typed or stands in a file: up to six digits, or their number."""
    if isinstance(value, str) and _SERIAL.fullmatch(value):
        return int(value)
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < SERIALS:
        return value
    raise SerialMalformed


def _digits(salt: bytes, turn: int, half: int) -> int:
    message = b"PMB serial" + bytes([turn]) + half.to_bytes(2, "big")
    return int.from_bytes(hmac.digest(salt, message, "sha256")[:8], "big") % _HALF
