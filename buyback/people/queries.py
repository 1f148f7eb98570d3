"""Who somebody is, as frozen facts."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from buyback.errors import NotFound
from buyback.people.rules import OPERATOR_CHAIN, AccountKind, Actor, OrganisationKind, session_is_alive
from buyback.people.tables import (
    Invitation,
    LoginSession,
    Organisation,
    RoleGrant,
    SignInFailure,
    UserAccount,
)
from buyback.security.access import Role


@dataclass(frozen=True)
class OrganisationFacts:
    """An organisation."""

    id: UUID
    code: str
    kind: OrganisationKind
    name: str
    district: str | None


@dataclass(frozen=True)
class UserFacts:
    """A user, for signing in: the hash is None until the invitation has been accepted."""

    id: UUID
    name: str
    password_hash: str | None
    disabled: bool


@dataclass(frozen=True)
class AccountFacts:
    """An account that can sign in: its roles in their order, and the name of its organisation or its merchant's id."""

    name: str
    organisation: str | None
    merchant: UUID | None
    roles: tuple[Role, ...]


@dataclass(frozen=True)
class SessionFacts:
    """A live session and who it belongs to."""

    id: UUID
    actor: Actor
    seen_at: datetime


def find_organisation(session: Session, code: str) -> OrganisationFacts | None:
    """The organisation with a code."""
    row = session.execute(_organisations().where(Organisation.code == code)).first()
    return None if row is None else OrganisationFacts(*row)


def get_organisation(session: Session, code: str) -> OrganisationFacts:
    """The organisation with a code; NotFound otherwise."""
    found = find_organisation(session, code)
    if found is None:
        raise NotFound(field="organisation", what="la organización", name=code)
    return found


def organisations_by_id(session: Session, ids: Collection[UUID]) -> dict[UUID, OrganisationFacts]:
    """Organisations, for lists."""
    rows = session.execute(_organisations().where(Organisation.id.in_(ids)))
    return {row.id: OrganisationFacts(*row) for row in rows}


def local_organisation(session: Session, *, kind: OrganisationKind, district: str) -> OrganisationFacts | None:
    """The municipality of a district, or the governorate of its province (first two digits)."""
    statement = _organisations().where(Organisation.kind == kind)
    if kind is OrganisationKind.GOVERNORATE:
        statement = statement.where(func.substr(Organisation.district, 1, 2) == district[:2])
    else:
        statement = statement.where(Organisation.district == district)
    row = session.execute(statement.order_by(Organisation.code).limit(1)).first()
    return None if row is None else OrganisationFacts(*row)


def find_user(session: Session, name: str) -> UserFacts | None:
    """The user with a name."""
    row = session.execute(
        select(UserAccount.id, UserAccount.name, UserAccount.password_hash, UserAccount.disabled).where(
            UserAccount.name == name
        )
    ).first()
    return None if row is None else UserFacts(*row)


def get_user(session: Session, name: str) -> UserFacts:
    """The user with a name; NotFound otherwise."""
    found = find_user(session, name)
    if found is None:
        raise NotFound(field="user", what="el usuario", name=name)
    return found


def actor_of(session: Session, user: UUID, *, till: UUID | None = None) -> Actor:
    """A user with the roles held now, working at a till or not."""
    rows = session.execute(
        select(UserAccount, Organisation, RoleGrant.role)
        .outerjoin(Organisation, Organisation.id == UserAccount.organisation)
        .outerjoin(RoleGrant, (RoleGrant.user == UserAccount.id) & RoleGrant.revoked_at.is_(None))
        .where(UserAccount.id == user)
    ).all()
    account: UserAccount = rows[0][0]
    organisation: Organisation | None = rows[0][1]
    is_merchant = account.kind is AccountKind.MERCHANT
    chain = till if is_merchant and till else account.organisation or OPERATOR_CHAIN
    local = organisation is not None and organisation.kind in (
        OrganisationKind.MUNICIPALITY,
        OrganisationKind.COMMUNITY_BOARD,
    )
    return Actor(
        id=account.id,
        name=account.name,
        chain=chain,
        roles=frozenset(role for row in rows if (role := _role(row[2])) is not None),
        organisation=account.organisation,
        organisation_code=organisation.code if organisation else None,
        district=organisation.district if organisation and local else None,
        merchant=account.merchant,
        branch=account.branch,
        till=till,
    )


