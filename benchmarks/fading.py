"""Fading beside a bare UPDATE of as many rows, and how long a redemption waits meanwhile.

Redemptions of two years ago are put straight into the tables, with what was posted, answered and audited: as many at
tills whose rows a plain UPDATE empties, in the order in which they lie, as at tills whose rows ``fade`` empties, in
random order. Meanwhile another process redeems one voucher after the other. Then the tables are rewritten by their
owner, again with somebody redeeming.
Usage: ``python benchmarks/fading.py [--databases sqlite postgresql] [--sizes 20000 200000]``.
"""

import argparse
import hashlib
import io
import json
import math
import multiprocessing
import os
import platform
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, redirect_stdout, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import make_url, text
from sqlalchemy.exc import OperationalError

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # the tests' builders make the data

from buyback import migrate
from buyback.audit.rules import GENESIS, canonical
from buyback.campaigns.facts import EventFacts
from buyback.cli import run
from buyback.commands.rewriting import rewrite_within
from buyback.db import Database
from buyback.ids import new_id
from buyback.keys import service as keys
from buyback.ledger.rules import Leg
from buyback.redemption import service
from buyback.security.tokens import token_digest
from buyback.times import iso_utc
from buyback.vouchers import postings
from tests.builders import event_keys_folder, make_event, make_keys, make_programme, open_database, write_keys
from tests.postgres import running_server
from tests.tills import Paper, TillInHand, issue_vouchers, make_merchant, make_till

FACE = 20_00
AN_EVENT = 5_000
TILLS = 8  # at which the redemptions were
FRESH = 400  # vouchers to be redeemed meanwhile
WINDOW_S = 600  # for the rewriting
BEGAN = datetime(2024, 1, 15, 14, 0, tzinfo=UTC)
COLUMNS = {
    "voucher": "id event serial token_hash code_hash key_id face expires_on",
    "journal": "id kind period event effective_on recorded_at",
    "transfer": "id journal line ledger debit credit amount",
    "issuance": "voucher face transfer",
    "resolution": "id voucher cycle kind amount transfer merchant till resolved_at resolved_on resolved_in",
    "attempt": "op_hash asker_hash request_hash till op_id code resolution decided_at decided_on decided_in",
    "audit_row": "chain seq previous_seq previous body_hash hash signature",
    "audit_body": "chain seq salt body",
}
Rows = dict[str, list[tuple[object, ...]]]


