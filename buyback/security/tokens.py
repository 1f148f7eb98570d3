"""Random secrets and how they are kept: the holder has the text, the database its SHA-256."""

import hashlib
import secrets

TOKEN_BYTES = 32  # OWASP ASVS 5.0 V11.5.1 asks for 128 bits or more
SALT_BYTES = 32


def new_token() -> str:
    """A fresh secret of 256 bits, safe in headers, cookies and on paper."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def new_salt() -> bytes:
    """Fresh random bytes for salting."""
    return secrets.token_bytes(SALT_BYTES)


def token_digest(token: str) -> bytes:
    """What the database keeps of a token. No key is needed: 256 random bits cannot be guessed from a hash."""
    return hashlib.sha256(token.encode()).digest()
