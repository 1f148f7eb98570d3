"""Everything about one settlement, for its page and its paper: shares, signatures, payments, lines, history."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from buyback.campaigns import queries as campaigns
from buyback.merchants import queries as merchants
from buyback.merchants.queries import MerchantFacts
from buyback.people import queries as people
from buyback.settlement import queries
from buyback.settlement.queries import Scope, SettlementFacts
from buyback.settlement.states import ReturnReason, SettlementAct
from buyback.settlement.tables import Countersign, Payment, PaymentBooking, SettlementApproval, SettlementStep
from buyback.times import panama_day
from buyback.vouchers import redemptions as vouchers

_ORDER = ("prepare", "submit", "approve", "return", "countersign", "order", "pay")


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
class LineEntry:
    """A redemption in it, without its codes. ``amount`` in cents."""

    day: date
    branch: str
    till: str
    event: str
    amount: int
    is_reversed: bool


@dataclass(frozen=True)
class Happening:
    """What somebody did to it; ``subject`` is a funder, a reference, a number or a reason."""

    at: datetime
    act: str
    by: str
    subject: str = ""


@dataclass(frozen=True)
class Countersigned:
    """The comptroller's countersign."""

    number: str
    on: date


@dataclass(frozen=True)
class Dossier:
    """A settlement with everything that a scope reaches."""

    facts: SettlementFacts
    merchant: MerchantFacts
    shares: tuple[ShareEntry, ...]
    countersign: Countersigned | None
    returned: ReturnReason | None
    history: tuple[Happening, ...]


def open_dossier(session: Session, facts: SettlementFacts, *, scope: Scope) -> Dossier:
    """All about a settlement; of shares, signatures and payments, those that the scope reaches."""
    signatures = {key: one for key, one in _signatures(session, facts.id).items() if scope.reaches(key)}
    payments = {one.funder: one for one in payments_of(session, [facts.id]) if scope.reaches(one.funder)}
    steps = session.execute(
        select(SettlementStep.act, SettlementStep.actor, SettlementStep.acted_at, SettlementStep.reason).where(
            SettlementStep.settlement == facts.id
        )
    ).all()
    signed = session.execute(
        select(Countersign.number, Countersign.countersigned_on, Countersign.noted_by, Countersign.noted_at).where(
            Countersign.settlement == facts.id
        )
    ).first()
    shares = tuple(_shares(session, facts, scope, signatures, payments))
    codes = queries.organisation_codes(session, [*signatures, *payments])
    names = people.user_names(
        session,
        {row.actor for row in steps}
        | ({signed.noted_by} if signed else set())
        | {one.attested_by for one in payments.values() if one.attested_by is not None},
    )
    history = [
        *(Happening(row.acted_at, row.act.value, names[row.actor], row.reason or "") for row in steps),
        *(Happening(one.at, "approve", one.by, codes[one.funder]) for one in signatures.values()),
        *(
            Happening(one.attested_at, "pay", names[one.attested_by], f"{codes[one.funder]} {one.reference}")
            for one in payments.values()
            if one.attested_at is not None and one.attested_by is not None
        ),
    ]
    if signed is not None:
        history.append(Happening(signed.noted_at, "countersign", names[signed.noted_by], signed.number))
    return Dossier(
        facts=facts,
        merchant=merchants.get_merchant_by_id(session, facts.merchant),
        shares=shares,
        countersign=None if signed is None else Countersigned(signed.number, signed.countersigned_on),
        returned=next((row.reason for row in steps if row.act is SettlementAct.RETURN), None),
        history=tuple(sorted(history, key=lambda one: (one.at, _ORDER.index(one.act)))),
    )


def lines(session: Session, facts: SettlementFacts) -> tuple[LineEntry, ...]:
    """The redemptions in it, oldest first."""
    keys = queries.lines_of(session, facts.id)
    found = sorted(vouchers.find_redemptions(session, keys).values(), key=lambda one: (one.redeemed_at, one.id))
    undone = vouchers.reversed_among(session, keys)
    places = {till.id: (till.branch_name, till.name) for till in merchants.enrolled(session, merchant=facts.merchant)}
    codes = campaigns.event_codes(session, {one.event for one in found})
    return tuple(
        LineEntry(
            panama_day(one.redeemed_at), *places[one.till], codes[one.event], one.amount, is_reversed=one.id in undone
        )
        for one in found
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
