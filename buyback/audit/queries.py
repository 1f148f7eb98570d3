"""Verification of the chains, from the database alone."""

from collections.abc import Iterator, Sequence
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from buyback.audit.rules import EMPTY, ChainReader, ChainRow, Fault, Head
from buyback.audit.tables import AuditBody, AuditChain, AuditRow


def chains(session: Session) -> tuple[UUID, ...]:
    """All chains."""
    return tuple(session.scalars(select(AuditChain.id).order_by(AuditChain.opened_at, AuditChain.id)))


def heads(session: Session) -> Iterator[tuple[UUID, Head]]:
    """Where each chain ends, as the database says it."""
    ends = select(AuditRow.chain, func.max(AuditRow.seq).label("seq")).group_by(AuditRow.chain).subquery()
    newest = select(AuditRow.chain, AuditRow.seq, AuditRow.hash).join(
        ends, (ends.c.chain == AuditRow.chain) & (ends.c.seq == AuditRow.seq)
    )
    found = {row.chain: Head(row.seq, row.hash) for row in session.execute(newest)}
    return ((chain, found.get(chain, EMPTY)) for chain in chains(session))


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
