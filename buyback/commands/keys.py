"""Commands about keys: made once without a database, then added, retired and revoked in it."""

import click

from buyback.commands.base import Context, Typed, as_json, by_whom, report
from buyback.files.reading import values
from buyback.keys import queries, service
from buyback.keys.rules import REASON_MAX
from buyback.security import key_folder

REASON = Typed("text", lambda typed, _dialect: values.text(typed, limit=REASON_MAX))


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
@by_whom
@as_json
@click.pass_obj
def keys_rotate(context: Context, *, by: str | None, as_json: bool) -> None:
    """Add a signing key, which signs from the next request on; vouchers of the older ones stay good."""
    with context.database.reading() as session:
        added = queries.find_unrecorded(session, context.keys)  # of a rotation that was cut off
    added = added or key_folder.add_signing_key(context.settings.keys, now=context.now())
    context.transact(lambda session: service.add(session, key=added, by=context.actor(session, by), now=context.now()))
    report({"signing_key": added.id}, f"Signing key {added.id} added; it signs from now on.", as_json=as_json)


@keys.command("retire")
@click.argument("key_id", type=int)
@by_whom
@as_json
@click.pass_obj
def keys_retire(context: Context, *, key_id: int, by: str | None, as_json: bool) -> None:
    """Let the signing key KEY_ID sign nothing new; the vouchers that it signed stay good."""
    context.transact(
        lambda session: service.retire(session, key_id=key_id, by=context.actor(session, by), now=context.now())
    )
    report(
        {"signing_key": key_id, "state": "retired"},
        f"Signing key {key_id} retired; what it signed stays good.",
        as_json=as_json,
    )


@keys.command("revoke")
@click.argument("key_id", type=int)
@click.option("--reason", type=REASON, required=True, help="What a till is told.")
@click.confirmation_option(prompt="All vouchers signed with this key will be refused. Go on?")
@by_whom
@as_json
@click.pass_obj
def keys_revoke(context: Context, *, key_id: int, reason: str, by: str | None, as_json: bool) -> None:
    """Refuse from now on every voucher that the signing key KEY_ID signed."""
    context.transact(
        lambda session: service.revoke(
            session, key_id=key_id, reason=reason, by=context.actor(session, by), now=context.now()
        )
    )
    report(
        {"signing_key": key_id, "state": "revoked"},
        f"Signing key {key_id} revoked; what it signed is refused from now on.",
        as_json=as_json,
    )
