"""Places: their codes, for whoever provisions events and merchants."""

import click

from buyback.commands.base import Context
from buyback.places import queries
from buyback.times import panama_day


@click.group("place")
def place() -> None:
    """Corregimientos and their INEC codes."""


@place.command("search")
@click.argument("text")
@click.option("--limit", type=click.IntRange(1, 200), default=20, show_default=True)
@click.pass_obj
def search(context: Context, *, text: str, limit: int) -> None:
    """Find corregimientos by name or code, without minding accents and capitals."""
    with context.database.reading() as session:
        found = queries.search(session, text, on=panama_day(context.now()), limit=limit)
    for one in found:
        click.echo(f"{one.code}  {one.full_name}  {one.population:,}")
    if not found:
        click.echo("Nothing found.", err=True)
