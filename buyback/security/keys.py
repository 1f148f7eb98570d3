"""The folder with the keys: made once, read at the start, never overwritten.

``keys.json`` lists what belongs to the folder: each signing key's id, public half, days and revocation, and
a fingerprint of every secret, so that a file put in another's place is noticed. Each secret is a file of
its own, as hexadecimal text, readable by its owner only. A machine that only verifies goes without
``signing-….key``.
"""

import hashlib
import json
import os
import secrets
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from buyback.errors import Refused
from buyback.security.keyring import SECRET_BYTES, KeyRing, NoSigningKey, SigningKey, token_hash
from buyback.times import panama_day

__all__ = [
    "KeyRing",
    "NoSigningKey",
    "SigningKey",
    "add_signing_key",
    "init",
    "load",
    "revoke_signing_key",
    "token_hash",
]

REGISTRY = "keys.json"
KEY_LIFE = timedelta(days=3653)  # keys are changed after a leak or a change of hands, not for their age
KEY_IDS_MAX = 255

_SECRETS = ("token", "code", "pin", "session", "checkpoint")
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


class SigningKeyUnknown(Refused):
    """There is no signing key with that number."""

    sentence = "No hay llave de firma con el número {key_id}."


class SigningKeysFull(Refused):
    """A key's number is one byte of the QR text."""

    sentence = "Ya se usaron los 255 números de llave."


def init(folder: Path, *, demonstration: bool, now: datetime) -> KeyRing:
    """Make a folder with a full set of new keys, and load it. Refuses a folder that holds anything."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise KeysExist(path=folder)
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    fingerprints = {}
    for name in _SECRETS:
        secret = secrets.token_bytes(SECRET_BYTES)
        _write_new(folder / f"{name}.key", secret.hex() + "\n")
        fingerprints[name] = _fingerprint(name, secret)
    signing = [_new_signing_key(folder, 1, panama_day(now))]
    # Last: a folder without its registry is not taken for a set of keys.
    _write_registry(
        folder,
        {"format": _FORMAT, "demonstration": demonstration, "signing": signing, "secrets": fingerprints},
    )
    return load(folder)


def load(folder: Path) -> KeyRing:
    """Read a key folder; refused where a file is missing, open to others, damaged or another one."""
    registry = _read_registry(folder)
    try:
        signing = tuple(_signing_key(folder, entry) for entry in registry["signing"])
        fingerprints = {name: registry["secrets"][name] for name in _SECRETS}
        is_demonstration = registry["demonstration"]
    except (KeyError, TypeError, ValueError) as error:
        raise KeysDamaged(path=folder / REGISTRY) from error
    if type(is_demonstration) is not bool or len({key.id for key in signing}) != len(signing):
        raise KeysDamaged(path=folder / REGISTRY)
    found = {name: _secret(folder, name, fingerprint) for name, fingerprint in fingerprints.items()}
    return KeyRing(
        signing=signing,
        token_key=found["token"],
        code_key=found["code"],
        pin_key=found["pin"],
        session_key=found["session"],
        checkpoint=Ed25519PrivateKey.from_private_bytes(found["checkpoint"]),
        is_demonstration=is_demonstration,
    )


def add_signing_key(folder: Path, *, now: datetime) -> SigningKey:
    """Rotate: add a signing key beside the others; what those signed stays good until its day."""
    registry = _read_registry(folder)
    ring = load(folder)
    key_id = 1 + max((key.id for key in ring.signing), default=0)
    if key_id > KEY_IDS_MAX:
        raise SigningKeysFull
    entry = _new_signing_key(folder, key_id, panama_day(now))
    registry["signing"].append(entry)
    _write_registry(folder, registry)
    return _signing_key(folder, entry)


def revoke_signing_key(folder: Path, key_id: int, *, reason: str) -> None:
    """Refuse from now on all vouchers that a key signed; ``reason`` is what the till is told."""
    registry = _read_registry(folder)
    if load(folder).find_signing_key(key_id) is None:
        raise SigningKeyUnknown(key_id=key_id)
    for entry in registry["signing"]:
        if entry["id"] == key_id:
            entry["revoked_because"] = reason
    _write_registry(folder, registry)


def _new_signing_key(folder: Path, key_id: int, today: date) -> dict[str, Any]:
    secret = secrets.token_bytes(SECRET_BYTES)
    _write_new(_signing_path(folder, key_id), secret.hex() + "\n")
    return {
        "id": key_id,
        "public": Ed25519PrivateKey.from_private_bytes(secret).public_key().public_bytes_raw().hex(),
        "valid_from": today.isoformat(),
        "valid_until": (today + KEY_LIFE).isoformat(),
        "revoked_because": None,
    }


def _signing_key(folder: Path, entry: dict[str, Any]) -> SigningKey:
    key_id = entry["id"]
    if type(key_id) is not int or not 0 <= key_id <= KEY_IDS_MAX:
        raise ValueError(key_id)
    public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(entry["public"]))
    path = _signing_path(folder, key_id)
    private = Ed25519PrivateKey.from_private_bytes(_read_secret(path)) if path.exists() else None
    if private is not None and private.public_key() != public:
        raise KeysMismatched(path=path)
    reason = entry["revoked_because"]
    if reason is not None and not isinstance(reason, str):
        raise TypeError(reason)
    return SigningKey(
        id=key_id,
        public=public,
        private=private,
        valid_from=date.fromisoformat(entry["valid_from"]),
        valid_until=date.fromisoformat(entry["valid_until"]),
        revoked_because=reason,
    )


def _signing_path(folder: Path, key_id: int) -> Path:
    return folder / f"signing-{key_id:03d}.key"


def _secret(folder: Path, name: str, fingerprint: str) -> bytes:
    path = folder / f"{name}.key"
    secret = _read_secret(path)
    if _fingerprint(name, secret) != fingerprint:
        raise KeysMismatched(path=path)
    return secret


def _fingerprint(name: str, secret: bytes) -> str:
    return hashlib.sha256(f"PMB key {name}\0".encode() + secret).hexdigest()[:16]


def _read_secret(path: Path) -> bytes:
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
