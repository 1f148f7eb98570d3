"""What events were given, have issued, have promised and have left: for the tables, before anything is offered."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from buyback.intake import queries as intake
from buyback.ledger import queries as ledger
from buyback.ledger.rules import OUTSTANDING, AccountRef, JournalKind, event_scope
from buyback.vouchers.states import ResolutionKind
from buyback.vouchers.tables import Issuance, Resolution, Voucher


@dataclass(frozen=True)
class FloatUse:
    """An event's float in cents. ``issued`` leaves out void vouchers, whose budget went back."""

    issued: int
    promised: int
    left: int

    @property
    def spoken_for(self) -> int:
        """What is issued or promised to somebody at the tables."""
        return self.issued + self.promised

    @property
    def ceiling(self) -> int:
        """Everything the event may promise."""
        return self.spoken_for + self.left


def float_use(session: Session, event: UUID) -> FloatUse:
    """How much of one event's float is used."""
    return float_uses(session, [event])[event]


def returned(session: Session, event: UUID) -> int:
    """Cents that went back to the programme when the event was closed."""
    return ledger.posted(session, event=event, kind=JournalKind.RETURN)


def outstanding(session: Session, event: UUID) -> int:
    """Cents in vouchers of an event that are issued and neither redeemed, void nor expired."""
    return ledger.balance(session, AccountRef(OUTSTANDING, event_scope(event)))


def float_uses(session: Session, events: Collection[UUID]) -> dict[UUID, FloatUse]:
    """How much of each event's float is used."""
    voided = select(Resolution.voucher).where(Resolution.kind == ResolutionKind.VOID)
    rows = session.execute(
        select(Voucher.event, func.sum(Issuance.face))
        .join(Issuance, Issuance.voucher == Voucher.id)
        .where(Voucher.event.in_(events), Voucher.id.not_in(voided))
        .group_by(Voucher.event)
    )
    issued: dict[UUID, int] = {event: int(total) for event, total in rows}
    held = {event: intake.float_of(session, event) for event in events}
    return {
        event: FloatUse(issued=issued.get(event, 0), promised=held[event].promised, left=held[event].left)
        for event in events
    }
