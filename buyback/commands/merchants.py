"""Merchants, their branches and tills."""

import click
from sqlalchemy.orm import Session

from buyback.commands.base import Context, as_json, report
from buyback.merchants import queries, service, tills
from buyback.merchants.queries import MerchantFacts
from buyback.merchants.rules import MerchantEntry
from buyback.merchants.states import RucKind
from buyback.people.rules import OPERATOR
from buyback.security.tokens import new_token, token_digest

KIND = click.Choice([kind.value for kind in RucKind])
of_kind = click.option("--kind", type=KIND, help="Needed where two kinds of tax number read alike.")


@click.group("merchant")
def merchant() -> None:
    """Who takes vouchers."""


@merchant.command("add")
@click.option("--ruc", required=True, help="Tax number.")
@click.option("--dv", required=True, help="The two check digits.")
@click.option("--kind", required=True, type=KIND, help="What sort of tax number it is.")
@click.option("--name", required=True, help="As people know it.")
@click.option("--category", required=True, help="One of the programme's: shop, supermarket …")
@click.option("--branch", required=True, help="Name of its first branch.")
@click.option("--corregimiento", required=True, help="Six digits of INEC.")
@as_json
@click.pass_obj
def merchant_add(
    context: Context,
    *,
    as_json: bool,
    ruc: str,
    dv: str,
    kind: str,
    name: str,
    category: str,
    branch: str,
    corregimiento: str,
) -> None:
    """Register a merchant with its first branch."""
    entry = MerchantEntry(
        kind=RucKind(kind), ruc=ruc, dv=dv, name=name, category=category, branch=branch, corregimiento=corregimiento
    )
    context.transact(lambda session: service.add_merchant(session, entry=entry, by=OPERATOR, now=context.now()))
    report({"merchant": ruc, "state": "active"}, f"{ruc} registered.", as_json=as_json)


@merchant.command("suspend")
@click.argument("ruc")
@of_kind
@as_json
@click.pass_obj
def merchant_suspend(context: Context, *, ruc: str, kind: str | None, as_json: bool) -> None:
    """Refuse all tills of the merchant RUC until it is resumed."""

    def work(session: Session) -> None:
        found = _merchant(session, ruc, kind)
        service.suspend(session, merchant=found.id, by=OPERATOR, now=context.now())

    context.transact(work)
    report({"merchant": ruc, "state": "suspended"}, f"{ruc} suspended.", as_json=as_json)


@merchant.command("resume")
@click.argument("ruc")
@of_kind
@as_json
@click.pass_obj
def merchant_resume(context: Context, *, ruc: str, kind: str | None, as_json: bool) -> None:
    """End the suspension of the merchant RUC."""

    def work(session: Session) -> None:
        found = _merchant(session, ruc, kind)
        service.resume(session, merchant=found.id, by=OPERATOR, now=context.now())

    context.transact(work)
    report({"merchant": ruc, "state": "active"}, f"{ruc} resumed.", as_json=as_json)


@merchant.group("branch")
def branch_group() -> None:
    """Where a merchant takes vouchers."""


@branch_group.command("add")
@click.option("--merchant", "ruc", required=True, help="Tax number of the merchant.")
@of_kind
@click.option("--name", required=True, help="Name of the branch.")
@click.option("--corregimiento", required=True, help="Six digits of INEC.")
@as_json
@click.pass_obj
def branch_add(context: Context, *, ruc: str, kind: str | None, name: str, corregimiento: str, as_json: bool) -> None:
    """Register another branch."""

    def work(session: Session) -> None:
        found = _merchant(session, ruc, kind)
        service.add_branch(
            session, merchant=found.id, name=name, corregimiento=corregimiento, by=OPERATOR, now=context.now()
        )

    context.transact(work)
    report({"merchant": ruc, "branch": name}, f"{name} registered.", as_json=as_json)


@click.group("till")
def till() -> None:
    """Devices that take vouchers."""


@till.command("enrol")
@click.option("--merchant", "ruc", required=True, help="Tax number of the merchant.")
@of_kind
@click.option("--branch", required=True, help="Name of the branch.")
@click.option("--name", required=True, help="Name of the till, such as Caja 1.")
@as_json
@click.pass_obj
def till_enrol(context: Context, *, ruc: str, kind: str | None, branch: str, name: str, as_json: bool) -> None:
    """Enrol a till and print its token, this once."""
    token = new_token()

    def work(session: Session) -> str:
        found = queries.get_branch(session, _merchant(session, ruc, kind).id, branch)
        made = tills.enrol_till(
            session, branch=found.id, name=name, token_hash=token_digest(token), by=OPERATOR, now=context.now()
        )
        return str(made)

    key = context.transact(work)
    report({"till": key, "token": token}, f"Till {key}\nToken, shown this once: {token}", as_json=as_json)


@till.command("revoke")
@click.option("--merchant", "ruc", required=True, help="Tax number of the merchant.")
@of_kind
@click.option("--branch", required=True, help="Name of the branch.")
@click.option("--name", required=True, help="Name of the till, such as Caja 1.")
@as_json
@click.pass_obj
def till_revoke(context: Context, *, ruc: str, kind: str | None, branch: str, name: str, as_json: bool) -> None:
    """Refuse a till's token from now on, for good."""

    def work(session: Session) -> None:
        found = queries.get_branch(session, _merchant(session, ruc, kind).id, branch)
        made = queries.get_till(session, branch=found.id, name=name)
        tills.revoke_till(session, till=made.id, by=OPERATOR, now=context.now())

    context.transact(work)
    report({"merchant": ruc, "branch": branch, "name": name, "state": "revoked"}, f"{name} revoked.", as_json=as_json)


def _merchant(session: Session, ruc: str, kind: str | None) -> MerchantFacts:
    return queries.get_merchant(session, ruc, RucKind(kind) if kind else None)
