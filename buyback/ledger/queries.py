"""Balances."""

from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from buyback.ledger.rules import AccountRef, JournalKind, Side
from buyback.ledger.tables import AccountBalance, Journal, Transfer


def limited_balance(session: Session, account: AccountRef) -> int:
    """Cents left on an account that may not go below zero; KeyError where it has none."""
    balance = session.scalar(select(AccountBalance.balance).where(AccountBalance.account == account.id))
    if balance is None:
        raise KeyError(account)
    return balance


def balance(session: Session, account: AccountRef) -> int:
    """Cents on an account's normal side, summed from its transfers."""
    credit = _total(session, Transfer.credit == account.id)
    debit = _total(session, Transfer.debit == account.id)
    return credit - debit if account.kind.side is Side.CREDIT else debit - credit


def journal_of(session: Session, transfer: UUID) -> UUID:
    """The journal that a transfer belongs to."""
    return session.scalars(select(Transfer.journal).where(Transfer.id == transfer)).one()


def day_of(session: Session, transfer: UUID) -> date:
    """The day for which a transfer counts; KeyError where it has faded."""
    statement = select(Journal.effective_on).join(Transfer, Transfer.journal == Journal.id)
    day = session.scalars(statement.where(Transfer.id == transfer)).one()
    if day is None:
        raise KeyError(transfer)
    return day


def posted(session: Session, *, event: UUID, kind: JournalKind) -> int:
    """Cents that an event's journals of one kind have moved."""
    statement = select(func.coalesce(func.sum(Transfer.amount), 0)).join(Journal, Journal.id == Transfer.journal)
    return int(session.scalar(statement.where(Journal.event == event, Journal.kind == kind)) or 0)


def _total(session: Session, which: ColumnElement[bool]) -> int:
    return int(session.scalar(select(func.coalesce(func.sum(Transfer.amount), 0)).where(which)) or 0)
