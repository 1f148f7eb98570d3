"""The steps of a settlement until its last approval: prepared, submitted to its funders, approved by each, or returned.

A draft freezes redemptions: they are in no other settlement while it stands, and what they come to is hashed. Until
the last approval a till may still undo one of them within its minutes; the settlement is then refused and goes back.
The last approval settles: redemptions are sealed, and the merchant is owed.
"""

from collections import defaultdict
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from buyback.audit import service as audit
from buyback.errors import Forbidden
from buyback.files.reading.refusals import DayInFuture
from buyback.ledger import service as ledger
from buyback.ledger.rules import JournalKind
from buyback.ledger.service import Entry
from buyback.merchants import queries as merchants
from buyback.money import decimal_text
from buyback.people.rules import Actor
from buyback.settlement import drafts, postings, queries, rules
from buyback.settlement.errors import ContentChanged, NothingToSettle
from buyback.settlement.funder_shares import Content
from buyback.settlement.queries import SettlementFacts
from buyback.settlement.rules import SettlementProgress
from buyback.settlement.states import ReturnReason, SettlementAct, SettlementState
from buyback.settlement.tables import Settlement, SettlementApproval, SettlementLine, SettlementStep
from buyback.times import panama_day
from buyback.vouchers import redemptions as vouchers
from buyback.vouchers.resolutions import seal_settled
from buyback.vouchers.rules import Fate


def prepare(session: Session, *, merchant: UUID, until: date, by: Actor, now: datetime) -> SettlementFacts:
    """Freeze what a merchant is owed for its redemptions until a day, that day included, into a draft.

    Raises NothingToSettle, DayInFuture, NotNational, or Forbidden for who may not prepare.
    """
    _check_preparing(session, until, by, now)
    draft = _draft(session, merchant, until, by, now)
    if draft is None:
        raise NothingToSettle(field="until", until=until)
    return draft


def prepare_all(session: Session, *, until: date, by: Actor, now: datetime) -> tuple[SettlementFacts, ...]:
    """A draft for each merchant that is owed something, in the order of their names. Raises as ``prepare``."""
    _check_preparing(session, until, by, now)
    owed = set(vouchers.merchants_owed(session, until=until))
    waiting = [merchant.id for merchant in merchants.registered(session) if merchant.id in owed]
    drafted = [_draft(session, merchant, until, by, now) for merchant in waiting]
    prepared = tuple(draft for draft in drafted if draft is not None)
    if not prepared:
        raise NothingToSettle(field="until", until=until)
    return prepared


def submit(session: Session, *, settlement: UUID, by: Actor, now: datetime) -> None:
    """Put a draft before its funders. Raises what ``rules`` refuse, or ContentChanged."""
    facts, _ = start_step(session, settlement, SettlementAct.SUBMIT, by=by)
    _check_content(session, facts)
    move(session, facts, SettlementState.SUBMITTED)
    record_step(session, facts, SettlementAct.SUBMIT, by=by, now=now)
    body = {"by": by.name, "settlement": facts.number, "content": facts.content_hash.hex()}
    audit.record(session, chain=by.chain, act="settlement:submit", body=body, now=now)


def approve(session: Session, *, settlement: UUID, by: Actor, now: datetime) -> bool:
    """Sign the content for the own organisation's share; True when it was the last signature that was missing.

    The last one settles: 2200 → 2250 and 8300 → 8350, a line a funder. Raises what ``rules`` refuse, or
    ContentChanged. IntegrityError when a line is undone at the same moment: another try is then refused with
    LinesReversed.
    """
    facts, progress = start_step(session, settlement, SettlementAct.APPROVE, by=by)
    content = _check_content(session, facts)
    share = next(share for share in content.funder_shares if share.funder == by.organisation)
    session.execute(
        insert(SettlementApproval).values(
            settlement=facts.id,
            funder=share.funder,
            approved_by=person(by),
            content_hash=facts.content_hash,
            approved_at=now,
        )
    )
    body = {
        "by": by.name,
        "settlement": facts.number,
        "funder": by.organisation_code,
        "share": decimal_text(share.amount),
        "content": facts.content_hash.hex(),
    }
    is_whole = progress.is_approved_with(share.funder)
    if is_whole:
        _settle(session, facts, content, by=by, now=now)
    audit.record(session, chain=by.chain, act="settlement:approve", body=body, now=now)
    return is_whole


