"""Codes that people type: Crockford's 32 letters and digits, and a check character among the same 32. Pure.

Crockford's own check (modulo 37) needs ``*``, ``~``, ``$`` and ``=``, which keyboards hide. Here the characters are
read as elements of GF(32), and a code is good when their sum, each times its own power of a primitive element, is
zero. No two places share a power, so a wrong character, two swapped characters (neighbours or not) and the same
mistake made twice (``33`` for ``77``) never pass. Each kind of code begins at a power of its own, so that a piece of
one is not taken for another.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from buyback.errors import Refused

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # without I, L, O and U
AROUND = " \t\r\n\v\f"

_POLYNOMIAL = 0b100101  # x⁵ + x² + 1, primitive over GF(2)
_DROPPED = dict.fromkeys(map(ord, AROUND + "-‐‑‒–—−\u00a0"))  # phones and paper offer them all
_LOOKALIKES = str.maketrans("ILO", "110")
_VALUES = {letter: value for value, letter in enumerate(ALPHABET)}


class Unreadable(Refused):
    """Not as long as the code, or with characters that it does not have. Facts: ``places``."""

    sentence = "Se esperan {places} letras o cifras y una de control."


class CheckCharacterWrong(Refused):
    """A character was misread or mistyped."""

    sentence = "El carácter de control no corresponde: revise lo escrito, letra por letra."


@dataclass(frozen=True)
class CheckedCode:
    """A kind of code: ``places`` characters, the first at power ``first``, and the check character at power 0."""

    places: int
    first: int

    def value(self, text: str) -> int:
        """What a text stands for, 5 bits a character. Case, spaces and dashes do not matter; I and L are 1, O is 0.

        Raises Unreadable or CheckCharacterWrong.
        """
        letters = bare(text)
        if len(letters) != self.places + 1 or any(letter not in _VALUES for letter in letters):
            raise Unreadable(places=self.places)
        digits = [_VALUES[letter] for letter in letters]
        if self._check(digits[:-1]) != digits[-1]:
            raise CheckCharacterWrong
        value = 0
        for digit in digits[:-1]:
            value = value << 5 | digit
        return value

    def letters(self, value: int) -> tuple[str, str]:
        """The characters of a value, and their check character."""
        if not 0 <= value < 32**self.places:
            raise ValueError(f"a code of {self.places} characters has {5 * self.places} bits")
        digits = [value >> 5 * place & 31 for place in reversed(range(self.places))]
        return "".join(ALPHABET[digit] for digit in digits), ALPHABET[self._check(digits)]

    def _check(self, digits: Sequence[int]) -> int:
        total = 0
        for row, digit in zip(self._weighted, digits, strict=True):
            total ^= row[digit]
        return total

    @cached_property
    def _weighted(self) -> list[list[int]]:
        powers = range(self.first, self.first + self.places)
        return [[_times_power(digit, power) for digit in range(32)] for power in powers]


def bare(text: str) -> str:
    """A text in capitals, without spaces and dashes, look-alikes folded."""
    letters = text.translate(_DROPPED)
    # Capitals of other alphabets may turn into ours: a dotless "ı" would be an I.
    return letters.upper().translate(_LOOKALIKES) if letters.isascii() else letters


def _times_power(digit: int, power: int) -> int:
    """``digit`` times that power of the primitive element of GF(32)."""
    for _ in range(power):
        digit <<= 1
        if digit > 31:
            digit ^= _POLYNOMIAL
    return digit
