"""The totals, for officials and for their spreadsheets."""

from datetime import date

import click

from buyback.commands.base import DAY, Context, as_json, print_json, report
from buyback.files.writing.tabular import csv_text, terminal_text
from buyback.totals import service as rollup
from buyback.totals.files import as_document, as_table
from buyback.totals.queries import totals as add_up
from buyback.totals.rules import By, Query


@click.command("totals")
@click.option("--by", "rows", required=True, type=click.Choice([by.value for by in By]), help="What a row stands for.")
@click.option("--from", "since", type=DAY, help="First day of the surrenders.")
@click.option("--to", "until", type=DAY, help="Last day, included.")
@click.option("--programme", help="Code of one programme.")
@click.option(
    "--format",
    "shape",
    type=click.Choice(["text", "csv", "json"]),
    default="text",
    show_default=True,
    help="For a screen, a spreadsheet or a program.",
)
@click.pass_obj
def totals(
    context: Context, *, rows: str, since: date | None, until: date | None, programme: str | None, shape: str
) -> None:
    """Exact totals by place, event, month or class, as the database stands now."""
    query = Query(by=By(rows), since=since, until=until, programme=programme)
    with context.database.reading() as session:
        answer = add_up(session, query)
    if shape == "json":
        print_json(as_document(answer))
    elif shape == "csv":
        click.echo(csv_text(as_table(answer)), nl=False)
    else:
        click.echo(terminal_text(as_table(answer)))


@click.command("fold")
@as_json
@click.pass_obj
def fold(context: Context, *, as_json: bool) -> None:
    """Fold what has happened into the totals that are kept; they are exact before and after it, and quicker after."""
    folded = context.transact(rollup.fold)
    report({"folded": folded}, f"{folded} deltas folded.", as_json=as_json)
