"""A programme's budget: what is appropriated to it, and the float that an event gets of it. Cents.

A programme file may state an appropriation; floats are then covered by it. Where none is stated, each float
appropriates itself: it stands on an account of the event's own, so that a budget page can tell the two apart.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from buyback.campaigns import postings
from buyback.campaigns.rules import AppropriationShrinks, FloatOverAppropriation
from buyback.ledger import queries as ledger_queries
from buyback.ledger import service as ledger
from buyback.ledger.rules import (
    ACCRUED,
    ACCRUED_PAYABLE,
    ALLOTTED,
    APPROPRIATION,
    AVAILABLE,
    BREAKAGE,
    COMMITTED,
    OUTSTANDING,
    OWN_APPROPRIATION,
    PROGRAMME_COST,
    AccountRef,
    JournalKind,
    Leg,
)
from buyback.money import screen_text
from buyback.people.rules import Actor
from buyback.times import panama_day

EVENT_ACCOUNTS = (OUTSTANDING, ACCRUED_PAYABLE, PROGRAMME_COST, BREAKAGE, ALLOTTED, COMMITTED, ACCRUED)
PROGRAMME_ACCOUNTS = (APPROPRIATION, AVAILABLE)


def open_programme_accounts(session: Session, *, programme: UUID) -> None:
    """The accounts of a new programme."""
    ledger.open_accounts(session, [AccountRef(kind, programme=programme) for kind in PROGRAMME_ACCOUNTS])


def stated_appropriation(session: Session, programme: UUID) -> int:
    """What programme files have appropriated so far; 0 where floats appropriate themselves."""
    return ledger_queries.balance(session, AccountRef(APPROPRIATION, programme=programme))


def state_appropriation(session: Session, *, programme: UUID, amount: int, by: Actor, now: datetime) -> None:
    """Bring a programme's appropriation up to ``amount``; AppropriationShrinks when it is more already."""
    stated = stated_appropriation(session, programme)
    if amount < stated:
        raise AppropriationShrinks(field="appropriation", amount=screen_text(stated))
    if amount > stated:
        legs = postings.appropriate(programme, amount - stated)
        ledger.post(session, ledger.Entry(JournalKind.APPROPRIATE, legs, panama_day(now), now, actor=by.id))


def allot_float(session: Session, *, programme: UUID, event: UUID, amount: int, by: Actor, now: datetime) -> None:
    """Open a new event's accounts and give it its float.

    FloatOverAppropriation when the programme states an appropriation that does not cover it.
    """
    ledger.open_accounts(session, [AccountRef(kind, event=event) for kind in EVENT_ACCOUNTS])
    if stated_appropriation(session, programme) == 0:
        ledger.open_accounts(session, [AccountRef(OWN_APPROPRIATION, event=event, programme=programme)])
        legs = postings.appropriate_float(programme, event, amount)
        _post(session, JournalKind.APPROPRIATE, legs, event=event, by=by, now=now)
    left = ledger_queries.limited_balance(session, AccountRef(AVAILABLE, programme=programme))
    if amount > left:
        raise FloatOverAppropriation(field="float", wanted=screen_text(amount), available=screen_text(left))
    _post(session, JournalKind.ALLOT, postings.allot(programme, event, amount), event=event, by=by, now=now)


def return_float(session: Session, *, programme: UUID, event: UUID, by: Actor, now: datetime) -> int:
    """Give back to the programme what an event did not promise; how much that was."""
    left = ledger_queries.limited_balance(session, AccountRef(ALLOTTED, event=event))
    if left:
        legs = postings.return_float(programme, event, left)
        _post(session, JournalKind.RETURN, legs, event=event, by=by, now=now)
    return left


def _post(session: Session, kind: JournalKind, legs: tuple[Leg, ...], *, event: UUID, by: Actor, now: datetime) -> None:
    entry = ledger.Entry(kind, legs, panama_day(now), now, event=event, actor=by.id)
    ledger.post(session, entry)
