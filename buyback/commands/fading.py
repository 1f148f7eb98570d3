"""The nightly fading of times."""

import secrets
import time
from functools import partial
from uuid import UUID

import click
from sqlalchemy.orm import Session

from buyback.closing import fading, till_chains
from buyback.closing.erasure import forget_dead_rows
from buyback.closing.fading import FROM_THE_FIRST, FadeReport
from buyback.commands.base import Context, as_json, by_whom, report
from buyback.commands.clocks import check_clock, despite_clock, dry_run, report_dry_run
from buyback.db import Database

PAUSE_S = 0.03  # between two transactions: whoever waits at SQLite's one lock gets in


@click.command("fade")
@dry_run
@despite_clock
@by_whom
@as_json
@click.pass_obj
def fade(context: Context, *, dry_run: bool, told: int | None, by: str | None, as_json: bool) -> None:
    """Let the times of redemptions go: after a week or once settled to the day, after the purge to the month.

    May run twice, and at once. What an investigation holds keeps its times.
    """
    due = _due(context) if dry_run or told is not None else FadeReport()
    if dry_run:
        line = _line(due, verb="would be")
        report_dry_run(_counted(due), line, rows=due.rows, as_json=as_json)
        return
    check_clock(context, rows=due.rows, told=told, by=by)
    done = _fade(context, by)
    bodies = _empty_bodies(context)
    forgotten = _forget(context) if done.rows else True
    lines = [_line(done, verb="are"), f"Bodies of the tills' chains emptied: {bodies}."]
    if not forgotten:
        lines.append("Traces are still in the log: another connection was in the way; the next run tries again.")
    report({**_counted(done), "bodies_emptied": bodies, "vacuumed": forgotten}, "\n".join(lines), as_json=as_json)


def _due(context: Context) -> FadeReport:
    with context.database.reading() as session:
        return fading.find_due(session, now=context.now())


def _fade(context: Context, by: str | None) -> FadeReport:
    shuffle = secrets.SystemRandom().shuffle

    def work(session: Session, after: UUID) -> FadeReport:
        return fading.fade(session, shuffle=shuffle, by=context.actor(session, by), now=context.now(), after=after)

    done = FadeReport(after=FROM_THE_FIRST)
    while done.after is not None:
        done += context.transact(partial(work, after=done.after))
        time.sleep(PAUSE_S)
    return done


def _empty_bodies(context: Context) -> int:
    """A till's chain after the other, a piece at a time: one that redeems meanwhile waits for its own chain only."""
    due = context.transact(partial(till_chains.keep_proofs, now=context.now()))
    for till, seqs in due:
        context.transact(partial(till_chains.empty_bodies, till=till, seqs=seqs, now=context.now()))
        time.sleep(PAUSE_S)
    return sum(len(seqs) for _, seqs in due)


def _forget(context: Context) -> bool:
    """As the role that owns the tables: the application's own may not vacuum them."""
    owner = Database(context.settings.migrate_database_url)
    try:
        return forget_dead_rows(owner)
    finally:
        owner.dispose()


def _counted(done: FadeReport) -> dict[str, object]:
    return {"to_day": done.to_day, "to_month": done.to_month, "tries": done.tries, "held": done.held}


def _line(done: FadeReport, *, verb: str) -> str:
    return (
        f"Redemptions that {verb} known by their day from now on: {done.to_day}; by their month: {done.to_month};"
        f" refused tries and wrong codes: {done.tries}; held for an investigation: {done.held}."
    )
