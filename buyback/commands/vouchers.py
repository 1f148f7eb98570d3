"""Vouchers: print, mint for a book, make void, replace, and post the expired."""

import sys
from collections.abc import Iterable
from io import BytesIO
from pathlib import Path

import click
from sqlalchemy.orm import Session

from buyback.campaigns import queries as campaigns
from buyback.closing import expiry
from buyback.commands.base import CENTS, Context, Typed, as_json, by_whom, report, write_new
from buyback.commands.clocks import check_clock, despite_clock, dry_run, report_dry_run
from buyback.money import decimal_text, screen_text
from buyback.times import panama_day
from buyback.vouchers import resolutions, service
from buyback.vouchers.printing import papers
from buyback.vouchers.printing.sheets import Paper, PrintedVoucher, render
from buyback.vouchers.rules import VoidReason
from buyback.vouchers.serials import serial_of, serial_text

BLANKS_MAX = 10_000
SERIAL = Typed("serial", lambda typed, _dialect: serial_of(typed))


@click.group("vouchers")
def vouchers() -> None:
    """Vouchers on paper and in the books."""


@vouchers.command("print")
@click.option("--event", "code", required=True, help="Code of the event.")
@click.option(
    "--format",
    "paper",
    type=click.Choice([paper.value for paper in Paper]),
    default="a4",
    show_default=True,
    help="Size of the paper.",
)
@click.option("--blank", is_flag=True, help="The blank ones, for a book, instead of the issued ones.")
@click.option(
    "-o", "--output", required=True, type=click.Path(dir_okay=False, path_type=Path), help="The PDF to write."
)
@by_whom
@as_json
@click.pass_obj
def print_(
    context: Context, *, code: str, paper: str, blank: bool, output: Path, by: str | None, as_json: bool
) -> None:
    """Print the vouchers issued at an event. Possible until the event is closed."""
    with context.database.reading() as session:
        event = campaigns.get_event(session, code)
        stored = papers.blank(session, event.id) if blank else papers.issued(session, event.id)
    laid_out = papers.lay_out(event, stored, keys=context.keys, base_url=context.settings.base_url)
    count, content = _render(laid_out, Paper(paper), len(stored))

    def work(session: Session) -> None:
        papers.record_print(session, event=event, count=count, by=context.actor(session, by), now=context.now())

    context.transact(work)
    write_new(output, content)
    report({"event": code, "vouchers": count, "file": str(output)}, f"{count} vouchers in {output}.", as_json=as_json)


@vouchers.command("mint")
@click.option("--event", "code", required=True, help="Code of the event.")
@click.option("--face", required=True, type=CENTS, help="What each is worth, in balboas: 20.00.")
@click.option("--count", required=True, type=click.IntRange(1, BLANKS_MAX), help="How many.")
@by_whom
@as_json
@click.pass_obj
def mint(context: Context, *, code: str, face: int, count: int, by: str | None, as_json: bool) -> None:
    """Make blank vouchers for a book; worthless until they are issued at the table."""

    def work(session: Session) -> list[str]:
        minted = service.mint_book(
            session,
            event=campaigns.get_event(session, code),
            face=face,
            count=count,
            by=context.actor(session, by),
            keys=context.keys,
            now=context.now(),
        )
        return sorted(serial_text(voucher.serial) for voucher in minted)

    serials = context.transact(work)
    document: dict[str, object] = {"event": code, "face": decimal_text(face), "serials": serials}
    report(document, f"{count} blanks of {screen_text(face)}: {', '.join(serials)}", as_json=as_json)


@vouchers.command("void")
@click.option("--event", "code", required=True, help="Code of the event.")
@click.option("--serial", required=True, type=SERIAL, help="The number printed on it.")
@click.option(
    "--reason",
    required=True,
    type=click.Choice([reason.value for reason in VoidReason]),
    help="Why it is worth nothing.",
)
@by_whom
@click.confirmation_option(prompt="A void voucher cannot be brought back. Go on?")
@as_json
@click.pass_obj
def void(context: Context, *, code: str, serial: int, reason: str, by: str | None, as_json: bool) -> None:
    """Make an outstanding voucher worthless; its budget goes back."""

    def work(session: Session) -> int:
        event = campaigns.get_event(session, code)
        person = context.actor(session, by)
        return resolutions.void(
            session, event=event, serial=serial, reason=VoidReason(reason), by=person, now=context.now()
        ).face

    face = context.transact(work)
    report(
        {"event": code, "serial": serial_text(serial), "face": decimal_text(face), "state": "void"},
        f"Voucher {serial_text(serial)} of {screen_text(face)} is void.",
        as_json=as_json,
    )


@vouchers.command("replace")
@click.option("--event", "code", required=True, help="Code of the event.")
@click.option("--serial", required=True, type=SERIAL, help="The number printed on it.")
@by_whom
@as_json
@click.pass_obj
def replace(context: Context, *, code: str, serial: int, by: str | None, as_json: bool) -> None:
    """Void a voucher and issue another of the same face in its place, until the event is closed."""

    def work(session: Session) -> int:
        event = campaigns.get_event(session, code)
        person = context.actor(session, by)
        return resolutions.replace(
            session, event=event, serial=serial, by=person, keys=context.keys, now=context.now()
        ).serial

    old, new = serial_text(serial), serial_text(context.transact(work))
    document: dict[str, object] = {"event": code, "serial": old, "replaced_by": new}
    report(document, f"Voucher {old} replaced by {new}.", as_json=as_json)


@vouchers.command("expire")
@dry_run
@despite_clock
@by_whom
@as_json
@click.pass_obj
def expire(context: Context, *, dry_run: bool, told: int | None, by: str | None, as_json: bool) -> None:
    """Post the expiry of every voucher whose last day is past: what it promised returns to the programme."""

    def work(session: Session) -> expiry.ExpiryRun:
        now = context.now()
        return expiry.expire_due(session, today=panama_day(now), by=context.actor(session, by), now=now)

    with context.database.reading() as session:
        run = expiry.find_due(session, today=panama_day(context.now()))
    if not dry_run:
        check_clock(context, rows=run.vouchers, told=told, by=by)
        run = context.transact(work)
    document: dict[str, object] = {"vouchers": run.vouchers, "amount": decimal_text(run.amount)}
    line = f"{run.vouchers} vouchers {'would expire' if dry_run else 'expired'}, {screen_text(run.amount)}."
    if dry_run:
        report_dry_run(document, line, rows=run.vouchers, as_json=as_json)
    else:
        report(document, line, as_json=as_json)


def _render(laid_out: Iterable[PrintedVoucher], paper: Paper, total: int) -> tuple[int, bytes]:
    buffer = BytesIO()
    with click.progressbar(length=total, label="Printing", file=sys.stderr, hidden=not sys.stderr.isatty()) as bar:
        count = render(laid_out, paper, buffer, lambda _done: bar.update(1))
    return count, buffer.getvalue()
