"""Stock counts, the close of an event and the purge after its review."""

import secrets
from collections.abc import Sequence
from uuid import UUID

import click
from sqlalchemy.orm import Session

from buyback.campaigns import queries as campaigns
from buyback.campaigns.states import EventState
from buyback.closing import purge as purging
from buyback.closing import service as closing
from buyback.closing.erasure import erase_traces
from buyback.closing.purge import PurgeReport
from buyback.closing.rules import COUNTERS, CountMoment, Tally, TallyOutcome, differ
from buyback.commands.base import Context, as_json, by_whom, report
from buyback.commands.clocks import check_clock, despite_clock, dry_run, report_dry_run
from buyback.db import Database
from buyback.errors import Forbidden
from buyback.money import decimal_text
from buyback.people import queries as people
from buyback.people.rules import Actor
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


@click.command("purge")
@click.option("--event", "code", help="One event; every event whose review is over where none is named.")
@dry_run
@despite_clock
@by_whom
@click.option("--sweep", is_flag=True, help="Write over what earlier purges left in the file, even if none is due.")
@as_json
@click.pass_obj
def purge(
    context: Context, *, code: str | None, dry_run: bool, told: int | None, by: str | None, sweep: bool, as_json: bool
) -> None:
    """Delete what leads from weapons to vouchers, of events closed 30 days ago; the proof of equal totals stays."""
    with context.database.reading() as session:
        actor = context.actor(session, by)
        events = [campaigns.get_event(session, code).id] if code else purging.due(session, now=context.now())
        rows = sum(purging.count_links(session, event) for event in events)
    if dry_run:
        _say_due(context, events, rows, as_json=as_json)
        return
    check_clock(context, rows=rows, told=told, by=by)
    reports = [_purge_one(context, event, actor) for event in events]
    swept = _sweep(context) if reports or sweep else True
    document: dict[str, object] = {"purged": [_document(purged) for purged in reports], "swept": swept}
    lines = [_line(purged) for purged in reports] or ["No event's review is over."]
    if not swept:
        lines.append("Traces are still in the file: stop the servers and run `buyback purge --sweep`.")
    report(document, "\n".join(lines), as_json=as_json)


def _say_due(context: Context, events: Sequence[UUID], rows: int, *, as_json: bool) -> None:
    with context.database.reading() as session:
        for event in events:
            purging.check(session, event=event, now=context.now())
        codes = [campaigns.get_event_by_id(session, event).code for event in events]
    line = f"Would be purged: {', '.join(codes)}." if codes else "No event's review is over."
    report_dry_run({"due": codes}, line, rows=rows, as_json=as_json)


def _purge_one(context: Context, event: UUID, by: Actor) -> PurgeReport:
    shuffle = secrets.SystemRandom().shuffle
    return context.transact(
        lambda session: purging.purge(session, event=event, shuffle=shuffle, by=by, now=context.now())
    )


def _sweep(context: Context) -> bool:
    """As the role that owns the tables: the application's own may not vacuum them."""
    owner = Database(context.settings.migrate_database_url)
    try:
        return erase_traces(owner)
    finally:
        owner.dispose()


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


def _document(purged: PurgeReport) -> dict[str, object]:
    return {
        "event": purged.event,
        "surrenders": purged.collected.surrenders,
        "items": purged.collected.items,
        "vouchers": purged.vouchers,
        "issued": decimal_text(purged.issued),
        "single_visit_days": purged.single_visit_days,
        "singled_out": purged.singled_out,
    }


def _line(purged: PurgeReport) -> str:
    kept = f"{purged.collected.items} items, {purged.vouchers} vouchers of {decimal_text(purged.issued)}"
    return (
        f"{purged.event} purged: {kept}; nothing leads from one to the other."
        f" Days with one surrender: {purged.single_visit_days};"
        f" remainder vouchers that one item explains: {purged.singled_out}."
    )
