"""What a database knows of its keys."""

from collections.abc import Iterable
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from buyback.errors import Refused
from buyback.keys.rules import (
    KeyState,
    KnownKeys,
    NoSigningKey,
    SigningKeyFacts,
    find_mismatch,
    order_of_signing,
)
from buyback.keys.tables import KnownSecret, SigningKeyRow
from buyback.security import keyring
from buyback.security.keyring import KeyRing


def known(session: Session) -> KnownKeys:
    """The keys of this database; none where it knows none yet."""
    fingerprints = session.execute(select(KnownSecret.name, KnownSecret.digest))
    return KnownKeys(_signing(session), dict(fingerprints.all()))


def held(keys: KeyRing) -> KnownKeys:
    """The keys of a folder, those among them that were added since the start."""
    return KnownKeys(tuple(map(facts_of, _newest(keys))), keys.fingerprints())


def facts_of(key: keyring.SigningKey) -> SigningKeyFacts:
    """What identifies a key of a folder."""
    return SigningKeyFacts(key.id, key.public.public_bytes_raw(), key.valid_from, key.valid_until)


def find_refusal(session: Session, keys: KeyRing) -> Refused | None:
    """Why these keys are not this database's; None where they are."""
    return find_mismatch(known(session), held(keys))


def find_unrecorded(session: Session, keys: KeyRing) -> keyring.SigningKey | None:
    """A signing key of the folder that the database has not been told of."""
    told = {key.id for key in _signing(session)}
    return next((key for key in _newest(keys) if key.id not in told), None)


def get_signer(session: Session, *, keys: KeyRing, expires_on: date) -> keyring.SigningKey:
    """The key for new vouchers of an expiry day: the newest that reaches it and is at hand. Else NoSigningKey."""
    for facts in order_of_signing(_signing(session, KeyState.ACTIVE), expires_on):
        key = keys.find_signing_key(facts.id)
        if key is not None and key.private is not None:
            return key
    raise NoSigningKey(day=expires_on)


def _signing(session: Session, *states: KeyState) -> tuple[SigningKeyFacts, ...]:
    rows = session.execute(
        select(SigningKeyRow.id, SigningKeyRow.public, SigningKeyRow.valid_from, SigningKeyRow.valid_until)
        .where(SigningKeyRow.state.in_(states or KeyState))
        .order_by(SigningKeyRow.id)
    )
    return tuple(SigningKeyFacts(*row) for row in rows)


def _newest(keys: KeyRing) -> Iterable[keyring.SigningKey]:
    return keys.reread() or keys.signing
