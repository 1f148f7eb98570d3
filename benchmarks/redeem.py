"""Redemptions over HTTP beside the bare transaction: tills of one branch, vouchers of one event, each taken once.

``buyback serve`` with two workers (one on SQLite) answers tills that keep their connections, in processes of their own.
Beside it the same inserts run through the database's driver, one connection in one process, labelled ``bare``. Rounds
alternate. Usage: ``python benchmarks/redeem.py [--databases sqlite postgresql] [--tills 1 8 32] [--each 400]``.
"""

import argparse
import json
import multiprocessing
import os
import platform
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from http.client import HTTPConnection
from importlib.metadata import version
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # the tests' builders make the data

from sqlalchemy import event as events
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from buyback import migrate
from buyback.db import Database
from buyback.ids import new_id
from buyback.redemption import service
from buyback.security import keys as key_folder
from buyback.security.keyring import KeyRing
from buyback.security.tokens import token_digest
from tests.builders import PROGRAMME, make_event, make_programme
from tests.postgres import running_server
from tests.tills import Paper, TillInHand, issue_vouchers, make_merchant, make_till

WORKERS = 2
CLIENTS = 2
RULES = (
    PROGRAMME.replace('"50.00", "20.00", "10.00", "5.00"', '"20.00"')
    .replace("voucher_days = 90", "voucher_days = 3650")
    .replace('approval_over = "300.00"', 'approval_over = "10000000.00"')
    .replace('fixed = "5.00"', 'fixed = "20.00"')
)


def main() -> None:
    """Measure, print a table and one line of JSON."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--databases", nargs="+", default=["postgresql", "sqlite"])
    parser.add_argument("--tills", nargs="+", type=int, default=[1, 8, 32])
    parser.add_argument("--each", type=int, default=400, help="redemptions a round")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    print(f"{'database':>10} {'tills':>5} {'HTTP /s':>8} {'p50 ms':>7} {'p99 ms':>7} {'bare /s':>8} {'ratio':>6}")
    rows = [row for kind in options.databases for row in measured(kind, options)]
    settings = {"workers": WORKERS, "rounds": options.rounds, "each": options.each, "cores": os.cpu_count()}
    packages = {name: version(name) for name in ("sqlalchemy", "psycopg", "flask", "gunicorn")}
    print(
        json.dumps({"benchmark": "redeem", "rows": rows, **settings, "python": platform.python_version(), **packages})
    )


def measured(kind: str, options: argparse.Namespace) -> Iterator[dict[str, Any]]:
    """A row for each number of tills on one kind of database."""
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="buyback-bench-")))
        url = f"sqlite:///{home / 'b.sqlite3'}"
        if kind == "postgresql":
            server = stack.enter_context(running_server(durable=True))
            server.run("CREATE DATABASE bench")
            url = server.url("bench")
        migrate.upgrade(url)
        ring = key_folder.init(home / "keys", demonstration=False, now=datetime.now(UTC))
        database = Database(url)
        RINGS[str(database.engine.url)] = ring
        needed = options.each * options.rounds * len(options.tills) * 2 + 50
        papers = iter(prepared(database, needed, ring))
        merchant = make_merchant(database)
        tills = [make_till(database, merchant, f"Caja {number}") for number in range(max(options.tills))]
        port = stack.enter_context(served(url, home))
        for count in options.tills:
            yield row(kind, count, options, database, (port, tills[:count], papers))
        database.dispose()


def prepared(database: Database, count: int, ring: KeyRing) -> list[Paper]:
    """Vouchers of one event, in people's hands."""
    event = make_event(database, programme=make_programme(database, RULES), float_cents=count * 20_00)
    return list(issue_vouchers(database, count, event=event, keys=ring))


def row(
    kind: str,
    count: int,
    options: argparse.Namespace,
    database: Database,
    at: tuple[int, list[TillInHand], Iterator[Paper]],
) -> dict[str, Any]:
    """Rounds of both ways in turn, and their medians."""
    port, tills, papers = at
    rates, bares, latencies = [], [], []
    for _ in range(options.rounds):
        took, times = over_http(port, tills, [next(papers).qr for _ in range(options.each)])
        rates.append(options.each / took)
        latencies += times
        bares.append(options.each / bare(database.engine, tills[0], [next(papers) for _ in range(options.each)]))
    cuts = statistics.quantiles(latencies, n=100)
    rate, beside = statistics.median(rates), statistics.median(bares)
    print(
        f"{kind:>10} {count:5} {rate:8.0f} {cuts[49] * 1e3:7.1f} {cuts[98] * 1e3:7.1f}"
        f" {beside:8.0f} {rate / beside:6.2f}"
    )
    figures = {"rate": rate, "p50_ms": cuts[49] * 1e3, "p99_ms": cuts[98] * 1e3, "bare": beside, "ratio": rate / beside}
    return {"database": kind, "tills": count, **{name: round(value, 3) for name, value in figures.items()}}


