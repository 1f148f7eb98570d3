"""Everything about one settlement, for its page and its paper: shares, signatures, payments, lines, history."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from operator import attrgetter
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from buyback.campaigns import queries as campaigns
from buyback.merchants import queries as merchants
from buyback.merchants.queries import MerchantFacts
from buyback.people import queries as people
from buyback.settlement import queries
from buyback.settlement.queries import SettlementFacts
from buyback.settlement.rules import Scope
from buyback.settlement.states import ReturnReason, SettlementAct
from buyback.settlement.tables import Countersign, Payment, PaymentBooking, SettlementApproval, SettlementStep
from buyback.vouchers import redemptions as vouchers

_ORDER = list(SettlementAct)


@dataclass(frozen=True)
class PaymentEntry:
    """An order to pay, and its booking where there is one. ``amount`` in cents."""

    id: UUID
    settlement: UUID
    funder: UUID
    end_to_end_id: str
    amount: int
    reference: str | None
    booked_on: date | None
    attested_by: UUID | None
    attested_at: datetime | None


@dataclass(frozen=True)
class Signature:
    """A funder's approval."""

    funder: UUID
    by: str
    at: datetime


@dataclass(frozen=True)
class ShareEntry:
    """What a funder bears and pays, in cents, who signed for it, and its payment."""

    funder: UUID
    code: str
    name: str
    amount: int
    pays: int
    signature: Signature | None
    payment: PaymentEntry | None


@dataclass(frozen=True)
class SettlementLineEntry:
    """A redemption in it, without its codes. ``amount`` in cents.

    Once the day has faded, ``day`` is the month (2026-11) and branch and till are empty.
    """

    day: date | str
    branch: str
    till: str
    event: str
    amount: int
    is_reversed: bool


@dataclass(frozen=True)
class HistoryEntry:
    """What somebody did to it; ``subject`` is a funder, a reference, a number or a reason."""

    at: datetime
    act: SettlementAct
    by: str
    subject: str = ""


@dataclass(frozen=True)
class Countersigned:
    """The comptroller's countersign."""

    number: str
    on: date


@dataclass(frozen=True)
class SettlementRecord:
    """A settlement with everything that a scope reaches (expediente)."""

    facts: SettlementFacts
    merchant: MerchantFacts
    shares: tuple[ShareEntry, ...]
    countersign: Countersigned | None
    returned: ReturnReason | None
    history: tuple[HistoryEntry, ...]


def build_record(session: Session, facts: SettlementFacts, *, scope: Scope) -> SettlementRecord:
    """All about a settlement; of shares, signatures and payments, those that the scope reaches."""
    signatures = {key: signature for key, signature in _signatures(session, facts.id).items() if scope.reaches(key)}
    payments = {
        payment.funder: payment for payment in payments_of(session, [facts.id]) if scope.reaches(payment.funder)
    }
    steps = session.execute(
        select(SettlementStep.act, SettlementStep.actor, SettlementStep.acted_at, SettlementStep.reason).where(
            SettlementStep.settlement == facts.id
        )
    ).all()
    countersign = session.execute(
        select(Countersign.number, Countersign.countersigned_on, Countersign.noted_by, Countersign.noted_at).where(
            Countersign.settlement == facts.id
        )
    ).first()
    names = people.user_names(
        session,
        {row.actor for row in steps}
        | ({countersign.noted_by} if countersign else set())
        | {payment.attested_by for payment in payments.values() if payment.attested_by is not None},
    )
    codes = queries.organisation_codes(session, [*signatures, *payments])
    history = [
        *(HistoryEntry(row.acted_at, row.act, names[row.actor], row.reason or "") for row in steps),
        *_signed(signatures, codes),
        *_paid(payments, codes, names),
    ]
    if countersign is not None:
        who = names[countersign.noted_by]
        history.append(HistoryEntry(countersign.noted_at, SettlementAct.COUNTERSIGN, who, countersign.number))
    return SettlementRecord(
        facts=facts,
        merchant=merchants.get_merchant_by_id(session, facts.merchant),
        shares=tuple(_shares(session, facts, scope, signatures, payments)),
        countersign=None if countersign is None else Countersigned(countersign.number, countersign.countersigned_on),
        returned=next((row.reason for row in steps if row.act is SettlementAct.RETURN), None),
        history=tuple(sorted(history, key=lambda entry: (entry.at, _ORDER.index(entry.act)))),
    )


