"""Keys at a shell, and what servers that are running make of it at their next request."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from buyback.app import create_app
from buyback.db import Database
from buyback.ids import new_id
from buyback.keys.rules import NoSigningKey
from buyback.schema import metadata
from buyback.security import key_folder
from buyback.security.access import Role
from buyback.security.keyring import KeyRing
from buyback.settings import Settings
from buyback.vouchers.printing import papers
from buyback.vouchers.printing.sheets import PrintedVoucher
from buyback.vouchers.qrtext import SignedFace, encode
from tests.builders import NOW, make_user, write_keys
from tests.commands.shell import Shell
from tests.tills import TillInHand, issue_vouchers, make_merchant, make_till, make_till_event
from tests.web.site import Clock

REASON = "Llave extraviada"
SERVE = ["serve", "--host", "192.0.2.1"]  # no machine's address: a server that is not refused ends there


@dataclass(frozen=True)
class RunningServer:
    """An app with the keys that it read at its start."""

    database: Database
    keys: KeyRing
    client: FlaskClient

    def ready(self) -> tuple[int, str]:
        """What it says to the balancer."""
        answer = self.client.get("/readyz")
        return answer.status_code, answer.text

    def print_one(self) -> PrintedVoucher:
        """Issue a voucher of an event of its own, and print it."""
        event = make_till_event(self.database, f"CAJAS-{new_id().hex[:8]}")
        issue_vouchers(self.database, event=event, keys=self.keys)
        with self.database.reading() as session:
            stored = papers.issued(session, event.id)
        (printed,) = papers.lay_out(event, stored, keys=self.keys, base_url="")
        return printed

    def answer(self, till: TillInHand, text: str, *, only_asked: bool = False) -> tuple[str, str | None]:
        """The code, and its reason, that a till gets."""
        where = "/check" if only_asked else ""
        body = {"voucher": text} if only_asked else {"op_id": str(new_id()), "voucher": text}
        token = {"Authorization": f"Bearer {till.token}"}
        told = self.client.post(f"/api/v1/redemptions{where}", json=body, headers=token).get_json()
        return told["code"], told.get("reason")


def start(database: Database, folder: Path) -> RunningServer:
    """A server over a database, with the keys of a folder."""
    settings = Settings.read({"BUYBACK_DATABASE_URL": database.engine.url.render_as_string(hide_password=False)})
    keys = key_folder.load(folder)
    app = create_app(settings, database=database, keys=keys, clock=Clock(NOW))
    return RunningServer(database, keys, app.test_client())


@pytest.fixture
def folder(shell: Shell) -> Path:
    return Path(shell.environ["BUYBACK_KEYS"])


@pytest.fixture
def servers(database: Database, folder: Path) -> list[RunningServer]:
    """Two that run while keys change."""
    return [start(database, folder) for _ in range(2)]


@pytest.fixture
def till(database: Database) -> TillInHand:
    return make_till(database, make_merchant(database))


def key_ids(database: Database) -> list[int]:
    """Which keys signed, one for each voucher."""
    with database.reading() as session:
        return sorted(session.scalars(select(metadata.tables["voucher"].c.key_id)))


def key_acts(shell: Shell, database: Database) -> list[str]:
    """What the audit log says of keys, in order."""
    row = metadata.tables["audit_body"].c
    with database.reading() as session:
        bodies = session.scalars(select(row.body).where(row.body.is_not(None)).order_by(row.chain, row.seq)).all()
    assert shell.run("verify").status == 0
    return [body for body in bodies if '"act":"key:' in body]


@pytest.mark.parametrize(
    "words", [SERVE, ["migrate"], ["check"], ["checkpoint", "-o", "c.json"], ["keys", "rotate"]], ids=lambda w: w[0]
)
def test_the_keys_of_another_installation_are_refused(shell: Shell, tmp_path: Path, words: list[str]) -> None:
    key_folder.init(tmp_path / "other", demonstration=False, now=NOW)
    shell.environ["BUYBACK_KEYS"] = str(tmp_path / "other")
    said = shell.refused(*words)
    assert "are not this database's" in said
    assert all(name in said for name in ("audit", "checkpoint", "code", "pin", "session", "token", "signing-001"))
    assert "Let BUYBACK_KEYS name" in said


def test_a_server_with_the_keys_of_another_installation_is_not_ready(database: Database, tmp_path: Path) -> None:
    key_folder.init(tmp_path / "other", demonstration=False, now=NOW)
    status, text = start(database, tmp_path / "other").ready()
    assert status == 503
    assert text.startswith("keys: Las llaves de BUYBACK_KEYS no son las de esta base de datos")


def test_the_keys_of_a_database_are_taken_by_all(shell: Shell, servers: list[RunningServer]) -> None:
    """Without this, commands that fail for some other reason would seem to refuse."""
    assert shell.run("check").status == 0
    assert shell.run("migrate").status == 0
    assert [server.ready() for server in servers] == [(200, "ok\n")] * 2


@pytest.mark.parametrize("first", ["migrate", "check"])
def test_the_first_command_that_has_both_ties_a_database_to_its_keys(tmp_path: Path, first: str) -> None:
    url = f"sqlite:///{tmp_path}/new.sqlite3"
    shell = Shell(
        tmp_path, {"BUYBACK_DATABASE_URL": url, "BUYBACK_KEYS": str(tmp_path / "keys"), "LANG": "en_US.UTF-8"}
    )
    if first == "check":
        shell.done("migrate")
        database = Database(url)
        write_keys(tmp_path / "unknown")
        assert start(database, tmp_path / "unknown").ready()[0] == 503
        database.dispose()
    shell.done("keys", "init")
    shell.done(first)
    database = Database(url)
    (bound,) = key_acts(shell, database)
    assert '"act":"key:bind"' in bound
    database.dispose()
    shutil.rmtree(tmp_path / "keys")
    shell.done("keys", "init")
    assert "are not this database's" in shell.refused("check")


def test_an_old_copy_of_the_folder_is_refused_and_its_server_not_ready(
    shell: Shell, database: Database, folder: Path, tmp_path: Path
) -> None:
    shutil.copytree(folder, tmp_path / "copy")
    shell.done("keys", "rotate")
    assert start(database, tmp_path / "copy").ready()[0] == 503
    shell.environ["BUYBACK_KEYS"] = str(tmp_path / "copy")
    for words in (["check"], ["migrate"], SERVE):
        assert "lacks signing key 2" in shell.refused(*words)


def test_a_key_that_was_added_signs_at_the_next_request_of_every_server(
    shell: Shell, database: Database, servers: list[RunningServer], till: TillInHand
) -> None:
    first, other = servers
    old = first.print_one(), other.print_one()
    assert shell.json("keys", "rotate") == {"signing_key": 2}
    new = first.print_one(), other.print_one()
    assert key_ids(database) == [1, 1, 2, 2]
    assert [server.ready() for server in servers] == [(200, "ok\n")] * 2
    for printed in (*old, *new):
        assert other.answer(till, printed.qr_text, only_asked=True) == ("redeemable", None)
        assert first.answer(till, printed.qr_text) == ("redeemed", None)


def test_a_retired_key_signs_nothing_new_and_what_it_signed_is_taken(
    shell: Shell, database: Database, servers: list[RunningServer], till: TillInHand
) -> None:
    first, other = servers
    shell.done("keys", "rotate")
    before = first.print_one()
    assert shell.json("keys", "retire", 2) == {"signing_key": 2, "state": "retired"}
    for server in servers:
        server.print_one()
    assert key_ids(database) == [1, 1, 2]
    assert other.answer(till, before.qr_text) == ("redeemed", None)


def test_what_a_revoked_key_signed_is_refused_at_the_next_request_of_every_server(
    shell: Shell, database: Database, servers: list[RunningServer], till: TillInHand
) -> None:
    scanned, typed = (server.print_one() for server in servers)
    for server in servers:
        assert server.answer(till, scanned.qr_text, only_asked=True) == ("redeemable", None)
    revoked = shell.json("keys", "revoke", 1, "--reason", REASON, "--yes")
    assert revoked == {"signing_key": 1, "state": "revoked"}
    for server in servers:
        for text in (scanned.qr_text, typed.typed_code):
            assert server.answer(till, text, only_asked=True) == ("key_revoked", REASON)
            assert server.answer(till, text) == ("key_revoked", REASON)
        with pytest.raises(NoSigningKey):
            server.print_one()
    shell.done("keys", "rotate")
    assert servers[0].answer(till, servers[1].print_one().qr_text) == ("redeemed", None)


def test_a_key_that_the_database_was_not_told_of_vouches_for_nothing_until_a_rotation_takes_it_up(
    shell: Shell, database: Database, servers: list[RunningServer], folder: Path, till: TillInHand
) -> None:
    first, _ = servers
    event = make_till_event(database)
    (issued,) = issue_vouchers(database, event=event)
    added = key_folder.add_signing_key(folder, now=NOW)
    assert event.salt is not None
    face = SignedFace(issued.face, event.expires_on, event.programme.number)
    text = encode(first.keys.token(event.salt, issued.id), face, added)
    assert first.answer(till, text) == ("bad_signature", None)
    first.print_one()
    assert key_ids(database) == [1, 1]
    assert shell.json("keys", "rotate") == {"signing_key": 2}
    assert first.answer(till, text) == ("redeemed", None)


def test_a_key_goes_forward_only_and_one_must_sign(shell: Shell, database: Database) -> None:
    assert "the only one that signs" in shell.refused("keys", "retire", 1)
    assert "signing key 9 was not found" in shell.refused("keys", "retire", 9)
    assert shell.run("keys", "revoke", 9, "--reason", REASON, "--yes").status == 1
    shell.misused("keys", "revoke", 1, "--reason", "x" * 121, "--yes")
    shell.misused("keys", "revoke", 1, "--reason", " ", "--yes")
    shell.done("keys", "rotate")
    shell.done("keys", "revoke", 1, "--reason", REASON, "--yes")
    for words in (["retire", 1], ["revoke", 1, "--reason", REASON, "--yes"]):
        assert "retired or revoked already" in shell.refused("keys", *words)
    shell.done("keys", "rotate")
    shell.done("keys", "retire", 2)
    assert "retired or revoked already" in shell.refused("keys", "retire", 2)


def test_what_is_done_with_keys_is_on_record_with_who_did_it(shell: Shell, database: Database) -> None:
    make_user(database, "a.admin", Role.ADMINISTRATOR, organisation="MINSEG")
    shell.done("keys", "rotate", "--by", "a.admin")
    shell.done("keys", "retire", 1, "--by", "a.admin")
    shell.done("keys", "revoke", 2, "--reason", REASON, "--by", "a.admin", "--yes")
    bound, added, retired, revoked = sorted(key_acts(shell, database), key=lambda body: ("bind" not in body, body))
    assert '"act":"key:bind"' in bound
    assert '"act":"key:add"' in added
    assert '"key":2' in added
    assert '"act":"key:retire"' in retired
    assert '"key":1' in retired
    assert '"act":"key:revoke"' in revoked
    assert f'"reason":"{REASON}"' in revoked
    assert all('"by":"a.admin"' in body for body in (added, retired, revoked))
