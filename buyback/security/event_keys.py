"""Two keys of each event, which go when what they seal has to go: files outside the database and its backups.

``salt`` seals what the event's vouchers are derived from and is destroyed at the close; ``staff`` seals the bodies of
the audit rows about its surrenders and is destroyed at the purge. What a dead row, a log or a backup still holds of
them can then be read by nobody. The folder is one that all servers share, and it is in no backup: a copy of a key
undoes its end. A key is deleted and not written over, which would mean nothing on today's disks: whoever takes the
disk itself may find it until its place is used again, so the folder belongs on an encrypted one.

Sealed is ``nonce (12 bytes) ‖ AES-256-GCM``, with ``"PMB sealed 1" 0x00 purpose 0x00 event ‖ place`` as associated
data: what is sealed opens at its own place only.
"""

import secrets
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from buyback.errors import Refused
from buyback.security.key_folder import read_secret, sync_folder, write_secret
from buyback.security.keyring import SECRET_BYTES

NONCE_BYTES = 12
TAG_BYTES = 16
PREFIX = b"PMB sealed 1\0"


class Purpose(StrEnum):
    """What a key seals."""

    SALT = "salt"
    STAFF = "staff"


class EventKeyMissing(Refused):
    """What is sealed with it can neither be read nor added to. Facts: ``path``."""

    sentence = (
        "Falta {path}, una llave de la jornada. Si la carpeta no está montada en este servidor, móntela; si la llave se"
        " perdió, la guía de operación dice qué significa y qué hacer."
    )


class SealBroken(Refused):
    """What is stored was sealed with another key, for another place, or changed. Facts: ``path``."""

    sentence = "Lo que está sellado no abre con {path}: se alteró, o la carpeta de llaves de jornadas es otra."


@dataclass(frozen=True)
class EventKeys:
    """The folder with the events' keys. Each is read when it is used: an end elsewhere is one here."""

    folder: Path

    def make(self, event: UUID) -> None:
        """Both keys of a new event, on disk before this returns: to be called before the event is committed."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for purpose in Purpose:
            write_secret(self._path(event, purpose), secrets.token_bytes(SECRET_BYTES))
        sync_folder(self.folder)

    def seal(self, event: UUID, purpose: Purpose, plain: bytes, *, place: bytes = b"") -> bytes:
        """Seal for an event and a place. EventKeyMissing."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        return nonce + self._cipher(event, purpose).encrypt(nonce, plain, _bound_to(event, purpose, place))

    def open(self, event: UUID, purpose: Purpose, sealed: bytes, *, place: bytes = b"") -> bytes:
        """What was sealed. EventKeyMissing, or SealBroken."""
        nonce, rest = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
        try:
            return self._cipher(event, purpose).decrypt(nonce, rest, _bound_to(event, purpose, place))
        except InvalidTag as error:
            raise SealBroken(path=self._path(event, purpose)) from error

    def renew(self, event: UUID, purpose: Purpose) -> None:
        """Another key in a lost one's place; what was sealed with that one stays shut."""
        write_secret(self._path(event, purpose), secrets.token_bytes(SECRET_BYTES))
        sync_folder(self.folder)

    def destroy(self, event: UUID, purpose: Purpose) -> None:
        """Delete a key, for good once this returns; done again, it finds nothing."""
        self._path(event, purpose).unlink(missing_ok=True)
        sync_folder(self.folder)

    def present(self) -> frozenset[tuple[UUID, Purpose]]:
        """The keys that are there; empty where the folder is not."""
        return frozenset(
            (UUID(event), Purpose(purpose))
            for event, purpose, _ in (path.name.split(".") for path in self.folder.glob("*.*.key"))
        )

    def _cipher(self, event: UUID, purpose: Purpose) -> AESGCM:
        path = self._path(event, purpose)
        if not path.exists():
            raise EventKeyMissing(path=path)
        return AESGCM(read_secret(path))

    def _path(self, event: UUID, purpose: Purpose) -> Path:
        return self.folder / f"{event}.{purpose}.key"


def _bound_to(event: UUID, purpose: Purpose, place: bytes) -> bytes:
    return PREFIX + purpose.encode() + b"\0" + event.bytes + place
