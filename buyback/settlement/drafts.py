"""Freezing redemptions into a draft, split among the funders with what rounding left over from earlier runs."""

from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from buyback.campaigns import queries as campaigns
from buyback.db import affected
from buyback.ids import new_id
from buyback.settlement import funder_shares as shares
from buyback.settlement import queries
from buyback.settlement.funder_shares import AgreementTerms, Carry, Content, SettlementLineFacts
from buyback.settlement.queries import SettlementFacts
from buyback.settlement.states import SettlementState
from buyback.settlement.tables import (
    FunderCarry,
    FunderShare,
    PartShare,
    Settlement,
    SettlementCounter,
    SettlementLine,
    SettlementPart,
)
from buyback.times import panama_day
from buyback.vouchers import redemptions as vouchers


def draft(session: Session, *, merchant: UUID, until: date, prepared_by: UUID, now: datetime) -> SettlementFacts | None:
    """A draft of what a merchant is owed until a day; None where nothing stands that is not in a settlement already."""
    year = panama_day(now).year
    _stand_in_line(session, year)
    lines = _waiting(session, merchant, until)
    if not lines:
        return None
    terms = _terms(session, {line.event for line in lines})
    split = shares.split(lines, terms, _carry(session, terms.values()))
    content = Content(
        year=year,
        number=_draw(session, year),
        merchant=merchant,
        until=until,
        prepared_by=prepared_by,
        lines=lines,
        parts=split.parts,
        part_shares=split.part_shares,
        funder_shares=split.funder_shares,
    )
    facts = _facts(content, now)
    _store(session, facts, content)
    _store_carry(session, split.carry)
    return facts


def subtract_carry(session: Session, content: Content) -> None:
    """Undo what a settlement that goes back has left over for later ones."""
    terms = _terms(session, {part.event for part in content.parts})
    for (terms_hash, funder), added in shares.carry_added(content, terms).items():
        session.execute(
            update(FunderCarry)
            .where(FunderCarry.terms_hash == terms_hash, FunderCarry.funder == funder)
            .values(carry=FunderCarry.carry - added)
        )


def _stand_in_line(session: Session, year: int) -> None:
    """Whoever prepares at the same time waits here, and then finds what is left."""
    session.execute(select(SettlementCounter.drawn).where(SettlementCounter.year == year).with_for_update())


def _draw(session: Session, year: int) -> int:
    drawn = session.scalars(
        update(SettlementCounter)
        .where(SettlementCounter.year == year)
        .values(drawn=SettlementCounter.drawn + 1)
        .returning(SettlementCounter.drawn)
    )
    return drawn.one()


def _waiting(session: Session, merchant: UUID, until: date) -> tuple[SettlementLineFacts, ...]:
    in_settlements = queries.redemptions_in_settlements(session, merchant)
    owed = vouchers.owed(session, merchant=merchant, until=until)
    return tuple(
        SettlementLineFacts(redemption.id, redemption.event, redemption.amount)
        for redemption in owed
        if redemption.id not in in_settlements
    )


def _terms(session: Session, events: Collection[UUID]) -> dict[UUID, AgreementTerms]:
    return {event: AgreementTerms(*campaigns.agreement(session, event)) for event in events}


def _carry(session: Session, terms: Collection[AgreementTerms]) -> Carry:
    rows = session.execute(
        select(FunderCarry.terms_hash, FunderCarry.funder, FunderCarry.carry)
        .where(FunderCarry.terms_hash.in_({agreed.hash() for agreed in terms}))
        .order_by(FunderCarry.terms_hash, FunderCarry.funder)
        .with_for_update()
    )
    return {(row.terms_hash, row.funder): row.carry for row in rows}


def _store_carry(session: Session, carry: Carry) -> None:
    for (terms_hash, funder), units in sorted(carry.items()):
        here = FunderCarry.terms_hash == terms_hash, FunderCarry.funder == funder
        if not affected(session.execute(update(FunderCarry).where(*here).values(carry=units))):
            session.execute(insert(FunderCarry).values(terms_hash=terms_hash, funder=funder, carry=units))


def _facts(content: Content, now: datetime) -> SettlementFacts:
    return SettlementFacts(
        id=new_id(),
        year=content.year,
        serial=content.number,
        merchant=content.merchant,
        until=content.until,
        total=content.total,
        redemptions=len(content.lines),
        content_hash=content.hash(),
        prepared_by=content.prepared_by,
        prepared_at=now,
        state=SettlementState.DRAFT,
    )


def _store(session: Session, facts: SettlementFacts, content: Content) -> None:
    session.execute(
        insert(Settlement).values(
            id=facts.id,
            year=facts.year,
            number=facts.serial,
            merchant=facts.merchant,
            until=facts.until,
            total=facts.total,
            redemptions=facts.redemptions,
            content_hash=facts.content_hash,
            prepared_by=facts.prepared_by,
            prepared_at=facts.prepared_at,
            state=facts.state,
        )
    )
    key = {"settlement": facts.id}
    session.execute(
        insert(SettlementPart),
        [{**key, "event": part.event, "amount": part.amount, "terms_hash": part.terms_hash} for part in content.parts],
    )
    session.execute(
        insert(SettlementLine),
        [
            {**key, "resolution": line.redemption, "event": line.event, "amount": line.amount, "active": True}
            for line in content.lines
        ],
    )
    session.execute(
        insert(FunderShare),
        [
            {**key, "funder": share.funder, "amount": share.amount, "pays": share.pays}
            for share in content.funder_shares
        ],
    )
    session.execute(
        insert(PartShare),
        [
            {**key, "event": share.event, "funder": share.funder, "amount": share.amount, "paid_by": share.paid_by}
            for share in content.part_shares
        ],
    )
