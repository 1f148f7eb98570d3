"""Closing an event: the tables stop, two people count, the float goes home, the salt is destroyed.

One race is accepted: a surrender whose opening was under way when the closing began may be stored just after. The
close looks for it again, and no money can follow it: the float is gone, and the ledger refuses to go below zero.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.orm import Session

from buyback.audit import service as audit
from buyback.campaigns import budget
from buyback.campaigns import queries as campaigns
from buyback.campaigns import service as campaign_service
from buyback.campaigns.facts import EventFacts
from buyback.closing import queries
from buyback.closing.rules import (
    MOMENTS,
    Count,
    CountedAlready,
    CountMoment,
    NotACounter,
    NotTheMoment,
    SurrendersUnfinished,
    Tally,
    TallyOutcome,
)
from buyback.closing.tables import StockCount
from buyback.ids import new_id
from buyback.money import decimal_text
from buyback.people.rules import Actor
from buyback.security.access import Permission
from buyback.totals import service as totals
from buyback.vouchers.rules import Stock
from buyback.vouchers.service import hold_numbering


def begin(session: Session, *, event: UUID, by: Actor, now: datetime) -> None:
    """Stop the tables for the closing counts. SurrendersUnfinished with how many, or EventNotOpen."""
    facts = campaigns.get_event_by_id(session, event)
    _check_finished(session, facts)
    campaign_service.begin_closing(session, event=event, by=by, now=now)


def count(session: Session, *, event: UUID, moment: CountMoment, counted: Stock, by: Actor, now: datetime) -> Tally:
    """Store what one person counted, and how the tally stands with it; a difference is stored as well.

    At the close, the count that makes two agree with the records closes the event. NotACounter, NotTheMoment,
    CountedAlready when this tally has a count of that person, or SurrendersUnfinished.
    """
    facts = campaigns.get_event_by_id(session, event)
    tally = _add_count(session, facts, moment, counted, by=by, now=now)
    if moment is CountMoment.CLOSING and tally.outcome is TallyOutcome.AGREED:
        _check_finished(session, facts)
        _return_float(session, facts, by=by, now=now)
        campaign_service.close_event(session, event=event, by=by, now=now)
        totals.fold(session)
    return tally


def _add_count(
    session: Session, event: EventFacts, moment: CountMoment, counted: Stock, *, by: Actor, now: datetime
) -> Tally:
    if by.id is None or not by.may(Permission.STOCK_COUNT):
        raise NotACounter(name=by.name)
    if MOMENTS.get(event.state) is not moment:
        raise NotTheMoment(event=event.code)
    hold_numbering(session, event.id)  # two people who count at once must see each other
    before = queries.current_tally(session, event=event.id, moment=moment)
    if by.id in before.counters:
        raise CountedAlready(name=by.name)
    figures = {"blank": counted.blank, "issued": counted.issued}
    row = {"id": new_id(), "event": event.id, "moment": moment, "tally": before.number, **figures}
    session.execute(insert(StockCount).values({**row, "counted_by": by.id, "counted_at": now}))
    tally = Tally(before.number, (*before.counts, Count(by.id, counted)), before.system)
    body = {
        "by": by.name,
        "event": event.code,
        "moment": moment.value,
        "tally": tally.number,
        **figures,
        "outcome": tally.outcome.value,
    }
    audit.record(session, chain=by.chain, act="stock:count", body=body, now=now)
    return tally


def _check_finished(session: Session, event: EventFacts) -> None:
    unfinished = queries.unfinished(session, event.id)
    if unfinished:
        raise SurrendersUnfinished(count=unfinished, event=event.code)


def _return_float(session: Session, event: EventFacts, *, by: Actor, now: datetime) -> None:
    left = budget.return_float(session, programme=event.programme.id, event=event.id, by=by, now=now)
    if left:
        body = {"by": by.name, "event": event.code, "amount": decimal_text(left)}
        audit.record(session, chain=by.chain, act="event:return_float", body=body, now=now)