@contextmanager
def served(url: str, home: Path) -> Iterator[int]:
    """The port of a server over a database."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    environ = os.environ | {"BUYBACK_DATABASE_URL": url, "BUYBACK_KEYS": str(home / "keys"), "BUYBACK_LOG": "json"}
    command = [sys.executable, "-m", "buyback", "serve", "--port", str(port), "--workers", str(WORKERS)]
    with (home / "log").open("wb") as log:
        server = subprocess.Popen(command, env=environ, stdout=log, stderr=log)
    try:
        for _ in range(100):
            with socket.socket() as knock:
                if knock.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield port
    finally:
        server.terminate()
        server.wait()


def over_http(port: int, tills: list[TillInHand], codes: list[str]) -> tuple[float, list[float]]:
    """Seconds for all codes, shared among the tills, and each answer's seconds."""
    shares = [(till.token, codes[number :: len(tills)]) for number, till in enumerate(tills)]
    parts = [part for part in (shares[number::CLIENTS] for number in range(CLIENTS)) if part]
    with multiprocessing.get_context("fork").Pool(len(parts)) as pool:
        started = time.perf_counter()
        times = pool.starmap(client, [(port, part) for part in parts])
        took = time.perf_counter() - started
    return took, [one for part in times for one in part]


def client(port: int, shares: list[tuple[str, list[str]]]) -> list[float]:
    """Some tills, a thread each; each answer's seconds."""
    with ThreadPoolExecutor(len(shares)) as pool:
        return [one for times in pool.map(lambda share: till(port, *share), shares) for one in times]


def till(port: int, token: str, codes: list[str]) -> list[float]:
    """One till on one connection that stays open; every answer must be a yes."""
    connection = HTTPConnection("127.0.0.1", port)
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    times = []
    for code in codes:
        body = json.dumps({"op_id": str(new_id()), "voucher": code})
        started = time.perf_counter()
        connection.request("POST", "/api/v1/redemptions", body, headers)
        answer = connection.getresponse()
        told = answer.read()
        times.append(time.perf_counter() - started)
        assert answer.status == 201, told
    return times


def bare(engine: Engine, by: TillInHand, papers: list[Paper]) -> float:
    """Seconds for the same statements through the driver: recorded from the services once, then only sent."""
    recorded = recording(engine, by, papers)
    pool = engine.raw_connection()
    connection = pool.driver_connection
    assert connection is not None
    started = time.perf_counter()
    cursor = connection.cursor()
    for statements in recorded:
        if engine.dialect.name == "sqlite":
            cursor.execute("BEGIN IMMEDIATE")
        for statement, values, many in statements:
            (cursor.executemany if many else cursor.execute)(statement, values)
            if statement.lstrip().upper().startswith("SELECT"):
                cursor.fetchall()
        connection.commit()
    took = time.perf_counter() - started
    pool.close()
    return took


def recording(engine: Engine, by: TillInHand, papers: list[Paper]) -> list[list[tuple[str, Any, bool]]]:
    """What redeeming each voucher sends, taken down and rolled back: one transaction, so that the chain goes on."""
    lists: list[list[tuple[str, Any, bool]]] = []

    def take_down(*args: Any) -> None:  # noqa: ANN401  the event's own
        _, _, statement, values, _, many = args
        lists[-1].append((statement, values, many))

    ring = RINGS[str(engine.url)]
    events.listen(engine, "before_cursor_execute", take_down)
    with Session(engine) as session:
        lists.append([])
        session.connection()
        for paper in papers:
            lists.append([])
            asked = service.Request(till=token_digest(by.token), op_id=new_id(), voucher=paper.qr)
            service.redeem(session, asked, keys=ring, now=datetime.now(UTC))
        session.rollback()
    events.remove(engine, "before_cursor_execute", take_down)
    return lists[1:]


RINGS: dict[str, KeyRing] = {}

if __name__ == "__main__":
    main()
