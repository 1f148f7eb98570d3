"""Tills: devices of a branch that take vouchers. The database holds the SHA-256 of a till's token only."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, insert, select, update
from sqlalchemy.orm import Session

from buyback.audit import service as audit
from buyback.audit.rules import ChainKind
from buyback.campaigns.rules import is_one_line
from buyback.errors import NotFound, Refused
from buyback.ids import new_id
from buyback.merchants import service as merchants
from buyback.merchants.states import MerchantState, TillState
from buyback.merchants.tables import Branch, Merchant, Till
from buyback.people.rules import Actor

NAME_LENGTH_MAX = 60


class TillNameMalformed(Refused):
    """The name tells a branch's tills apart."""

    sentence = "Escriba el nombre de la caja, en una línea de hasta {longest} letras."


class TillKnown(Refused):
    """Till names are unique within a branch; a revoked till keeps its name."""

    sentence = "La sucursal ya tiene una caja {till}."


class TillRevoked(Refused):
    """A revoked till never comes back."""

    sentence = "La caja {till} ya está revocada."


@dataclass(frozen=True, kw_only=True)
class EnrolledTill:
    """A till with the merchant whose rights it has."""

    id: UUID
    name: str
    state: TillState
    enrolled_at: datetime
    branch: UUID
    branch_name: str
    merchant: UUID
    merchant_name: str
    merchant_state: MerchantState
    category: str


def enrol_till(session: Session, *, branch: UUID, name: str, token_hash: bytes, by: Actor, now: datetime) -> UUID:
    """Enrol a till and open its audit chain.

    The edge makes the token, shows it once and gives its digest (``security.tokens``). Raises NotFound,
    TillNameMalformed or TillKnown.
    """
    if not is_one_line(name, NAME_LENGTH_MAX):
        raise TillNameMalformed(field="name", longest=NAME_LENGTH_MAX)
    merchant = _merchant_of(session, branch)
    if any(till.name == name for till in enrolled(session, branch=branch)):
        raise TillKnown(field="name", till=name)
    till = new_id()
    session.execute(
        insert(Till).values(
            id=till,
            branch=branch,
            merchant=merchant.id,
            name=name,
            token_hash=token_hash,
            state=TillState.ACTIVE,
            enrolled_at=now,
        )
    )
    audit.open_chain(session, chain=till, kind=ChainKind.TILL, now=now)
    body = {"by": by.name, "ruc": merchant.ruc, "branch": str(branch), "till": str(till), "name": name}
    audit.record(session, chain=by.chain, act="till:enrol", body=body, now=now)
    return till


def revoke_till(session: Session, *, till: UUID, by: Actor, now: datetime) -> None:
    """From now on the till's token is refused, for good. Raises NotFound or TillRevoked."""
    facts = till_by_id(session, till)
    revoked = session.execute(
        update(Till)
        .where(Till.id == till, Till.state == TillState.ACTIVE)
        .values(state=TillState.REVOKED)
        .returning(Till.id)
    ).first()
    if revoked is None:
        raise TillRevoked(till=facts.name)
    body = {"by": by.name, "till": str(till), "name": facts.name}
    audit.record(session, chain=by.chain, act="till:revoke", body=body, now=now)


def enrolled(session: Session, *, branch: UUID | None = None, merchant: UUID | None = None) -> tuple[EnrolledTill, ...]:
    """Tills by branch and name, revoked ones included; of one branch or one merchant on request."""
    statement = _tills().order_by(Branch.name, Till.name)
    if branch is not None:
        statement = statement.where(Till.branch == branch)
    if merchant is not None:
        statement = statement.where(Till.merchant == merchant)
    return tuple(EnrolledTill(**row._mapping) for row in session.execute(statement))  # noqa: SLF001  a row's names


def get_till(session: Session, *, branch: UUID, name: str) -> EnrolledTill:
    """The till of a branch with a name; NotFound otherwise."""
    found = next((till for till in enrolled(session, branch=branch) if till.name == name), None)
    if found is None:
        raise NotFound(field="name", what="la caja", name=name)
    return found


def find_till(session: Session, token_hash: bytes) -> EnrolledTill | None:
    """The till that a token belongs to, by the token's digest; revoked ones included."""
    row = session.execute(_tills().where(Till.token_hash == token_hash)).first()
    return None if row is None else EnrolledTill(**row._mapping)  # noqa: SLF001  as above


def till_by_id(session: Session, till: UUID) -> EnrolledTill:
    """The till with an id; NotFound otherwise."""
    row = session.execute(_tills().where(Till.id == till)).first()
    if row is None:
        raise NotFound(field="till", what="la caja")
    return EnrolledTill(**row._mapping)  # noqa: SLF001  as above


def _merchant_of(session: Session, branch: UUID) -> merchants.MerchantFacts:
    merchant = session.scalar(select(Branch.merchant).where(Branch.id == branch))
    if merchant is None:
        raise NotFound(field="branch", what="la sucursal")
    return merchants.merchant_by_id(session, merchant)


def _tills() -> Select[UUID, str, TillState, datetime, UUID, str, UUID, str, MerchantState, str]:
    return (
        select(
            Till.id,
            Till.name,
            Till.state,
            Till.enrolled_at,
            Till.branch,
            Branch.name.label("branch_name"),
            Till.merchant,
            Merchant.name.label("merchant_name"),
            Merchant.state.label("merchant_state"),
            Merchant.category,
        )
        .join(Branch, Branch.id == Till.branch)
        .join(Merchant, Merchant.id == Till.merchant)
    )
