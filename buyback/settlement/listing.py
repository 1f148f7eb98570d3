"""Settlements as a list, with filters. Money in cents."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, false, func, or_, select
from sqlalchemy.orm import Session

from buyback.errors import NotFound
from buyback.merchants import queries as merchants
from buyback.people.rules import Actor
from buyback.places.rules import fold
from buyback.settlement import queries
from buyback.settlement.queries import SettlementFacts
from buyback.settlement.rules import AWAITED, Scope
from buyback.settlement.states import SettlementAct, SettlementState
from buyback.settlement.tables import FunderShare, Payment, PaymentBooking, Settlement, SettlementApproval


@dataclass(frozen=True, kw_only=True)
class SettlementFilter:
    """What is asked for. ``search`` is a number, or part of a merchant's name, without accents, or tax number.

    ``awaits`` finds what waits for a step of somebody's organisation (one of ``rules.AWAITED``), as far as that person
    may take it.
    """

    state: SettlementState | None = None
    awaits: tuple[SettlementAct, Actor] | None = None
    merchant: UUID | None = None
    funder: UUID | None = None
    search: str = ""


@dataclass(frozen=True)
class SettlementRow:
    """A settlement in a list; ``share`` is the part of the organisation whose list it is, None where all is seen."""

    facts: SettlementFacts
    merchant: str
    ruc: str
    share: int | None


def find_settlements(
    session: Session, wanted: SettlementFilter, *, scope: Scope, limit: int, offset: int
) -> tuple[tuple[SettlementRow, ...], int]:
    """The settlements that a filter finds, newest first, a page of them, and how many there are in all.

    NotFound for another funder than the one whose shares are seen.
    """
    if wanted.funder is not None and not scope.reaches(wanted.funder):
        raise NotFound(what="la organización")
    conditions = _conditions(session, wanted)
    statement = queries.settlements(scope).where(*conditions)
    total = session.scalar(select(func.count()).select_from(statement.subquery())) or 0
    rows = session.execute(
        statement.order_by(Settlement.year.desc(), Settlement.number.desc()).limit(limit).offset(offset)
    )
    found = [SettlementFacts(*row) for row in rows]
    names = merchants.merchants_by_id(session, {facts.merchant for facts in found})
    shares = _shares(session, [facts.id for facts in found], scope)
    entries = (
        SettlementRow(facts, names[facts.merchant].name, names[facts.merchant].ruc, shares.get(facts.id))
        for facts in found
    )
    return tuple(entries), total


def totals_by_state(session: Session, *, scope: Scope) -> dict[SettlementState, int]:
    """Cents in each state: of whole settlements, or of the shares that a scope reaches."""
    statement = select(Settlement.state, func.sum(Settlement.total)).group_by(Settlement.state)
    if scope.funder is not None:
        statement = (
            select(Settlement.state, func.sum(FunderShare.amount))
            .join(FunderShare, FunderShare.settlement == Settlement.id)
            .where(FunderShare.funder == scope.funder)
            .group_by(Settlement.state)
        )
    return {row[0]: int(row[1]) for row in session.execute(statement)}


def _conditions(session: Session, wanted: SettlementFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.state is not None:
        conditions.append(Settlement.state == wanted.state)
    if wanted.awaits is not None:
        conditions += _awaited(*wanted.awaits)
    if wanted.merchant is not None:
        conditions.append(Settlement.merchant == wanted.merchant)
    if wanted.funder is not None:
        borne = select(FunderShare.settlement).where(FunderShare.funder == wanted.funder)
        conditions.append(Settlement.id.in_(borne))
    if wanted.search:
        conditions.append(_search(session, wanted.search))
    return conditions


def _awaited(act: SettlementAct, by: Actor) -> list[ColumnElement[bool]]:
    """``rules`` over many settlements at once; one with a reversed line is among them, to be returned."""
    permission, state = AWAITED[act]
    if not by.may(permission):
        return [false()]
    return [Settlement.state == state, Settlement.prepared_by != by.id, *_OWN[act](by.organisation)]


def _unapproved(funder: UUID | None) -> list[ColumnElement[bool]]:
    borne = select(FunderShare.settlement).where(
        FunderShare.funder == funder, (FunderShare.amount > 0) | (FunderShare.pays > 0)
    )
    approved = select(SettlementApproval.settlement).where(SettlementApproval.funder == funder)
    return [Settlement.id.in_(borne), Settlement.id.not_in(approved)]


def _unpaid(funder: UUID | None) -> list[ColumnElement[bool]]:
    booked = select(PaymentBooking.payment)
    due = select(Payment.settlement).where(Payment.funder == funder, Payment.id.not_in(booked))
    return [Settlement.id.in_(due)]


_OWN = {SettlementAct.APPROVE: _unapproved, SettlementAct.PAY: _unpaid}


def _search(session: Session, text: str) -> ColumnElement[bool]:
    folded = fold(text)
    named = [
        merchant.id
        for merchant in merchants.registered(session)
        if folded in fold(merchant.name) or folded in fold(merchant.ruc)
    ]
    by_merchant = Settlement.merchant.in_(named)
    number = queries.read_number(text)
    if number is None:
        return by_merchant
    return or_(by_merchant, (Settlement.year == number[0]) & (Settlement.number == number[1]))


def _shares(session: Session, settlements: Collection[UUID], scope: Scope) -> dict[UUID, int]:
    if scope.funder is None:
        return {}
    rows = session.execute(
        select(FunderShare.settlement, FunderShare.amount).where(
            FunderShare.settlement.in_(settlements), FunderShare.funder == scope.funder
        )
    )
    return {row.settlement: row.amount for row in rows}
