"""Programmes and events."""

from datetime import date
from pathlib import Path

import click
from sqlalchemy.orm import Session

from buyback.campaigns import key_care, programmes, queries, service
from buyback.campaigns.rules import EventPlan
from buyback.commands import closing
from buyback.commands.base import CENTS, DAY, Context, as_json, by_whom, report
from buyback.people.rules import OPERATOR
from buyback.security.tokens import new_salt
from buyback.tariff.programme_section import parse
from buyback.tariff.service import load_programme


@click.group("programme")
def programme() -> None:
    """Rules that hold for a period: tariff, denominations, funders."""


@programme.command("load")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@as_json
@click.pass_obj
def programme_load(context: Context, *, file: Path, as_json: bool) -> None:
    """Create a programme from FILE, or a new version of it; events keep the version they were created under."""
    read = parse(file.read_bytes())
    loaded = context.transact(lambda session: load_programme(session, file=read, by=OPERATOR, now=context.now()))
    what = "loaded" if loaded.is_new else "is already loaded"
    report(
        {"programme": loaded.programme, "version": loaded.version, "new": loaded.is_new},
        f"{loaded.programme} version {loaded.version} {what}.",
        as_json=as_json,
    )


@programme.command("close")
@click.argument("code")
@click.confirmation_option(prompt="Its vouchers will be refused from now on, for good. Go on?")
@as_json
@click.pass_obj
def programme_close(context: Context, *, code: str, as_json: bool) -> None:
    """End the programme CODE: no more events, and tills refuse its vouchers."""
    context.transact(lambda session: programmes.close_programme(session, code=code, by=OPERATOR, now=context.now()))
    report({"programme": code, "state": "closed"}, f"{code} closed.", as_json=as_json)


@click.group("event")
def event() -> None:
    """Collection events."""


@event.command("add")
@click.option("--programme", "programme_code", required=True, help="Code of the programme.")
@click.option("--code", required=True, help="Code that the event will be known by.")
@click.option("--site", required=True, help="Name of the place where the tables stand.")
@click.option("--corregimiento", required=True, help="Six digits of INEC.")
@click.option("--barrio", help="A named neighbourhood inside the corregimiento.")
@click.option("--from", "starts_on", required=True, type=DAY, help="First day.")
@click.option("--to", "ends_on", required=True, type=DAY, help="Last day, included.")
@click.option("--float", "float_cents", required=True, type=CENTS, help="What it may promise, in balboas: 20000.00.")
@as_json
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
    as_json: bool,
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
    report({"event": code, "state": "planned"}, f"{code} planned.", as_json=as_json)


@event.command("open")
@click.argument("code")
@by_whom
@as_json
@click.pass_obj
def event_open(context: Context, *, code: str, by: str | None, as_json: bool) -> None:
    """Open the tables of the event CODE, whatever the date."""

    def work(session: Session) -> None:
        found = queries.get_event(session, code)
        service.open_event(session, event=found.id, by=context.actor(session, by), now=context.now())

    context.transact(work)
    report({"event": code, "state": "open"}, f"{code} is open.", as_json=as_json)


@event.command("renew-key")
@click.argument("code")
@by_whom
@as_json
@click.pass_obj
def event_renew_key(context: Context, *, code: str, by: str | None, as_json: bool) -> None:
    """Make a lost staff key of the event CODE anew, so that it can go on; what was sealed with it stays shut."""

    def work(session: Session) -> None:
        found = queries.get_event(session, code)
        key_care.renew_staff_key(session, event=found.id, by=context.actor(session, by), now=context.now())

    context.transact(work)
    report({"event": code}, f"{code} has a new staff key.", as_json=as_json)


event.add_command(closing.count)
event.add_command(closing.close)
