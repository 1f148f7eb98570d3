"""Statements: a merchant's from each redemption to what paid it, a funder's, and what funders owe each other.

Settlements that were returned are in none of them. Money in cents.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from operator import attrgetter
from typing import Protocol
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from buyback.audit import service as audit
from buyback.campaigns import queries as campaigns
from buyback.errors import NotFound
from buyback.merchants import queries as merchants
from buyback.merchants.queries import MerchantFacts
from buyback.people import queries as people
from buyback.people.queries import OrganisationFacts
from buyback.people.rules import Actor
from buyback.settlement import queries, record
from buyback.settlement.queries import SettlementFacts
from buyback.settlement.rules import Scope
from buyback.settlement.states import WAITING, SettlementState
from buyback.settlement.tables import FunderShare, PartShare, Settlement, SettlementLine
from buyback.times import panama_day
from buyback.vouchers import redemptions as vouchers

ORDERED = (SettlementState.ORDERED, SettlementState.PAID)


class StatementRow(Protocol):
    """A row of a statement."""

    @property
    def amount(self) -> int:
        """Cents."""

    @property
    def state(self) -> str:
        """The settlement's, or WAITING."""


@dataclass(frozen=True)
class MerchantStatementRow:
    """A redemption in a merchant's statement; ``references`` are those of the payments that paid it.

    Once the day has faded, ``day`` is the month (2026-11) and branch and till are empty.
    """

    day: date | str
    branch: str
    till: str
    event: str
    amount: int
    settlement: str
    state: str
    references: tuple[str, ...]


@dataclass(frozen=True)
class MerchantPayment:
    """An order to pay a merchant, and its booking where there is one. ``amount`` in cents."""

    settlement: str
    funder: str
    reference: str
    booked_on: date | None
    amount: int


@dataclass(frozen=True)
class MerchantStatement:
    """What a merchant took, how far each redemption has come, and what was paid."""

    merchant: MerchantFacts
    rows: tuple[MerchantStatementRow, ...]
    payments: tuple[MerchantPayment, ...]


@dataclass(frozen=True)
class FunderStatementRow:
    """A settlement in a funder's statement: what it bears of it, what it pays, and how that was paid."""

    settlement: str
    merchant: str
    ruc: str
    until: date
    total: int
    amount: int
    pays: int
    state: str
    reference: str
    booked_on: date | None


@dataclass(frozen=True)
class FunderStatement:
    """What a funder bears of every settlement that stands."""

    funder: OrganisationFacts
    rows: tuple[FunderStatementRow, ...]


@dataclass(frozen=True)
class FunderDebt:
    """What one funder owes to another that paid for it."""

    debtor: str
    creditor: str
    settlements: int
    amount: int


def by_state(rows: Iterable[StatementRow]) -> dict[str, int]:
    """What the rows of a statement come to in each state, and ``total``."""
    sums: dict[str, int] = defaultdict(int)
    for row in rows:
        sums[row.state] += row.amount
        sums["total"] += row.amount
    return dict(sums)


def of_merchant(session: Session, merchant: UUID, *, scope: Scope, now: datetime) -> MerchantStatement:
    """Each redemption that stands, by day. NotFound unless the scope is whole: others see shares only."""
    if not scope.is_whole:
        raise NotFound(what="el estado de cuenta")
    facts = merchants.get_merchant_by_id(session, merchant)
    settlements = _settlements_by_redemption(session, merchant)
    owed = vouchers.owed(session, merchant=merchant, until=panama_day(now))
    redemptions = {redemption.id: redemption for redemption in owed} | vouchers.find_redemptions(session, settlements)
    undone = vouchers.reversed_among(session, settlements)
    places = merchants.till_names(session, merchant=merchant)
    codes = campaigns.event_codes(session, {redemption.event for redemption in redemptions.values()})
    payments = _payments(session, {settled.id: settled.number for settled in settlements.values()})
    references = _references(payments)
    rows = []
    for redemption in sorted(redemptions.values(), key=attrgetter("place_in_list")):
        if redemption.id in undone:
            continue
        settlement = settlements.get(redemption.id)
        rows.append(
            MerchantStatementRow(
                redemption.redeemed.day_or_month,
                *places[redemption.till],
                codes[redemption.event],
                redemption.amount,
                settlement.number if settlement else "",
                settlement.state.value if settlement else WAITING,
                tuple(references.get(settlement.number, ())) if settlement else (),
            )
        )
    return MerchantStatement(facts, tuple(rows), payments)


