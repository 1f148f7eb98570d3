"""Closing an event: the tables stop, two people count, the float goes home, the salt is destroyed.

One race is accepted: a surrender whose opening was under way when the closing began may be stored just after. The
close looks for it again, and no money can follow it: the float is gone, and the ledger refuses to go below zero.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from buyback.audit import service as audit
from buyback.campaigns import queries as campaigns
from buyback.campaigns import service as campaign_service
from buyback.campaigns.facts import EventFacts
from buyback.closing.counts import Figures, Outcome, Tally, add_count
from buyback.closing.states import CountMoment
from buyback.errors import Refused
from buyback.intake import queries as intake
from buyback.intake.rules import ENDED
from buyback.ledger import queries as ledger_queries
from buyback.ledger import service as ledger
from buyback.ledger.rules import ALLOTTED, AccountRef, JournalKind, event_scope, return_float
from buyback.money import decimal_text
from buyback.people.rules import Actor
from buyback.times import panama_day
from buyback.totals import service as rollup


class SurrendersUnfinished(Refused):
    """Whoever still sits at a table is paid, declined or cancelled first."""

    sentence = "Entregas sin terminar en la jornada {event}: {count}. Termínelas o cancélelas antes del cierre."


def begin(session: Session, *, event: UUID, by: Actor, now: datetime) -> None:
    """Stop the tables for the closing counts. SurrendersUnfinished with how many, or EventNotOpen."""
    facts = campaigns.get_event_by_id(session, event)
    _check_finished(session, facts)
    campaign_service.begin_closing(session, event=event, by=by, now=now)


def count_and_close(session: Session, *, event: UUID, figures: Figures, by: Actor, now: datetime) -> Tally:
    """Store one person's closing count; the one that makes two agree with the records closes the event.

    Raises what ``add_count`` does, or SurrendersUnfinished.
    """
    facts = campaigns.get_event_by_id(session, event)
    tally = add_count(session, event=facts, moment=CountMoment.CLOSING, figures=figures, by=by, now=now)
    if tally.outcome is Outcome.AGREED:
        _check_finished(session, facts)
        _return_float(session, facts, by=by, now=now)
        campaign_service.close_event(session, event=event, by=by, now=now)
        rollup.fold(session)
    return tally


def unfinished(session: Session, event: UUID) -> int:
    """How many surrenders of an event have not come to an end."""
    states = intake.counts_by_state(session, event)
    return sum(count for state, count in states.items() if state not in ENDED)


def _check_finished(session: Session, event: EventFacts) -> None:
    count = unfinished(session, event.id)
    if count:
        raise SurrendersUnfinished(count=count, event=event.code)


def _return_float(session: Session, event: EventFacts, *, by: Actor, now: datetime) -> None:
    left = ledger_queries.limited_balance(session, AccountRef(ALLOTTED, event_scope(event.id)))
    if left == 0:
        return
    legs = return_float(event.programme.id, event.id, left)
    ledger.post(session, ledger.Entry(JournalKind.RETURN, legs, panama_day(now), now, event=event.id, actor=by.id))
    body = {"by": by.name, "event": event.code, "amount": decimal_text(left)}
    audit.record(session, chain=by.chain, act="event:return_float", body=body, now=now)
