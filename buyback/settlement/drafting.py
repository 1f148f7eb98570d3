"""Freezing redemptions into a draft, split among the funders with what rounding left over from earlier runs."""

from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from buyback.audit import service as audit
from buyback.campaigns import queries as campaigns
from buyback.db import affected
from buyback.ids import new_id
from buyback.merchants import queries as merchants
from buyback.money import decimal_text
from buyback.people.rules import Actor
from buyback.settlement import queries, rules
from buyback.settlement.queries import SettlementFacts
from buyback.settlement.rules import Content, Line, Terms
from buyback.settlement.states import SettlementAct, SettlementState
from buyback.settlement.steps import keep_step, person
from buyback.settlement.tables import (
    FunderCarry,
    FunderShare,
    PartShare,
    Settlement,
    SettlementCounter,
    SettlementLine,
    SettlementPart,
)
from buyback.times import day_start, panama_day
from buyback.vouchers import redemptions as vouchers


def draft(session: Session, *, merchant: UUID, until: date, by: Actor, now: datetime) -> SettlementFacts | None:
    """A draft of what a merchant is owed until a day; None where nothing stands that is not in a settlement already."""
    year = panama_day(now).year
    _stand_in_line(session, year)
    lines = _waiting(session, merchant, until)
    if not lines:
        return None
    terms = _terms(session, {line.event for line in lines})
    split = rules.split(lines, terms, _carries(session, terms.values()))
    content = Content(
        year=year,
        number=_draw(session, year),
        merchant=merchant,
        until=until,
        prepared_by=person(by),
        lines=lines,
        parts=split.parts,
        part_shares=split.part_shares,
        funder_shares=split.funder_shares,
    )
    facts = _facts(content, now)
    _store(session, facts, content)
    _keep_carries(session, split.carries)
    keep_step(session, facts, SettlementAct.PREPARE, by=by, now=now)
    _tell(session, facts, by=by, now=now)
    return facts


def take_back_carries(session: Session, content: Content) -> None:
    """Undo what a settlement that goes back has left over for later ones."""
    terms = _terms(session, {part.event for part in content.parts})
    for (pact, funder), added in rules.contribution(content, terms).items():
        session.execute(
            update(FunderCarry)
            .where(FunderCarry.pact == pact, FunderCarry.funder == funder)
            .values(carry=FunderCarry.carry - added)
        )


def end_of(day: date) -> datetime:
    """The instant at which a day of Panama is over."""
    return day_start(day + timedelta(days=1))


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


def _waiting(session: Session, merchant: UUID, until: date) -> tuple[Line, ...]:
    taken = queries.held(session, merchant)
    owed = vouchers.owed(session, merchant=merchant, before=end_of(until))
    return tuple(Line(one.id, one.event, one.amount) for one in owed if one.id not in taken)


def _terms(session: Session, events: Collection[UUID]) -> dict[UUID, Terms]:
    return {event: Terms(*campaigns.agreement(session, event)) for event in events}


def _carries(session: Session, terms: Collection[Terms]) -> rules.Carries:
    rows = session.execute(
        select(FunderCarry.pact, FunderCarry.funder, FunderCarry.carry)
        .where(FunderCarry.pact.in_({agreed.pact for agreed in terms}))
        .order_by(FunderCarry.pact, FunderCarry.funder)
        .with_for_update()
    )
    return {(row.pact, row.funder): row.carry for row in rows}


def _keep_carries(session: Session, carries: Mapping[tuple[bytes, UUID], int]) -> None:
    for (pact, funder), carry in sorted(carries.items()):
        here = FunderCarry.pact == pact, FunderCarry.funder == funder
        if not affected(session.execute(update(FunderCarry).where(*here).values(carry=carry))):
            session.execute(insert(FunderCarry).values(pact=pact, funder=funder, carry=carry))


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
        [{**key, "event": part.event, "amount": part.amount, "pact": part.pact} for part in content.parts],
    )
    session.execute(
        insert(SettlementLine),
        [
            {**key, "resolution": line.redemption, "event": line.event, "amount": line.amount, "held": True}
            for line in content.lines
        ],
    )
    session.execute(
        insert(FunderShare),
        [{**key, "funder": one.funder, "amount": one.amount, "pays": one.pays} for one in content.funder_shares],
    )
    session.execute(
        insert(PartShare),
        [
            {**key, "event": one.event, "funder": one.funder, "amount": one.amount, "paid_by": one.paid_by}
            for one in content.part_shares
        ],
    )


def _tell(session: Session, facts: SettlementFacts, *, by: Actor, now: datetime) -> None:
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
