"""One row of ``transfer`` is one debit, one credit and a positive amount: the books balance by construction."""

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    SmallInteger,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from buyback.db import UNORDERED, Base, Instant, choice
from buyback.ledger.rules import CHART, FADING, ChartLine, JournalKind, Owner, PeriodState, Side


def _codes(kinds: Iterable[ChartLine]) -> str:
    return "code IN ({})".format(", ".join(f"'{code}'" for code in sorted({kind.code for kind in kinds})))


def _sides_of_codes() -> str:
    """On which side the accounts of each code stand; 1210 has both."""
    return " OR ".join(
        f"(normal_side = '{side}' AND {_codes(kind for kind in CHART if kind.side is side)})" for side in Side
    )


def _owners_of_codes() -> str:
    """Which references the accounts of each code have: those of the chart, and there is no other code."""
    return " OR ".join(
        "({} AND {})".format(
            _codes(kind for kind in CHART if kind.owners == owners),
            " AND ".join(f"{owner} IS {'NOT ' if owner in owners else ''}NULL" for owner in Owner),
        )
        for owners in sorted({kind.owners for kind in CHART})
    )


def _unique(*columns: str, where: str) -> Index:
    condition = text(where)
    name = f"uq_account_{columns[0]}"
    return Index(name, *columns, unique=True, sqlite_where=condition, postgresql_where=condition)


class Account(Base):
    """An account of one ledger (1 financial, 2 budget). ``limited`` ones may not go below zero.

    Which references are there follows from the code. A key over all of them would not bind the empty ones: so there is
    one key for each set of references, and the id is derived from all that names the account.
    """

    __tablename__ = "account"
    __table_args__ = (
        UniqueConstraint("ledger", "id"),
        CheckConstraint("ledger IN (1, 2)", name="ledger"),
        CheckConstraint("(ledger = 2) = (substr(code, 1, 1) = '8')", name="ledger_of_code"),
        CheckConstraint(f"limited = ({_codes(kind for kind in CHART if kind.limited)})", name="limited_by_code"),
        CheckConstraint(_sides_of_codes(), name="side_of_code"),
        CheckConstraint(_owners_of_codes(), name="owners_of_code"),
        _unique("event", "code", where="event IS NOT NULL"),
        _unique("programme", "code", where="event IS NULL AND programme IS NOT NULL"),
        _unique("funder", "code", where="counterparty IS NULL AND merchant IS NULL AND funder IS NOT NULL"),
        _unique("merchant", "funder", "code", where="merchant IS NOT NULL"),
        _unique("counterparty", "funder", "code", "normal_side", where="counterparty IS NOT NULL"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    ledger: Mapped[int] = mapped_column(SmallInteger)
    code: Mapped[str] = mapped_column(String(4))
    event: Mapped[UUID | None] = mapped_column(ForeignKey("event.id"))
    programme: Mapped[UUID | None] = mapped_column(ForeignKey("programme.id"))
    funder: Mapped[UUID | None] = mapped_column(ForeignKey("organisation.id"))
    merchant: Mapped[UUID | None] = mapped_column(ForeignKey("merchant.id"))
    counterparty: Mapped[UUID | None] = mapped_column(ForeignKey("organisation.id"))
    normal_side: Mapped[Side] = mapped_column(choice(Side))
    limited: Mapped[bool] = mapped_column(Boolean(create_constraint=False))


class AccountBalance(Base):
    """Credits less debits, in cents, of a limited account; kept by a trigger on transfers, never by the code."""

    __tablename__ = "account_balance"
    __table_args__ = (CheckConstraint("balance >= 0", name="not_below_zero"),)

    account: Mapped[UUID] = mapped_column(ForeignKey("account.id"), primary_key=True)
    balance: Mapped[int]


class Period(Base):
    """An accounting month, ``2026-11``."""

    __tablename__ = "period"

    code: Mapped[str] = mapped_column(String(7), primary_key=True)
    state: Mapped[PeriodState] = mapped_column(choice(PeriodState))


class Journal(Base):
    """One business fact with its transfers. That of an issue keeps no minute and no op id (it must not lead back).

    Time, then day and cashier of what became of a voucher fade with it (``vouchers.guards``): the month stays.
    """

    __tablename__ = "journal"
    __table_args__ = (
        UniqueConstraint("op_scope", "op_id"),
        CheckConstraint("(op_scope IS NULL) = (op_id IS NULL)", name="op_whole"),
        CheckConstraint("kind <> 'issue' OR (recorded_at IS NULL AND op_id IS NULL)", name="issue_has_no_minute"),
        CheckConstraint(f"kind IN {FADING} OR kind = 'issue' OR recorded_at IS NOT NULL", name="recorded"),
        CheckConstraint(
            "effective_on IS NOT NULL OR (kind IN ('redeem', 'reverse') AND recorded_at IS NULL AND actor IS NULL)",
            name="has_a_day",
        ),
        Index("ix_journal_event", "event"),
        UNORDERED,
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[JournalKind] = mapped_column(choice(JournalKind))
    period: Mapped[str] = mapped_column(ForeignKey("period.code"))
    event: Mapped[UUID | None] = mapped_column(ForeignKey("event.id"))
    effective_on: Mapped[date | None]
    recorded_at: Mapped[datetime | None] = mapped_column(Instant())
    actor: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    op_scope: Mapped[UUID | None]
    op_id: Mapped[UUID | None]
    op_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    reverses: Mapped[UUID | None] = mapped_column(ForeignKey("journal.id"), unique=True)


class Transfer(Base):
    """``amount`` cents from the debit to the credit account of one ledger."""

    __tablename__ = "transfer"
    __table_args__ = (
        UniqueConstraint("journal", "line"),
        UniqueConstraint("id", "amount"),
        ForeignKeyConstraint(["ledger", "debit"], ["account.ledger", "account.id"]),
        ForeignKeyConstraint(["ledger", "credit"], ["account.ledger", "account.id"]),
        CheckConstraint("amount > 0", name="positive"),
        CheckConstraint("debit <> credit", name="two_accounts"),
        UNORDERED,
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    journal: Mapped[UUID] = mapped_column(ForeignKey("journal.id"))
    line: Mapped[int] = mapped_column(SmallInteger)
    ledger: Mapped[int] = mapped_column(SmallInteger)
    debit: Mapped[UUID]
    credit: Mapped[UUID]
    amount: Mapped[int]
