"""PostgreSQL is killed under the tills' hands and comes back: honest answers meanwhile, nothing lost nor doubled."""

import os
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.request import Request

import pytest
from sqlalchemy import make_url, text

from buyback import migrate
from buyback.ids import new_id
from tests.builders import event_keys_folder, know_keys, open_database, write_keys
from tests.installed import Installation, Server, serving
from tests.postgres import Server as PostgreSQL
from tests.postgres import running_server
from tests.tills import Paper, TillInHand, issue_vouchers, make_merchant, make_till

pytestmark = pytest.mark.server

TILLS = 8
VOUCHERS = 160
BEFORE = VOUCHERS // 4  # are taken before it is killed
PATIENCE_S = 30

Answered = tuple[int, dict[str, Any]]


@dataclass
class Crowd:
    """Tills that each take vouchers one after the other, and ask again under the same op id until they are told."""

    server: Server
    heard: Counter[int] = field(default_factory=Counter)
    turned_away: list[tuple[str | None, dict[str, Any]]] = field(default_factory=list)
    taken: dict[str, Answered] = field(default_factory=dict)
    changed: threading.Condition = field(default_factory=threading.Condition)
    over: threading.Event = field(default_factory=threading.Event)
    queues: list[Future[None]] = field(default_factory=list)

    def take(self, till: TillInHand, vouchers: Sequence[Paper]) -> None:
        """One till's queue."""
        for voucher in vouchers:
            body = {"op_id": str(new_id()), "voucher": voucher.qr}
            while not self.over.is_set() and not self._told(till, body):
                self.over.wait(0.02)

    def wait_for(self, what: str, enough: int) -> None:
        """Until so many were ``taken`` or ``turned_away``."""
        with self.changed:
            assert self.changed.wait_for(lambda: len(getattr(self, what)) >= enough, PATIENCE_S), self.heard

    def _told(self, till: TillInHand, body: dict[str, str]) -> bool:
        status, headers, answer = self.server.ask("POST", "/redemptions", till.token, body)
        with self.changed:
            self.heard[status] += 1
            if status == HTTPStatus.SERVICE_UNAVAILABLE:
                self.turned_away.append((headers["Retry-After"], answer))
            else:
                self.taken[body["op_id"]] = status, answer
            self.changed.notify_all()
        return status != HTTPStatus.SERVICE_UNAVAILABLE


@contextmanager
def at_work(server: Server, tills: Sequence[TillInHand], vouchers: Sequence[Paper]) -> Iterator[Crowd]:
    """A crowd that takes the vouchers, each till its own; it goes home at the end, whatever became of it."""
    crowd = Crowd(server)
    with ThreadPoolExecutor(len(tills)) as pool:
        for place, till in enumerate(tills):
            crowd.queues.append(pool.submit(crowd.take, till, vouchers[place :: len(tills)]))
        try:
            yield crowd
        finally:
            crowd.over.set()


@pytest.fixture
def postgresql(pytestconfig: pytest.Config) -> Iterator[PostgreSQL]:
    """A server of the test's own that writes through, as in production."""
    if pytestconfig.getoption("--databases") == "sqlite":
        pytest.skip("--databases leaves this kind out")
    with running_server(durable=True) as server:
        server.run("CREATE DATABASE buyback")
        migrate.upgrade(server.url("buyback"), then=know_keys)
        yield server


@pytest.fixture
def installation(tmp_path: Path, postgresql: PostgreSQL) -> Installation:
    environ = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "BUYBACK_KEYS": str(tmp_path / "keys")}
    environ["BUYBACK_EVENT_KEYS"] = str(event_keys_folder(make_url(postgresql.url("buyback"))))
    made = Installation(tmp_path, {**environ, "BUYBACK_DATABASE_URL": postgresql.url("buyback")})
    write_keys(tmp_path / "keys")
    return made