def main() -> None:
    """Measure, print a table and one line of JSON."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--databases", nargs="+", default=["postgresql", "sqlite"])
    parser.add_argument("--sizes", nargs="+", type=int, default=[20_000, 200_000])
    options = parser.parse_args()
    print(f"{'':>10} {'':>7} {'idle: ':>15} {'fading: ':>38} {'rewriting: ':>25}")
    print(f"{'database':>10} {'rows':>7} {'p99 ms':>7} {'max ms':>7}", end="")
    print(f" {'bare s':>7} {'fade s':>7} {'ratio':>6} {'p99 ms':>7} {'max ms':>7}", end="")
    print(f" {'rewrite s':>9} {'p99 ms':>7} {'max ms':>7}")
    rows = [measured(kind, size) for kind in options.databases for size in options.sizes]
    versions = {name: version(name) for name in ("sqlalchemy", "psycopg")} | {"python": platform.python_version()}
    print(json.dumps({"benchmark": "fading", "rows": rows, "cores": os.cpu_count(), **versions}))


def measured(kind: str, size: int) -> dict[str, Any]:
    """One database of one size, from its making to its rewriting."""
    with prepared(kind) as bench:
        bare_tills = bench.fill(size)
        bench.fill(size)
        _, idle = timed(bench, partial(time.sleep, 5))
        bare, _ = timed(bench, partial(update_barely, bench.database, bare_tills))
        faded, waits = timed(bench, partial(fade, bench, size))
        rewritten, blocked = timed(bench, partial(rewrite, bench.database))
    figures = {
        "idle_p99_ms": p99(idle),
        "idle_max_ms": max(idle),
        "bare_s": bare,
        "fade_s": faded,
        "ratio": faded / bare,
        "p99_ms": p99(waits),
        "max_ms": max(waits),
        "rewrite_s": rewritten,
        "rewrite_p99_ms": p99(blocked),
        "rewrite_max_ms": max(blocked),
    }
    print(
        f"{kind:>10} {size:7} {p99(idle):7.1f} {max(idle):7.1f}"
        f" {bare:7.2f} {faded:7.2f} {faded / bare:6.2f} {p99(waits):7.1f} {max(waits):7.1f}"
        f" {rewritten:9.2f} {p99(blocked):7.1f} {max(blocked):7.1f}"
    )
    return {"database": kind, "redemptions": size, **{name: round(value, 3) for name, value in figures.items()}}


@dataclass
class Bench:
    """A database, its address, a till that redeems while others fade, and vouchers for it."""

    kind: str
    url: str
    environ: dict[str, str]
    database: Database
    till: TillInHand
    papers: list[Paper]
    events: int = 0

    def fill(self, size: int) -> list[UUID]:
        """So many redemptions of two years ago, at tills of a merchant of their own."""
        number = 100 + self.events
        merchant = make_merchant(self.database, f"Comercio {number}", number=number)
        tills = [make_till(self.database, merchant, f"Caja {place}").id for place in range(TILLS)]
        heads = dict.fromkeys(tills, (-1, GENESIS))
        for first in range(0, size, AN_EVENT):
            self.events += 1
            event = make_event(self.database, f"J-{self.events:04d}", programme="PMB-TEST", float_cents=AN_EVENT * FACE)
            self.store(_rows(event, merchant, heads, range(first, min(size, first + AN_EVENT))))
        return tills

    def store(self, rows: Rows) -> None:
        """Straight into the tables, in bulk."""
        pool = self.database.engine.raw_connection()
        connection = pool.driver_connection
        assert connection is not None
        cursor = connection.cursor()
        if self.database.is_sqlite:
            cursor.execute("BEGIN IMMEDIATE")
        for table, names in COLUMNS.items():
            columns = names.split()
            listed = ", ".join(columns)
            if self.database.is_sqlite:
                marks = ", ".join("?" for _ in columns)
                cursor.executemany(f"INSERT INTO {table} ({listed}) VALUES ({marks})", rows[table])  # noqa: S608  names from above
            else:
                with cursor.copy(f"COPY {table} ({listed}) FROM STDIN") as copy:
                    for row in rows[table]:
                        copy.write_row(row)
        connection.commit()
        pool.close()


@contextmanager
def prepared(kind: str) -> Iterator[Bench]:
    """An own database of that kind, durable as in production."""
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="buyback-bench-")))
        url = f"sqlite:///{home / 'b.sqlite3'}"
        if kind == "postgresql":
            server = stack.enter_context(running_server(durable=True))
            server.run("CREATE DATABASE bench")
            url = server.url("bench")
        ring = make_keys()
        write_keys(home / "keys")
        environ = {"BUYBACK_DATABASE_URL": url, "BUYBACK_KEYS": str(home / "keys")}
        environ["BUYBACK_EVENT_KEYS"] = str(event_keys_folder(make_url(url)))
        migrate.upgrade(url, then=lambda session: keys.recognise(session, keys=ring, now=datetime.now(UTC)))
        database = open_database(url)
        stack.callback(database.dispose)
        make_programme(database)
        papers = list(issue_vouchers(database, 4 * FRESH))
        yield Bench(kind, url, environ, database, make_till(database, make_merchant(database)), papers)


def _rows(event: EventFacts, merchant: UUID, heads: dict[UUID, tuple[int, bytes]], numbers: range) -> Rows:
    rows: Rows = {table: [] for table in COLUMNS}
    for number in numbers:
        till = list(heads)[number % TILLS]
        at = BEGAN + timedelta(seconds=number % 36_000)
        _redemption(rows, event, (merchant, till), number % AN_EVENT, at)
        heads[till] = _audited(rows, till, heads[till], at)
    return rows


def _redemption(rows: Rows, event: EventFacts, place: tuple[UUID, UUID], serial: int, at: datetime) -> None:
    merchant, till = place
    voucher, resolution, day = uuid4().hex, uuid4().hex, f"{at:%Y-%m-%d}"
    hashed = hashlib.sha256(bytes.fromhex(voucher)).digest()
    rows["voucher"].append((voucher, event.id.hex, serial, hashed, hashed[::-1], 1, FACE, f"{event.expires_on}"))
    issued = _posted(rows, event, "issue", postings.issue(event.id, FACE), at)
    rows["issuance"].append((voucher, FACE, issued))
    taken = _posted(rows, event, "redeem", postings.redeem(event.id, FACE), at)
    when = (f"{at:%Y-%m-%d %H:%M:%S}", day, day[:7])
    rows["resolution"].append((resolution, voucher, 0, "redeem", FACE, taken, merchant.hex, till.hex, *when))
    asked = (uuid4().bytes * 2, uuid4().bytes * 2, uuid4().bytes * 2)
    rows["attempt"].append((*asked, till.hex, uuid4().hex, "redeemed", resolution, *when))


def _posted(rows: Rows, event: EventFacts, kind: str, legs: tuple[Leg, ...], at: datetime) -> str:
    journal, first = uuid4().hex, uuid4().hex
    time_of_day = None if kind == "issue" else f"{at:%Y-%m-%d %H:%M:%S}"
    rows["journal"].append((journal, kind, f"{at:%Y-%m}", event.id.hex, f"{at:%Y-%m-%d}", time_of_day))
    for line, leg in enumerate(legs):
        sides = [account.id.hex for account in (leg.debit, leg.credit)]
        key = uuid4().hex if line else first
        rows["transfer"].append((key, journal, line, leg.ledger, *sides, leg.amount))
    return first


def _audited(rows: Rows, till: UUID, head: tuple[int, bytes], at: datetime) -> tuple[int, bytes]:
    seq, previous = head[0] + 1, head[1]
    key = str(UUID(hex=str(rows["resolution"][-1][0])))
    named = {"op_id": str(uuid4()), "redemption": key, "amount": "20.00"}
    body = canonical({**named, "act": "voucher:redeem", "at": iso_utc(at)})
    hashed = hashlib.sha256(till.bytes + seq.to_bytes(8, "big")).digest()
    rows["audit_row"].append((till.hex, seq, seq - 1 if seq else None, previous, hashed, hashed, bytes(64)))
    rows["audit_body"].append((till.hex, seq, uuid4().bytes * 2, body))
    return seq, hashed


def timed(bench: Bench, work: Callable[[], None]) -> tuple[float, list[float]]:
    """How long the work took in seconds, and how long each redemption in another process meanwhile, in milliseconds."""
    context = multiprocessing.get_context("spawn")
    over, told = context.Event(), context.Queue()
    papers, bench.papers = bench.papers[:FRESH], bench.papers[FRESH:]
    other = context.Process(target=redeem_on, args=(bench.url, bench.till, papers, over, told))
    other.start()
    told.get()  # it has redeemed once
    started = time.perf_counter()
    work()
    took = time.perf_counter() - started
    over.set()
    waits = told.get()
    other.join()
    return took, waits


def redeem_on(url: str, till: TillInHand, papers: list[Paper], over: Any, told: Any) -> None:  # noqa: ANN401  of another process
    """One redemption after the other until told that it is over; at most 20 a second, as a till's limit is."""
    ring = make_keys()
    database = open_database(url)
    digest = token_digest(till.token)
    waits = []
    for place in range(100_000):
        voucher = papers[min(place, len(papers) - 1)].qr  # once they are spent, it is refused: as dear to decide
        asked = service.TillRequest(digest, new_id(), voucher)
        started = time.perf_counter()
        with suppress(OperationalError):  # SQLite gave up waiting for its lock: that long it was
            database.transact(
                partial(service.redeem, request=asked, keys=ring, now=datetime.now(UTC)), again_on_conflict=True
            )
        waits.append((time.perf_counter() - started) * 1e3)
        if place == 0:
            told.put("ready")
            waits.clear()
        elif over.is_set():
            break
        time.sleep(max(0.0, 0.05 - waits[-1] / 1e3) if waits else 0)
    database.dispose()
    told.put(waits)


