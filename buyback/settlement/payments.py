"""From the last approval to the money: the comptroller's countersign, the orders to pay, and what was booked of them.

An order is not a payment: only an attested reference of the bank or the Treasury posts it as paid.
"""

import re
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from buyback.audit import service as audit
from buyback.errors import InputProblem, InvalidInput, NotFound
from buyback.files.reading.refusals import DayOutOfBounds
from buyback.ids import new_id
from buyback.ledger import service as ledger
from buyback.ledger.rules import JournalKind, Leg
from buyback.ledger.service import Entry
from buyback.money import decimal_text, screen_text
from buyback.people.rules import Actor
from buyback.settlement import postings, queries, rules
from buyback.settlement.errors import (
    PaymentOfAnotherAmount,
    ReferenceMalformed,
    ReferenceUsed,
)
from buyback.settlement.queries import SettlementFacts
from buyback.settlement.service import move, person, record_step, start_step
from buyback.settlement.states import SettlementAct, SettlementState
from buyback.settlement.tables import Countersign, Payment, PaymentBooking, SettlementStep
from buyback.times import panama_day

COUNTERSIGN_LENGTH_MAX = 32
REFERENCE_LENGTH_MAX = 64

_NUMBER = re.compile(r"[A-Z0-9](?:[A-Z0-9./-]*[A-Z0-9])?", re.ASCII)


@dataclass(frozen=True)
class PaymentOrder:
    """An order to pay. ``amount`` in cents; ``end_to_end_id`` travels with the money."""

    id: UUID
    settlement: UUID
    funder: UUID
    amount: int
    end_to_end_id: str


def countersign(session: Session, *, settlement: UUID, number: str, on: date, by: Actor, now: datetime) -> None:
    """Note the comptroller's countersign (refrendo): its number and its day, as they stand on the paper.

    Raises what ``rules`` refuse, or InvalidInput (``number``, ``on``).
    """
    facts, _ = start_step(session, settlement, SettlementAct.COUNTERSIGN, by=by)
    spelled, earliest = _spell(number), panama_day(facts.prepared_at)
    problems = []
    if not _is_number(spelled, COUNTERSIGN_LENGTH_MAX):
        problems.append(InputProblem("number", ReferenceMalformed(longest=COUNTERSIGN_LENGTH_MAX)))
    if not earliest <= on <= panama_day(now):
        problems.append(InputProblem("on", DayOutOfBounds(first=earliest, last=panama_day(now))))
    if problems:
        raise InvalidInput(problems)
    noted = {"number": spelled, "countersigned_on": on, "noted_by": person(by), "noted_at": now}
    session.execute(insert(Countersign).values(settlement=facts.id, **noted))
    body = {"by": by.name, "settlement": facts.number, "number": spelled, "on": on.isoformat()}
    audit.record(session, chain=by.chain, act="settlement:countersign", body=body, now=now)


def order(session: Session, *, settlement: UUID, by: Actor, now: datetime) -> tuple[PaymentOrder, ...]:
    """Send an approved and countersigned settlement to be paid, one payment for each funder that pays.

    Where one funder leads, it pays all, and the others owe it their shares from now on (1210). 2250 → 1150. Raises
    what ``rules`` refuse.
    """
    facts, _ = start_step(session, settlement, SettlementAct.ORDER, by=by)
    shares = _shares_by_payer(session, facts.id)
    orders = _orders(facts, {payer: sum(parts.values()) for payer, parts in shares.items()})
    session.execute(
        insert(Payment),
        [
            {
                "id": ordered.id,
                "settlement": ordered.settlement,
                "funder": ordered.funder,
                "attempt": 1,
                "amount": ordered.amount,
                "end_to_end_id": ordered.end_to_end_id,
            }
            for ordered in orders
        ],
    )
    for ordered in orders:
        legs = postings.order(ordered.funder, facts.merchant, shares[ordered.funder])
        _post(session, JournalKind.PAY, legs, (ordered.id, facts.id), by=by, now=now)
    move(session, facts, SettlementState.ORDERED)
    record_step(session, facts, SettlementAct.ORDER, by=by, now=now)
    amounts = {ordered.end_to_end_id: decimal_text(ordered.amount) for ordered in orders}
    body = {"by": by.name, "settlement": facts.number, "payments": amounts}
    audit.record(session, chain=by.chain, act="settlement:order", body=body, now=now)
    return orders


