"""Preparing settlements, submitting them to the funders, and sending them back.

A draft freezes redemptions: they are in no other settlement while it stands, and what they come to is hashed. Until
the last approval a till may still undo one of them within its minutes; the settlement is then refused and goes back.
"""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session

from buyback.audit import service as audit
from buyback.errors import Forbidden
from buyback.merchants import queries as merchants
from buyback.people.rules import Actor
from buyback.security.access import Permission
from buyback.settlement import drafting, queries
from buyback.settlement.errors import NoShareInIt, NothingToSettle, NotNational, UntilInFuture
from buyback.settlement.queries import SettlementFacts
from buyback.settlement.states import ReturnReason, SettlementAct, SettlementState
from buyback.settlement.steps import check_content, in_state, keep_step, move
from buyback.settlement.tables import SettlementLine
from buyback.times import panama_day
from buyback.vouchers import redemptions as vouchers

BACK_FROM = (SettlementState.DRAFT, SettlementState.SUBMITTED)


def prepare(session: Session, *, merchant: UUID, until: date, by: Actor, now: datetime) -> SettlementFacts:
    """Freeze what a merchant is owed for its redemptions until a day, that day included, into a draft.

    Raises NothingToSettle, UntilInFuture, NotNational, or Forbidden for who may not prepare.
    """
    _check_preparer(session, by)
    _check_until(until, now)
    draft = drafting.draft(session, merchant=merchant, until=until, by=by, now=now)
    if draft is None:
        raise NothingToSettle(field="until", until=until)
    return draft


def prepare_all(session: Session, *, until: date, by: Actor, now: datetime) -> tuple[SettlementFacts, ...]:
    """A draft for each merchant that is owed something, in the order of their names. Raises as ``prepare``."""
    _check_preparer(session, by)
    _check_until(until, now)
    owed = set(vouchers.merchants_owed(session, before=drafting.end_of(until)))
    waiting = [merchant.id for merchant in merchants.registered(session) if merchant.id in owed]
    drafts = [drafting.draft(session, merchant=merchant, until=until, by=by, now=now) for merchant in waiting]
    prepared = tuple(draft for draft in drafts if draft is not None)
    if not prepared:
        raise NothingToSettle(field="until", until=until)
    return prepared


def submit(session: Session, *, settlement: UUID, by: Actor, now: datetime) -> None:
    """Put a draft before its funders. Raises NotInThisState, LinesReversed or ContentChanged."""
    _check_preparer(session, by)
    facts = in_state(session, settlement, SettlementState.DRAFT)
    check_content(session, facts)
    move(session, facts, SettlementState.SUBMITTED)
    keep_step(session, facts, SettlementAct.SUBMIT, by=by, now=now)
    body = {"by": by.name, "settlement": facts.number, "content": facts.content_hash.hex()}
    audit.record(session, chain=by.chain, act="settlement:submit", body=body, now=now)


def send_back(session: Session, *, settlement: UUID, reason: ReturnReason, by: Actor, now: datetime) -> None:
    """Return a settlement, by who prepares or by one of its funders: its redemptions are free for another one.

    What it was stays on record. Raises NotInThisState once every funder has approved.
    """
    facts = in_state(session, settlement, *BACK_FROM)
    _check_may_return(session, facts, by)
    drafting.take_back_carries(session, queries.content_of(session, facts))
    move(session, facts, SettlementState.RETURNED)
    session.execute(update(SettlementLine).where(SettlementLine.settlement == facts.id).values(held=False))
    keep_step(session, facts, SettlementAct.RETURN, by=by, now=now, reason=reason)
    body = {"by": by.name, "settlement": facts.number, "reason": reason.value}
    audit.record(session, chain=by.chain, act="settlement:return", body=body, now=now)


def may_return(session: Session, facts: SettlementFacts, *, by: Actor) -> bool:
    """Whether somebody may send a settlement back: a ministry that prepares, or one of its funders once submitted."""
    if by.may(Permission.SETTLEMENT_PREPARE) and queries.scope_of(session, by).is_whole:
        return True
    has_share = any(share.funder == by.organisation for share in queries.funder_shares(session, facts.id))
    return has_share and by.may(Permission.SETTLEMENT_APPROVE) and facts.state is SettlementState.SUBMITTED


def _check_may_return(session: Session, facts: SettlementFacts, by: Actor) -> None:
    if may_return(session, facts, by=by):
        return
    if by.may(Permission.SETTLEMENT_APPROVE):
        raise NoShareInIt(number=facts.number)
    raise Forbidden


def _check_preparer(session: Session, by: Actor) -> None:
    if by.id is None or not by.may(Permission.SETTLEMENT_PREPARE):
        raise Forbidden
    if not queries.scope_of(session, by).is_whole:
        raise NotNational


def _check_until(until: date, now: datetime) -> None:
    if until > panama_day(now):
        raise UntilInFuture(field="until", until=until)
