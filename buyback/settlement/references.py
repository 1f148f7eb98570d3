"""Numbers as they stand on other people's papers: the comptroller's, a bank's, the Treasury's."""

import re

_NUMBER = re.compile(r"[A-Z0-9](?:[A-Z0-9./-]*[A-Z0-9])?", re.ASCII)


def spell(number: str) -> str:
    """In capitals and without spaces around it, so that one number is written one way."""
    return number.strip().upper()


def is_number(number: str, longest: int) -> bool:
    """Whether it is letters without accents, digits, dashes, points and slashes, and not too long."""
    return len(number) <= longest and _NUMBER.fullmatch(number) is not None
