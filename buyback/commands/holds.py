"""Holds for an investigation: one official asks, another grants."""

from uuid import UUID

import click
from sqlalchemy.orm import Session

from buyback.campaigns import queries as campaigns
from buyback.commands.base import Context, as_json, report
from buyback.commands.vouchers import SERIAL
from buyback.merchants import queries as merchants
from buyback.people import queries as people
from buyback.redemption import holds
from buyback.redemption.fading import HOLD_DAYS_MAX, HoldReason
from buyback.vouchers import queries as vouchers

by_an_official = click.option("--by", required=True, help="Name of the official who does it.")
the_hold = click.argument("hold_id", metavar="HOLD", type=click.UUID)


@click.group("hold")
def hold() -> None:
    """Keep the times of an investigation's merchants or vouchers from fading."""


@hold.command("ask")
@click.option("--programme", required=True, help="Code of the programme whose page counts it.")
@click.option(
    "--reason", required=True, type=click.Choice([reason.value for reason in HoldReason]), help="Why it is needed."
)
@click.option("--merchant", "rucs", multiple=True, help="A merchant, by its tax number; may be given often.")
@click.option("--event", "code", help="The event whose vouchers are named.")
@click.option("--serial", "serials", multiple=True, type=SERIAL, help="A voucher of the event; may be given often.")
@click.option("--renews", type=click.UUID, help="The hold that this one goes on from.")
@by_an_official
@as_json
@click.pass_obj
def ask(
    context: Context,
    *,
    programme: str,
    reason: str,
    rucs: tuple[str, ...],
    code: str | None,
    serials: tuple[int, ...],
    renews: UUID | None,
    by: str,
    as_json: bool,
) -> None:
    """Ask for a hold; it holds nothing before another person grants it."""
    if (code is None) != (not serials):
        raise click.UsageError("--event and --serial go together")

    def work(session: Session) -> UUID:
        event = campaigns.get_event(session, code).id if code else None
        return holds.ask(
            session,
            programme=campaigns.get_programme(session, programme).id,
            reason=HoldReason(reason),
            merchants=[merchants.get_merchant(session, ruc).id for ruc in rucs],
            vouchers=[vouchers.get_standing(session, event=event, serial=serial).id for serial in serials if event],
            renews=renews,
            by=people.actor_by_name(session, by),
            now=context.now(),
        )

    asked = str(context.transact(work))
    report({"hold": asked, "state": "asked"}, f"{asked} waits for another person to grant it.", as_json=as_json)


@hold.command("grant")
@the_hold
@click.option(
    "--days", type=click.IntRange(1, HOLD_DAYS_MAX), default=HOLD_DAYS_MAX, show_default=True, help="How long."
)
@by_an_official
@as_json
@click.pass_obj
def grant(context: Context, *, hold_id: UUID, days: int, by: str, as_json: bool) -> None:
    """Grant the hold HOLD, which another person asked for."""
    until = context.transact(
        lambda session: holds.grant(
            session, hold=hold_id, days=days, by=people.actor_by_name(session, by), now=context.now()
        )
    )
    document: dict[str, object] = {"hold": str(hold_id), "state": "granted", "until": until.isoformat()}
    report(document, f"{hold_id} holds through {until.isoformat()}.", as_json=as_json)


@hold.command("end")
@the_hold
@by_an_official
@as_json
@click.pass_obj
def end(context: Context, *, hold_id: UUID, by: str, as_json: bool) -> None:
    """End the hold HOLD before its last day."""
    context.transact(
        lambda session: holds.end(session, hold=hold_id, by=people.actor_by_name(session, by), now=context.now())
    )
    report({"hold": str(hold_id), "state": "ended"}, f"{hold_id} ended.", as_json=as_json)
