"""What the commands share that cannot be taken back: they look at the clock first, and can say what they would do."""

import click

from buyback.closing import clocks, heartbeats
from buyback.commands.base import Context, report

dry_run = click.option("--dry-run", is_flag=True, help="Say what would be done; write nothing.")
despite_clock = click.option(
    "--despite-clock",
    "told",
    type=click.IntRange(0),
    metavar="ROWS",
    help="Go on although the clock is in doubt: the number of rows that --dry-run said.",
)


def check_clock(context: Context, *, rows: int, told: int | None, by: str | None) -> None:
    """Refuse while the clock is in doubt, unless ``told`` says how many rows it is about; that is on record."""
    now = context.now()
    with context.database.reading() as session:
        clocks.judge(heartbeats.read_clocks(session, now=now), rows=rows, told=told)
    if told is not None:
        context.transact(lambda session: heartbeats.resume(session, rows=told, by=context.actor(session, by), now=now))


def report_dry_run(document: dict[str, object], text: str, *, rows: int, as_json: bool) -> None:
    """What would be done, and the number that overrules the clock."""
    report({"dry_run": True, **document, "rows": rows}, f"{text} Nothing was written. Rows: {rows}.", as_json=as_json)
