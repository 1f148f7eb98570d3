"""Append to a chain in the transaction of the change it records."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from buyback.audit.rules import EMPTY, ChainKind, Head, Link, link, ranges, sign
from buyback.audit.sealing import seal
from buyback.audit.tables import AuditBody, AuditChain, AuditRow
from buyback.db import SIGNER, affected, core
from buyback.security.tokens import new_salt
from buyback.times import iso_utc

# Built once: a redemption's few inserts spend more on building a statement than on sending it.
_INSERT_ROW = insert(core(AuditRow))
_INSERT_BODY = insert(core(AuditBody))


def open_chain(session: Session, *, chain: UUID, kind: ChainKind, now: datetime) -> None:
    """Begin the chain of an organisation or a till, under that thing's own id."""
    session.execute(insert(AuditChain).values(id=chain, kind=kind, opened_at=now))


def head_of(session: Session, chain: UUID) -> Head:
    """Where a chain ends now."""
    row = session.execute(
        select(AuditRow.seq, AuditRow.hash).where(AuditRow.chain == chain).order_by(AuditRow.seq.desc()).limit(1)
    ).first()
    return EMPTY if row is None else Head(row.seq, row.hash)


def record(
    session: Session,
    *,
    chain: UUID,
    act: str,
    body: Mapping[str, object],
    now: datetime,
    event: UUID | None = None,
) -> None:
    """Write that ``act`` (``subject:action``) happened.

    The body holds who and what, never a code nor a depositor. ``event`` marks bodies that the event's purge
    empties, and that are sealed until then: whatever belongs to a surrender. Two writers on one chain collide on its
    uniqueness; the loser's transaction is run again. On PostgreSQL the chain's row is locked first, so that they queue
    instead.
    """
    hold(session, chain)
    head = head_of(session, chain)
    said: dict[str, object] = {**body, "act": act, "at": iso_utc(now)}
    if event is not None:
        said = seal(session, said, chain=chain, seq=head.seq + 1, event=event)
    append(session, link(chain, head, said, new_salt(), event))


def hold(session: Session, chain: UUID) -> None:
    """Wait until no other transaction that holds this chain is under way (PostgreSQL; SQLite has one writer)."""
    session.execute(select(AuditChain.id).where(AuditChain.id == chain).with_for_update())


def next_link(chain: UUID, head: Head, *, act: str, body: Mapping[str, object], now: datetime) -> Link:
    """The row to append when a chain's head is known already."""
    return link(chain, head, {**body, "act": act, "at": iso_utc(now)}, new_salt())


def append(session: Session, row: Link) -> None:
    """Store a row, signed with the key that the session carries, and its body."""
    session.execute(
        _INSERT_ROW,
        {
            "chain": row.chain,
            "seq": row.seq,
            "previous_seq": row.seq - 1 if row.seq else None,
            "previous": row.previous,
            "body_hash": row.body_hash,
            "hash": row.hash,
            "signature": sign(_signer(session), row.hash),
        },
    )
    session.execute(
        _INSERT_BODY, {"chain": row.chain, "seq": row.seq, "salt": row.salt, "body": row.body, "event": row.event}
    )


def empty_rows(session: Session, *, chain: UUID, seqs: Sequence[int], reason: str, now: datetime) -> None:
    """Empty the bodies of some rows of a chain; a later row of the same chain says which, and why."""
    if not seqs:
        return
    session.execute(
        update(AuditBody).where(AuditBody.chain == chain, AuditBody.seq.in_(seqs)).values(salt=None, body=None)
    )
    record(session, chain=chain, act="audit:empty", body={"reason": reason, "rows": ranges(seqs)}, now=now)


def empty_bodies(session: Session, *, event: UUID) -> int:
    """Retention: what the chains say of an event's surrenders goes; the chains still verify. How many went."""
    emptied = session.execute(
        update(AuditBody).where(AuditBody.event == event, AuditBody.body.is_not(None)).values(salt=None, body=None)
    )
    return affected(emptied)


def _signer(session: Session) -> Ed25519PrivateKey:
    key: Ed25519PrivateKey = session.info[SIGNER]  # missing where whoever opened the database did not lend it
    return key
