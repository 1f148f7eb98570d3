"""Verification of the chains, from the database alone."""

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from buyback.audit.rules import EMPTY, ChainKind, ChainReader, ChainRow, Fault, Head
from buyback.audit.tables import AuditBody, AuditChain, AuditRow
from buyback.times import iso_utc


def chains(session: Session) -> tuple[UUID, ...]:
    """All chains."""
    return tuple(session.scalars(select(AuditChain.id).order_by(AuditChain.opened_at, AuditChain.id)))


def heads(session: Session, *, tills_until: datetime) -> Iterator[tuple[UUID, Head]]:
    """Where each chain ends, as the database says it; a till's where it ended before an instant."""
    ends = select(AuditRow.chain, func.max(AuditRow.seq).label("seq")).group_by(AuditRow.chain).subquery()
    newest = select(AuditRow.chain, AuditRow.seq, AuditRow.hash).join(
        ends, (ends.c.chain == AuditRow.chain) & (ends.c.seq == AuditRow.seq)
    )
    found = {row.chain: Head(row.seq, row.hash) for row in session.execute(newest)}
    tills = set(session.scalars(select(AuditChain.id).where(AuditChain.kind == ChainKind.TILL)))
    for chain in chains(session):
        yield chain, _end_before(session, chain, tills_until) if chain in tills else found.get(chain, EMPTY)


def _end_before(session: Session, chain: UUID, moment: datetime) -> Head:
    """The newest row of a till's chain that says it is older; one that was emptied says nothing any more."""
    rows = (
        select(AuditRow.seq, AuditRow.hash, AuditBody.body)
        .join(AuditBody, (AuditBody.chain == AuditRow.chain) & (AuditBody.seq == AuditRow.seq))
        .where(AuditRow.chain == chain, AuditBody.body.is_not(None))
        .order_by(AuditRow.seq.desc())
        .execution_options(yield_per=100)
    )
    until = iso_utc(moment)
    with session.execute(rows) as found:
        older = (Head(row.seq, row.hash) for row in found if json.loads(row.body or "")["at"] < until)
        return next(older, EMPTY)


def verify_chain(session: Session, chain: UUID, keys: Sequence[Ed25519PublicKey]) -> tuple[Head, tuple[Fault, ...]]:
    """Verify one chain from its first row, signed by one of these keys: where it ends, and every fault found."""
    reader = ChainReader(chain, keys)
    faults = tuple(fault for row in _rows(session, chain) if (fault := reader.read(row)) is not None)
    return reader.head, faults


def _rows(session: Session, chain: UUID) -> Iterator[ChainRow]:
    statement = (
        select(
            AuditRow.seq,
            AuditRow.previous,
            AuditRow.body_hash,
            AuditRow.hash,
            AuditRow.signature,
            AuditBody.event,
            AuditBody.salt,
            AuditBody.body,
        )
        .outerjoin(AuditBody, (AuditBody.chain == AuditRow.chain) & (AuditBody.seq == AuditRow.seq))
        .where(AuditRow.chain == chain)
        .order_by(AuditRow.seq)
        .execution_options(yield_per=1000)
    )
    for row in session.execute(statement):
        yield ChainRow(*row)
