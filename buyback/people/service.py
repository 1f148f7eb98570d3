"""Organisations, users and the roles they hold. Sessions are in ``sessions.py``."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from buyback.audit import service as audit
from buyback.audit.rules import ChainKind
from buyback.errors import InvalidInput
from buyback.files.reading.reader import text_problems
from buyback.ids import new_id
from buyback.people import queries
from buyback.people.errors import (
    BadName,
    DistrictNeeded,
    InvitationInvalid,
    OrganisationExists,
    RoleMissing,
    RoleNotAllowed,
    RolesNeeded,
    UserExists,
)
from buyback.people.rules import INVITATION_LIFE, AccountKind, Actor, OrganisationKind, SessionEnd
from buyback.people.sessions import end_sessions
from buyback.people.tables import Invitation, Organisation, RoleGrant, UserAccount
from buyback.places import queries as places
from buyback.security.access import MERCHANT_ROLES, Role, forbidden_with

_LOCAL = (OrganisationKind.MUNICIPALITY, OrganisationKind.COMMUNITY_BOARD, OrganisationKind.GOVERNORATE)
_NAME_MAX = 32
ORGANISATION_NAME_MAX = 120


@dataclass(frozen=True)
class Employer:
    """Whom a user works for: an organisation, or a merchant (perhaps at one branch only)."""

    organisation: UUID | None = None
    merchant: UUID | None = None
    branch: UUID | None = None


def add_organisation(
    session: Session,
    *,
    code: str,
    kind: OrganisationKind,
    name: str,
    district: str | None,
    by: Actor,
    now: datetime,
) -> UUID:
    """Create an organisation and open its audit chain. A governorate is that of its district's province."""
    _check_name(code, field="code")
    if problems := text_problems("name", name, limit=ORGANISATION_NAME_MAX):
        raise InvalidInput(problems)
    if queries.find_organisation(session, code):
        raise OrganisationExists(field="code", code=code)
    if kind in _LOCAL and district is None:
        raise DistrictNeeded(field="district")
    if district is not None:
        places.get_district(session, district)
    key = new_id()
    session.execute(insert(Organisation).values(id=key, code=code, kind=kind, name=name, district=district))
    audit.open_chain(session, chain=key, kind=ChainKind.ORGANISATION, now=now)
    audit.record(
        session,
        chain=by.chain,
        act="organisation:add",
        body={"by": by.name, "code": code, "kind": kind.value, "district": district},
        now=now,
    )
    return key


def add_user(
    session: Session,
    *,
    name: str,
    employer: Employer,
    roles: Iterable[Role],
    invitation_hash: bytes,
    by: Actor,
    now: datetime,
) -> UUID:
    """Create a user with roles and a one-time invitation (its digest; the edge made the token)."""
    wanted = list(dict.fromkeys(roles))
    _check_name(name, field="name")
    if not wanted:
        raise RolesNeeded(field="role")
    if queries.find_user(session, name):
        raise UserExists(field="name", name=name)
    kind = AccountKind.MERCHANT if employer.merchant else AccountKind.OFFICIAL
    key = new_id()
    session.execute(
        insert(UserAccount).values(
            id=key,
            name=name,
            kind=kind,
            organisation=employer.organisation,
            merchant=employer.merchant,
            branch=employer.branch,
            disabled=False,
            created_at=now,
        )
    )
    for position, role in enumerate(wanted):
        _insert_grant(session, user=key, kind=kind, held=wanted[:position], role=role, now=now)
    _invite(session, user=key, invitation_hash=invitation_hash, now=now)
    body = {"by": by.name, "user": name, "roles": [role.value for role in wanted]}
    audit.record(session, chain=by.chain, act="user:add", body=body, now=now)
    return key


def invite_again(session: Session, *, name: str, invitation_hash: bytes, by: Actor, now: datetime) -> None:
    """A new invitation, for a forgotten password; it ends no session until it is accepted."""
    user = queries.get_user(session, name)
    _invite(session, user=user.id, invitation_hash=invitation_hash, now=now)
    audit.record(session, chain=by.chain, act="user:invite", body={"by": by.name, "user": name}, now=now)


