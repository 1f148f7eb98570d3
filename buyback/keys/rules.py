"""Whose keys a database knows, and which of them still sign. Pure.

A key that signs may be retired: it signs nothing new, and what it signed stays good. One that got into wrong hands is
revoked: whatever it signed is refused. No key comes back.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from buyback.errors import NotFound, Refused

REASON_MAX = 120  # characters; a till shows it to whoever stands at the counter


class KeyState(StrEnum):
    """What a signing key still does."""

    ACTIVE = "active"
    RETIRED = "retired"
    REVOKED = "revoked"


MOVES = frozenset(
    {
        (KeyState.ACTIVE, KeyState.RETIRED),
        (KeyState.ACTIVE, KeyState.REVOKED),
        (KeyState.RETIRED, KeyState.REVOKED),
    }
)


class KeysOfAnother(Refused):
    """The folder's keys are not the database's: with them a genuine voucher would be called a forgery."""

    sentence = (
        "Las llaves de BUYBACK_KEYS no son las de esta base de datos (difieren: {names}). No se hizo nada. Ponga en"
        " BUYBACK_KEYS la carpeta de llaves de esta base de datos, o restaure su copia."
    )


class SigningKeyMissing(Refused):
    """The database knows a signing key that the folder lacks: it was added elsewhere, or the copy is an old one."""

    sentence = (
        "En BUYBACK_KEYS falta la llave de firma {key_id}, que esta base de datos conoce. Copie otra vez la carpeta de"
        " llaves desde donde se agregó."
    )


class KeysUnknown(Refused):
    """No keys are the database's yet."""

    sentence = "Esta base de datos todavía no conoce sus llaves. Ejecute «buyback migrate» con BUYBACK_KEYS."


class KeyMovedAlready(Refused):
    """A key never comes back, and is neither retired nor revoked twice."""

    sentence = "La llave de firma {key_id} ya se retiró o revocó. No se cambió nada."


class LastSigner(Refused):
    """Without another key nothing could be printed any more."""

    sentence = (
        "La llave de firma {key_id} es la única que firma. Agregue otra con «buyback keys rotate» y retírela después."
    )


class NoSigningKey(Refused):
    """No key may sign a voucher that lives so long: rotate before printing."""

    sentence = "Ninguna llave de firma vigente alcanza hasta el {day}. Agregue una con «buyback keys rotate»."


@dataclass(frozen=True)
class SigningKeyFacts:
    """What identifies a signing key: ``public`` is its public half, 32 bytes."""

    id: int
    public: bytes
    valid_from: date
    valid_until: date


@dataclass(frozen=True)
class KnownKeys:
    """The keys of a database, or of a folder: signing keys by their facts, the other secrets by fingerprint."""

    signing: tuple[SigningKeyFacts, ...]
    fingerprints: Mapping[str, str]


def find_mismatch(database: KnownKeys, folder: KnownKeys) -> Refused | None:
    """Why a folder's keys are not a database's; None where they are.

    A folder may hold a signing key more: it was written, and the database has not been told yet.
    """
    if not database.fingerprints:
        return KeysUnknown()
    names = {*database.fingerprints, *folder.fingerprints}
    other = sorted(name for name in names if database.fingerprints.get(name) != folder.fingerprints.get(name))
    held = {key.id: key for key in folder.signing}
    other += [f"signing-{key.id:03d}" for key in database.signing if held.get(key.id, key) != key]
    if other:
        return KeysOfAnother(names=", ".join(other))
    missing = [key.id for key in database.signing if key.id not in held]
    return SigningKeyMissing(key_id=missing[0]) if missing else None


def decide_move(key_id: int, states: Mapping[int, KeyState], wanted: KeyState) -> Refused | None:
    """Why a key may not be retired or revoked; None when it may. ``states`` are those of all keys."""
    before = states.get(key_id)
    if before is None:
        return NotFound(what="la llave de firma", name=key_id)
    if (before, wanted) not in MOVES:
        return KeyMovedAlready(key_id=key_id)
    signers = [other for other, state in states.items() if state is KeyState.ACTIVE]
    return LastSigner(key_id=key_id) if wanted is KeyState.RETIRED and signers == [key_id] else None


def order_of_signing(keys: Sequence[SigningKeyFacts], expires_on: date) -> list[SigningKeyFacts]:
    """The keys that reach a voucher's expiry day, the newest first: a key that was added signs from then on."""
    return sorted((key for key in keys if expires_on <= key.valid_until), key=lambda key: key.id, reverse=True)
