"""From the last approval to the order: the comptroller's countersign is noted, then the payments are ordered."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from buyback.audit import service as audit
from buyback.errors import Forbidden, InvalidInput, Problem
from buyback.ids import new_id
from buyback.ledger import service as ledger
from buyback.ledger.rules import JournalKind, Leg
from buyback.ledger.service import Entry
from buyback.money import decimal_text
from buyback.people.rules import Actor
from buyback.security.access import Permission
from buyback.settlement import postings as settling
from buyback.settlement import queries
from buyback.settlement.errors import (
    CountersignDayWrong,
    CountersignedAlready,
    CountersignMalformed,
    NotCountersigned,
    NotNational,
)
from buyback.settlement.queries import SettlementFacts
from buyback.settlement.references import is_number, spell
from buyback.settlement.states import SettlementAct, SettlementState
from buyback.settlement.steps import in_state, keep_step, move, person
from buyback.settlement.tables import Countersign, Payment
from buyback.times import panama_day

COUNTERSIGN_LENGTH_MAX = 32


@dataclass(frozen=True)
class Ordered:
    """An order to pay. ``amount`` in cents; ``end_to_end_id`` travels with the money."""

    id: UUID
    settlement: UUID
    funder: UUID
    amount: int
    end_to_end_id: str


def countersign(session: Session, *, settlement: UUID, number: str, on: date, by: Actor, now: datetime) -> None:
    """Note the comptroller's countersign (refrendo): its number and its day, as they stand on the paper.

    Raises NotInThisState, CountersignedAlready, or InvalidInput (``number``, ``on``).
    """
    facts = _approved(session, settlement, by)
    if _is_countersigned(session, facts.id):
        raise CountersignedAlready(number=facts.number)
    spelled, earliest = spell(number), panama_day(facts.prepared_at)
    problems = []
    if not is_number(spelled, COUNTERSIGN_LENGTH_MAX):
        problems.append(Problem("number", CountersignMalformed(longest=COUNTERSIGN_LENGTH_MAX)))
    if not earliest <= on <= panama_day(now):
        problems.append(Problem("on", CountersignDayWrong(earliest=earliest)))
    if problems:
        raise InvalidInput(problems)
    noted = {"number": spelled, "countersigned_on": on, "noted_by": person(by), "noted_at": now}
    session.execute(insert(Countersign).values(settlement=facts.id, **noted))
    body = {"by": by.name, "settlement": facts.number, "number": spelled, "on": on.isoformat()}
    audit.record(session, chain=by.chain, act="settlement:countersign", body=body, now=now)


def order(session: Session, *, settlement: UUID, by: Actor, now: datetime) -> tuple[Ordered, ...]:
    """Send an approved and countersigned settlement to be paid, one payment for each funder that pays.

    Where one funder leads, it pays all, and the others owe it their shares from now on (1210). 2250 → 1150. Raises
    NotInThisState or NotCountersigned.
    """
    facts = _approved(session, settlement, by)
    if not _is_countersigned(session, facts.id):
        raise NotCountersigned(number=facts.number)
    shares = shares_by_payer(session, facts.id)
    payments = _payments(facts, {payer: sum(parts.values()) for payer, parts in shares.items()})
    session.execute(
        insert(Payment),
        [
            {
                "id": one.id,
                "settlement": one.settlement,
                "funder": one.funder,
                "attempt": 1,
                "amount": one.amount,
                "end_to_end_id": one.end_to_end_id,
            }
            for one in payments
        ],
    )
    for one in payments:
        legs = settling.order(one.funder, facts.merchant, shares[one.funder])
        post(session, JournalKind.PAY, legs, (one.id, facts.id), by=by, now=now)
    move(session, facts, SettlementState.ORDERED)
    keep_step(session, facts, SettlementAct.ORDER, by=by, now=now)
    ordered = {one.end_to_end_id: decimal_text(one.amount) for one in payments}
    body = {"by": by.name, "settlement": facts.number, "payments": ordered}
    audit.record(session, chain=by.chain, act="settlement:order", body=body, now=now)
    return payments


def shares_by_payer(session: Session, settlement: UUID) -> dict[UUID, dict[UUID, int]]:
    """For each funder that pays: whose shares it pays, in cents, its own among them."""
    shares: dict[UUID, dict[UUID, int]] = defaultdict(lambda: defaultdict(int))
    for share in queries.part_shares(session, settlement):
        shares[share.paid_by][share.funder] += share.amount
    return {payer: dict(parts) for payer, parts in shares.items()}


def post(
    session: Session, kind: JournalKind, legs: tuple[Leg, ...], op: tuple[UUID, UUID], *, by: Actor, now: datetime
) -> None:
    """Post about a payment, opening the accounts it needs; ``op`` (scope, id) keeps it from being posted twice."""
    op_scope, op_id = op
    entry = Entry(kind, legs, panama_day(now), now, actor=by.id, op_scope=op_scope, op_id=op_id)
    ledger.ensure_accounts(session, entry.accounts)
    ledger.post(session, entry)


def _payments(facts: SettlementFacts, amounts: dict[UUID, int]) -> tuple[Ordered, ...]:
    payers = sorted(payer for payer, amount in amounts.items() if amount)
    return tuple(
        Ordered(new_id(), facts.id, payer, amounts[payer], f"PMB{facts.year}{facts.serial:06d}-{at:02d}-1")
        for at, payer in enumerate(payers, start=1)
    )


def _approved(session: Session, settlement: UUID, by: Actor) -> SettlementFacts:
    if by.id is None or not by.may(Permission.SETTLEMENT_PREPARE):
        raise Forbidden
    if not queries.scope_of(session, by).is_whole:
        raise NotNational
    return in_state(session, settlement, SettlementState.APPROVED)


def _is_countersigned(session: Session, settlement: UUID) -> bool:
    return session.scalar(select(Countersign.settlement).where(Countersign.settlement == settlement)) is not None
