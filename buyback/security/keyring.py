"""The keys in memory, and what is derived from them. No key is ever in the database.

Each job has a key of its own: signing keys (Ed25519, several at once) for QR texts, one for tokens, one for
typed codes, one for PINs, one for sessions, and one (Ed25519) for the checkpoints of the audit chains.
"""

import hashlib
import hmac
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from buyback.errors import Refused

SECRET_BYTES = 32
TOKEN_BYTES = 16
CODE_BITS = 60


class NoSigningKey(Refused):
    """No key may sign a voucher that lives so long: rotate before printing."""

    sentence = "Ninguna llave de firma vigente alcanza hasta el {day}. Agregue una llave nueva."


@dataclass(frozen=True)
class SigningKey:
    """A key that signs, and vouches for, the QR texts of vouchers that expire on ``valid_until`` or before.

    ``private`` is None on a machine that only verifies. A revoked key signs nothing, and the vouchers it
    signed are refused with ``revoked_because``.
    """

    id: int
    public: Ed25519PublicKey
    private: Ed25519PrivateKey | None = field(repr=False)
    valid_from: date
    valid_until: date
    revoked_because: str | None = None

    def may_sign(self, expires_on: date) -> bool:
        """Whether this key signs vouchers that expire on that day."""
        return self.private is not None and self.revoked_because is None and expires_on <= self.valid_until

    def sign(self, message: bytes) -> bytes:
        """The 64-byte signature; ValueError on a machine without the private half."""
        if self.private is None:
            raise ValueError(self.id)
        return self.private.sign(message)


@dataclass(frozen=True)
class KeyRing:
    """All keys of an installation."""

    signing: tuple[SigningKey, ...]
    token_key: bytes = field(repr=False)
    code_key: bytes = field(repr=False)
    pin_key: bytes = field(repr=False)
    session_key: bytes = field(repr=False)
    checkpoint: Ed25519PrivateKey = field(repr=False)
    is_demonstration: bool

    def find_signing_key(self, key_id: int) -> SigningKey | None:
        """The signing key with that id, revoked or not."""
        return next((key for key in self.signing if key.id == key_id), None)

    def get_signer(self, expires_on: date) -> SigningKey:
        """The key for new vouchers of an expiry day: the oldest that reaches it, else NoSigningKey."""
        able = [key for key in self.signing if key.may_sign(expires_on)]
        if not able:
            raise NoSigningKey(day=expires_on.isoformat())
        return min(able, key=lambda key: (key.valid_from, key.id))

    def token(self, salt: bytes, voucher_id: UUID) -> bytes:
        """The 16 secret bytes of a voucher's QR text; without the event's salt nobody can make them again."""
        return hmac.digest(self.token_key, salt + voucher_id.bytes, "sha256")[:TOKEN_BYTES]

    def typed_code(self, salt: bytes, voucher_id: UUID) -> int:
        """The 60 bits of a voucher's typed code; ``vouchers.codes.spell`` makes them characters."""
        drawn = hmac.digest(self.code_key, b"PMB typed code\0" + salt + voucher_id.bytes, "sha256")
        return int.from_bytes(drawn[:8], "big") >> 64 - CODE_BITS

    def code_hash(self, code: int) -> bytes:
        """What the database keeps of a typed code (60 bits): 32 bytes that say nothing without the key."""
        return hmac.digest(self.code_key, b"PMB code hash\0" + code.to_bytes(8, "big"), "sha256")


def token_hash(token: bytes) -> bytes:
    """What the database keeps of a token: its SHA-256, 32 bytes."""
    return hashlib.sha256(token).digest()