def accounts(session: Session, *, ending: str) -> tuple[AccountFacts, ...]:
    """Accounts that are not disabled and whose names end so, by name."""
    rows = session.execute(
        select(UserAccount.name, Organisation.name.label("organisation"), UserAccount.merchant, RoleGrant.role)
        .outerjoin(Organisation, Organisation.id == UserAccount.organisation)
        .join(RoleGrant, (RoleGrant.user == UserAccount.id) & RoleGrant.revoked_at.is_(None))
        .where(UserAccount.disabled.is_(False), UserAccount.name.endswith(ending, autoescape=True))
        .order_by(UserAccount.name)
    ).all()
    roles: dict[str, set[Role]] = {}
    for row in rows:
        roles.setdefault(row.name, set()).add(row.role)
    whole = {row.name: (row.organisation, row.merchant) for row in rows}
    return tuple(
        AccountFacts(name, *employer, tuple(role for role in Role if role in roles[name]))
        for name, employer in whole.items()
    )


def find_actor(session: Session, name: str) -> Actor | None:
    """A user by name with the roles held now; None when unknown or disabled."""
    user = find_user(session, name)
    return None if user is None or user.disabled else actor_of(session, user.id)


def actor_by_name(session: Session, name: str) -> Actor:
    """A user by name with the roles held now; NotFound when unknown or disabled."""
    actor = find_actor(session, name)
    if actor is None:
        raise NotFound(field="user", what="el usuario", name=name)
    return actor


def find_session(session: Session, token_hash: bytes, *, now: datetime) -> SessionFacts | None:
    """The live session of a cookie; None when it never was, has ended, or its user is disabled."""
    row = session.execute(
        select(
            LoginSession.id,
            LoginSession.user,
            LoginSession.started_at,
            LoginSession.seen_at,
            LoginSession.ended_at,
            LoginSession.till,
        )
        .join(UserAccount, UserAccount.id == LoginSession.user)
        .where(LoginSession.token_hash == token_hash, UserAccount.disabled.is_(False))
    ).first()
    if row is None or not session_is_alive(
        started_at=row.started_at, seen_at=row.seen_at, ended_at=row.ended_at, now=now
    ):
        return None
    return SessionFacts(row.id, actor_of(session, row.user, till=row.till), row.seen_at)


def find_invitation(session: Session, token_hash: bytes, *, now: datetime) -> str | None:
    """The name of the user an unused, unexpired invitation is for."""
    return session.scalar(
        select(UserAccount.name)
        .join(Invitation, Invitation.user == UserAccount.id)
        .where(
            Invitation.token_hash == token_hash,
            Invitation.used_at.is_(None),
            Invitation.expires_at > now,
            UserAccount.disabled.is_(False),
        )
    )


def failures(session: Session, *, account_key: bytes, since: datetime) -> list[datetime]:
    """When sign-ins to an account failed."""
    return list(
        session.scalars(
            select(SignInFailure.at).where(SignInFailure.account_key == account_key, SignInFailure.at > since)
        )
    )


def device_failures(session: Session, *, device_key: bytes, since: datetime) -> list[datetime]:
    """When sign-ins from a device failed."""
    return list(
        session.scalars(
            select(SignInFailure.at).where(SignInFailure.device_key == device_key, SignInFailure.at > since)
        )
    )


def user_names(session: Session, ids: set[UUID]) -> dict[UUID, str]:
    """Names of users, for lists."""
    rows = session.execute(select(UserAccount.id, UserAccount.name).where(UserAccount.id.in_(ids)))
    return {row.id: row.name for row in rows}


def _organisations() -> Select[UUID, str, OrganisationKind, str, str | None]:
    return select(Organisation.id, Organisation.code, Organisation.kind, Organisation.name, Organisation.district)


def _role(value: Role | None) -> Role | None:
    return value  # an outer join's column, which the stubs take for never empty
