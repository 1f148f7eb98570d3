"""Money: whole cents of balboa (PAB, at par with the US dollar) as plain integers.

No float ever holds money. Text with two decimals ("1234.50") is what files and APIs carry; screens show
``B/. 1,234.50``.
"""

import re

from num2words import num2words

CURRENCY = "PAB"
CENTS_MAX = 100_000_000_00  # one hundred million balboas: above any single figure of the programme

_DECIMAL_TEXT = re.compile(r"[0-9]{1,9}\.[0-9]{2}", re.ASCII)


def parse_cents(text: str) -> int:
    """Cents from decimal text such as ``"0.35"`` or ``"20000.00"``; ValueError for anything else."""
    if not _DECIMAL_TEXT.fullmatch(text):
        raise ValueError(text)
    cents = int(text.replace(".", ""))
    if cents > CENTS_MAX:
        raise ValueError(text)
    return cents


def decimal_text(cents: int) -> str:
    """``123450`` as ``"1234.50"``: for files, JSON and CSV."""
    sign = "-" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100}.{abs(cents) % 100:02d}"


def screen_text(cents: int) -> str:
    """``123450`` as ``"B/. 1,234.50"``: for people."""
    sign = "-" if cents < 0 else ""
    return f"{sign}B/. {abs(cents) // 100:,}.{abs(cents) % 100:02d}"


def words(cents: int) -> str:
    """``2000`` as ``"veinte balboas con 00/100"``: how cheques and vouchers in Panama spell an amount.

    Before a noun and before "mil" and "millones", "uno" loses its end; whole millions take "de".
    """
    whole = cents // 100
    spelled = re.sub(r"\buno\b", "un", re.sub(r"veintiuno\b", "veintiún", num2words(whole, lang="es")))
    noun = "balboa" if whole == 1 else "balboas"
    joint = " de " if spelled.endswith(("millón", "millones")) else " "
    return f"{spelled}{joint}{noun} con {cents % 100:02d}/100"


def round_half_up(cents: int, step: int) -> int:
    """The multiple of ``step`` nearest to ``cents``; a tie goes up. Both in cents, ``cents`` not negative."""
    return (2 * cents + step) // (2 * step) * step
