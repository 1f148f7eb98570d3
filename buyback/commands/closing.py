"""Stock counts, the close of an event and the purge after its review."""

import click
from sqlalchemy.orm import Session

from buyback.campaigns import queries as campaigns
from buyback.campaigns.states import EventState
from buyback.closing import service as closing
from buyback.closing.rules import COUNTERS, CountMoment, Tally, TallyOutcome, differ
from buyback.commands.base import Context, as_json, report
from buyback.errors import Forbidden
from buyback.people import queries as people
from buyback.security.access import Permission
from buyback.vouchers.rules import Stock

WHOLE = click.IntRange(0, 1_000_000)
Counted = tuple[str, int, int]


@click.command("count")
@click.argument("code")
@click.option(
    "--moment",
    type=click.Choice([moment.value for moment in CountMoment]),
    default="opening",
    show_default=True,
    help="Before the tables open, or after they close.",
)
@click.option("--by", required=True, help="Who counted.")
@click.option("--blank", required=True, type=WHOLE, help="Vouchers still blank.")
@click.option("--issued", type=WHOLE, default=0, show_default=True, help="Vouchers given out.")
@as_json
@click.pass_obj
def count(context: Context, *, code: str, moment: str, by: str, blank: int, issued: int, as_json: bool) -> None:
    """Store one person's count of the vouchers of the event CODE; two people count, each alone."""

    def work(session: Session) -> Tally:
        return closing.count(
            session,
            event=campaigns.get_event(session, code).id,
            moment=CountMoment(moment),
            counted=Stock(blank, issued),
            by=people.actor_by_name(session, by),
            now=context.now(),
        )

    _report_tally(context, context.transact(work), code, as_json=as_json)


@click.command("close")
@click.argument("code")
@click.option(
    "--count",
    "counted",
    required=True,
    multiple=True,
    type=(str, WHOLE, WHOLE),
    metavar="USER BLANK ISSUED",
    help="Who counted, vouchers still blank, vouchers given out; give it twice.",
)
@click.option("--by", required=True, help="The official who closes the event.")
@as_json
@click.pass_obj
def close(context: Context, *, code: str, counted: tuple[Counted, ...], by: str, as_json: bool) -> None:
    """Close the event CODE over two people's counts: its float returns, its vouchers can never be printed again.

    Counts that differ are kept, and the event stays in closing until two agree.
    """
    if len(counted) != COUNTERS:
        raise click.UsageError("give --count twice, by two people")

    def work(session: Session) -> Tally:
        event, now = campaigns.get_event(session, code), context.now()
        official = people.actor_by_name(session, by)
        if not official.may(Permission.EVENT_CLOSE):
            raise Forbidden
        if event.state is not EventState.CLOSING:
            closing.begin(session, event=event.id, by=official, now=now)
        return [
            closing.count(
                session,
                event=event.id,
                moment=CountMoment.CLOSING,
                counted=Stock(blank, issued),
                by=people.actor_by_name(session, name),
                now=now,
            )
            for name, blank, issued in counted
        ][-1]

    _report_tally(context, context.transact(work), code, as_json=as_json)


def _report_tally(context: Context, tally: Tally, code: str, *, as_json: bool) -> None:
    if tally.outcome is TallyOutcome.DIFFERS:
        with context.database.reading() as session:
            names = people.user_names(session, set(tally.counters))
        raise differ(tally, names)
    with context.database.reading() as session:
        state = campaigns.get_event(session, code).state
    waiting = (
        "counted once; a second person counts now" if tally.outcome is TallyOutcome.WAITING else "both counts agree"
    )
    document: dict[str, object] = {"event": code, "state": state.value, "counts": tally.outcome.value}
    report(document, f"{code}: {waiting}. It is {state.value}.", as_json=as_json)