def test_a_killed_database_loses_no_redemption_doubles_none_and_is_found_again_without_a_restart(
    installation: Installation, postgresql: PostgreSQL
) -> None:
    database = open_database(postgresql.url("buyback"))
    vouchers = issue_vouchers(database, VOUCHERS)
    merchant = make_merchant(database)
    tills = [make_till(database, merchant, f"Caja {number}") for number in range(TILLS)]
    database.dispose()

    with serving(installation) as server, at_work(server, tills, vouchers) as crowd:
        crowd.wait_for("taken", BEFORE)
        postgresql.crash()
        acknowledged = dict(crowd.taken)
        crowd.wait_for("turned_away", 3 * TILLS)
        assert_answers_honestly(server)
        assert server.runs
        postgresql.start()
        for queue in crowd.queues:
            queue.result(PATIENCE_S)

        assert set(crowd.heard) <= {HTTPStatus.CREATED, HTTPStatus.OK, HTTPStatus.SERVICE_UNAVAILABLE}
        assert {answer["code"] for _, answer in crowd.taken.values()} == {"redeemed"}
        assert len(crowd.taken) == VOUCHERS
        assert BEFORE <= len(acknowledged) < VOUCHERS
        assert_said_plainly(crowd)
        owner = {str(op_id): till for op_id, till in owners(postgresql).items()}
        tokens = {str(till.id): till.token for till in tills}
        for op_id, (_, answer) in acknowledged.items():
            status, _, again = server.ask("GET", f"/redemptions/{op_id}", tokens[owner[op_id]])
            assert (status, again["redemption_id"]) == (HTTPStatus.OK, answer["redemption_id"])
        status, _, again = server.ask(
            "POST", "/redemptions", tills[0].token, {"op_id": str(new_id()), "voucher": vouchers[0].qr}
        )
        assert (status, again["code"]) == (HTTPStatus.CONFLICT, "already_redeemed")
        assert get(server, "/readyz") == (HTTPStatus.OK, "ok\n")

    assert redemptions(postgresql) == (VOUCHERS, VOUCHERS)
    shell = installation.shell
    assert "FAILED" not in shell.done("check")
    assert "FAILED" not in shell.done("verify")


def assert_answers_honestly(server: Server) -> None:
    """While the database is away: the process lives, nothing is ready, and a page says so in a sentence."""
    assert get(server, "/healthz") == (HTTPStatus.OK, "ok\n")
    assert get(server, "/readyz")[0] == HTTPStatus.SERVICE_UNAVAILABLE
    status, page = get(server, "/entrar")
    assert status in {HTTPStatus.OK, HTTPStatus.SERVICE_UNAVAILABLE}
    assert "Traceback" not in page
    assert "psycopg" not in page


def assert_said_plainly(crowd: Crowd) -> None:
    """Every no meanwhile is the same sentence, when to ask again, and nothing of ours."""
    for retry_after, answer in crowd.turned_away:
        assert retry_after is not None
        assert retry_after.isdigit()
        assert {name: answer[name] for name in ("status", "code", "whose")} == {
            "status": 503,
            "code": "try_again",
            "whose": "system",
        }
        assert answer["detail"] == "El sistema no responde en este momento"


def get(server: Server, path: str) -> tuple[int, str]:
    status, _headers, content = server.open(Request(f"{server.url}{path}"))  # noqa: S310  our own http address
    return status, content.decode()


def owners(postgresql: PostgreSQL) -> dict[object, str]:
    """Whose till each op id was."""
    return {row.op_id: str(row.till) for row in rows(postgresql, "SELECT op_id, till FROM attempt")}


def redemptions(postgresql: PostgreSQL) -> tuple[int, int]:
    """How many redemptions there are, and of how many vouchers."""
    (row,) = rows(postgresql, "SELECT count(*), count(DISTINCT voucher) FROM resolution WHERE kind = 'redeem'")
    return row[0], row[1]


def rows(postgresql: PostgreSQL, query: str) -> list[Any]:
    database = open_database(postgresql.url("buyback"))
    try:
        with database.reading() as session:
            return list(session.execute(text(query)).all())
    finally:
        database.dispose()
