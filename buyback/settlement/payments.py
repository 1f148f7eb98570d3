"""What the bank or the Treasury booked. An order is not a payment: only an attested reference posts it as paid."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from buyback.audit import service as audit
from buyback.errors import Forbidden, InvalidInput, NotFound, Problem
from buyback.ledger.rules import JournalKind
from buyback.money import decimal_text, screen_text
from buyback.people import queries as people
from buyback.people.rules import Actor
from buyback.security.access import Permission
from buyback.settlement import postings as settling
from buyback.settlement.errors import (
    BookingDayWrong,
    NotYourPayment,
    PaymentBookedAlready,
    PaymentOfAnotherAmount,
    PreparedBySame,
    ReferenceMalformed,
    ReferenceUsed,
)
from buyback.settlement.orders import Ordered, post, shares_by_payer
from buyback.settlement.queries import SettlementFacts
from buyback.settlement.references import is_number, spell
from buyback.settlement.states import SettlementAct, SettlementState
from buyback.settlement.steps import in_state, move, person
from buyback.settlement.tables import Payment, PaymentBooking, SettlementStep
from buyback.times import panama_day

REFERENCE_LENGTH_MAX = 64


def book(
    session: Session, *, payment: UUID, amount: int, reference: str, booked_on: date, by: Actor, now: datetime
) -> bool:
    """Attest that the bank or the Treasury booked a payment of the own organisation; True when all of it is paid now.

    ``amount`` in cents, as it stands on the bank's or the Treasury's paper. 1150 → 1100 and 8350 → 8400. Raises
    Forbidden, NotYourPayment, PreparedBySame, PaymentBookedAlready, or InvalidInput (``amount``, ``reference``,
    ``booked_on``). IntegrityError when the same reference is stored at the same moment: another try is then refused.
    """
    if not by.may(Permission.SETTLEMENT_PAY):
        raise Forbidden
    ordered = get_payment(session, payment)
    facts = in_state(session, ordered.settlement, SettlementState.ORDERED, SettlementState.PAID)
    _check_treasurer(session, facts, ordered, by)
    spelled = spell(reference)
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
    legs = settling.book(ordered.funder, shares_by_payer(session, facts.id)[ordered.funder])
    post(session, JournalKind.BOOK, legs, (ordered.id, ordered.id), by=by, now=now)
    body = {
        "by": by.name,
        "settlement": facts.number,
        "payment": ordered.end_to_end_id,
        "amount": decimal_text(amount),
        "reference": spelled,
        "on": booked_on.isoformat(),
    }
    audit.record(session, chain=by.chain, act="settlement:pay", body=body, now=now)
    is_paid = _booked(session, facts.id) == facts.total
    if is_paid:
        move(session, facts, SettlementState.PAID)
    return is_paid


def get_payment(session: Session, payment: UUID) -> Ordered:
    """An order to pay by id; NotFound otherwise."""
    row = session.execute(
        select(Payment.id, Payment.settlement, Payment.funder, Payment.amount, Payment.end_to_end_id).where(
            Payment.id == payment
        )
    ).first()
    if row is None:
        raise NotFound(field="payment", what="el pago")
    return Ordered(*row)


def _check_treasurer(session: Session, facts: SettlementFacts, ordered: Ordered, by: Actor) -> None:
    if by.organisation != ordered.funder:
        payer = people.organisations_by_id(session, [ordered.funder])[ordered.funder]
        raise NotYourPayment(funder=payer.code)
    if by.id == facts.prepared_by:
        raise PreparedBySame(number=facts.number)
    reference = session.scalar(select(PaymentBooking.reference).where(PaymentBooking.payment == ordered.id))
    if reference is not None:
        raise PaymentBookedAlready(reference=reference)


def _amount_problems(ordered: Ordered, amount: int) -> list[Problem]:
    if amount == ordered.amount:
        return []
    return [Problem("amount", PaymentOfAnotherAmount(ordered=screen_text(ordered.amount), given=screen_text(amount)))]


def _reference_problems(session: Session, reference: str) -> list[Problem]:
    if not is_number(reference, REFERENCE_LENGTH_MAX):
        return [Problem("reference", ReferenceMalformed(longest=REFERENCE_LENGTH_MAX))]
    used = session.scalar(select(PaymentBooking.payment).where(PaymentBooking.reference == reference))
    return [] if used is None else [Problem("reference", ReferenceUsed(reference=reference))]


def _day_problems(session: Session, facts: SettlementFacts, booked_on: date, now: datetime) -> list[Problem]:
    ordered_at = session.scalars(
        select(SettlementStep.acted_at).where(
            SettlementStep.settlement == facts.id, SettlementStep.act == SettlementAct.ORDER
        )
    ).one()
    earliest = panama_day(ordered_at)
    if earliest <= booked_on <= panama_day(now):
        return []
    return [Problem("booked_on", BookingDayWrong(earliest=earliest))]


def _booked(session: Session, settlement: UUID) -> int:
    booked = session.scalar(
        select(func.coalesce(func.sum(PaymentBooking.amount), 0))
        .join(Payment, Payment.id == PaymentBooking.payment)
        .where(Payment.settlement == settlement)
    )
    return int(booked or 0)
