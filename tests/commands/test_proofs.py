"""What an auditor sees at a shell: proofs that hold, and each row that somebody with the database in hand touched."""

import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select, text

from buyback.audit.rules import EMPTY, GENESIS, Head, link, sign
from buyback.commands.checks import EVENT_KEYS
from buyback.db import Database
from buyback.people.rules import OPERATOR
from buyback.places import service as places
from buyback.proofs import log
from buyback.proofs.check import ALL
from buyback.schema import metadata
from tests.builders import NOW, make_keys
from tests.commands.shell import Shell
from tests.owners import owning, tamper
from tests.world import World, make_world

pytestmark = pytest.mark.begins_with(build=make_world)


@pytest.fixture
def world(begun: World) -> World:
    return begun


def write_anew(database: Database, *, changed: int, key: Ed25519PrivateKey) -> None:
    """The operator's chain with another body in one row, every hash after it made to fit, and signed."""
    rows, bodies = metadata.tables["audit_row"], metadata.tables["audit_body"]
    kept = select(bodies.c.seq, bodies.c.salt, bodies.c.body).where(bodies.c.chain == OPERATOR.chain)
    head = EMPTY
    with owning(database) as connection:
        for seq, salt, body in connection.execute(kept.order_by(bodies.c.seq)).all():
            said = json.loads(body) | ({"by": "otra persona"} if seq == changed else {})
            row = link(OPERATOR.chain, head, said, salt)
            hashes = {"previous": row.previous, "body_hash": row.body_hash, "hash": row.hash}
            hashes["signature"] = sign(key, row.hash)
            for table, values in ((rows, hashes), (bodies, {"body": row.body})):
                connection.execute(table.update().filter_by(chain=OPERATOR.chain, seq=seq).values(values))
            head = Head(row.seq, row.hash)


def operators(database: Database) -> dict[str, Any]:
    """The operator's chain as the database spells it, and the number of its last row."""
    rows = metadata.tables["audit_row"].columns
    spelt = text("SELECT chain FROM audit_row WHERE hash = :hash")
    newest = select(rows.seq, rows.hash).where(rows.chain == OPERATOR.chain).order_by(rows.seq.desc()).limit(1)
    with database.engine.connect() as connection:
        last, head = connection.execute(newest).one()
        return {"chain": connection.scalar(spelt, {"hash": head}), "last": last}


def test_every_invariant_that_holds_is_one_line(shell: Shell, world: World) -> None:
    lines = shell.done("check").splitlines()
    every = [*ALL, *log.ALL, EVENT_KEYS]
    assert [line.split(":")[0].split() for line in lines] == [["ok", invariant.name] for invariant in every]
    document = shell.json("check")
    assert document["ok"] is True
    assert [found["name"] for found in document["invariants"]] == [invariant.name for invariant in every]
    assert all(found["sentence"].endswith(".") and found["found"] == [] for found in document["invariants"])


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize(
    "invariant, row, act",
    [
        (
            "cached_balances",
            "SELECT account FROM account_balance",
            "UPDATE account_balance SET balance = balance + 1 WHERE account = :key",
        ),
        (
            "items_add_up_to_the_appraisal",
            "SELECT id FROM item WHERE state = 'received'",
            "UPDATE item SET value = value + 1 WHERE id = :key",
        ),
        (
            "every_voucher_was_for_a_surrender",
            "SELECT voucher FROM handover_voucher",
            "DELETE FROM handover_voucher WHERE voucher = :key",
        ),
    ],
)
def test_a_row_that_was_touched_fails_its_invariant_by_name(
    shell: Shell, database: Database, invariant: str, row: str, act: str
) -> None:
    with database.engine.connect() as connection:
        key = connection.execute(text(row)).scalars().first()
    tamper(database, act, key=key)

    said = shell.run("check")
    failed = [line for line in said.out.splitlines() if line.startswith("FAILED")]
    assert said.status == 1
    assert f"FAILED {invariant}: " in said.out
    assert all(" Found: " in line for line in failed)
    assert said.err == f"{len(failed)} of {len([*ALL, *log.ALL, EVENT_KEYS])} invariants do not hold.\n"
    document = json.loads(shell.run("check", "--json").out)
    assert document["ok"] is False
    assert invariant in {found["name"] for found in document["invariants"] if not found["ok"] and found["found"]}


def test_chains_that_hold_are_one_line_each(shell: Shell, database: Database, world: World) -> None:
    lines = shell.done("verify").splitlines()
    chain = operators(database)
    assert all(line.startswith("ok ") for line in lines)
    assert any(f"{OPERATOR.chain} {chain['last'] + 1} rows" in line for line in lines)
    document = shell.json("verify")
    assert (document["ok"], document["faults"]) == (True, [])
    assert len(document["chains"]) == len(lines)


@pytest.mark.parametrize(
    "change, what",
    [
        ("audit_body SET body = '{}'", "body_changed"),
        ("audit_body SET salt = :zeros", "body_changed"),
        ("audit_body SET event = (SELECT id FROM event LIMIT 1), body = :sealed", "row_changed"),
        ("audit_row SET body_hash = :zeros", "row_changed"),
        ("audit_row SET signature = :twice", "not_signed"),
    ],
)
def test_a_row_of_a_chain_that_was_touched_is_named(
    shell: Shell, database: Database, world: World, change: str, what: str
) -> None:
    chain = operators(database)["chain"]
    act = f"UPDATE {change} WHERE chain = :chain AND seq = :seq"
    tamper(database, act, chain=chain, seq=2, zeros=GENESIS, twice=GENESIS * 2, sealed='{"sealed":""}')

    where = "audit_body" if what == "body_changed" else "audit_row"
    said = shell.run("verify")
    assert said.status == 1
    assert f"FAILED {where} {OPERATOR.chain} row 2 (operador): {what}" in said.out.splitlines()
    assert [line for line in said.out.splitlines() if line.startswith("FAILED") and " rows " in line]
    assert "faults in the audit chains and the rows that they bind.\n" in said.err
    found = json.loads(shell.run("verify", "--json").out)["faults"][0]
    assert found == {"table": where, "chain": str(OPERATOR.chain), "row": 2, "name": "operador", "what": what}