def accept_invitation(session: Session, *, invitation_hash: bytes, password_hash: str, now: datetime) -> None:
    """Set the password of the invited user and use the invitation up; other sessions of the user end."""
    used = session.execute(
        update(Invitation)
        .where(
            Invitation.token_hash == invitation_hash,
            Invitation.used_at.is_(None),
            Invitation.expires_at > now,
        )
        .values(used_at=now)
        .returning(Invitation.user)
    ).first()
    if used is None:
        raise InvitationInvalid
    session.execute(update(UserAccount).where(UserAccount.id == used.user).values(password_hash=password_hash))
    end_sessions(session, user=used.user, why=SessionEnd.PASSWORD_CHANGED, now=now)
    _audit_own(session, user=used.user, act="user:accept_invitation", now=now)


def grant_role(session: Session, *, name: str, role: Role, by: Actor, now: datetime) -> None:
    """Give a role; the user's sessions end, so that the next page is drawn for who the user is now."""
    user, kind, held = _user_with_roles(session, name)
    if role not in held:
        _insert_grant(session, user=user, kind=kind, held=held, role=role, now=now)
        _roles_changed(session, user=user, name=name, act="user:grant_role", role=role, by=by, now=now)


def revoke_role(session: Session, *, name: str, role: Role, by: Actor, now: datetime) -> None:
    """Take a role away, at once."""
    user, _kind, _held = _user_with_roles(session, name)
    taken = session.execute(
        update(RoleGrant)
        .where(RoleGrant.user == user, RoleGrant.role == role, RoleGrant.revoked_at.is_(None))
        .values(revoked_at=now)
        .returning(RoleGrant.id)
    ).first()
    if taken is None:
        raise RoleMissing(field="role", name=name, role=role.value)
    _roles_changed(session, user=user, name=name, act="user:revoke_role", role=role, by=by, now=now)


def disable_user(session: Session, *, name: str, by: Actor, now: datetime) -> None:
    """Close an account: its sessions end now, the next request is refused."""
    user = queries.get_user(session, name)
    session.execute(update(UserAccount).where(UserAccount.id == user.id).values(disabled=True))
    end_sessions(session, user=user.id, why=SessionEnd.USER_DISABLED, now=now)
    audit.record(session, chain=by.chain, act="user:disable", body={"by": by.name, "user": name}, now=now)


def _roles_changed(session: Session, *, user: UUID, name: str, act: str, role: Role, by: Actor, now: datetime) -> None:
    end_sessions(session, user=user, why=SessionEnd.ROLES_CHANGED, now=now)
    body = {"by": by.name, "user": name, "role": role.value}
    audit.record(session, chain=by.chain, act=act, body=body, now=now)


def _user_with_roles(session: Session, name: str) -> tuple[UUID, AccountKind, list[Role]]:
    user = queries.get_user(session, name)
    kind = session.scalars(select(UserAccount.kind).where(UserAccount.id == user.id)).one()
    held = session.scalars(
        select(RoleGrant.role).where(RoleGrant.user == user.id, RoleGrant.revoked_at.is_(None))
    ).all()
    return user.id, kind, [Role(role) for role in held]


def _insert_grant(
    session: Session, *, user: UUID, kind: AccountKind, held: list[Role], role: Role, now: datetime
) -> None:
    if (kind is AccountKind.MERCHANT) != (role in MERCHANT_ROLES):
        raise RoleNotAllowed(field="role", role=role.value, held=kind.value)
    conflict = forbidden_with(held, role)
    if conflict is not None:
        raise RoleNotAllowed(field="role", role=role.value, held=conflict.value)
    session.execute(insert(RoleGrant).values(id=new_id(), user=user, kind=kind, role=role, granted_at=now))


def _invite(session: Session, *, user: UUID, invitation_hash: bytes, now: datetime) -> None:
    session.execute(
        insert(Invitation).values(id=new_id(), user=user, token_hash=invitation_hash, expires_at=now + INVITATION_LIFE)
    )


def _audit_own(session: Session, *, user: UUID, act: str, now: datetime) -> None:
    actor = queries.actor_of(session, user)
    audit.record(session, chain=actor.chain, act=act, body={"by": actor.name}, now=now)


def _check_name(name: str, *, field: str) -> None:
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{1,31}", name):
        raise BadName(field=field, name=name[:_NAME_MAX], length=_NAME_MAX)
