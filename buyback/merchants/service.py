"""Merchants and their branches. Their tills are in ``tills.py``."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, insert, select, update
from sqlalchemy.orm import Session

from buyback.audit import service as audit
from buyback.campaigns.rules import MerchantCategory, is_one_line
from buyback.errors import InvalidInput, NotFound, Problem, Refused
from buyback.ids import new_id
from buyback.merchants.states import MerchantState, RucKind
from buyback.merchants.tables import Branch, Merchant
from buyback.merchants.tax_numbers import TaxNumber, canonical, tax_number
from buyback.people.rules import Actor
from buyback.places import queries as places
from buyback.places.rules import CorregimientoNotValid
from buyback.times import panama_day

NAME_LENGTH_MAX = 120
BRANCH_LENGTH_MAX = 80


class MerchantKnown(Refused):
    """A tax number is registered once."""

    sentence = "El RUC {ruc} ya está registrado."


class MerchantAmbiguous(Refused):
    """A person's and a company's NT number can read alike."""

    sentence = "El RUC {ruc} es de más de un comercio; indique el tipo: {kinds}."


class MerchantNameMalformed(Refused):
    """The name stands in the public list of merchants."""

    sentence = "Escriba el nombre del comercio, en una línea de hasta {longest} letras."


class BranchNameMalformed(Refused):
    """The name tells a merchant's branches apart."""

    sentence = "Escriba el nombre de la sucursal, en una línea de hasta {longest} letras."


class BranchKnown(Refused):
    """Branch names are unique within a merchant."""

    sentence = "El comercio ya tiene una sucursal {branch}."


class CategoryUnknown(Refused):
    """A closed list, so that programmes can admit by category."""

    sentence = "No existe la categoría {category}; use una de estas: {choices}."


class AlreadySuspended(Refused):
    """Suspending twice would hide that the first time was forgotten."""

    sentence = "El comercio {ruc} ya está suspendido."


class NotSuspended(Refused):
    """There is nothing to lift."""

    sentence = "El comercio {ruc} no está suspendido."


@dataclass(frozen=True, kw_only=True)
class MerchantFacts:
    """A merchant."""

    id: UUID
    kind: RucKind
    ruc: str
    dv: str
    name: str
    category: str
    state: MerchantState


@dataclass(frozen=True, kw_only=True)
class BranchFacts:
    """Where a merchant takes vouchers."""

    id: UUID
    merchant: UUID
    name: str
    corregimiento: str


@dataclass(frozen=True, kw_only=True)
class MerchantEntry:
    """A merchant as typed on a form or a command line, with its first branch."""

    kind: RucKind
    ruc: str
    dv: str
    name: str
    category: str
    branch: str
    corregimiento: str


def add_merchant(session: Session, *, entry: MerchantEntry, by: Actor, now: datetime) -> UUID:
    """Register a merchant with its first branch.

    Raises InvalidInput with every problem (``ruc``, ``dv``, ``name``, ``category``, ``branch``, ``corregimiento``).
    """
    problems: list[Problem] = []
    number = _tax_number(session, entry, problems)
    if not is_one_line(entry.name, NAME_LENGTH_MAX):
        problems.append(Problem("name", MerchantNameMalformed(longest=NAME_LENGTH_MAX)))
    if entry.category not in list(MerchantCategory):
        choices = ", ".join(MerchantCategory)
        problems.append(Problem("category", CategoryUnknown(category=entry.category, choices=choices)))
    problems.extend(_branch_problems(session, entry.branch, entry.corregimiento, now))
    if problems or number is None:
        raise InvalidInput(problems)
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
    _insert_branch(session, merchant, entry.branch, entry.corregimiento)
    body = {"by": by.name, "kind": number.kind.value, "ruc": number.ruc, "category": entry.category}
    audit.record(session, chain=by.chain, act="merchant:add", body=body | {"branch": entry.branch}, now=now)
    return merchant


def add_branch(session: Session, *, merchant: UUID, name: str, corregimiento: str, by: Actor, now: datetime) -> UUID:
    """Register another branch. Raises InvalidInput (``branch``, ``corregimiento``)."""
    facts = merchant_by_id(session, merchant)
    problems = _branch_problems(session, name, corregimiento, now)
    if find_branch(session, merchant, name) is not None:
        problems.append(Problem("branch", BranchKnown(branch=name)))
    if problems:
        raise InvalidInput(problems)
    branch = _insert_branch(session, merchant, name, corregimiento)
    body = {"by": by.name, "ruc": facts.ruc, "branch": name, "corregimiento": corregimiento}
    audit.record(session, chain=by.chain, act="merchant:add_branch", body=body, now=now)
    return branch


def suspend(session: Session, *, merchant: UUID, by: Actor, now: datetime) -> None:
    """From now on the merchant's tills are refused. Raises AlreadySuspended."""
    facts = merchant_by_id(session, merchant)
    if not _move(session, merchant, MerchantState.ACTIVE, MerchantState.SUSPENDED):
        raise AlreadySuspended(ruc=facts.ruc)
    audit.record(session, chain=by.chain, act="merchant:suspend", body={"by": by.name, "ruc": facts.ruc}, now=now)


