"""Places: their codes, for whoever provisions events and merchants."""

import click

from buyback.commands.base import Context, as_json, report
from buyback.places import queries
from buyback.times import panama_day


@click.group("place")
def place() -> None:
    """Corregimientos and their INEC codes."""


@place.command("search")
@click.argument("text")
@click.option("--limit", type=click.IntRange(1, 200), default=20, show_default=True, help="At most so many.")
@as_json
@click.pass_obj
def search(context: Context, *, text: str, limit: int, as_json: bool) -> None:
    """Find corregimientos whose name or code has TEXT in it, without minding accents and capitals."""
    with context.database.reading() as session:
        found = queries.search(session, text, on=panama_day(context.now()), limit=limit)
    rows = [{"code": place.code, "name": place.full_name, "population": place.population} for place in found]
    lines = [f"{place.code}  {place.full_name}  {place.population:,}" for place in found]
    report({"places": rows}, "\n".join(lines) or "Nothing found.", as_json=as_json)
