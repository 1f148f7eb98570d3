"""Commands of the installation itself: its schema."""

from datetime import datetime
from pathlib import Path

import click
from sqlalchemy.orm import Session

from buyback.commands.base import Context, as_json, report
from buyback.keys import service as keys
from buyback.migrate import head, upgrade
from buyback.security import key_folder
from buyback.settings import Settings


@click.command("migrate")
@as_json
@click.pass_obj
def migrate(context: Context, *, as_json: bool) -> None:
    """Bring the database's schema to the version of this code; where keys are at hand, they become the database's."""
    bring_up(context.settings, now=context.now())
    report({"schema": head()}, f"Schema {head()}.", as_json=as_json)


def bring_up(settings: Settings, *, now: datetime) -> None:
    """Migrate, and tie the database to the keys where there are some. An SQLite file's folder is made."""
    url = settings.migrate_database_url
    if url.startswith("sqlite:///"):
        Path(url.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
    ring = key_folder.load(settings.keys) if settings.keys.exists() else None

    def recognise(session: Session) -> None:
        if ring is not None:
            keys.recognise(session, keys=ring, now=now)

    upgrade(url, serves=settings.database_url, then=recognise)
