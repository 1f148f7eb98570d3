"""Merchants, their branches and their tills, as pages, files and other domains read them."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from buyback.errors import NotFound, Refused
from buyback.merchants.rules import MerchantAmbiguous
from buyback.merchants.states import MerchantState, RucKind, TillState
from buyback.merchants.tables import Branch, Merchant, Till
from buyback.merchants.tax_numbers import canonical


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
class EnrolledTill:
    """A till with where it stands."""

    id: UUID
    name: str
    state: TillState
    branch: UUID
    branch_name: str
    merchant: UUID
    merchant_name: str


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
    found = [merchant for merchant in find_merchants(session, ruc) if kind in (None, merchant.kind)]
    if not found:
        raise NotFound(field="merchant", what="el comercio", name=ruc)
    if len(found) > 1:
        kinds = ", ".join(merchant.kind for merchant in found)
        raise MerchantAmbiguous(field="merchant", ruc=ruc, kinds=kinds)
    return found[0]


def get_merchant_by_id(session: Session, merchant: UUID) -> MerchantFacts:
    """The merchant with an id; NotFound otherwise."""
    row = session.execute(_merchants().where(Merchant.id == merchant)).first()
    if row is None:
        raise NotFound(field="merchant", what="el comercio")
    return MerchantFacts(**row._mapping)  # noqa: SLF001  as above


def merchants_by_id(session: Session, ids: Collection[UUID]) -> dict[UUID, MerchantFacts]:
    """Merchants, for lists."""
    rows = session.execute(_merchants().where(Merchant.id.in_(ids)))
    return {row.id: MerchantFacts(**row._mapping) for row in rows}  # noqa: SLF001  as above


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


def get_branch_by_id(session: Session, branch: UUID) -> BranchFacts:
    """The branch with an id; NotFound otherwise."""
    row = session.execute(_branches().where(Branch.id == branch)).first()
    if row is None:
        raise NotFound(field="branch", what="la sucursal")
    return BranchFacts(**row._mapping)  # noqa: SLF001  as above


def enrolled(session: Session, *, branch: UUID | None = None, merchant: UUID | None = None) -> tuple[EnrolledTill, ...]:
    """Tills by branch and name, revoked ones included; of one branch or one merchant on request."""
    statement = _tills().order_by(Branch.name, Till.name)
    if branch is not None:
        statement = statement.where(Till.branch == branch)
    if merchant is not None:
        statement = statement.where(Till.merchant == merchant)
    return tuple(EnrolledTill(**row._mapping) for row in session.execute(statement))  # noqa: SLF001  as above


def till_names(session: Session, *, merchant: UUID) -> dict[UUID | None, tuple[str, str]]:
    """Branch and name of each till of a merchant; of none (a redemption whose till has faded) nothing."""
    return {None: ("", "")} | {till.id: (till.branch_name, till.name) for till in enrolled(session, merchant=merchant)}


def workplaces(session: Session, *, merchant: UUID, branch: UUID | None) -> tuple[EnrolledTill, ...]:
    """The tills at which somebody may work: of the own merchant, of one branch where the account names it; in use."""
    found = enrolled(session, merchant=merchant, branch=branch)
    return tuple(till for till in found if till.state is TillState.ACTIVE)


def get_till(session: Session, *, branch: UUID, name: str) -> EnrolledTill:
    """The till of a branch with a name; NotFound otherwise."""
    found = next((till for till in enrolled(session, branch=branch) if till.name == name), None)
    if found is None:
        raise NotFound(field="name", what="la caja", name=name)
    return found


def get_till_by_id(session: Session, till: UUID) -> EnrolledTill:
    """The till with an id; NotFound otherwise."""
    row = session.execute(_tills().where(Till.id == till)).first()
    if row is None:
        raise NotFound(field="till", what="la caja")
    return EnrolledTill(**row._mapping)  # noqa: SLF001  as above


def find_till(session: Session, token_hash: bytes) -> UUID | None:
    """The till that a token belongs to, by the token's digest; revoked ones included."""
    return session.scalar(select(Till.id).where(Till.token_hash == token_hash))


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


def _tills() -> Select[UUID, str, TillState, UUID, str, UUID, str]:
    return (
        select(
            Till.id,
            Till.name,
            Till.state,
            Till.branch,
            Branch.name.label("branch_name"),
            Till.merchant,
            Merchant.name.label("merchant_name"),
        )
        .join(Branch, Branch.id == Till.branch)
        .join(Merchant, Merchant.id == Till.merchant)
    )
