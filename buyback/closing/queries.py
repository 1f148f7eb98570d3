"""What is left of an event's money at its close and after it."""

from uuid import UUID

from sqlalchemy.orm import Session

from buyback.ledger import queries as ledger
from buyback.ledger.rules import OUTSTANDING, AccountRef, JournalKind, event_scope


def returned(session: Session, event: UUID) -> int:
    """Cents that went back to the programme when the event was closed."""
    return ledger.posted(session, event=event, kind=JournalKind.RETURN)


def outstanding(session: Session, event: UUID) -> int:
    """Cents in vouchers of an event that are issued and neither redeemed, void nor expired."""
    return ledger.balance(session, AccountRef(OUTSTANDING, event_scope(event)))
