"""Tags for what is handed in, by the roll."""

import random
from io import BytesIO
from pathlib import Path

import click
from sqlalchemy.orm import Session

from buyback.campaigns import queries as campaigns
from buyback.commands.base import Context, as_json, by_whom, report, write_new
from buyback.intake import labels, rolls
from buyback.intake.labels import LabelStock

ROLL_MAX = 10_000


@click.group("tags")
def tags() -> None:
    """Tags for what is handed in."""


@tags.command("print")
@click.option("--programme", "code", required=True, help="Code of the programme.")
@click.option("--count", required=True, type=click.IntRange(1, ROLL_MAX), help="How many.")
@click.option(
    "--format",
    "stock",
    type=click.Choice([stock.value for stock in LabelStock]),
    default=LabelStock.A4.value,
    show_default=True,
    help="Sheets of 24 labels of 70 by 37 mm, or a roll of such labels.",
)
@click.option(
    "-o", "--output", required=True, type=click.Path(dir_okay=False, path_type=Path), help="The PDF to write."
)
@by_whom
@as_json
@click.pass_obj
def print_(context: Context, *, code: str, count: int, stock: str, output: Path, by: str | None, as_json: bool) -> None:
    """Make a roll of new tags. Its order is in the PDF alone: print it once, and delete it."""

    def work(session: Session) -> tuple[str, ...]:
        return rolls.make_roll(
            session,
            programme=campaigns.get_programme(session, code),
            count=count,
            sample=random.SystemRandom().sample,
            by=context.actor(session, by),
            now=context.now(),
        )

    roll = context.transact(work)
    buffer = BytesIO()
    labels.render(roll, programme=code, stock=LabelStock(stock), out=buffer)
    write_new(output, buffer.getvalue())
    report(
        {"programme": code, "tags": count, "file": str(output)},
        f"{count} tags in {output}. Delete it once it is printed.",
        as_json=as_json,
    )
