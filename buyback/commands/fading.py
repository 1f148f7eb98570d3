"""The nightly fading of times."""

import secrets
from functools import partial

import click

from buyback.closing import fading
from buyback.closing.erasure import forget_dead_rows
from buyback.closing.fading import FadeReport
from buyback.commands.base import Context, as_json, by_whom, report
from buyback.db import Database
from buyback.people.rules import Actor


@click.command("fade")
@click.option("--dry-run", is_flag=True, help="Say what is due; write nothing.")
@by_whom
@as_json
@click.pass_obj
def fade(context: Context, *, dry_run: bool, by: str | None, as_json: bool) -> None:
    """Let the times of redemptions go: after a week or once settled to the day, after the purge to the month.

    May run twice, and at once. What an investigation holds keeps its times.
    """
    with context.database.reading() as session:
        actor = context.actor(session, by)
    done = _fade(context, actor, dry_run=dry_run)
    bodies = 0 if dry_run else _empty_bodies(context)
    forgotten = _forget(context) if done.did_anything and not dry_run else True
    document: dict[str, object] = {
        "dry_run": dry_run,
        "to_day": done.to_day,
        "to_month": done.to_month,
        "tries": done.tries,
        "held": done.held,
        "bodies_emptied": bodies,
        "vacuumed": forgotten,
    }
    report(document, "\n".join(_lines(done, bodies, dry_run=dry_run, forgotten=forgotten)), as_json=as_json)


def _fade(context: Context, by: Actor, *, dry_run: bool) -> FadeReport:
    shuffle = secrets.SystemRandom().shuffle
    done = FadeReport(more=True)
    while done.more:
        done += context.transact(
            lambda session: fading.fade(session, shuffle=shuffle, by=by, now=context.now(), dry_run=dry_run)
        )
    return done


def _empty_bodies(context: Context) -> int:
    """A transaction a till: one that redeems meanwhile waits for its own chain only."""
    with context.database.reading() as session:
        found = fading.tills(session)
    return sum(
        context.transact(partial(fading.empty_bodies, till=till, merchant=merchant, now=context.now()))
        for till, merchant in found.items()
    )


def _forget(context: Context) -> bool:
    """As the role that owns the tables: the application's own may not vacuum them."""
    owner = Database(context.settings.migrate_database_url)
    try:
        return forget_dead_rows(owner)
    finally:
        owner.dispose()


def _lines(done: FadeReport, bodies: int, *, dry_run: bool, forgotten: bool) -> list[str]:
    verb = "would be" if dry_run else "are"
    ended = f"Redemptions that {verb} known by their day from now on: {done.to_day}; by their month: {done.to_month};"
    lines = [f"{ended} refused tries and wrong codes: {done.tries}; held for an investigation: {done.held}."]
    if not dry_run:
        lines.append(f"Bodies of the tills' chains emptied: {bodies}.")
    if not forgotten:
        lines.append("Traces are still in the log: another connection was in the way; the next run tries again.")
    return lines
