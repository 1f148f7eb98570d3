"""What ends a voucher, and what opens it again. One insert decides: a cycle of a voucher ends once."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from buyback.audit import service as audit
from buyback.campaigns.facts import EventFacts
from buyback.campaigns.states import EventState
from buyback.db import core
from buyback.ids import new_id
from buyback.ledger import service as ledger
from buyback.ledger.rules import JournalKind, Leg
from buyback.ledger.service import Entry
from buyback.people.rules import Actor
from buyback.security.keyring import KeyRing
from buyback.times import month_of, panama_day
from buyback.vouchers import postings, queries, redemptions
from buyback.vouchers.queries import Standing
from buyback.vouchers.redemptions import Redemption
from buyback.vouchers.rules import Disposition, Fate, ResolutionKind, VoidReason, VoucherNotOutstanding
from buyback.vouchers.serials import serial_text
from buyback.vouchers.service import MintedVoucher, issue_again
from buyback.vouchers.tables import HandoverVoucher, Replacement, Resolution, ResolutionFate, Reversal

_INSERT_RESOLUTION = insert(core(Resolution))  # built once, for the sake of redemption


@dataclass(frozen=True)
class Ending:
    """How a cycle of a voucher ends. ``amount`` in cents equals the face; merchant and till where a till takes it."""

    voucher: UUID
    cycle: int
    kind: ResolutionKind
    amount: int
    merchant: UUID | None = None
    till: UUID | None = None
    reason: VoidReason | None = None


def resolve(
    session: Session, ending: Ending, *, legs: tuple[Leg, ...], event: UUID, by: UUID | None, now: datetime
) -> UUID:
    """Post the ending and store it; IntegrityError when the cycle has ended already. The resolution's id."""
    posted = ledger.post(
        session,
        Entry(JournalKind(ending.kind.value), legs, panama_day(now), now, event=event, actor=by),
    )
    key = new_id()
    session.execute(
        _INSERT_RESOLUTION,
        {
            "id": key,
            "voucher": ending.voucher,
            "cycle": ending.cycle,
            "opened_cycle": ending.cycle or None,
            "kind": ending.kind,
            "reason": ending.reason,
            "amount": ending.amount,
            "transfer": posted.transfers[0],
            "merchant": ending.merchant,
            "till": ending.till,
            "actor": by,
            "resolved_at": now,
            "resolved_on": panama_day(now),
            "resolved_in": month_of(panama_day(now)),
        },
    )
    return key


def reverse(session: Session, redemption: Redemption, *, till: UUID | None, by: UUID | None, now: datetime) -> None:
    """Undo a redemption that is not settled: its fate is sealed as reversed, and the next cycle opens."""
    journal = ledger.post(
        session,
        Entry(
            JournalKind.REVERSE,
            postings.reverse(redemption.event, redemption.amount),
            panama_day(now),
            now,
            event=redemption.event,
            actor=by,
            reverses=redemptions.journal_of(session, redemption.id),
        ),
    ).journal
    session.execute(insert(ResolutionFate).values(resolution=redemption.id, fate=Fate.REVERSED))
    session.execute(
        insert(Reversal).values(
            resolution=redemption.id,
            voucher=redemption.voucher,
            cycle=redemption.cycle,
            opens_cycle=redemption.cycle + 1,
            kind=ResolutionKind.REDEEM,
            fate=Fate.REVERSED,
            journal=journal,
            till=till,
            actor=by,
            reversed_at=now,
            reversed_on=panama_day(now),
            reversed_in=month_of(panama_day(now)),
        )
    )


def seal_settled(session: Session, ids: Collection[UUID]) -> None:
    """Redemptions are settled, for good. IntegrityError when one is reversed at the same time."""
    session.execute(insert(ResolutionFate), [{"resolution": key, "fate": Fate.SETTLED} for key in ids])


def void(session: Session, *, event: EventFacts, serial: int, reason: VoidReason, by: Actor, now: datetime) -> Standing:
    """Make an outstanding voucher worthless; its budget goes back. What it was before."""
    standing = queries.get_standing(session, event=event.id, serial=serial)
    if standing.disposition is not Disposition.ISSUED:
        raise VoucherNotOutstanding(field="serial", serial=serial_text(serial), disposition=standing.disposition.value)
    closed = event.state in (EventState.CLOSED, EventState.PURGED)
    resolve(
        session,
        Ending(standing.id, standing.cycle, ResolutionKind.VOID, standing.face, reason=reason),
        legs=postings.void(event.programme.id, event.id, standing.face, event_closed=closed),
        event=event.id,
        by=by.id,
        now=now,
    )
    body = {"by": by.name, "event": event.code, "serial": serial, "reason": reason.value}
    audit.record(session, chain=by.chain, act="voucher:void", body=body, now=now)
    return standing


def replace(
    session: Session, *, event: EventFacts, serial: int, by: Actor, keys: KeyRing, now: datetime
) -> MintedVoucher:
    """Void a voucher and issue another of the same face in its place, while the event is open."""
    old = void(session, event=event, serial=serial, reason=VoidReason.REPLACED, by=by, now=now)
    surrender = session.scalar(select(HandoverVoucher.surrender).where(HandoverVoucher.voucher == old.id))
    day = queries.issue_day(session, old.id)
    new = issue_again(session, event=event, face=old.face, surrender=surrender, day=day, by=by, keys=keys)
    session.execute(insert(Replacement).values(voucher=old.id, replaced_by=new.id))
    body = {"by": by.name, "event": event.code, "serial": serial, "replaced_by": new.serial}
    audit.record(session, chain=by.chain, act="voucher:replace", body=body, now=now)
    return new