def book(
    session: Session, *, payment: UUID, amount: int, reference: str, booked_on: date, by: Actor, now: datetime
) -> bool:
    """Attest that the bank or the Treasury booked a payment of the own organisation; True when all of it is paid now.

    ``amount`` in cents, as it stands on the bank's or the Treasury's paper. 1150 → 1100 and 8350 → 8400. Raises what
    ``rules`` refuse, or InvalidInput (``amount``, ``reference``, ``booked_on``). IntegrityError when the same reference
    is stored at the same moment: another try is then refused.
    """
    ordered, facts = _start_booking(session, payment, by)
    spelled = _spell(reference)
    problems = [
        *_amount_problems(ordered, amount),
        *_reference_problems(session, spelled),
        *_day_problems(session, facts, booked_on, now),
    ]
    if problems:
        raise InvalidInput(problems)
    booked = {"amount": amount, "reference": spelled, "booked_on": booked_on}
    session.execute(
        insert(PaymentBooking).values(payment=ordered.id, **booked, attested_by=person(by), attested_at=now)
    )
    legs = postings.book(ordered.funder, _shares_by_payer(session, facts.id)[ordered.funder])
    _post(session, JournalKind.BOOK, legs, (ordered.id, ordered.id), by=by, now=now)
    body = {
        "by": by.name,
        "settlement": facts.number,
        "payment": ordered.end_to_end_id,
        "amount": decimal_text(amount),
        "reference": spelled,
        "on": booked_on.isoformat(),
    }
    is_paid = _booked(session, facts.id) == facts.total
    if is_paid:
        move(session, facts, SettlementState.PAID)
    audit.record(session, chain=by.chain, act="settlement:pay", body=body, now=now)
    return is_paid


def get_payment(session: Session, payment: UUID) -> PaymentOrder:
    """An order to pay by id; NotFound otherwise."""
    row = session.execute(
        select(Payment.id, Payment.settlement, Payment.funder, Payment.amount, Payment.end_to_end_id).where(
            Payment.id == payment
        )
    ).first()
    if row is None:
        raise NotFound(field="payment", what="el pago")
    return PaymentOrder(*row)


def _start_booking(session: Session, payment: UUID, by: Actor) -> tuple[PaymentOrder, SettlementFacts]:
    ordered = get_payment(session, payment)
    facts = queries.by_id(session, ordered.settlement, locked=True)
    refusal = rules.payment_refusal(queries.progress_of(session, facts), queries.official(session, by), payment)
    if refusal is not None:
        raise refusal
    return ordered, facts


def _shares_by_payer(session: Session, settlement: UUID) -> dict[UUID, dict[UUID, int]]:
    """For each funder that pays: whose shares it pays, in cents, its own among them."""
    shares: dict[UUID, dict[UUID, int]] = defaultdict(lambda: defaultdict(int))
    for share in queries.part_shares(session, settlement):
        shares[share.paid_by][share.funder] += share.amount
    return {payer: dict(parts) for payer, parts in shares.items()}


def _post(
    session: Session, kind: JournalKind, legs: tuple[Leg, ...], op: tuple[UUID, UUID], *, by: Actor, now: datetime
) -> None:
    """Post about a payment, opening the accounts it needs; ``op`` (scope, id) keeps it from being posted twice."""
    op_scope, op_id = op
    entry = Entry(kind, legs, panama_day(now), now, actor=by.id, op_scope=op_scope, op_id=op_id)
    ledger.ensure_accounts(session, entry.accounts)
    ledger.post(session, entry)


def _orders(facts: SettlementFacts, amounts: dict[UUID, int]) -> tuple[PaymentOrder, ...]:
    payers = sorted(payer for payer, amount in amounts.items() if amount)
    return tuple(
        PaymentOrder(new_id(), facts.id, payer, amounts[payer], f"PMB{facts.year}{facts.serial:06d}-{at:02d}-1")
        for at, payer in enumerate(payers, start=1)
    )


def _spell(number: str) -> str:
    """In capitals and without spaces around it, so that one number is written one way."""
    return number.strip().upper()


def _is_number(number: str, longest: int) -> bool:
    """Whether it is letters without accents, digits, dashes, points and slashes, and not too long."""
    return len(number) <= longest and _NUMBER.fullmatch(number) is not None


def _amount_problems(ordered: PaymentOrder, amount: int) -> list[InputProblem]:
    if amount == ordered.amount:
        return []
    return [
        InputProblem("amount", PaymentOfAnotherAmount(ordered=screen_text(ordered.amount), given=screen_text(amount)))
    ]


def _reference_problems(session: Session, reference: str) -> list[InputProblem]:
    if not _is_number(reference, REFERENCE_LENGTH_MAX):
        return [InputProblem("reference", ReferenceMalformed(longest=REFERENCE_LENGTH_MAX))]
    used = session.scalar(select(PaymentBooking.payment).where(PaymentBooking.reference == reference))
    return [] if used is None else [InputProblem("reference", ReferenceUsed(reference=reference))]


def _day_problems(session: Session, facts: SettlementFacts, booked_on: date, now: datetime) -> list[InputProblem]:
    ordered_at = session.scalars(
        select(SettlementStep.acted_at).where(
            SettlementStep.settlement == facts.id, SettlementStep.act == SettlementAct.ORDER
        )
    ).one()
    earliest = panama_day(ordered_at)
    if earliest <= booked_on <= panama_day(now):
        return []
    return [InputProblem("booked_on", DayOutOfBounds(first=earliest, last=panama_day(now)))]


def _booked(session: Session, settlement: UUID) -> int:
    booked = session.scalar(
        select(func.coalesce(func.sum(PaymentBooking.amount), 0))
        .join(Payment, Payment.id == PaymentBooking.payment)
        .where(Payment.settlement == settlement)
    )
    return int(booked or 0)
