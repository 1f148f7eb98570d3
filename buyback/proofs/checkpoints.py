"""Checkpoints: how long each audit chain was, where it ended, and the totals, signed.

A chain alone cannot show that its end was cut off, or that all of it was written anew. Whoever holds an older
checkpoint can: ``{"version": 1, "made_at", "audit_key", "chains": [{"chain", "rows", "head"}], "totals": {…}}`` as
canonical JSON (RFC 8785), with the public half of the key that signs the rows. It is signed with Ed25519 over ``"PMB
checkpoint 1" 0x00`` and those bytes; hashes, keys and signature are lower-case hexadecimal. The form is only added to;
another one gets another number.

Checkpoints are handed out every hour, and the difference of two must not be what somebody spent in between: totals and
the tills' chains enter as they were at the end of yesterday, in Panama.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

import rfc8785
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import Date, bindparam, text
from sqlalchemy.orm import Session

from buyback.audit import queries as audit
from buyback.audit.rules import Fault, Head
from buyback.errors import Refused
from buyback.money import decimal_text
from buyback.security.keyring import KeyRing
from buyback.times import day_start, iso_utc, panama_day

PREFIX = b"PMB checkpoint 1\0"
VERSION = 1

# As of the end of yesterday; what has no day any more is older than that.
_TOTALS = {
    "issued": (
        "SELECT COALESCE(SUM(i.face), 0) FROM issuance i JOIN transfer t ON t.id = i.transfer"
        " JOIN journal j ON j.id = t.journal WHERE j.effective_on IS NULL OR j.effective_on < :today"
    ),
    "redeemed": (
        "SELECT COALESCE(SUM(amount), 0) FROM resolution"
        " WHERE kind = 'redeem' AND (resolved_on IS NULL OR resolved_on < :today)"
    ),
    "reversed": (
        "SELECT COALESCE(SUM(r.amount), 0) FROM reversal x JOIN resolution r ON r.id = x.resolution"
        " WHERE x.reversed_on IS NULL OR x.reversed_on < :today"
    ),
    "void": (
        "SELECT COALESCE(SUM(amount), 0) FROM resolution"
        " WHERE kind = 'void' AND (resolved_on IS NULL OR resolved_on < :today)"
    ),
    "expired": (
        "SELECT COALESCE(SUM(amount), 0) FROM resolution"
        " WHERE kind = 'expire' AND (resolved_on IS NULL OR resolved_on < :today)"
    ),
}


class CheckpointUnreadable(Refused):
    """The file is no checkpoint, or not whole."""

    sentence = "El archivo no es un punto de control completo."


class CheckpointForged(Refused):
    """The signature is not of the key that the reader trusts."""

    sentence = "La firma del punto de control no es válida: el archivo fue alterado o es de otra instalación."


def make(session: Session, *, keys: KeyRing, now: datetime) -> dict[str, Any]:
    """The database's checkpoint as it stands, signed. Faults are for ``verify`` to find."""
    today = panama_day(now)
    content: dict[str, Any] = {
        "version": VERSION,
        "made_at": iso_utc(now),
        "audit_key": keys.audit.public_key().public_bytes_raw().hex(),
        "chains": [_ending(chain, head) for chain, head in audit.heads(session, tills_until=day_start(today))],
        "totals": {name: decimal_text(_total(session, query, today)) for name, query in _TOTALS.items()},
    }
    return {
        **content,
        "key": keys.checkpoint.public_key().public_bytes_raw().hex(),
        "signature": keys.checkpoint.sign(PREFIX + rfc8785.dumps(content)).hex(),
    }


def _total(session: Session, query: str, today: date) -> int:
    day = bindparam("today", today, Date())
    return int(session.scalars(text(query).bindparams(day)).one())


def read(content: bytes, *, key: Ed25519PublicKey) -> Mapping[UUID, Head]:
    """Where each chain ended, out of a file. CheckpointUnreadable, or CheckpointForged unless ``key`` signed it."""
    try:
        document = json.loads(content)
        signature = bytes.fromhex(document.pop("signature"))
        document.pop("key")
        signed = PREFIX + rfc8785.dumps(document)
        heads = {
            UUID(ending["chain"]): Head(int(ending["rows"]) - 1, bytes.fromhex(ending["head"]))
            for ending in document["chains"]
        }
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise CheckpointUnreadable from error
    try:
        key.verify(signature, signed)
    except InvalidSignature as error:
        raise CheckpointForged from error
    return heads


def compare(session: Session, kept: Iterable[Mapping[UUID, Head]]) -> Iterator[Fault]:
    """What has changed of the chains that checkpoints knew: the row that one ended at is gone or another.

    Where two checkpoints tell of one row differently, somebody was shown another history.
    """
    rows = text("SELECT hash FROM audit_row WHERE replace(CAST(chain AS TEXT), '-', '') = :chain AND seq = :seq")
    told: dict[tuple[UUID, int], set[bytes]] = defaultdict(set)
    for chain, head in (ending for heads in kept for ending in heads.items()):
        told[chain, head.seq].add(head.hash)
    yield from (Fault(chain, seq, "checkpoints_disagree") for (chain, seq), hashes in told.items() if len(hashes) > 1)
    for chain, head in ((chain, Head(seq, hashed)) for (chain, seq), hashes in told.items() for hashed in hashes):
        if head.seq < 0:
            continue
        found = session.execute(rows, {"chain": chain.hex, "seq": head.seq}).scalar()
        if found is None:
            yield Fault(chain, head.seq, "missing_since_checkpoint")
        elif bytes(found) != head.hash:
            yield Fault(chain, head.seq, "rewritten_since_checkpoint")


def _ending(chain: UUID, head: Head) -> dict[str, object]:
    return {"chain": str(chain), "rows": head.seq + 1, "head": head.hash.hex()}
