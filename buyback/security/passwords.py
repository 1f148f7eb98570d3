"""Passwords: argon2id, at least 15 characters, and none of the well-known ones.

Hashing takes a tenth of a second and stays outside of database transactions.
"""

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from buyback.errors import Refused

LENGTH_MIN = 15  # OWASP ASVS 5.0 V6.2.1
LENGTH_MAX = 200
DEMONSTRATION = "paz en mi barrio 2026"  # everybody's, in the demonstration; nobody may choose it
_HASHER = PasswordHasher()  # argon2id with the library's current parameters (RFC 9106, low memory)


@cache
def _nobody() -> str:
    """A hash that no password opens: an unknown name costs the same time as a known one (V6.3.8)."""
    return _HASHER.hash("no password opens this hash, it only takes time")


class PasswordTooShort(Refused):
    """Length is what makes a password strong."""

    sentence = "La contraseña debe tener al menos {length} caracteres."


class PasswordTooLong(Refused):
    """A limit keeps hashing cheap."""

    sentence = "La contraseña debe tener a lo más {length} caracteres."


class PasswordTooCommon(Refused):
    """It is easy to guess: made of one pattern, or of the person's own name."""

    sentence = "Esa contraseña es fácil de adivinar. Escriba una frase que solo usted diría."


_COMMON_PARTS = ("password", "contrasena", "contraseña", "qwerty", "123456", "abcdef", "panama")
_DIFFERENT_MIN = 5  # characters left, once the common parts are gone


def check_password(password: str, *, name: str) -> None:
    """Refuse what is too short, too long, or made of well-known parts."""
    if len(password) < LENGTH_MIN:
        raise PasswordTooShort(field="password", length=LENGTH_MIN)
    if len(password) > LENGTH_MAX:
        raise PasswordTooLong(field="password", length=LENGTH_MAX)
    if password == DEMONSTRATION:
        raise PasswordTooCommon(field="password")
    left = password.casefold()
    for part in (*_COMMON_PARTS, name.casefold()):
        left = left.replace(part, "")
    if len(set(left)) < _DIFFERENT_MIN or len(left) < LENGTH_MIN // 2:
        raise PasswordTooCommon(field="password")


def hash_password(password: str) -> str:
    """The argon2id hash in its standard text form."""
    return _HASHER.hash(password)


def password_matches(stored: str | None, password: str) -> bool:
    """Whether a password opens a hash; without one the same work is done in vain."""
    nobody = _nobody()  # made in either case, so that the first question of a process tells nothing either
    try:
        _HASHER.verify(stored or nobody, password)
    except (VerificationError, InvalidHashError):
        return False
    return stored is not None
