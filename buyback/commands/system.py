"""Commands of the installation itself: keys and schema."""

from pathlib import Path

import click

from buyback.commands.base import Context, as_json, report
from buyback.migrate import head, upgrade
from buyback.security import keys as key_folder
from buyback.settings import Settings


@click.group("keys")
def keys() -> None:
    """Keys that sign vouchers and protect codes and sessions."""


@keys.command("init")
@click.option("--demonstration", is_flag=True, help="Mark them: `buyback serve` will refuse them.")
@as_json
@click.pass_obj
def keys_init(context: Context, *, demonstration: bool, as_json: bool) -> None:
    """Make a folder with new keys, where BUYBACK_KEYS says. Needs no database."""
    folder = context.settings.keys
    key_folder.init(folder, demonstration=demonstration, now=context.now())
    report(
        {"keys": str(folder)},
        f"Keys made in {folder}. Keep a copy where this machine's failure cannot reach it.",
        as_json=as_json,
    )


@keys.command("rotate")
@as_json
@click.pass_obj
def keys_rotate(context: Context, *, as_json: bool) -> None:
    """Add a signing key; vouchers of the older ones stay good."""
    added = key_folder.add_signing_key(context.settings.keys, now=context.now())
    report({"signing_key": added.id}, f"Signing key {added.id} added; restart the servers to use it.", as_json=as_json)


@keys.command("revoke")
@click.argument("key_id", type=int)
@click.option("--reason", required=True, help="What a till is told.")
@click.confirmation_option(prompt="All vouchers signed with this key will be refused. Go on?")
@as_json
@click.pass_obj
def keys_revoke(context: Context, *, key_id: int, reason: str, as_json: bool) -> None:
    """Refuse from now on every voucher that the signing key KEY_ID signed."""
    key_folder.revoke_signing_key(context.settings.keys, key_id, reason=reason)
    report(
        {"signing_key": key_id, "state": "revoked"},
        f"Signing key {key_id} revoked; restart the servers.",
        as_json=as_json,
    )


@click.command("migrate")
@as_json
@click.pass_obj
def migrate(context: Context, *, as_json: bool) -> None:
    """Bring the database's schema to the version of this code."""
    bring_up(context.settings)
    report({"schema": head()}, f"Schema {head()}.", as_json=as_json)


def bring_up(settings: Settings) -> None:
    """Migrate; an SQLite file's folder is made where it is missing."""
    url = settings.migrate_database_url
    if url.startswith("sqlite:///"):
        Path(url.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
    upgrade(url, serves=settings.database_url)
