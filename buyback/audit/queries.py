"""Verification of the chains and of the rows that they bind, from the database and a public key alone."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import Select, Table, func, select
from sqlalchemy.orm import Session

from buyback.audit.evidence import Evidence, RowFault
from buyback.audit.rules import EMPTY, ChainKind, ChainReader, ChainRow, Fault, Head, fault_of
from buyback.audit.sealing import unseal
from buyback.audit.tables import AuditBody, AuditChain, AuditRow
from buyback.binding import binding_of, key_of, row_hash, rows_of, spell
from buyback.db import Base
from buyback.times import iso_utc

AT_ONCE = 1000  # rows


_CHAIN_ROWS = select(
    AuditRow.seq,
    AuditRow.previous,
    AuditRow.body_hash,
    AuditRow.hash,
    AuditRow.signature,
    AuditBody.event,
    AuditBody.salt,
    AuditBody.body,
).outerjoin(AuditBody, (AuditBody.chain == AuditRow.chain) & (AuditBody.seq == AuditRow.seq))


@dataclass(frozen=True)
class VerifiedChain:
    """One chain from its first row: where it ends, and every fault found."""

    chain: UUID
    head: Head
    faults: tuple[Fault, ...]

    @property
    def rows(self) -> int:
        """How many rows it has, if none is missing."""
        return self.head.seq + 1


@dataclass(frozen=True)
class Verified:
    """All chains, and what is wrong with rows that they bind."""

    chains: tuple[VerifiedChain, ...]
    row_faults: tuple[RowFault, ...]


@dataclass(frozen=True)
class BodyFacts:
    """A body that was not emptied, and what it says: an act without a name where its key is missing."""

    chain: UUID
    seq: int
    said: dict[str, Any]


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


def verify(session: Session, keys: Sequence[Ed25519PublicKey]) -> Verified:
    """Verify each chain from its first row, signed by one of these keys, and every bound row against its acts."""
    evidence = Evidence()
    verified = tuple(_verify_chain(session, chain, keys, evidence) for chain in chains(session))
    faults = [fault for table in bound_tables() for fault in evidence.judge(table.name, rows(session, table))]
    return Verified(verified, tuple(faults))


def bound_tables() -> Iterator[Table]:
    """The tables whose rows are bound to the acts that write them."""
    return (table for table in Base.metadata.sorted_tables if binding_of(table) is not None)


def rows(session: Session, table: Table) -> Iterator[tuple[str, str]]:
    """The key and the hash of each row of a bound table."""
    yield from _hashed(session, table, rows_of(table))


def rows_by_key(session: Session, table: Table, keys: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The same of some rows of a table whose key is one id."""
    (key,) = table.primary_key
    for start in range(0, len(keys), AT_ONCE):
        some = [UUID(found) for found in keys[start : start + AT_ONCE]]
        yield from _hashed(session, table, rows_of(table).where(key.in_(some)))


def body_faults(
    session: Session, chain: UUID, seqs: Sequence[int], keys: Sequence[Ed25519PublicKey]
) -> Iterator[Fault]:
    """What is wrong with some rows of a chain, for themselves, and with their bodies."""
    for start in range(0, len(seqs), AT_ONCE):
        some = _CHAIN_ROWS.where(AuditRow.chain == chain, AuditRow.seq.in_(seqs[start : start + AT_ONCE]))
        for row in session.execute(some):
            fault = fault_of(chain, ChainRow(*row), keys)
            if fault is not None:
                yield Fault(chain, row.seq, fault, "audit_body")


def bodies(session: Session, *, event: UUID | None = None, chain: UUID | None = None) -> Iterator[BodyFacts]:
    """The bodies that were not emptied: all, those about an event's surrenders, or those of one chain."""
    statement = select(AuditBody.chain, AuditBody.seq, AuditBody.body, AuditBody.event).where(
        AuditBody.body.is_not(None)
    )
    if event is not None:
        statement = statement.where(AuditBody.event == event)
    if chain is not None:
        statement = statement.where(AuditBody.chain == chain)
    for row in session.execute(statement.execution_options(yield_per=AT_ONCE)):
        said = unseal(session, row.body or "", chain=row.chain, seq=row.seq, event=row.event)
        yield BodyFacts(row.chain, row.seq, said or {"act": ""})


def _verify_chain(session: Session, chain: UUID, keys: Sequence[Ed25519PublicKey], evidence: Evidence) -> VerifiedChain:
    def open_body(row: ChainRow) -> dict[str, Any] | None:
        return unseal(session, row.body or "", chain=chain, seq=row.seq, event=row.event)

    reader, faults = ChainReader(chain, keys, open_body), []
    for row in _rows(session, chain):
        fault, said = reader.read(row)
        if fault is not None:
            faults.append(fault)
        if said is not None:
            evidence.add(said)
    return VerifiedChain(chain, reader.head, (*faults, *reader.unexplained()))


def _rows(session: Session, chain: UUID) -> Iterator[ChainRow]:
    whole = _CHAIN_ROWS.where(AuditRow.chain == chain).order_by(AuditRow.seq).execution_options(yield_per=AT_ONCE)
    for row in session.execute(whole):
        yield ChainRow(*row)


def _hashed(session: Session, table: Table, statement: Select[Any]) -> Iterator[tuple[str, str]]:
    for row in session.connection().execute(statement.execution_options(yield_per=AT_ONCE)).mappings():
        yield spell(key_of(table, row)), row_hash(table, row)