def send_back(session: Session, *, settlement: UUID, reason: ReturnReason, by: Actor, now: datetime) -> None:
    """Return a settlement, by who prepares or by one of its funders: its redemptions are free for another one.

    What it was stays on record. Raises what ``rules`` refuse.
    """
    facts, _ = start_step(session, settlement, SettlementAct.RETURN, by=by)
    drafts.subtract_carry(session, queries.content_of(session, facts))
    move(session, facts, SettlementState.RETURNED)
    session.execute(update(SettlementLine).where(SettlementLine.settlement == facts.id).values(active=False))
    record_step(session, facts, SettlementAct.RETURN, by=by, now=now, reason=reason)
    body = {"by": by.name, "settlement": facts.number, "reason": reason.value}
    audit.record(session, chain=by.chain, act="settlement:return", body=body, now=now)


def start_step(
    session: Session, settlement: UUID, act: SettlementAct, *, by: Actor
) -> tuple[SettlementFacts, SettlementProgress]:
    """A settlement, locked until the transaction ends, if the step is open to somebody; what ``rules`` refuse else."""
    facts = queries.by_id(session, settlement, locked=True)
    progress = queries.progress_of(session, facts)
    refusal = rules.refusal(act, progress, queries.official(session, by))
    if refusal is not None:
        raise refusal
    return facts, progress


def move(session: Session, facts: SettlementFacts, state: SettlementState) -> None:
    """Bring a locked settlement into its next state; the database refuses any other than the next."""
    session.execute(update(Settlement).where(Settlement.id == facts.id).values(state=state))


def record_step(
    session: Session,
    facts: SettlementFacts,
    act: SettlementAct,
    *,
    by: Actor,
    now: datetime,
    reason: ReturnReason | None = None,
) -> None:
    """Record who took a step and when."""
    session.execute(
        insert(SettlementStep).values(settlement=facts.id, act=act, actor=person(by), acted_at=now, reason=reason)
    )


def person(by: Actor) -> UUID:
    """Whose name a step bears: the operator at the command line has none, and is Forbidden."""
    if by.id is None:
        raise Forbidden
    return by.id


def _check_preparing(session: Session, until: date, by: Actor, now: datetime) -> None:
    refusal = rules.preparing_refusal(queries.official(session, by))
    if refusal is not None:
        raise refusal
    if until > panama_day(now):
        raise DayInFuture(field="until", day=until)


def _draft(session: Session, merchant: UUID, until: date, by: Actor, now: datetime) -> SettlementFacts | None:
    facts = drafts.draft(session, merchant=merchant, until=until, prepared_by=person(by), now=now)
    if facts is None:
        return None
    record_step(session, facts, SettlementAct.PREPARE, by=by, now=now)
    body = {
        "by": by.name,
        "settlement": facts.number,
        "merchant": merchants.get_merchant_by_id(session, facts.merchant).ruc,
        "until": facts.until.isoformat(),
        "redemptions": facts.redemptions,
        "total": decimal_text(facts.total),
        "content": facts.content_hash.hex(),
    }
    audit.record(session, chain=by.chain, act="settlement:prepare", body=body, now=now)
    return facts


def _check_content(session: Session, facts: SettlementFacts) -> Content:
    """The content, as it was hashed; ContentChanged where somebody touched the rows: no rule foresees that."""
    content = queries.content_of(session, facts)
    if content.hash() != facts.content_hash:
        raise ContentChanged(number=facts.number)
    return content


def _settle(session: Session, facts: SettlementFacts, content: Content, *, by: Actor, now: datetime) -> None:
    seal_settled(session, [line.redemption for line in content.lines])
    session.execute(update(SettlementLine).where(SettlementLine.settlement == facts.id).values(fate=Fate.SETTLED))
    shares: dict[UUID, dict[UUID, int]] = defaultdict(dict)
    for share in content.part_shares:
        shares[share.event][share.funder] = share.amount
    entries = [
        Entry(
            JournalKind.SETTLE,
            postings.settle(event, facts.merchant, by_funder),
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
