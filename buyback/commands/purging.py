"""The purge after an event's review, of one event or of several as one, and how far each is from beyond recall."""

import secrets
from collections.abc import Sequence
from uuid import UUID

import click

from buyback.campaigns import key_care
from buyback.campaigns import queries as campaigns
from buyback.closing import purge as purging
from buyback.closing import recall
from buyback.closing.purge import PurgeReport
from buyback.commands.base import Context, as_json, by_whom, report
from buyback.commands.clocks import check_clock, despite_clock, dry_run, report_dry_run
from buyback.commands.rewriting import measure_document, measure_line, report_status, rewrite_all, window
from buyback.money import decimal_text
from buyback.people.rules import Actor


@click.command("purge")
@click.argument("codes", nargs=-1, metavar="[CODE ...]")
@click.option("--event", "code", help="One event; every event whose review is over where none is named.")
@click.option("--together", is_flag=True, help="Purge the events CODE ... as one: small ones.")
@click.option("--status", is_flag=True, help="Say how far each purged event is from being beyond recall.")
@dry_run
@despite_clock
@window
@by_whom
@as_json
@click.pass_obj
def purge(
    context: Context,
    *,
    codes: tuple[str, ...],
    code: str | None,
    together: bool,
    status: bool,
    dry_run: bool,
    told: int | None,
    minutes: int,
    by: str | None,
    as_json: bool,
) -> None:
    """Delete what leads from weapons to vouchers, of events closed 30 days ago; the proof of equal totals stays.

    With `--together [CODE ...]` these small events are purged as one. Then every table is written anew, as by
    `buyback rewrite`; also while an earlier purge still waits for it.
    """
    if status:
        report_status(context, as_json=as_json)
        return
    wanted = _named(codes, code, together=together)
    with context.database.reading() as session:
        actor = context.actor(session, by)
        named = [campaigns.get_event(session, name).id for name in wanted]
        events = named or list(purging.due(session, now=context.now()))
        rows = sum(purging.count_links(session, event) for event in events)
    if dry_run:
        _say_due(context, events, rows, as_json=as_json)
        return
    check_clock(context, rows=rows, told=told, by=by)
    purges = [events] if together else [[event] for event in events]
    reports = [purged for some in purges for purged in _purge(context, some, actor)]
    with context.database.reading() as session:
        key_care.destroy_past(session)
    left = _rewrite(context, minutes=minutes, by=by)
    document: dict[str, object] = {"purged": [_document(purged) for purged in reports], "rewritten": not left}
    lines = [_line(purged) for purged in reports] or ["No event's review is over."]
    if left:
        lines.append(
            f"What was deleted may still be in the database's files: {', '.join(left)} in use. The next run tries it."
        )
    report(document, "\n".join(lines), as_json=as_json)


def _named(codes: Sequence[str], code: str | None, *, together: bool) -> Sequence[str]:
    if not (codes or together):
        return () if code is None else (code,)
    if not together or code is not None or len(codes) < 2 or len(set(codes)) != len(codes):
        raise click.UsageError("name two events or more after --together, each once; one event with --event")
    return codes


def _say_due(context: Context, events: Sequence[UUID], rows: int, *, as_json: bool) -> None:
    with context.database.reading() as session:
        for event in events:
            purging.check(session, event=event, now=context.now())
        codes = [campaigns.get_event_by_id(session, event).code for event in events]
    line = f"Would be purged: {', '.join(codes)}." if codes else "No event's review is over."
    report_dry_run({"due": codes}, line, rows=rows, as_json=as_json)


def _purge(context: Context, events: Sequence[UUID], by: Actor) -> tuple[PurgeReport, ...]:
    shuffle = secrets.SystemRandom().shuffle
    return context.transact(
        lambda session: purging.purge_together(session, events=events, shuffle=shuffle, by=by, now=context.now())
    )


def _rewrite(context: Context, *, minutes: int, by: str | None) -> tuple[str, ...]:
    """After this purge, and while an earlier one still waits for it."""
    with context.database.reading() as session:
        waits = bool(recall.waiting(session))
    return rewrite_all(context, minutes=minutes, by=by) if waits else ()


def _document(purged: PurgeReport) -> dict[str, object]:
    return {
        "event": purged.event,
        "surrenders": purged.collected.surrenders,
        "items": purged.collected.items,
        "vouchers": purged.vouchers,
        "issued": decimal_text(purged.issued),
        "single_visit_days": purged.single_visit_days,
        "singled_out": purged.singled_out,
        **measure_document(purged.measure),
    }


def _line(purged: PurgeReport) -> str:
    kept = f"{purged.collected.items} items, {purged.vouchers} vouchers of {decimal_text(purged.issued)}"
    return (
        f"{purged.event} purged: {kept}; the links from one to the other are deleted."
        f" {measure_line(purged.measure)}"
        f" Days with one surrender: {purged.single_visit_days};"
        f" remainder vouchers that one item explains: {purged.singled_out}."
    )
