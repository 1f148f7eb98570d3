"""Chains of audit rows, and their bodies, which retention may empty."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from buyback.audit.rules import ChainKind
from buyback.db import UNORDERED, Base, Instant, choice


class AuditChain(Base):
    """A chain; its id is the organisation's or the till's own, so that appending needs no look-up."""

    __tablename__ = "audit_chain"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[ChainKind] = mapped_column(choice(ChainKind))
    opened_at: Mapped[datetime] = mapped_column(Instant())


class AuditRow(Base):
    """One link: no fork (a row has one successor), no gap (the row before is named with its number and hash)."""

    __tablename__ = "audit_row"
    __table_args__ = (
        UniqueConstraint("chain", "previous"),
        UniqueConstraint("chain", "seq", "hash"),
        ForeignKeyConstraint(
            ["chain", "previous_seq", "previous"], ["audit_row.chain", "audit_row.seq", "audit_row.hash"]
        ),
        CheckConstraint(
            "(seq = 0 AND previous_seq IS NULL) OR (seq > 0 AND previous_seq IS NOT NULL AND previous_seq = seq - 1)",
            name="no_gap",
        ),
        CheckConstraint("length(hash) = 32 AND length(previous) = 32 AND length(body_hash) = 32", name="hash_sizes"),
        CheckConstraint("length(signature) = 64", name="signature_size"),
        UNORDERED,
    )

    chain: Mapped[UUID] = mapped_column(ForeignKey("audit_chain.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    previous_seq: Mapped[int | None]
    previous: Mapped[bytes] = mapped_column(LargeBinary(32))
    body_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    signature: Mapped[bytes] = mapped_column(LargeBinary(64))


class AuditBody(Base):
    """What happened, as canonical JSON, with its salt.

    ``event`` marks what the event's purge empties; it is sealed until then (``sealing.py``).
    """

    __tablename__ = "audit_body"
    __table_args__ = (
        ForeignKeyConstraint(["chain", "seq"], ["audit_row.chain", "audit_row.seq"]),
        CheckConstraint("(salt IS NULL) = (body IS NULL)", name="emptied_whole"),
        CheckConstraint("event IS NULL OR body IS NULL OR substr(body, 1, 10) = '{\"sealed\":'", name="sealed"),
        Index("ix_audit_body_event", "event"),
        UNORDERED,
    )

    chain: Mapped[UUID] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    salt: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    body: Mapped[str | None] = mapped_column(Text)
    event: Mapped[UUID | None] = mapped_column(ForeignKey("event.id"))
