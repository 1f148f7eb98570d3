"""Which keys are a database's, and what becomes of its signing keys. Each is an act on record."""

from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from buyback.audit import service as audit
from buyback.db import SIGNER
from buyback.keys import queries
from buyback.keys.rules import KeyState, SigningKeyFacts, decide_move
from buyback.keys.tables import KnownSecret, SigningKeyRow
from buyback.people.rules import OPERATOR, Actor
from buyback.security import keyring
from buyback.security.keyring import KeyRing


def recognise(session: Session, *, keys: KeyRing, now: datetime) -> None:
    """Bind a database that knows no keys yet to these; refuse other keys than its own.

    KeysOfAnother and SigningKeyMissing say which differ.
    """
    if queries.known(session).fingerprints:
        refusal = queries.find_refusal(session, keys)
        if refusal is not None:
            raise refusal
        return
    session.info[SIGNER] = keys.audit
    held = queries.held(keys)
    rows = [{"name": name, "digest": fingerprint} for name, fingerprint in held.fingerprints.items()]
    session.execute(insert(KnownSecret), rows)
    session.execute(insert(SigningKeyRow), [_row(key, now) for key in held.signing])
    body = {"by": OPERATOR.name, "fingerprints": dict(held.fingerprints), "signing": [key.id for key in held.signing]}
    audit.take_in(session)
    audit.record(session, chain=OPERATOR.chain, act="key:bind", body=body, now=now)


def add(session: Session, *, key: keyring.SigningKey, by: Actor, now: datetime) -> None:
    """Let a key of the folder sign from now on."""
    facts = queries.facts_of(key)
    session.execute(insert(SigningKeyRow), [_row(facts, now)])
    body = {"by": by.name, "key": facts.id, "public": facts.public.hex()}
    audit.record(session, chain=by.chain, act="key:add", body=body, now=now)


def retire(session: Session, *, key_id: int, by: Actor, now: datetime) -> None:
    """A key signs nothing new; what it signed stays good. LastSigner where no other would sign."""
    _move(session, key_id, KeyState.RETIRED, None, now)
    audit.record(session, chain=by.chain, act="key:retire", body={"by": by.name, "key": key_id}, now=now)


def revoke(session: Session, *, key_id: int, reason: str, by: Actor, now: datetime) -> None:
    """Refuse from now on whatever a key signed; ``reason`` is what the till is told."""
    _move(session, key_id, KeyState.REVOKED, reason, now)
    body = {"by": by.name, "key": key_id, "reason": reason}
    audit.record(session, chain=by.chain, act="key:revoke", body=body, now=now)


def _move(session: Session, key_id: int, wanted: KeyState, reason: str | None, now: datetime) -> None:
    rows = session.execute(select(SigningKeyRow.id, SigningKeyRow.state).order_by(SigningKeyRow.id).with_for_update())
    refusal = decide_move(key_id, dict(rows.all()), wanted)
    if refusal is not None:
        raise refusal
    moved = {"state": wanted, "reason": reason, "since": now}
    session.execute(update(SigningKeyRow).where(SigningKeyRow.id == key_id).values(moved))


def _row(key: SigningKeyFacts, now: datetime) -> dict[str, object]:
    return {
        "id": key.id,
        "public": key.public,
        "valid_from": key.valid_from,
        "valid_until": key.valid_until,
        "state": KeyState.ACTIVE,
        "since": now,
    }
