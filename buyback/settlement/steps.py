"""What every step of a settlement begins and ends with."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from buyback.errors import Forbidden
from buyback.money import screen_text
from buyback.people.rules import Actor
from buyback.settlement import queries
from buyback.settlement.errors import ContentChanged, LinesReversed, NotInThisState
from buyback.settlement.queries import SettlementFacts
from buyback.settlement.rules import Content
from buyback.settlement.states import ReturnReason, SettlementAct, SettlementState
from buyback.settlement.tables import Settlement, SettlementStep
from buyback.vouchers import redemptions as vouchers


def in_state(session: Session, settlement: UUID, *states: SettlementState) -> SettlementFacts:
    """A settlement, locked until the transaction ends, in one of some states; NotInThisState otherwise."""
    facts = queries.by_id(session, settlement, locked=True)
    if facts.state not in states:
        raise NotInThisState(number=facts.number)
    return facts


def check_content(session: Session, facts: SettlementFacts) -> Content:
    """The content, as it was hashed and with no line undone; ContentChanged or LinesReversed otherwise."""
    content = queries.content_of(session, facts)
    if content.hash() != facts.content_hash:
        raise ContentChanged(number=facts.number)
    undone = vouchers.reversed_among(session, [line.redemption for line in content.lines])
    if undone:
        amount = sum(line.amount for line in content.lines if line.redemption in undone)
        raise LinesReversed(number=facts.number, count=len(undone), amount=screen_text(amount))
    return content


def move(session: Session, facts: SettlementFacts, state: SettlementState) -> None:
    """Bring a locked settlement into its next state; the database refuses any other than the next."""
    session.execute(update(Settlement).where(Settlement.id == facts.id).values(state=state))


def keep_step(
    session: Session,
    facts: SettlementFacts,
    act: SettlementAct,
    *,
    by: Actor,
    now: datetime,
    reason: ReturnReason | None = None,
) -> None:
    """Keep who did it and when."""
    session.execute(
        insert(SettlementStep).values(settlement=facts.id, act=act, actor=person(by), acted_at=now, reason=reason)
    )


def person(by: Actor) -> UUID:
    """Whose name a step carries: the operator at the command line has none, and is Forbidden."""
    if by.id is None:
        raise Forbidden
    return by.id
