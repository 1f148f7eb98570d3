"""What the owner of the tables may try: each attempt is named, with table and row and what people call it."""

import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import func, select

from buyback.binding import UnrecordedError
from buyback.db import Database
from buyback.merchants import service as merchants
from buyback.proofs import checkpoints
from buyback.schema import metadata
from tests.builders import NOW, make_keys
from tests.commands.shell import Shell
from tests.owners import owning, tamper
from tests.settling import make_office, make_settled_event, make_shop, spend
from tests.tills import try_to_redeem
from tests.world import Hand, World, make_world


def make_settled_world(database: Database) -> World:
    """The world, and in it a settlement that was approved and ordered, one of its payments booked."""
    world = make_world(database)
    office, event, shop = make_office(database), make_settled_event(database, vouchers=3), make_shop(database, 7)
    spend(database, event, [shop] * 3)
    _, orders = office.ordered(shop.merchant)
    office.book(orders[0], reference="TRX-1")
    return world


pytestmark = pytest.mark.begins_with(build=make_settled_world)


@pytest.fixture
def world(begun: World) -> World:
    return begun


@dataclass(frozen=True)
class Attack:
    """What is done, in SQL, and what must be said of it: table, fault, and the name that people know."""

    does: str
    table: str
    name: str
    what: str = "row_changed"


ATTACKS = {
    "an approval is moved to a colleague": Attack(
        "UPDATE settlement_approval SET approved_by = :administrator WHERE funder ="
        " (SELECT id FROM organisation WHERE code = 'MINGOB')",
        "settlement_approval",
        "2026 1 MINGOB d.admin",
    ),
    "a payment's reference is another": Attack(
        "UPDATE payment_booking SET reference = 'TRX-2'", "payment_booking", "TRX-2"
    ),
    "a password is set": Attack(
        "UPDATE user_account SET password_hash = 'x' WHERE name = 'b.aprobador'", "user_account", "b.aprobador"
    ),
    "a role is given": Attack(
        "UPDATE role_grant SET role = 'treasurer' WHERE role = 'administrator'", "role_grant", "d.admin treasurer"
    ),
    "a tax number is another": Attack(
        "UPDATE merchant SET dv = '99' WHERE name = 'Farmacia Sol'", "merchant", "155000002-2-2015 Farmacia Sol"
    ),
    "a till's secret is another": Attack(
        "UPDATE till SET token_hash = :zeros WHERE merchant = (SELECT id FROM merchant WHERE name = 'Farmacia Sol')",
        "till",
        "Farmacia Sol Centro Caja 1",
    ),
    "a face is another": Attack(
        "UPDATE voucher SET face = face + 1 WHERE id NOT IN (SELECT voucher FROM issuance)",
        "voucher",
        "OTRA-2026-11-24",
    ),
    "a serial is another": Attack("UPDATE item SET serial = 'X1' WHERE id = :item", "item", "X1"),
    "a make is another": Attack("UPDATE item SET make = 'Colt' WHERE id = :item", "item", "Colt"),
    "a tag is another": Attack("UPDATE item SET tag = :till WHERE id = :item", "item", "OTRA-2026-11-24"),
    "a price is another": Attack(
        "UPDATE tariff_line SET high = high + 1 WHERE id = (SELECT id FROM tariff_line WHERE catalogue_class = 'pistol'"
        " LIMIT 1)",
        "tariff_line",
        "pistol",
    ),
    "a share is another": Attack(
        "UPDATE agreement_share SET weight = 9 WHERE position = 0 AND event ="
        " (SELECT id FROM event WHERE code = 'LIQ-2026-11-24')",
        "agreement_share",
        "LIQ-2026-11-24 MINSEG",
    ),
    "a redemption is another merchant's": Attack(
        "UPDATE resolution SET merchant = (SELECT merchant FROM till WHERE id = :till), till = :till WHERE id ="
        " (SELECT id FROM resolution WHERE kind = 'redeem' AND voucher = :voucher)",
        "resolution",
        "CAJAS-2026-11-24",
    ),
    "a void has another reason": Attack(
        "UPDATE resolution SET reason = 'lost' WHERE reason = 'misprint'", "resolution", "CAJAS-2026-11-24"
    ),
    "an invitation is written": Attack(
        'INSERT INTO invitation (id, "user", token_hash, expires_at) SELECT id, id, :zeros, created_at'
        " FROM user_account WHERE id = :administrator",
        "invitation",
        "d.admin",
        "row_without_act",
    ),
    "a role grant is deleted": Attack(
        "DELETE FROM role_grant WHERE role = 'administrator'", "role_grant", "", "act_without_row"
    ),
}


def faults(shell: Shell, *words: object) -> list[dict[str, Any]]:
    """What ``verify`` finds, as its document says it; it finds something."""
    said = shell.run("verify", *words, "--json")
    found: list[dict[str, Any]] = json.loads(said.out)["faults"]
    assert said.status == bool(found)
    return found


def test_a_world_that_nobody_touched_is_as_its_acts_left_it(shell: Shell, world: World) -> None:
    assert faults(shell) == []
    assert shell.done("check")


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)
def test_a_row_that_its_owner_wrote_is_named(shell: Shell, database: Database, world: World, attack: Attack) -> None:
    ids = {"till": world.other_till.id, "voucher": world.spent.id, "item": world.item}
    ids |= {"administrator": world.administrator.id or UUID(int=0)}
    tamper(database, attack.does, zeros=bytes(32), **{name: spelt(database, key) for name, key in ids.items()})
    (found,) = faults(shell)
    assert (found["table"], found["what"]) == (attack.table, attack.what)
    assert attack.name in found["name"]
    said = shell.run("check")
    assert said.status == 1
    assert f"{attack.table} {found['key']} (" in said.out


