"""The folder with the keys: made once, read at the start, never overwritten.

``keys.json`` lists what belongs to the folder: each signing key's id, public half and days, and a fingerprint
of every secret, so that a file put in another's place is noticed. Each secret is a file of its own, as
hexadecimal text, readable by its owner only. A machine that only verifies goes without ``signing-….key``. Whose
keys they are, and which still sign, says the database.
"""

import json
import os
import secrets
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from buyback.errors import Refused
from buyback.security.keyring import SECRET_BYTES, KeyRing, SigningKey, fingerprint
from buyback.times import panama_day

REGISTRY = "keys.json"
KEY_LIFE = timedelta(days=3653)  # keys are changed after a leak or a change of hands, not for their age
KEY_IDS_MAX = 255

_SECRETS = ("token", "code", "pin", "session", "operation", "audit", "checkpoint")
_FORMAT = 1


class KeysMissing(Refused):
    """There is no key folder, or a file that it must hold is gone."""

    sentence = "Falta {path}. Cree las llaves con «buyback keys init» o restaure la copia de esa carpeta."


class KeysExist(Refused):
    """Keys are never overwritten: the vouchers in people's hands hang on them."""

    sentence = "Ya hay llaves en {path}; no se tocaron."


class KeysExposed(Refused):
    """Somebody other than the owner may read or write a secret."""

    sentence = "Otras cuentas del sistema pueden abrir {path}. Quíteles el permiso (chmod go= «{path}»)."


class KeysDamaged(Refused):
    """A file of the folder cannot be understood."""

    sentence = "No se entiende {path}. Restaure la copia de la carpeta de llaves."


class KeysMismatched(Refused):
    """A key file is not the one that the registry speaks of."""

    sentence = "{path} no es la llave que registra keys.json. Restaure la copia de la carpeta de llaves."


class SigningKeysFull(Refused):
    """A key's number is one byte of the QR text."""

    sentence = "Ya se usaron los 255 números de llave."


def init(folder: Path, *, demonstration: bool, now: datetime) -> KeyRing:
    """Make a folder with a full set of new keys, and load it. Refuses a folder that holds anything."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise KeysExist(path=folder)
    ring = KeyRing(
        signing=(_new_signing_key(1, panama_day(now)),),
        token_key=secrets.token_bytes(SECRET_BYTES),
        code_key=secrets.token_bytes(SECRET_BYTES),
        pin_key=secrets.token_bytes(SECRET_BYTES),
        session_key=secrets.token_bytes(SECRET_BYTES),
        operation_key=secrets.token_bytes(SECRET_BYTES),
        audit=_new_private(),
        checkpoint=_new_private(),
        is_demonstration=demonstration,
    )
    save(folder, ring)
    return load(folder)


def save(folder: Path, ring: KeyRing) -> None:
    """Write a ring into a folder that holds nothing yet."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    for name, secret in ring.secrets().items():
        write_secret(folder / f"{name}.key", secret)
    for key in ring.signing:
        _write_signing_key(folder, key)
    # Last: a folder without its registry is not taken for a set of keys.
    _write_registry(
        folder,
        {
            "format": _FORMAT,
            "demonstration": ring.is_demonstration,
            "signing": [_entry(key) for key in ring.signing],
            "secrets": ring.fingerprints(),
        },
    )


def load(folder: Path) -> KeyRing:
    """Read a key folder; refused where a file is missing, open to others, damaged or another one."""
    stamp = _stamp(folder)
    registry = _read_registry(folder)
    signing = _signing_keys(folder, registry)
    try:
        fingerprints = {name: registry["secrets"][name] for name in _SECRETS}
        is_demonstration = registry["demonstration"]
    except (KeyError, TypeError, ValueError) as error:
        raise KeysDamaged(path=folder / REGISTRY) from error
    if type(is_demonstration) is not bool:
        raise KeysDamaged(path=folder / REGISTRY)
    found = {name: _secret(folder, name, expected) for name, expected in fingerprints.items()}
    return KeyRing(
        signing=signing,
        token_key=found["token"],
        code_key=found["code"],
        pin_key=found["pin"],
        session_key=found["session"],
        operation_key=found["operation"],
        audit=Ed25519PrivateKey.from_private_bytes(found["audit"]),
        checkpoint=Ed25519PrivateKey.from_private_bytes(found["checkpoint"]),
        is_demonstration=is_demonstration,
        reread=_Reread(folder, stamp, signing),
    )


class _Reread:
    """The signing keys of a folder, read again only where its registry is another file than before."""

    def __init__(self, folder: Path, stamp: tuple[int, int] | None, signing: Sequence[SigningKey]) -> None:
        self._folder = folder
        self._read = (stamp, signing)

    def __call__(self) -> Sequence[SigningKey]:
        before, signing = self._read
        stamp = _stamp(self._folder)
        if stamp not in (None, before):
            signing = _signing_keys(self._folder, _read_registry(self._folder))
            self._read = (stamp, signing)
        return signing


