"""A funder approves its own share; the last approval settles: redemptions are sealed, and the merchant is owed."""

from collections import defaultdict
from datetime import datetime
from uuid import UUID

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from buyback.audit import service as audit
from buyback.errors import Forbidden
from buyback.ledger import service as ledger
from buyback.ledger.rules import JournalKind
from buyback.ledger.service import Entry
from buyback.money import decimal_text
from buyback.people.rules import Actor
from buyback.security.access import Permission
from buyback.settlement import postings as settling
from buyback.settlement.errors import ApprovedAlready, NoShareInIt, NotInThisState, PreparedBySame
from buyback.settlement.queries import SettlementFacts
from buyback.settlement.rules import Content, FunderShare
from buyback.settlement.states import SettlementState
from buyback.settlement.steps import check_content, in_state, move, person
from buyback.settlement.tables import SettlementApproval, SettlementLine
from buyback.times import panama_day
from buyback.vouchers.resolutions import seal_settled
from buyback.vouchers.rules import Fate


def approve(session: Session, *, settlement: UUID, by: Actor, now: datetime) -> bool:
    """Sign the content for the own organisation's share; True when it was the last signature that was missing.

    The last one settles: 2200 → 2250 and 8300 → 8350, a line a funder. Raises NotInThisState, NoShareInIt,
    PreparedBySame, ApprovedAlready, LinesReversed or ContentChanged. IntegrityError when a line is undone at the same
    moment: another try is then refused with LinesReversed.
    """
    signer = person(by)
    if by.organisation is None or not by.may(Permission.SETTLEMENT_APPROVE):
        raise Forbidden
    facts = in_state(session, settlement, *SettlementState)
    signed = _signed(session, facts)
    if by.organisation in signed:
        raise ApprovedAlready(number=facts.number, funder=by.organisation_code)
    if facts.state is not SettlementState.SUBMITTED:
        raise NotInThisState(number=facts.number)
    if signer == facts.prepared_by:
        raise PreparedBySame(number=facts.number)
    content = check_content(session, facts)
    own = next((share for share in content.funder_shares if share.funder == by.organisation), None)
    if own is None:
        raise NoShareInIt(number=facts.number)
    _sign(session, facts, own, by=by, now=now)
    whole = signers_needed(content) <= signed | {by.organisation}
    if whole:
        _settle(session, facts, content, by=by, now=now)
    return whole


def signers_needed(content: Content) -> frozenset[UUID]:
    """The funders that bear or pay something of a settlement."""
    return frozenset(share.funder for share in content.funder_shares if share.amount or share.pays)


def _signed(session: Session, facts: SettlementFacts) -> frozenset[UUID]:
    return frozenset(
        session.scalars(select(SettlementApproval.funder).where(SettlementApproval.settlement == facts.id))
    )


def _sign(session: Session, facts: SettlementFacts, own: FunderShare, *, by: Actor, now: datetime) -> None:
    session.execute(
        insert(SettlementApproval).values(
            settlement=facts.id,
            funder=own.funder,
            approved_by=person(by),
            content_hash=facts.content_hash,
            approved_at=now,
        )
    )
    body = {
        "by": by.name,
        "settlement": facts.number,
        "funder": by.organisation_code,
        "share": decimal_text(own.amount),
        "content": facts.content_hash.hex(),
    }
    audit.record(session, chain=by.chain, act="settlement:approve", body=body, now=now)


def _settle(session: Session, facts: SettlementFacts, content: Content, *, by: Actor, now: datetime) -> None:
    seal_settled(session, [line.redemption for line in content.lines])
    session.execute(update(SettlementLine).where(SettlementLine.settlement == facts.id).values(fate=Fate.SETTLED))
    shares: dict[UUID, dict[UUID, int]] = defaultdict(dict)
    for share in content.part_shares:
        shares[share.event][share.funder] = share.amount
    entries = [
        Entry(
            JournalKind.SETTLE,
            settling.settle(event, facts.merchant, by_funder),
            panama_day(now),
            now,
            event=event,
            actor=by.id,
            op_scope=facts.id,
            op_id=event,
        )
        for event, by_funder in shares.items()
    ]
    ledger.ensure_accounts(session, [account for entry in entries for account in entry.accounts])
    ledger.post_all(session, entries)
    move(session, facts, SettlementState.APPROVED)
