"""Tables written anew, and from when nothing leads back from an event's vouchers."""

import time

import click

from buyback.closing import recall
from buyback.closing.anonymity import Measure
from buyback.closing.recall import Recall
from buyback.closing.rewriting import rewrite_tables
from buyback.commands.base import Context, as_json, by_whom, report
from buyback.db import Database
from buyback.errors import Refused

PAUSE_S = 1.0  # before what was in use is tried again

window = click.option(
    "--minutes",
    type=click.IntRange(0, 24 * 60),
    default=60,
    show_default=True,
    help="How long tables are begun; what was in use is tried again until then.",
)


class TablesInUse(Refused):
    """Facts: ``tables``, by name."""

    sentence = (
        "No se pudo reescribir todo: {tables} estaban en uso. Lo borrado puede seguir en los archivos de la base de"
        " datos; repita la orden a una hora tranquila."
    )


@click.command("rewrite")
@window
@by_whom
@as_json
@click.pass_obj
def rewrite(context: Context, *, minutes: int, by: str | None, as_json: bool) -> None:
    """Write every table anew: what was deleted leaves the database's files, and so does the order of writing.

    Weekly, at a quiet hour: on PostgreSQL nobody reads or writes a table while it is rewritten.
    """
    left = rewrite_all(context, minutes=minutes, by=by)
    if left:
        raise TablesInUse(tables=", ".join(left))
    report({"rewritten": True}, "Every table was written anew.", as_json=as_json)


def rewrite_all(context: Context, *, minutes: int, by: str | None) -> tuple[str, ...]:
    """Rewrite as the role that owns the tables, and put it on record; gives the tables that were in use."""
    with context.database.reading() as session:
        actor = context.actor(session, by)
        purges = recall.waiting(session)  # before it begins: what is purged meanwhile waits for the next one
    began_at = context.now()
    owner = Database(context.settings.migrate_database_url)
    try:
        left = rewrite_within(owner, minutes * 60)
    finally:
        owner.dispose()
    if not left:
        context.transact(
            lambda session: recall.record_rewriting(
                session, purges=purges, began_at=began_at, by=actor, now=context.now()
            )
        )
    return left


def rewrite_within(owner: Database, window_s: float) -> tuple[str, ...]:
    """Each table once; what was in use again, while the window is open."""
    ends = time.monotonic() + window_s
    left = rewrite_tables(owner)
    while left and time.monotonic() + PAUSE_S < ends:
        time.sleep(PAUSE_S)
        left = rewrite_tables(owner, only=left)
    return left


def report_status(context: Context, *, as_json: bool) -> None:
    """How far each purged event is from being beyond recall."""
    with context.database.reading() as session:
        recalls = recall.all_recalls(session, backup_days=context.settings.backup_days)
        last = recall.last_rewriting(session)
    document: dict[str, object] = {
        "last_rewriting": None if last is None else last.isoformat(),
        "backup_days": context.settings.backup_days,
        "events": [_document(found) for found in recalls],
    }
    lines = [line for found in recalls for line in _lines(found)] or ["No event has been purged."]
    report(document, "\n".join(lines), as_json=as_json)


def _document(found: Recall) -> dict[str, object]:
    return {
        "event": found.event,
        "together": list(found.together),
        "parted_on": found.parted_on.isoformat(),
        "rewritten_on": found.rewritten_on.isoformat() if found.rewritten_on else None,
        "beyond_recall_on": found.beyond_recall_on.isoformat() if found.beyond_recall_on else None,
        **measure_document(found.own),
        "pooled": measure_document(found.pooled),
    }


def measure_document(measure: Measure) -> dict[str, object]:
    """What a purge measured, for programs."""
    return {
        "visits": measure.visits,
        "awards": measure.awards,
        "visits_sharing_an_award": measure.sharing,
        "may_beat_chance_by": round(measure.beats_chance, 4),
    }


def measure_line(measure: Measure) -> str:
    """What a purge measured, for people."""
    return (
        f"{measure.visits} paid visits, {measure.sharing} of them share their award with another;"
        f" by amounts alone a guess may beat chance by {measure.beats_chance:.0%} at most."
    )


def _lines(found: Recall) -> list[str]:
    dates = (
        f"{found.event}: parted on {found.parted_on};"
        f" rewritten on {found.rewritten_on or '- (run buyback rewrite)'};"
        f" beyond recall on {found.beyond_recall_on or '-'}."
    )
    lines = [dates, f"  {measure_line(found.own)}"]
    if len(found.together) > 1:
        others = ", ".join(code for code in found.together if code != found.event)
        lines.append(f"  Purged as one with {others}. Of all of them: {measure_line(found.pooled)}")
    if found.own.is_small:
        lines.append("  A small event: whoever knows who came can guess more than at a large one.")
    return lines
