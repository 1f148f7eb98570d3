"""The keys in memory, and what is derived from them. No key is ever in the database.

Each job has a key of its own: signing keys (Ed25519, several at once) for QR texts, one for tokens, one for
typed codes, one for PINs, one for sessions, one for the tills' op ids, one (Ed25519) for the rows of the audit log,
and one (Ed25519) for its checkpoints.
"""

import hashlib
import hmac
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

SECRET_BYTES = 32
TOKEN_BYTES = 16
CODE_BITS = 60


@dataclass(frozen=True)
class SigningKey:
    """A key that signs, and vouches for, the QR texts of vouchers that expire on ``valid_until`` or before.

    ``private`` is None on a machine that only verifies. Whether a key still signs, or is revoked, says the database.
    """

    id: int
    public: Ed25519PublicKey
    private: Ed25519PrivateKey | None = field(repr=False)
    valid_from: date
    valid_until: date

    def sign(self, message: bytes) -> bytes:
        """The 64-byte signature; ValueError on a machine without the private half."""
        if self.private is None:
            raise ValueError(self.id)
        return self.private.sign(message)


@dataclass(frozen=True)
class KeyRing:
    """All keys of an installation. ``reread`` gives the signing keys as their folder holds them by now."""

    signing: tuple[SigningKey, ...]
    token_key: bytes = field(repr=False)
    code_key: bytes = field(repr=False)
    pin_key: bytes = field(repr=False)
    session_key: bytes = field(repr=False)
    operation_key: bytes = field(repr=False)
    audit: Ed25519PrivateKey = field(repr=False)
    checkpoint: Ed25519PrivateKey = field(repr=False)
    is_demonstration: bool
    reread: Callable[[], Sequence[SigningKey]] = field(default=tuple, repr=False)

    def find_signing_key(self, key_id: int) -> SigningKey | None:
        """The signing key with that id, whatever its state; one that was added since the start is found too."""
        return _find(self.signing, key_id) or _find(self.reread(), key_id)

    def get_signing_key(self, key_id: int) -> SigningKey:
        """The signing key with that id, which the ring holds: LookupError on another's ring."""
        key = self.find_signing_key(key_id)
        if key is None:
            raise LookupError(key_id)
        return key

    def secrets(self) -> dict[str, bytes]:
        """The secrets beside the signing keys, by the name that their file and their row bear."""
        return {
            "token": self.token_key,
            "code": self.code_key,
            "pin": self.pin_key,
            "session": self.session_key,
            "operation": self.operation_key,
            "audit": self.audit.private_bytes_raw(),
            "checkpoint": self.checkpoint.private_bytes_raw(),
        }

    def fingerprints(self) -> dict[str, str]:
        """What may be known of the secrets everywhere: enough to tell them from others, nothing to find them by."""
        return {name: fingerprint(name, secret) for name, secret in self.secrets().items()}

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

    def op_hash(self, op_id: UUID) -> bytes:
        """By what the database finds a try again. It keeps no op id: one of version 1 or 7 carries its minute."""
        return hmac.digest(self.operation_key, b"PMB op id\0" + op_id.bytes, "sha256")

    def asker_hash(self, till: UUID, op_id: UUID) -> bytes:
        """Whose try it was: the till is known by it to itself alone, also when its name has gone from the row."""
        return hmac.digest(self.operation_key, b"PMB asker\0" + till.bytes + op_id.bytes, "sha256")

    def request_hash(self, till: UUID, op_id: UUID, voucher: bytes) -> bytes:
        """What was asked. Keyed, because tills and vouchers are few enough to try all; two tries never look alike."""
        return hmac.digest(self.operation_key, b"PMB request\0" + till.bytes + op_id.bytes + voucher, "sha256")


def token_hash(token: bytes) -> bytes:
    """What the database keeps of a token: its SHA-256, 32 bytes."""
    return hashlib.sha256(token).digest()


def fingerprint(name: str, secret: bytes) -> str:
    """16 hexadecimal digits that tell a secret from another one."""
    return hashlib.sha256(f"PMB key {name}\0".encode() + secret).hexdigest()[:16]


def _find(signing: Sequence[SigningKey], key_id: int) -> SigningKey | None:
    return next((key for key in signing if key.id == key_id), None)
