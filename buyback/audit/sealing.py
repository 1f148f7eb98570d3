"""Bodies about an event's surrenders are stored sealed, under a key that is destroyed when the event is purged.

A body is ``{"sealed": base64}``; what the chain hashes and signs is that text, so it verifies with and without the key.
"""

import base64
import json
from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from buyback.audit.rules import canonical
from buyback.audit.tables import AuditBody
from buyback.db import EVENT_KEYS
from buyback.security.event_keys import EventKeyMissing, EventKeys, Purpose

SEALED = "sealed"


def event_keys(session: Session) -> EventKeys:
    """The events' keys that the session carries."""
    keys: EventKeys = session.info[EVENT_KEYS]  # missing where whoever opened the database did not lend it
    return keys


def seal(session: Session, body: Mapping[str, object], *, chain: UUID, seq: int, event: UUID) -> dict[str, object]:
    """A body as it is stored in one row of a chain. EventKeyMissing."""
    plain = canonical(body).encode()
    sealed = event_keys(session).seal(event, Purpose.STAFF, plain, place=_place(chain, seq))
    return {SEALED: base64.b64encode(sealed).decode()}


def unseal(session: Session, body: str, *, chain: UUID, seq: int, event: UUID | None) -> dict[str, Any] | None:
    """What a stored body says; None where its key is gone. SealBroken where it was not sealed for this row."""
    said: dict[str, Any] = json.loads(body)
    if event is None or SEALED not in said:
        return said
    sealed = base64.b64decode(said[SEALED])
    try:
        opened: dict[str, Any] = json.loads(
            event_keys(session).open(event, Purpose.STAFF, sealed, place=_place(chain, seq))
        )
    except EventKeyMissing:
        return None
    return opened


def read_bodies(session: Session, event: UUID) -> Iterator[dict[str, Any]]:
    """What the bodies about an event's surrenders say, chain by chain: those whose key is there."""
    rows = select(AuditBody.chain, AuditBody.seq, AuditBody.body).where(AuditBody.event == event)
    for row in session.execute(rows.order_by(AuditBody.chain, AuditBody.seq)):
        said = None if row.body is None else unseal(session, row.body, chain=row.chain, seq=row.seq, event=event)
        if said is not None:
            yield said


def _place(chain: UUID, seq: int) -> bytes:
    return chain.bytes + seq.to_bytes(8, "big")
