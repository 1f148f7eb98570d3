"""Verification of the chains, from the database alone."""

from collections.abc import Iterator
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from buyback.audit.rules import ChainReader, ChainRow, Fault, Head
from buyback.audit.tables import AuditBody, AuditChain, AuditRow


def chains(session: Session) -> tuple[UUID, ...]:
    """All chains."""
    return tuple(session.scalars(select(AuditChain.id).order_by(AuditChain.opened_at, AuditChain.id)))


def verify_chain(session: Session, chain: UUID) -> tuple[Head, tuple[Fault, ...]]:
    """Verify one chain from its first row: where it ends, and every fault found."""
    reader = ChainReader(chain)
    faults = tuple(fault for row in _rows(session, chain) if (fault := reader.read(row)) is not None)
    return reader.head, faults


def _rows(session: Session, chain: UUID) -> Iterator[ChainRow]:
    statement = (
        select(AuditRow.seq, AuditRow.previous, AuditRow.body_hash, AuditRow.hash, AuditBody.salt, AuditBody.body)
        .outerjoin(AuditBody, (AuditBody.chain == AuditRow.chain) & (AuditBody.seq == AuditRow.seq))
        .where(AuditRow.chain == chain)
        .order_by(AuditRow.seq)
        .execution_options(yield_per=1000)
    )
    for row in session.execute(statement):
        yield ChainRow(*row)
