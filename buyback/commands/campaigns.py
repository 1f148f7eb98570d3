"""Programmes and events."""

from datetime import date
from pathlib import Path

import click
from sqlalchemy.orm import Session

from buyback.campaigns import programmes, queries, service
from buyback.campaigns.rules import EventPlan
from buyback.commands import closing
from buyback.commands.base import CENTS, DAY, Context
from buyback.people.rules import OPERATOR
from buyback.security.tokens import new_salt
from buyback.tariff.programme_file import parse
from buyback.tariff.service import load_programme


@click.group("programme")
def programme() -> None:
    """Rules that hold for a period: tariff, denominations, funders."""


@programme.command("load")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.pass_obj
def programme_load(context: Context, *, file: Path) -> None:
    """Create a programme from FILE, or a new version of it; events keep the version they were created under."""
    read = parse(file.read_bytes())
    loaded = context.transact(lambda session: load_programme(session, file=read, by=OPERATOR, now=context.now()))
    what = "loaded" if loaded.is_new else "is already loaded"
    click.echo(f"{loaded.programme} version {loaded.version} {what}.")


@programme.command("close")
@click.argument("code")
@click.confirmation_option(prompt="Its vouchers will be refused from now on, for good. Go on?")
@click.pass_obj
def programme_close(context: Context, *, code: str) -> None:
    """End a programme: no more events, and tills refuse its vouchers."""
    context.transact(lambda session: programmes.close_programme(session, code=code, by=OPERATOR, now=context.now()))
    click.echo(f"{code} closed.")


@click.group("event")
def event() -> None:
    """Collection events."""


@event.command("add")
@click.option("--programme", "programme_code", required=True)
@click.option("--code", required=True)
@click.option("--site", required=True)
@click.option("--corregimiento", required=True, help="Six digits of INEC.")
@click.option("--barrio", help="A named neighbourhood inside the corregimiento.")
@click.option("--from", "starts_on", required=True, type=DAY)
@click.option("--to", "ends_on", required=True, type=DAY)
@click.option("--float", "float_cents", required=True, type=CENTS)
@click.pass_obj
def event_add(
    context: Context,
    *,
    programme_code: str,
    code: str,
    site: str,
    corregimiento: str,
    barrio: str | None,
    starts_on: date,
    ends_on: date,
    float_cents: int,
) -> None:
    """Plan an event: its days, its agreement and its float."""
    plan = EventPlan(code=code, site=site, starts_on=starts_on, ends_on=ends_on, float_cents=float_cents)
    salt = new_salt()
    context.transact(
        lambda session: service.add_event(
            session,
            programme=programme_code,
            plan=plan,
            corregimiento=corregimiento,
            barrio=barrio,
            salt=salt,
            by=OPERATOR,
            now=context.now(),
        )
    )
    click.echo(f"{code} planned.")


@event.command("open")
@click.argument("code")
@click.option("--by")
@click.pass_obj
def event_open(context: Context, *, code: str, by: str | None) -> None:
    """Open an event's tables, whatever the date."""

    def work(session: Session) -> None:
        found = queries.get_event(session, code)
        service.open_event(session, event=found.id, by=context.actor(session, by), now=context.now())

    context.transact(work)
    click.echo(f"{code} is open.")


event.add_command(closing.count)
event.add_command(closing.close)
