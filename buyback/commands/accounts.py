"""Organisations and users."""

import click
from sqlalchemy.orm import Session

from buyback.commands.base import Context, as_json, report
from buyback.merchants import queries as merchants
from buyback.people import queries, service
from buyback.people.rules import OPERATOR, OrganisationKind
from buyback.people.service import Employer
from buyback.security.access import Role
from buyback.security.tokens import new_token, token_digest

ROLES = click.Choice([role.value for role in Role])


@click.group("organisation")
def organisation() -> None:
    """Ministries, governorates, municipalities and the others that take part."""


@organisation.command("add")
@click.option("--code", required=True, help="Short code, such as MINSEG.")
@click.option("--kind", required=True, type=click.Choice([kind.value for kind in OrganisationKind]), help="What it is.")
@click.option("--name", required=True, help="Full name.")
@click.option("--district", help="Four digits of INEC, for a municipality, community board or governorate.")
@as_json
@click.pass_obj
def organisation_add(context: Context, *, code: str, kind: str, name: str, district: str | None, as_json: bool) -> None:
    """Add an organisation."""
    context.transact(
        lambda session: service.add_organisation(
            session,
            code=code,
            kind=OrganisationKind(kind),
            name=name,
            district=district,
            by=OPERATOR,
            now=context.now(),
        )
    )
    report({"organisation": code}, f"{code} added.", as_json=as_json)


@click.group("user")
def user() -> None:
    """People who sign in, and their roles."""


@user.command("add")
@click.argument("name")
@click.option("--organisation", "organisation_code", help="Whom the person works for.")
@click.option("--merchant", help="RUC of the merchant, for its manager and cashiers.")
@click.option("--branch", help="The one branch that a cashier works at.")
@click.option(
    "--role", "roles", required=True, multiple=True, type=ROLES, help="What the person does; may be repeated."
)
@as_json
@click.pass_obj
def user_add(
    context: Context,
    *,
    name: str,
    organisation_code: str | None,
    merchant: str | None,
    branch: str | None,
    roles: tuple[str, ...],
    as_json: bool,
) -> None:
    """Add the user NAME and print a one-time invitation; the person chooses the password."""
    if (organisation_code is None) == (merchant is None):
        raise click.UsageError("give --organisation or --merchant")
    token = new_token()

    def work(session: Session) -> None:
        service.add_user(
            session,
            name=name,
            employer=_employer(session, organisation_code, merchant, branch),
            roles=[Role(role) for role in roles],
            invitation_hash=token_digest(token),
            by=OPERATOR,
            now=context.now(),
        )

    context.transact(work)
    _show_invitation(context, name, token, as_json=as_json)


@user.command("invite")
@click.argument("name")
@as_json
@click.pass_obj
def user_invite(context: Context, *, name: str, as_json: bool) -> None:
    """Print a new invitation for the user NAME, after a forgotten password."""
    token = new_token()
    digest = token_digest(token)
    context.transact(
        lambda session: service.invite_again(session, name=name, invitation_hash=digest, by=OPERATOR, now=context.now())
    )
    _show_invitation(context, name, token, as_json=as_json)


@user.command("disable")
@click.argument("name")
@as_json
@click.pass_obj
def user_disable(context: Context, *, name: str, as_json: bool) -> None:
    """Close the account NAME; its sessions end at once."""
    context.transact(lambda session: service.disable_user(session, name=name, by=OPERATOR, now=context.now()))
    report({"user": name, "disabled": True}, f"{name} disabled.", as_json=as_json)


@user.command("grant")
@click.argument("name")
@click.option("--role", required=True, type=ROLES, help="Which role.")
@as_json
@click.pass_obj
def user_grant(context: Context, *, name: str, role: str, as_json: bool) -> None:
    """Give the user NAME a role; the user's sessions end."""
    context.transact(
        lambda session: service.grant_role(session, name=name, role=Role(role), by=OPERATOR, now=context.now())
    )
    report({"user": name, "role": role, "held": True}, f"{name}: {role} granted.", as_json=as_json)


@user.command("revoke")
@click.argument("name")
@click.option("--role", required=True, type=ROLES, help="Which role.")
@as_json
@click.pass_obj
def user_revoke(context: Context, *, name: str, role: str, as_json: bool) -> None:
    """Take a role away from the user NAME; the user's sessions end."""
    context.transact(
        lambda session: service.revoke_role(session, name=name, role=Role(role), by=OPERATOR, now=context.now())
    )
    report({"user": name, "role": role, "held": False}, f"{name}: {role} revoked.", as_json=as_json)


def _employer(session: Session, organisation: str | None, ruc: str | None, branch: str | None) -> Employer:
    if organisation is not None:
        return Employer(organisation=queries.get_organisation(session, organisation).id)
    merchant = merchants.get_merchant(session, ruc or "")
    found = merchants.get_branch(session, merchant.id, branch).id if branch else None
    return Employer(merchant=merchant.id, branch=found)


def _show_invitation(context: Context, name: str, token: str, *, as_json: bool) -> None:
    address = f"{context.settings.base_url}/invitacion"
    report(
        {"user": name, "invitation": token, "address": address},
        f"{name}: open {address} and enter this invitation, good once and for seven days:\n{token}",
        as_json=as_json,
    )
