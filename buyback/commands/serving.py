"""Commands that serve the application."""

import sys
from dataclasses import replace

import click

from buyback import demo as demonstration
from buyback import serving
from buyback.campaigns import key_care
from buyback.commands.base import Context
from buyback.commands.system import bring_up
from buyback.db import Database
from buyback.errors import Refused
from buyback.security import key_folder
from buyback.security.event_keys import EventKeys
from buyback.security.keyring import KeyRing
from buyback.settings import Settings


class DemonstrationKeys(Refused):
    """Vouchers signed with keys that everybody may have are worth nothing."""

    sentence = "Estas llaves son de demostración: «buyback serve» no las acepta. Cree otras con «buyback keys init»."


class OwnersAddressServed(Refused):
    """Whoever breaks into the serving process would find the password of the role that can drop every rule."""

    sentence = (
        "El proceso que atiende no debe conocer la clave de quien migra: quite BUYBACK_MIGRATE_DATABASE_URL y arranque"
        " otra vez."
    )


@click.command("demo")
@click.option("--no-serve", is_flag=True, help="Only load the demonstration.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen at.")
@click.option(
    "--port", type=click.IntRange(1, 65535), default=8000, show_default=True, envvar="PORT", help="Port to listen at."
)
@click.pass_obj
def demo(context: Context, *, no_serve: bool, host: str, port: int) -> None:
    """Migrate, load the demonstration into an empty database, and serve it. Run again, it keeps the data."""
    settings = replace(
        Settings.read({"BUYBACK_BASE_URL": f"http://127.0.0.1:{port}", **context.environ}), demonstration=True
    )
    if not settings.keys.exists():
        key_folder.init(settings.keys, demonstration=True, now=context.now())
    bring_up(settings, now=context.now())
    database = Database(settings.database_url)
    if not demonstration.is_loaded(database):
        keys = key_folder.load(settings.keys)
        database.sign_with(keys.audit)
        database.seal_with(EventKeys(settings.event_keys))
        _load(context, database, keys)
    database.dispose()
    click.echo(_welcome(settings))
    if not no_serve:
        serving.run(settings, host=host, port=port, workers=2)


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen at.")
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True, help="Port to listen at.")
@click.option(
    "--workers", type=click.IntRange(1, 64), default=2, show_default=True, help="Processes; on SQLite always one."
)
@click.pass_obj
def serve(context: Context, *, host: str, port: int, workers: int) -> None:
    """Serve the application."""
    if key_folder.load(context.settings.keys).is_demonstration:  # before a database is tied to them
        raise DemonstrationKeys
    if context.settings.migrate_database_url != context.settings.database_url:
        raise OwnersAddressServed
    with context.database.reading() as session:
        for line in key_care.describe(session):
            click.echo(line, err=True)
    _ = context.keys  # an old schema or the keys of another database stop the start here, with a sentence
    serving.run(context.settings, host=host, port=port, workers=workers)


def _load(context: Context, database: Database, keys: KeyRing) -> None:
    hidden = not sys.stderr.isatty()
    with click.progressbar(length=0, label="Loading the demonstration", file=sys.stderr, hidden=hidden) as bar:

        def progress(done: int, total: int) -> None:
            bar.length = total
            bar.update(done - bar.pos)

        demonstration.load_all(database, keys=keys, now=context.now(), progress=progress)


def _welcome(settings: Settings) -> str:
    width = max(len(name) for name, _ in demonstration.sign_ins())
    people = "\n".join(f"  {name:<{width}}  {does}" for name, does in demonstration.sign_ins())
    return (
        f"Demonstration data, its details all invented: {settings.base_url}\n\n"
        f"Sign in as (everybody's password is: {demonstration.PASSWORD})\n{people}\n"
    )