def of_funder(session: Session, code: str, *, scope: Scope) -> FunderStatement:
    """What a funder bears, oldest settlement first. NotFound where the scope does not reach it."""
    funder = people.get_organisation(session, code)
    if not scope.reaches(funder.id):
        raise NotFound(what="la organización", name=code)
    statement = (
        queries.settlements(Scope(funder.id))
        .add_columns(FunderShare.amount, FunderShare.pays)
        .join(FunderShare, FunderShare.settlement == Settlement.id)
        .where(FunderShare.funder == funder.id, Settlement.state != SettlementState.RETURNED)
        .order_by(Settlement.year, Settlement.number)
    )
    found = [(SettlementFacts(*row[:-2]), row[-2], row[-1]) for row in session.execute(statement).all()]
    names = merchants.merchants_by_id(session, {facts.merchant for facts, _, _ in found})
    payments = {
        payment.settlement: payment
        for payment in record.payments_of(session, [facts.id for facts, _, _ in found])
        if payment.funder == funder.id
    }
    rows = []
    for facts, amount, pays in found:
        payment = payments.get(facts.id)
        rows.append(
            FunderStatementRow(
                facts.number,
                names[facts.merchant].name,
                names[facts.merchant].ruc,
                facts.until,
                facts.total,
                amount,
                pays,
                facts.state.value,
                (payment.reference or "") if payment else "",
                payment.booked_on if payment else None,
            )
        )
    return FunderStatement(funder, tuple(rows))


def debts(session: Session, *, scope: Scope) -> tuple[FunderDebt, ...]:
    """What funders owe each other for settlements that one paid for all; a funder sees its own debts and claims."""
    rows = session.execute(
        select(
            PartShare.funder,
            PartShare.paid_by,
            func.count(PartShare.settlement.distinct()),
            func.sum(PartShare.amount),
        )
        .join(Settlement, Settlement.id == PartShare.settlement)
        .where(Settlement.state.in_(ORDERED), PartShare.funder != PartShare.paid_by, PartShare.amount > 0)
        .group_by(PartShare.funder, PartShare.paid_by)
    ).all()
    seen = [row for row in rows if scope.reaches(row.funder) or scope.reaches(row.paid_by)]
    codes = queries.organisation_codes(session, {key for row in seen for key in (row.funder, row.paid_by)})
    return tuple(sorted((FunderDebt(codes[row[0]], codes[row[1]], row[2], int(row[3])) for row in seen), key=_names))


def funders(session: Session, *, scope: Scope) -> tuple[OrganisationFacts, ...]:
    """Who bears a share of any settlement, by code, as far as a scope reaches."""
    keys = [key for key in session.scalars(select(FunderShare.funder).distinct()) if scope.reaches(key)]
    return tuple(sorted(people.organisations_by_id(session, keys).values(), key=lambda funder: funder.code))


def record_export(session: Session, *, what: str, by: Actor, now: datetime) -> None:
    """The audit log keeps who took which statement as a file."""
    audit.record(session, chain=by.chain, act="settlement:export", body={"by": by.name, "what": what}, now=now)


def _names(debt: FunderDebt) -> tuple[str, str]:
    return debt.creditor, debt.debtor


def _settlements_by_redemption(session: Session, merchant: UUID) -> dict[UUID, SettlementFacts]:
    """A merchant's redemptions in settlements that were not returned, each with its settlement."""
    statement = (
        queries.settlements(Scope(None))
        .add_columns(SettlementLine.resolution)
        .join(SettlementLine, SettlementLine.settlement == Settlement.id)
        .where(Settlement.merchant == merchant, SettlementLine.active)
    )
    return {row[-1]: SettlementFacts(*row[:-1]) for row in session.execute(statement).all()}


def _payments(session: Session, numbers: Mapping[UUID, str]) -> tuple[MerchantPayment, ...]:
    entries = record.payments_of(session, numbers)
    codes = queries.organisation_codes(session, {payment.funder for payment in entries})
    return tuple(
        MerchantPayment(
            numbers[payment.settlement],
            codes[payment.funder],
            payment.reference or "",
            payment.booked_on,
            payment.amount,
        )
        for payment in entries
    )


def _references(payments: Iterable[MerchantPayment]) -> dict[str, list[str]]:
    """What paid each settlement, by its number: ``MINSEG TRX-1``, ``MINGOB TRX-2``."""
    references: dict[str, list[str]] = defaultdict(list)
    for payment in payments:
        if payment.reference:
            references[payment.settlement].append(f"{payment.funder} {payment.reference}")
    return references