def add_signing_key(folder: Path, *, now: datetime) -> SigningKey:
    """Rotate: add a signing key beside the others; what those signed stays good until its day."""
    registry = _read_registry(folder)
    ring = load(folder)
    key_id = 1 + max((key.id for key in ring.signing), default=0)
    if key_id > KEY_IDS_MAX:
        raise SigningKeysFull
    key = _new_signing_key(key_id, panama_day(now))
    _write_signing_key(folder, key)
    registry["signing"].append(_entry(key))
    _write_registry(folder, registry)
    return key


def _new_private() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(secrets.token_bytes(SECRET_BYTES))


def _new_signing_key(key_id: int, today: date) -> SigningKey:
    private = _new_private()
    return SigningKey(key_id, private.public_key(), private, today, today + KEY_LIFE)


def _entry(key: SigningKey) -> dict[str, Any]:
    return {
        "id": key.id,
        "public": key.public.public_bytes_raw().hex(),
        "valid_from": key.valid_from.isoformat(),
        "valid_until": key.valid_until.isoformat(),
    }


def _signing_keys(folder: Path, registry: dict[str, Any]) -> tuple[SigningKey, ...]:
    try:
        found = tuple(_signing_key(folder, entry) for entry in registry["signing"])
    except (KeyError, TypeError, ValueError) as error:
        raise KeysDamaged(path=folder / REGISTRY) from error
    if len({key.id for key in found}) != len(found):
        raise KeysDamaged(path=folder / REGISTRY)
    return found


def _signing_key(folder: Path, entry: dict[str, Any]) -> SigningKey:
    key_id = entry["id"]
    if type(key_id) is not int or not 0 <= key_id <= KEY_IDS_MAX:
        raise ValueError(key_id)
    public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(entry["public"]))
    path = _signing_path(folder, key_id)
    private = Ed25519PrivateKey.from_private_bytes(read_secret(path)) if path.exists() else None
    if private is not None and private.public_key() != public:
        raise KeysMismatched(path=path)
    return SigningKey(
        id=key_id,
        public=public,
        private=private,
        valid_from=date.fromisoformat(entry["valid_from"]),
        valid_until=date.fromisoformat(entry["valid_until"]),
    )


def _signing_path(folder: Path, key_id: int) -> Path:
    return folder / f"signing-{key_id:03d}.key"


def _secret(folder: Path, name: str, expected: str) -> bytes:
    path = folder / f"{name}.key"
    secret = read_secret(path)
    if fingerprint(name, secret) != expected:
        raise KeysMismatched(path=path)
    return secret


def read_secret(path: Path) -> bytes:
    """The 32 bytes of a key file; refused where it is missing, open to others or damaged."""
    text = _read_own(path)
    try:
        secret = bytes.fromhex(text)
    except ValueError as error:
        raise KeysDamaged(path=path) from error
    if len(secret) != SECRET_BYTES:
        raise KeysDamaged(path=path)
    return secret


def _read_registry(folder: Path) -> dict[str, Any]:
    if folder.is_dir() and folder.stat().st_mode & 0o077:
        raise KeysExposed(path=folder)
    path = folder / REGISTRY
    try:
        registry = json.loads(_read_own(path))
    except ValueError as error:
        raise KeysDamaged(path=path) from error
    if not isinstance(registry, dict) or registry.get("format") != _FORMAT:
        raise KeysDamaged(path=path)
    return registry


def _read_own(path: Path) -> str:
    try:
        with path.open(encoding="ascii") as file:
            if os.fstat(file.fileno()).st_mode & 0o077:
                raise KeysExposed(path=path)
            return file.read()
    except UnicodeDecodeError as error:
        raise KeysDamaged(path=path) from error
    except OSError as error:
        raise KeysMissing(path=path) from error


def _stamp(folder: Path) -> tuple[int, int] | None:
    """Which file the registry is now: it is always replaced whole. None where it cannot be reached."""
    try:
        found = (folder / REGISTRY).stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns


def write_secret(path: Path, secret: bytes) -> None:
    """A new key file that only its owner reads, on the disk when this returns."""
    _write_new(path, secret.hex() + "\n")


def _write_signing_key(folder: Path, key: SigningKey) -> None:
    if key.private is not None:
        write_secret(_signing_path(folder, key.id), key.private.private_bytes_raw())


def _write_new(path: Path, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _write_registry(folder: Path, registry: dict[str, Any]) -> None:
    """Replaced whole, so that a power cut leaves the old one or the new one."""
    fresh = folder / f"{REGISTRY}.new"
    fresh.unlink(missing_ok=True)
    _write_new(fresh, json.dumps(registry, indent=2) + "\n")
    fresh.replace(folder / REGISTRY)


def sync_folder(folder: Path) -> None:
    """What was added to a folder or deleted from it survives a power cut from now on."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