def resume(session: Session, *, merchant: UUID, by: Actor, now: datetime) -> None:
    """Lift a suspension. Raises NotSuspended."""
    facts = merchant_by_id(session, merchant)
    if not _move(session, merchant, MerchantState.SUSPENDED, MerchantState.ACTIVE):
        raise NotSuspended(ruc=facts.ruc)
    audit.record(session, chain=by.chain, act="merchant:resume", body={"by": by.name, "ruc": facts.ruc}, now=now)


def registered(session: Session) -> tuple[MerchantFacts, ...]:
    """All merchants by name."""
    rows = session.execute(_merchants().order_by(Merchant.name, Merchant.ruc))
    return tuple(MerchantFacts(**row._mapping) for row in rows)  # noqa: SLF001  the documented way to a row's names


def find_merchants(session: Session, ruc: str) -> tuple[MerchantFacts, ...]:
    """The merchants whose number reads so, in any spelling: none, one, or one of each kind."""
    spellings = {ruc.strip()}
    for kind in RucKind:
        try:
            spellings.add(canonical(kind, ruc))
        except Refused:
            continue
    rows = session.execute(_merchants().where(Merchant.ruc.in_(spellings)).order_by(Merchant.kind))
    return tuple(MerchantFacts(**row._mapping) for row in rows)  # noqa: SLF001  as above


def get_merchant(session: Session, ruc: str, kind: RucKind | None = None) -> MerchantFacts:
    """The merchant with a tax number. Raises NotFound, or MerchantAmbiguous where the kind has to be said."""
    found = [entry for entry in find_merchants(session, ruc) if kind in (None, entry.kind)]
    if not found:
        raise NotFound(field="merchant", what="el comercio", name=ruc)
    if len(found) > 1:
        kinds = ", ".join(entry.kind for entry in found)
        raise MerchantAmbiguous(field="merchant", ruc=ruc, kinds=kinds)
    return found[0]


def merchant_by_id(session: Session, merchant: UUID) -> MerchantFacts:
    """The merchant with an id; NotFound otherwise."""
    row = session.execute(_merchants().where(Merchant.id == merchant)).first()
    if row is None:
        raise NotFound(field="merchant", what="el comercio")
    return MerchantFacts(**row._mapping)  # noqa: SLF001  as above


def merchants_by_id(session: Session, ids: Collection[UUID]) -> dict[UUID, MerchantFacts]:
    """Merchants, for lists."""
    rows = session.execute(_merchants().where(Merchant.id.in_(ids)))
    return {row.id: MerchantFacts(**row._mapping) for row in rows}  # noqa: SLF001  as above


def branches(session: Session, merchant: UUID) -> tuple[BranchFacts, ...]:
    """A merchant's branches by name."""
    rows = session.execute(_branches().where(Branch.merchant == merchant).order_by(Branch.name))
    return tuple(BranchFacts(**row._mapping) for row in rows)  # noqa: SLF001  as above


def find_branch(session: Session, merchant: UUID, name: str) -> BranchFacts | None:
    """A merchant's branch by name."""
    row = session.execute(_branches().where(Branch.merchant == merchant, Branch.name == name)).first()
    return None if row is None else BranchFacts(**row._mapping)  # noqa: SLF001  as above


def get_branch(session: Session, merchant: UUID, name: str) -> BranchFacts:
    """A merchant's branch by name; NotFound otherwise."""
    found = find_branch(session, merchant, name)
    if found is None:
        raise NotFound(field="branch", what="la sucursal", name=name)
    return found


def _tax_number(session: Session, entry: MerchantEntry, problems: list[Problem]) -> TaxNumber | None:
    try:
        number = tax_number(entry.kind, entry.ruc, entry.dv)
        if any(known.kind is number.kind for known in find_merchants(session, number.ruc)):
            raise MerchantKnown(field="ruc", ruc=number.ruc)
    except Refused as refusal:
        problems.append(Problem(refusal.field or "ruc", refusal))
        return None
    return number


def _branch_problems(session: Session, name: str, corregimiento: str, now: datetime) -> list[Problem]:
    problems = []
    if not is_one_line(name, BRANCH_LENGTH_MAX):
        problems.append(Problem("branch", BranchNameMalformed(longest=BRANCH_LENGTH_MAX)))
    try:
        if not places.get_corregimiento(session, corregimiento).exists_on(panama_day(now)):
            raise CorregimientoNotValid(code=corregimiento, day=panama_day(now))
    except Refused as refusal:
        problems.append(Problem("corregimiento", refusal))
    return problems


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


def _merchants() -> Select[UUID, RucKind, str, str, str, str, MerchantState]:
    return select(
        Merchant.id,
        Merchant.kind,
        Merchant.ruc,
        Merchant.dv,
        Merchant.name,
        Merchant.category,
        Merchant.state,
    )


def _branches() -> Select[UUID, UUID, str, str]:
    return select(Branch.id, Branch.merchant, Branch.name, Branch.corregimiento)
