"""Post journals. Balances that have a limit are moved by the database itself."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from buyback.db import core
from buyback.ids import new_id
from buyback.ledger.rules import AccountRef, JournalKind, Leg
from buyback.ledger.tables import Account, Journal, Transfer

_INSERT_JOURNAL = insert(core(Journal))  # built once, for the sake of redemption
_INSERT_TRANSFER = insert(core(Transfer))


@dataclass(frozen=True)
class Posted:
    """A journal and its transfers' ids, in the order of the legs."""

    journal: UUID
    transfers: tuple[UUID, ...]


@dataclass(frozen=True)
class Entry:
    """One journal to post. The journal of an issue has no minute (``recorded_at``) and no op id."""

    kind: JournalKind
    legs: Sequence[Leg]
    effective_on: date
    recorded_at: datetime | None
    event: UUID | None = None
    actor: UUID | None = None
    op_scope: UUID | None = None
    op_id: UUID | None = None
    op_hash: bytes | None = None
    reverses: UUID | None = None

    @property
    def accounts(self) -> tuple[AccountRef, ...]:
        """Every account that a leg names."""
        return tuple(account for leg in self.legs for account in (leg.debit, leg.credit))


def open_accounts(session: Session, accounts: Iterable[AccountRef]) -> None:
    """Create accounts; limited ones start at zero."""
    session.execute(
        insert(Account),
        [
            {
                "id": account.id,
                "ledger": account.kind.ledger,
                "code": account.kind.code,
                "normal_side": account.kind.side,
                "limited": account.kind.limited,
                **account.owners,
            }
            for account in accounts
        ],
    )


def ensure_accounts(session: Session, accounts: Iterable[AccountRef]) -> None:
    """Create those of some accounts that do not exist yet, unlimited ones.

    IntegrityError when another transaction creates one of them at the same time: it is then worth another try.
    """
    wanted = {account.id: account for account in accounts}
    known = set(session.scalars(select(Account.id).where(Account.id.in_(wanted))))
    missing = sorted(wanted.keys() - known)
    if missing:
        open_accounts(session, [wanted[key] for key in missing])


def post(session: Session, entry: Entry) -> Posted:
    """Write one journal with its transfers."""
    (posted,) = post_all(session, [entry])
    return posted


def post_all(session: Session, entries: Sequence[Entry]) -> tuple[Posted, ...]:
    """Write many journals in two statements. IntegrityError when a limited account would go below zero."""
    posted = tuple(Posted(new_id(), tuple(new_id() for _ in entry.legs)) for entry in entries)
    session.execute(_INSERT_JOURNAL, [_journal(ids.journal, entry) for ids, entry in zip(posted, entries, strict=True)])
    session.execute(
        _INSERT_TRANSFER,
        [
            _transfer(ids.journal, transfer, line, leg)
            for ids, entry in zip(posted, entries, strict=True)
            for line, (transfer, leg) in enumerate(zip(ids.transfers, entry.legs, strict=True))
        ],
    )
    return posted


def _journal(journal: UUID, entry: Entry) -> dict[str, object]:
    return {
        "id": journal,
        "kind": entry.kind,
        "period": f"{entry.effective_on:%Y-%m}",
        "event": entry.event,
        "effective_on": entry.effective_on,
        "recorded_at": entry.recorded_at,
        "actor": entry.actor,
        "op_scope": entry.op_scope,
        "op_id": entry.op_id,
        "op_hash": entry.op_hash,
        "reverses": entry.reverses,
    }


def _transfer(journal: UUID, transfer: UUID, line: int, leg: Leg) -> dict[str, object]:
    return {
        "id": transfer,
        "journal": journal,
        "line": line,
        "ledger": leg.ledger,
        "debit": leg.debit.id,
        "credit": leg.credit.id,
        "amount": leg.amount,
    }
