"""Merchants and their branches are registered, suspended and resumed. Their tills are in ``tills.py``."""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from buyback.audit import service as audit
from buyback.errors import InputProblem, InvalidInput, Refused
from buyback.files.reading.reader import text_problems
from buyback.ids import new_id
from buyback.merchants import queries
from buyback.merchants.rules import (
    BRANCH_LENGTH_MAX,
    AlreadySuspended,
    BranchKnown,
    MerchantEntry,
    MerchantKnown,
    NotSuspended,
    merchant_problems,
)
from buyback.merchants.states import MerchantState
from buyback.merchants.tables import Branch, Merchant
from buyback.merchants.tax_numbers import TaxNumber, tax_number
from buyback.people.rules import Actor
from buyback.places import queries as places
from buyback.places.rules import CorregimientoNotValid
from buyback.times import panama_day


def add_merchant(session: Session, *, entry: MerchantEntry, by: Actor, now: datetime) -> UUID:
    """Register a merchant with its first branch.

    Raises InvalidInput with every problem (``ruc``, ``dv``, ``name``, ``category``, ``branch``, ``corregimiento``).
    """
    problems: list[InputProblem] = []
    number = _tax_number(session, entry, problems)
    problems += merchant_problems(entry)
    problems += _branch_problems(session, entry.branch, entry.corregimiento, now)
    if problems or number is None:
        raise InvalidInput(problems)
    merchant = _insert_merchant(session, number, entry)
    _insert_branch(session, merchant, entry.branch, entry.corregimiento)
    body = {"by": by.name, "kind": number.kind.value, "ruc": number.ruc, "category": entry.category}
    audit.record(session, chain=by.chain, act="merchant:add", body=body | {"branch": entry.branch}, now=now)
    return merchant


def add_branch(session: Session, *, merchant: UUID, name: str, corregimiento: str, by: Actor, now: datetime) -> UUID:
    """Register another branch. Raises InvalidInput (``branch``, ``corregimiento``)."""
    facts = queries.get_merchant_by_id(session, merchant)
    problems = list(_branch_problems(session, name, corregimiento, now))
    if queries.find_branch(session, merchant, name) is not None:
        problems.append(InputProblem("branch", BranchKnown(branch=name)))
    if problems:
        raise InvalidInput(problems)
    branch = _insert_branch(session, merchant, name, corregimiento)
    body = {"by": by.name, "ruc": facts.ruc, "branch": name, "corregimiento": corregimiento}
    audit.record(session, chain=by.chain, act="merchant:add_branch", body=body, now=now)
    return branch


def suspend(session: Session, *, merchant: UUID, by: Actor, now: datetime) -> None:
    """From now on the merchant's tills are refused. Raises AlreadySuspended."""
    facts = queries.get_merchant_by_id(session, merchant)
    if not _move(session, merchant, MerchantState.ACTIVE, MerchantState.SUSPENDED):
        raise AlreadySuspended(ruc=facts.ruc)
    audit.record(session, chain=by.chain, act="merchant:suspend", body={"by": by.name, "ruc": facts.ruc}, now=now)


def resume(session: Session, *, merchant: UUID, by: Actor, now: datetime) -> None:
    """Lift a suspension. Raises NotSuspended."""
    facts = queries.get_merchant_by_id(session, merchant)
    if not _move(session, merchant, MerchantState.SUSPENDED, MerchantState.ACTIVE):
        raise NotSuspended(ruc=facts.ruc)
    audit.record(session, chain=by.chain, act="merchant:resume", body={"by": by.name, "ruc": facts.ruc}, now=now)


def _tax_number(session: Session, entry: MerchantEntry, problems: list[InputProblem]) -> TaxNumber | None:
    try:
        number = tax_number(entry.kind, entry.ruc, entry.dv)
        if any(known.kind is number.kind for known in queries.find_merchants(session, number.ruc)):
            raise MerchantKnown(field="ruc", ruc=number.ruc)
    except Refused as refusal:
        problems.append(InputProblem(refusal.field or "ruc", refusal))
        return None
    return number


def _branch_problems(session: Session, name: str, corregimiento: str, now: datetime) -> Iterator[InputProblem]:
    yield from text_problems("branch", name, limit=BRANCH_LENGTH_MAX)
    try:
        if not places.get_corregimiento(session, corregimiento).exists_on(panama_day(now)):
            raise CorregimientoNotValid(code=corregimiento, day=panama_day(now))
    except Refused as refusal:
        yield InputProblem("corregimiento", refusal)


def _insert_merchant(session: Session, number: TaxNumber, entry: MerchantEntry) -> UUID:
    merchant = new_id()
    session.execute(
        insert(Merchant).values(
            id=merchant,
            kind=number.kind,
            ruc=number.ruc,
            dv=number.dv,
            name=entry.name,
            category=entry.category,
            state=MerchantState.ACTIVE,
        )
    )
    return merchant


def _insert_branch(session: Session, merchant: UUID, name: str, corregimiento: str) -> UUID:
    branch = new_id()
    session.execute(insert(Branch).values(id=branch, merchant=merchant, name=name, corregimiento=corregimiento))
    return branch


def _move(session: Session, merchant: UUID, before: MerchantState, after: MerchantState) -> bool:
    moved = session.execute(
        update(Merchant)
        .where(Merchant.id == merchant, Merchant.state == before)
        .values(state=after)
        .returning(Merchant.id)
    ).first()
    return moved is not None
