"""Later capture of paper forms."""

import sys
from pathlib import Path

import click
from sqlalchemy.orm import Session

from buyback.commands.base import Context, as_json, report
from buyback.files.reading.refusals import FileTooLarge
from buyback.money import decimal_text, screen_text
from buyback.paper_forms.service import ImportOutcome, import_forms, preview
from buyback.people.rules import OPERATOR

FILE_BYTES_MAX = 64_000_000  # a year of the programme is under ten


@click.group("intake")
def intake() -> None:
    """Surrenders at an event's tables."""


@intake.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Check the whole file and say what it would store; write nothing.")
@as_json
@click.pass_obj
def import_(context: Context, *, file: Path, dry_run: bool, as_json: bool) -> None:
    """Take over the paper forms in FILE, one surrender a line as JSON: all of the file, or nothing of it."""
    if file.stat().st_size > FILE_BYTES_MAX:
        raise FileTooLarge(limit=FILE_BYTES_MAX // 1_000_000)
    content = file.read_bytes()
    outcome = _preview(context, content) if dry_run else _store(context, content)
    report(_document(outcome), _text(outcome, dry_run=dry_run), as_json=as_json)


def _preview(context: Context, content: bytes) -> ImportOutcome:
    with context.database.reading() as session:
        return preview(session, content=content, now=context.now())


def _store(context: Context, content: bytes) -> ImportOutcome:
    hidden = not sys.stderr.isatty()
    with click.progressbar(length=0, label="Importing", file=sys.stderr, hidden=hidden, show_eta=True) as bar:

        def progress(done: int, total: int) -> None:
            bar.length = total
            bar.update(done - bar.pos)

        def work(session: Session) -> ImportOutcome:
            bar.pos = 0  # another try begins again
            return import_forms(
                session, content=content, by=OPERATOR, keys=context.keys, now=context.now(), progress=progress
            )

        return context.transact(work)


def _document(outcome: ImportOutcome) -> dict[str, object]:
    return {
        "surrenders": outcome.surrenders,
        "items": outcome.items,
        "vouchers": outcome.vouchers,
        "awarded": decimal_text(outcome.awarded),
        "already": outcome.already,
    }


def _text(outcome: ImportOutcome, *, dry_run: bool) -> str:
    done = "would be stored (dry run)" if dry_run else "stored"
    return (
        f"{outcome.surrenders} surrenders with {outcome.items} items {done}: {outcome.vouchers} vouchers,"
        f" {screen_text(outcome.awarded)}. Known already: {outcome.already}."
    )