def test_a_chain_that_was_cut_short_is_found_with_an_older_checkpoint_only(
    shell: Shell, database: Database, world: World
) -> None:
    kept = shell.home / "checkpoint.json"
    made = shell.json("checkpoint", "-o", kept)
    assert made["file"] == str(kept)
    assert shell.done("verify", "--checkpoint", kept)
    chain = operators(database)
    of_last = "WHERE chain = :chain AND seq = :last"
    tamper(database, f"DELETE FROM audit_body {of_last}", f"DELETE FROM audit_row {of_last}", **chain)  # noqa: S608  ours

    assert "FAILED" not in shell.done("verify")
    said = shell.run("verify", "--checkpoint", kept, "--key", made["key"])
    assert said.status == 1
    assert f"FAILED audit_row {OPERATOR.chain} row {chain['last']} (operador): missing_since_checkpoint" in said.out


def test_a_chain_that_was_written_anew_without_the_key_is_named_from_the_row_that_changed(
    shell: Shell, database: Database, world: World
) -> None:
    last = operators(database)["last"]
    write_anew(database, changed=1, key=Ed25519PrivateKey.generate())
    faults = json.loads(shell.run("verify", "--json").out)["faults"]
    said = {fault["row"]: fault["what"] for fault in faults if "row" in fault}
    assert said == dict.fromkeys(range(last + 1), "not_signed")


@pytest.mark.usefixtures("world")
def test_nobody_appends_to_a_chain_without_the_key(shell: Shell, database: Database) -> None:
    """With every trigger in force: the role that serves may insert."""
    database.sign_with(Ed25519PrivateKey.generate())
    last = operators(database)["last"]
    place = {"corregimiento": "080806", "name": "Otra Loma"}
    database.transact(
        lambda session: places.add_barrio(session, **place, chain=OPERATOR.chain, by=OPERATOR.name, now=NOW)
    )
    said = shell.run("verify")
    assert said.status == 1
    assert said.out.splitlines()[-1] == f"FAILED audit_row {OPERATOR.chain} row {last + 1} (operador): not_signed"


def test_a_machine_without_the_folder_verifies_with_the_public_half(shell: Shell, world: World) -> None:
    shell.done("checkpoint", "-o", shell.home / "c.json")
    key = json.loads((shell.home / "c.json").read_bytes())["audit_key"]
    (shell.home / "keys" / "audit.key").unlink()
    assert shell.json("verify", "--audit-key", key)["ok"] is True
    assert "audit.key" in shell.refused("verify")
    other = Ed25519PrivateKey.from_private_bytes(bytes([9]) * 32).public_key().public_bytes_raw().hex()
    assert shell.run("verify", "--audit-key", other).status == 1
    assert shell.json("verify", "--audit-key", other, "--audit-key", key)["ok"] is True


def test_a_chain_that_was_written_anew_with_the_key_is_found_with_an_older_checkpoint_only(
    shell: Shell, database: Database, world: World
) -> None:
    kept = shell.home / "checkpoint.json"
    shell.done("checkpoint", "-o", kept)
    last = operators(database)["last"]
    write_anew(database, changed=1, key=make_keys().audit)

    assert "FAILED" not in shell.done("verify")
    said = shell.run("verify", "--checkpoint", kept, "--json")
    document = json.loads(said.out)
    assert (said.status, document["ok"]) == (1, False)
    assert document["faults"] == [
        {
            "table": "audit_row",
            "chain": str(OPERATOR.chain),
            "row": last,
            "name": "operador",
            "what": "rewritten_since_checkpoint",
        },
    ]
    assert (
        f"FAILED audit_row {OPERATOR.chain} row {last} (operador): rewritten"
        in shell.run("verify", "--checkpoint", kept).out
    )


def test_a_chain_that_grew_still_agrees_with_an_older_checkpoint(shell: Shell, world: World) -> None:
    kept = shell.home / "checkpoint.json"
    assert shell.done("checkpoint", "-o", kept).endswith(f"signed with {json.loads(kept.read_bytes())['key']}.\n")
    shell.done("organisation", "add", "--code", "NUEVA", "--kind", "ministry", "--name", "Una más")
    assert shell.json("verify", "--checkpoint", kept)["ok"] is True


def test_a_checkpoint_that_was_touched_or_is_none_is_refused(shell: Shell, world: World) -> None:
    kept = Path(shell.home / "checkpoint.json")
    shell.done("checkpoint", "-o", kept)
    document = json.loads(kept.read_bytes())
    document["chains"][0]["rows"] += 1
    kept.write_text(json.dumps(document), encoding="utf-8")
    forged = shell.refused("verify", "--checkpoint", kept)
    kept.write_bytes(kept.read_bytes()[:-20])
    cut = shell.refused("verify", "--checkpoint", kept)
    assert "signature" in forged
    assert cut != forged


def test_a_checkpoint_of_another_signer_is_refused(shell: Shell, world: World) -> None:
    kept = shell.home / "checkpoint.json"
    key = shell.json("checkpoint", "-o", kept)["key"]
    assert shell.done("verify", "--checkpoint", kept, "--key", key)
    other = Ed25519PrivateKey.from_private_bytes(bytes([9]) * 32).public_key().public_bytes_raw().hex()
    assert "signature" in shell.refused("verify", "--checkpoint", kept, "--key", other)
