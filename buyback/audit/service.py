"""Append to a chain in the transaction of the change it records."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from buyback.audit.queries import bound_tables
from buyback.audit.rules import EMPTY, EMPTY_ACT, ChainKind, Head, Link, link, ranges, sign
from buyback.audit.sealing import seal
from buyback.audit.tables import AuditBody, AuditChain, AuditRow
from buyback.binding import WRITTEN, Written, rows_of
from buyback.db import SIGNER, core
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

    The body holds who and what, never a code nor a depositor, and the hashes of the bound rows that the transaction has
    written since the act before (``binding.py``): so it comes after what it tells of. ``event`` marks bodies that the
    event's purge empties, and that are sealed until then: whatever belongs to a surrender. Two writers on one chain
    collide on its uniqueness; the loser's transaction is run again. On PostgreSQL the chain's row is locked first, so
    that they queue instead.
    """
    hold(session, chain)
    record_after(session, head_of(session, chain), chain=chain, act=act, body=body, now=now, event=event)


def record_after(
    session: Session,
    head: Head,
    *,
    chain: UUID,
    act: str,
    body: Mapping[str, object],
    now: datetime,
    event: UUID | None = None,
) -> None:
    """The same where the chain's head is known already, and nobody else can write after it."""
    rows = written(session)
    taken = {"bound": rows.take(session.connection())} if rows else {}
    said: dict[str, object] = {**body, **taken, "act": act, "at": iso_utc(now)}
    if event is not None:
        said = seal(session, said, chain=chain, seq=head.seq + 1, event=event)
    _append(session, link(chain, head, said, new_salt(), event))


def written(session: Session) -> Written:
    """The bound rows that this transaction wrote since its last act."""
    kept: Written | None = session.connection().get_execution_options().get(WRITTEN)
    return Written() if kept is None else kept


def hold(session: Session, chain: UUID) -> None:
    """Wait until no other transaction that holds this chain is under way (PostgreSQL; SQLite has one writer)."""
    session.execute(select(AuditChain.id).where(AuditChain.id == chain).with_for_update())


def take_in(session: Session) -> None:
    """Let the next act account for all bound rows that stand: those that the schema itself brought."""
    rows = written(session)
    for table in bound_tables():
        for row in session.connection().execute(rows_of(table)).mappings():
            rows.add(table, row)


def _append(session: Session, row: Link) -> None:
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
            "signature": sign(signer(session), row.hash),
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
    record(session, chain=chain, act=EMPTY_ACT, body={"reason": reason, "rows": ranges(seqs)}, now=now)


def signer(session: Session) -> Ed25519PrivateKey:
    """The key that signs what this session appends."""
    key: Ed25519PrivateKey = session.info[SIGNER]  # missing where whoever opened the database did not lend it
    return key