def lines(session: Session, facts: SettlementFacts) -> tuple[SettlementLineEntry, ...]:
    """The redemptions in it, oldest day first, within a day in no order."""
    keys = queries.lines_of(session, facts.id)
    redemptions = sorted(vouchers.find_redemptions(session, keys).values(), key=attrgetter("place_in_list"))
    undone = vouchers.reversed_among(session, keys)
    places = merchants.till_names(session, merchant=facts.merchant)
    codes = campaigns.event_codes(session, {redemption.event for redemption in redemptions})
    return tuple(
        SettlementLineEntry(
            redemption.redeemed.day_or_month,
            *places[redemption.till],
            codes[redemption.event],
            redemption.amount,
            is_reversed=redemption.id in undone,
        )
        for redemption in redemptions
    )


def payments_of(session: Session, settlements: Collection[UUID]) -> tuple[PaymentEntry, ...]:
    """The orders to pay of some settlements, with what was booked of them."""
    rows = session.execute(
        select(
            Payment.id,
            Payment.settlement,
            Payment.funder,
            Payment.end_to_end_id,
            Payment.amount,
            PaymentBooking.reference,
            PaymentBooking.booked_on,
            PaymentBooking.attested_by,
            PaymentBooking.attested_at,
        )
        .outerjoin(PaymentBooking, PaymentBooking.payment == Payment.id)
        .where(Payment.settlement.in_(settlements))
        .order_by(Payment.end_to_end_id)
    )
    return tuple(_payment(tuple(row)) for row in rows)


def _payment(facts: tuple[Any, ...]) -> PaymentEntry:
    return PaymentEntry(*facts)  # an outer join's columns may be None, which their types do not say


def _signatures(session: Session, settlement: UUID) -> dict[UUID, Signature]:
    rows = session.execute(
        select(SettlementApproval.funder, SettlementApproval.approved_by, SettlementApproval.approved_at).where(
            SettlementApproval.settlement == settlement
        )
    ).all()
    names = people.user_names(session, {row.approved_by for row in rows})
    return {row.funder: Signature(row.funder, names[row.approved_by], row.approved_at) for row in rows}


def _shares(
    session: Session,
    facts: SettlementFacts,
    scope: Scope,
    signatures: dict[UUID, Signature],
    payments: dict[UUID, PaymentEntry],
) -> Iterator[ShareEntry]:
    shares = queries.funder_shares(session, facts.id)
    organisations = people.organisations_by_id(session, [share.funder for share in shares])
    for share in shares:
        if not scope.reaches(share.funder):
            continue
        funder = organisations[share.funder]
        signature, payment = signatures.get(share.funder), payments.get(share.funder)
        yield ShareEntry(share.funder, funder.code, funder.name, share.amount, share.pays, signature, payment)


def _signed(signatures: Mapping[UUID, Signature], codes: Mapping[UUID, str]) -> Iterator[HistoryEntry]:
    for funder, signature in signatures.items():
        yield HistoryEntry(signature.at, SettlementAct.APPROVE, signature.by, codes[funder])


def _paid(
    payments: Mapping[UUID, PaymentEntry], codes: Mapping[UUID, str], names: Mapping[UUID, str]
) -> Iterator[HistoryEntry]:
    for funder, payment in payments.items():
        if payment.attested_at is not None and payment.attested_by is not None:
            subject = f"{codes[funder]} {payment.reference}"
            yield HistoryEntry(payment.attested_at, SettlementAct.PAY, names[payment.attested_by], subject)