def update_barely(database: Database, tills: list[UUID]) -> None:
    """The same rows in the order in which they lie, one statement a table and one transaction."""
    named = ", ".join(f"'{till.hex if database.is_sqlite else till}'" for till in tills)
    ours = f"SELECT t.journal FROM transfer t JOIN resolution r ON r.transfer = t.id WHERE r.till IN ({named})"  # noqa: S608  ids from above
    statements = [
        f"UPDATE resolution SET resolved_at = NULL WHERE till IN ({named})",  # noqa: S608  as above
        f"UPDATE journal SET recorded_at = NULL WHERE id IN ({ours})",  # noqa: S608  as above
        f"UPDATE attempt SET decided_at = NULL, claimed_at = NULL, op_id = NULL WHERE till IN ({named})",  # noqa: S608  as above
        f"UPDATE audit_body SET salt = NULL, body = NULL WHERE chain IN ({named})",  # noqa: S608  as above
    ]
    if not database.is_sqlite:
        statements.append(f"UPDATE transfer SET line = line WHERE journal IN ({ours})")  # noqa: S608  as above
    with database.engine.connect().execution_options(sqlite_begin="IMMEDIATE") as connection, connection.begin():
        for statement in statements:
            connection.execute(text(statement))


def fade(bench: Bench, size: int) -> None:
    """The command."""
    told = io.StringIO()
    with redirect_stdout(told):
        status = run(["fade", "--json"], bench.environ)
    done = json.loads(told.getvalue())
    assert (status, done["to_day"], done["bodies_emptied"]) == (0, size, size), done


def rewrite(database: Database) -> None:
    """Every table written anew by its owner, as the weekly command does; what was in use again."""
    assert not rewrite_within(database, WINDOW_S)


def p99(waits: list[float]) -> float:
    """The time within which 99 of 100 were answered."""
    return sorted(waits)[math.ceil(len(waits) * 0.99) - 1]


if __name__ == "__main__":
    main()