def spelt(database: Database, key: UUID) -> str:
    """An id as plain SQL has to write it."""
    return key.hex if database.is_sqlite else str(key)


def test_two_vouchers_whose_secrets_are_swapped_are_named(shell: Shell, database: Database, world: World) -> None:
    vouchers = metadata.tables["voucher"]
    pair = {world.unspent.id: world.spent.id, world.spent.id: world.unspent.id}
    with owning(database) as connection:
        hashes = {key: Hand(connection, world).one("voucher", id=key)["token_hash"] for key in pair}
        for key in pair:
            connection.execute(vouchers.update().where(vouchers.c.id == key).values(token_hash=key.bytes * 2))
        for key, other in pair.items():
            connection.execute(vouchers.update().where(vouchers.c.id == key).values(token_hash=hashes[other]))
    found = faults(shell)
    assert {(fault["table"], fault["key"], fault["what"]) for fault in found} == {
        ("voucher", str(key), "row_changed") for key in pair
    }
    assert {fault["name"] for fault in found} == {
        f"{world.event.code} {paper.serial}" for paper in (world.unspent, world.spent)
    }


def test_a_body_that_was_emptied_by_hand_is_named_with_the_rows_that_it_vouched_for(
    shell: Shell, database: Database, world: World
) -> None:
    """With every trigger in force: retention may empty bodies."""
    bodies = metadata.tables["audit_body"]
    with database.engine.begin() as connection:
        last = connection.scalar(select(func.max(bodies.c.seq)).where(bodies.c.chain == world.till.id))
        here = (bodies.c.chain == world.till.id) & (bodies.c.seq == 0)
        connection.execute(bodies.update().where(here).values(salt=None, body=None))
    assert last
    body, row = faults(shell)
    assert (body["table"], body["row"], body["what"]) == ("audit_body", 0, "emptied_without_act")
    assert body["name"].endswith("Súper Bahía Centro Caja 1")
    assert (row["table"], row["what"]) == ("resolution", "row_without_act")


def test_a_redemption_without_an_act_is_named(shell: Shell, database: Database, world: World) -> None:
    """With every trigger in force: its postings and its account are right."""
    with database.engine.begin() as connection:
        made = Hand(connection, world).end(world.unspent.id, "redeem")
    (found,) = faults(shell)
    assert (found["table"], found["key"], found["what"]) == ("resolution", str(made), "row_without_act")
    assert found["name"] == f"{world.event.code} {world.unspent.serial} redeem"


def test_a_redemption_with_an_act_that_the_key_did_not_sign_is_named(
    shell: Shell, database: Database, world: World
) -> None:
    database.sign_with(Ed25519PrivateKey.generate())
    assert try_to_redeem(database, world.till, world.unspent.qr).code == "redeemed"
    act, row = faults(shell)
    assert (act["table"], act["chain"], act["what"]) == ("audit_row", str(world.till.id), "not_signed")
    assert (row["table"], row["what"]) == ("resolution", "row_without_act")


def test_what_an_act_wrote_cannot_be_brought_back_to_what_it_was_before(
    shell: Shell, database: Database, world: World
) -> None:
    shell.done("merchant", "suspend", "155000002-2-2015")
    assert faults(shell) == []
    tamper(database, "UPDATE merchant SET state = 'active' WHERE ruc = '155000002-2-2015'")
    (found,) = faults(shell)
    assert (found["table"], found["what"]) == ("merchant", "row_changed")


def test_a_change_that_goes_back_and_forth_between_chains_is_in_order(
    shell: Shell, database: Database, world: World
) -> None:
    """All at one instant, so that no clock could tell which act was the last."""
    merchant = world.other_till.merchant
    for by in (world.administrator, world.appraiser, world.issuer):
        database.transact(lambda session, by=by: merchants.suspend(session, merchant=merchant, by=by, now=NOW))  # type: ignore[misc]  # mypy loses the default's type
        assert faults(shell) == []
        database.transact(lambda session: merchants.resume(session, merchant=merchant, by=world.approver, now=NOW))
    assert faults(shell) == []


def test_a_transaction_that_writes_a_bound_row_and_no_act_is_refused(database: Database, world: World) -> None:
    merchant = metadata.tables["merchant"]
    with pytest.raises(UnrecordedError, match="merchant"):
        database.transact(lambda session: session.execute(merchant.update().values(name="Otro")))
    with database.engine.connect() as connection:
        assert "Otro" not in connection.scalars(select(merchant.c.name)).all()


def test_two_checkpoints_that_disagree_are_named(shell: Shell, database: Database, world: World) -> None:
    """Two histories of one database, each shown to somebody else."""
    one, other = shell.home / "one.json", shell.home / "other.json"
    shell.done("checkpoint", "-o", one)
    document = json.loads(one.read_bytes())
    at = next(at for at, chain in enumerate(document["chains"]) if chain["chain"] == str(world.appraiser.chain))
    document["chains"][at]["head"] = "11" * 32
    signed = {name: value for name, value in document.items() if name not in {"key", "signature"}}
    signature = make_keys().checkpoint.sign(checkpoints.PREFIX + rfc8785.dumps(signed)).hex()
    other.write_text(json.dumps({**document, "signature": signature}), encoding="utf-8")
    found = faults(shell, "--checkpoint", one, "--checkpoint", other)
    rows = document["chains"][at]["rows"]
    assert {(fault["chain"], fault["row"], fault["what"]) for fault in found} == {
        (str(world.appraiser.chain), rows - 1, "rewritten_since_checkpoint"),
        (str(world.appraiser.chain), rows - 1, "checkpoints_disagree"),
    }
    assert faults(shell, "--checkpoint", one, "--checkpoint", one) == []
