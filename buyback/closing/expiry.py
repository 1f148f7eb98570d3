"""Vouchers past their last day: what they promised goes back to the programme."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from buyback.audit import service as audit
from buyback.campaigns import queries as campaigns
from buyback.money import decimal_text
from buyback.people.rules import Actor
from buyback.totals import service as totals
from buyback.vouchers import postings, queries
from buyback.vouchers.resolutions import Ending, resolve
from buyback.vouchers.rules import ResolutionKind


@dataclass(frozen=True)
class ExpiryRun:
    """What an expiry run posted; ``amount`` in cents."""

    vouchers: int
    amount: int


def find_due(session: Session, *, today: date) -> ExpiryRun:
    """What a run on this day would post; nothing is written."""
    due = queries.past_their_day(session, today)
    return ExpiryRun(len(due), sum(voucher.face for voucher in due))


def expire_due(session: Session, *, today: date, by: Actor, now: datetime) -> ExpiryRun:
    """Post the expiry of every outstanding voucher whose last day is past; run again, it finds nothing."""
    due = queries.past_their_day(session, today)
    programmes = {
        event: campaigns.get_event_by_id(session, event).programme.id for event in {voucher.event for voucher in due}
    }
    for voucher in due:
        resolve(
            session,
            Ending(voucher.id, voucher.cycle, ResolutionKind.EXPIRE, voucher.face),
            legs=postings.expire(programmes[voucher.event], voucher.event, voucher.face),
            event=voucher.event,
            by=by.id,
            now=now,
        )
    count, amount = len(due), sum(voucher.face for voucher in due)
    if count:
        body = {"by": by.name, "until": today.isoformat(), "count": count, "amount": decimal_text(amount)}
        audit.record(session, chain=by.chain, act="voucher:expire", body=body, now=now)
    totals.fold_many(session)
    return ExpiryRun(count, amount)
