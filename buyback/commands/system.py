"""Commands of the installation itself: keys, schema, server."""

from dataclasses import replace
from pathlib import Path

import click

from buyback import demonstration, serving
from buyback.commands.base import Context
from buyback.db import Database
from buyback.errors import Refused
from buyback.migrate import head, upgrade
from buyback.security import keys as key_folder
from buyback.settings import Settings


class DemonstrationKeys(Refused):
    """Vouchers signed with keys that everybody may have are worth nothing."""

    sentence = "Estas llaves son de demostración: «buyback serve» no las acepta. Cree otras con «buyback keys init»."


@click.group("keys")
def keys() -> None:
    """Keys that sign vouchers and protect codes and sessions."""


@keys.command("init")
@click.option("--demonstration", is_flag=True, help="Mark them: `buyback serve` will refuse them.")
@click.pass_obj
def keys_init(context: Context, *, demonstration: bool) -> None:
    """Make a folder with new keys, where BUYBACK_KEYS says. Needs no database."""
    folder = context.settings.keys
    key_folder.init(folder, demonstration=demonstration, now=context.now())
    click.echo(f"Keys made in {folder}. Keep a copy where this machine's failure cannot reach it.")


@keys.command("rotate")
@click.pass_obj
def keys_rotate(context: Context) -> None:
    """Add a signing key; vouchers of the older ones stay good."""
    added = key_folder.add_signing_key(context.settings.keys, now=context.now())
    click.echo(f"Signing key {added.id} added; restart the servers to use it.")


@keys.command("revoke")
@click.argument("key_id", type=int)
@click.option("--reason", required=True, help="What a till is told.")
@click.confirmation_option(prompt="All vouchers signed with this key will be refused. Go on?")
@click.pass_obj
def keys_revoke(context: Context, *, key_id: int, reason: str) -> None:
    """Refuse from now on every voucher that a signing key signed."""
    key_folder.revoke_signing_key(context.settings.keys, key_id, reason=reason)
    click.echo(f"Signing key {key_id} revoked; restart the servers.")


@click.command("migrate")
@click.pass_obj
def migrate(context: Context) -> None:
    """Bring the database's schema to the version of this code."""
    _upgrade(context.settings)
    click.echo(f"Schema {head()}.")


@click.command("demo")
@click.option("--no-serve", is_flag=True, help="Only load the demonstration.")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True, envvar="PORT")
@click.pass_obj
def demo(context: Context, *, no_serve: bool, host: str, port: int) -> None:
    """Migrate, load the demonstration into an empty database, and serve it. Run again, it keeps the data."""
    settings = replace(
        Settings.read({"BUYBACK_BASE_URL": f"http://127.0.0.1:{port}", **context.environ}), demonstration=True
    )
    if not settings.keys.exists():
        key_folder.init(settings.keys, demonstration=True, now=context.now())
    _upgrade(settings)
    database = Database(settings.database_url)
    if not demonstration.is_loaded(database):
        demonstration.load(database, now=context.now())
    database.dispose()
    click.echo(_welcome(settings))
    if not no_serve:
        serving.run(settings, host=host, port=port, workers=2)


def _upgrade(settings: Settings) -> None:
    url = settings.migrate_database_url
    if url.startswith("sqlite:///"):
        Path(url.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
    upgrade(url)


def _welcome(settings: Settings) -> str:
    width = max(len(name) for name, _ in demonstration.sign_ins())
    people = "\n".join(f"  {name:<{width}}  {does}" for name, does in demonstration.sign_ins())
    return (
        f"Demonstration data, all invented: {settings.base_url}\n\n"
        f"Sign in as (everybody's password is: {demonstration.PASSWORD})\n{people}\n"
    )


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True)
@click.option("--workers", type=click.IntRange(1, 64), default=2, show_default=True, help="On SQLite always one.")
@click.pass_obj
def serve(context: Context, *, host: str, port: int, workers: int) -> None:
    """Serve the application."""
    if context.keys.is_demonstration:
        raise DemonstrationKeys
    _ = context.database  # an old schema stops the start here, with a sentence
    serving.run(context.settings, host=host, port=port, workers=workers)
