"""Redemptions over HTTP beside the bare transaction: tills of one branch, vouchers of one event, each taken once.

``buyback serve`` with two workers (one on SQLite) answers tills that keep their connections, in processes of their
own. Beside it, labelled ``bare``, runs what the service sends to the database, taken down beforehand: on PostgreSQL by
pgbench with prepared statements and a client for each till, on SQLite through ``sqlite3`` in one process (both in
``bare.py``). Rounds alternate. Then the rate at eight tills is taken again with more and more vouchers in the tables:
the slope says whether a redemption grows dearer with what is there already.
Usage: ``python benchmarks/redeem.py [--databases sqlite postgresql] [--tills 1 8 32] [--each 400]``.
"""

import argparse
import json
import math
import multiprocessing
import os
import platform
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # the tests' builders make the data

from benchmarks import bare
from buyback import migrate
from buyback.db import Database
from buyback.ids import new_id
from buyback.keys import service as keys
from buyback.security import key_folder
from buyback.security.event_keys import EventKeys
from buyback.security.keyring import KeyRing
from tests.builders import PROGRAMME, make_event, make_programme
from tests.postgres import Server, running_server
from tests.tills import Paper, TillInHand, issue_vouchers, make_merchant, make_till

WORKERS = 2
CLIENTS = 2
SLOPE_TILLS = 8
WARMING = 320
RULES = (
    PROGRAMME.replace('"50.00", "20.00", "10.00", "5.00"', '"20.00"')
    .replace("voucher_days = 90", "voucher_days = 3650")
    .replace('approval_over = "300.00"', 'approval_over = "10000000.00"')
    .replace('fixed = "5.00"', 'fixed = "20.00"')
)


@dataclass(frozen=True)
class Bench:
    """A migrated database with a served app, tills and a way to get vouchers that nobody has taken yet."""

    kind: str
    database: Database
    server: Server | None
    ring: KeyRing
    port: int
    tills: list[TillInHand]
    fresh: Callable[[int], list[Paper]]


def main() -> None:
    """Measure, print a table and one line of JSON."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--databases", nargs="+", default=["postgresql", "sqlite"])
    parser.add_argument("--tills", nargs="+", type=int, default=[1, 8, 32])
    parser.add_argument("--each", type=int, default=400, help="redemptions a round")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--sizes", nargs="+", type=int, default=[5_000, 10_000, 20_000], help="vouchers for the slope")
    options = parser.parse_args()
    print(f"{'database':>10} {'tills':>5} {'HTTP /s':>8} {'p50 ms':>7} {'p99 ms':>7} {'bare /s':>8} {'ratio':>6}")
    rows: list[dict[str, Any]] = []
    slopes = {}
    for kind in options.databases:
        with prepared(kind, max(*options.tills, SLOPE_TILLS)) as bench:
            over_http(bench.port, bench.tills, bench.fresh(WARMING))  # connections open and statements are prepared
            rows += [row(bench, count, options) for count in options.tills]
            slopes[kind] = slope(bench, options)
    settings = {"workers": WORKERS, "rounds": options.rounds, "each": options.each, "cores": os.cpu_count()}
    versions = {name: version(name) for name in ("sqlalchemy", "psycopg", "flask", "gunicorn")}
    versions["python"] = platform.python_version()
    print(json.dumps({"benchmark": "redeem", "rows": rows, "slopes": slopes, **settings, **versions}))


@contextmanager
def prepared(kind: str, tills: int) -> Iterator[Bench]:
    """An own database of that kind, durable as in production, and ``buyback serve`` over it."""
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="buyback-bench-")))
        url, server = f"sqlite:///{home / 'b.sqlite3'}", None
        if kind == "postgresql":
            server = stack.enter_context(running_server(durable=True))
            server.run("CREATE DATABASE bench")
            url = server.url("bench")
        ring = key_folder.init(home / "keys", demonstration=False, now=datetime.now(UTC))
        migrate.upgrade(url, then=lambda session: keys.recognise(session, keys=ring, now=datetime.now(UTC)))
        database = Database(url)
        database.sign_with(ring.audit)
        database.seal_with(EventKeys(home / "event-keys"))
        stack.callback(database.dispose)
        make_programme(database, RULES)
        event = make_event(database, programme="PMB-TEST", float_cents=2_000_000_00)  # 100,000 vouchers

        def fresh(count: int) -> list[Paper]:
            return list(issue_vouchers(database, count, event=event, keys=ring)) if count else []

        merchant = make_merchant(database)
        enrolled = [make_till(database, merchant, f"Caja {number}") for number in range(tills)]
        port = stack.enter_context(served(url, home))
        yield Bench(kind, database, server, ring, port, enrolled, fresh)


def row(bench: Bench, count: int, options: argparse.Namespace) -> dict[str, Any]:
    """Rounds of both ways in turn, and their medians."""
    rates, bares, latencies = [], [], []
    tills = bench.tills[:count]
    for _ in range(options.rounds):
        rate, times = over_http(bench.port, tills, bench.fresh(options.each))
        rates.append(rate)
        latencies += times
        bares.append(bare_rate(bench, tills, bench.fresh(options.each)))
    cuts = statistics.quantiles(latencies, n=100)
    rate, beside = statistics.median(rates), statistics.median(bares)
    print(
        f"{bench.kind:>10} {count:5} {rate:8.0f} {cuts[49] * 1e3:7.1f} {cuts[98] * 1e3:7.1f}"
        f" {beside:8.0f} {rate / beside:6.2f}"
    )
    figures = {"rate": rate, "p50_ms": cuts[49] * 1e3, "p99_ms": cuts[98] * 1e3, "bare": beside, "ratio": rate / beside}
    return {"database": bench.kind, "tills": count, **{name: round(value, 3) for name, value in figures.items()}}


def bare_rate(bench: Bench, tills: list[TillInHand], papers: list[Paper]) -> float:
    """The same transactions a second without the app."""
    engine = bench.database.engine
    shares = [papers[number :: len(tills)] for number in range(len(tills))]
    recorded = [bare.recording(engine, till, share, bench.ring) for till, share in zip(tills, shares, strict=True)]
    if bench.server is None:
        return bare.by_driver(engine, [transaction for share in recorded for transaction in share])
    return bare.by_pgbench(engine, bench.server, recorded)


def slope(bench: Bench, options: argparse.Namespace) -> float:
    """The power of the table's size with which the seconds of a redemption grow: 0 is not at all."""
    points = []
    there = options.each * options.rounds * len(options.tills) * 2
    for size in options.sizes:
        bench.fresh(max(0, size - there))
        there = max(size, there)
        papers = bench.fresh(options.each * options.rounds)
        there += len(papers)
        rate, _ = over_http(bench.port, bench.tills[:SLOPE_TILLS], papers)
        points.append((math.log(there), math.log(1 / rate)))
    power = statistics.linear_regression(*zip(*points, strict=True)).slope
    print(f"{bench.kind:>10}: seconds grow as the number of vouchers to the power {power:.2f} (0 is not at all)")
    return round(power, 3)


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
        for _ in range(600):
            with socket.socket() as knock:
                if knock.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield port
    finally:
        server.terminate()
        server.wait()


def over_http(port: int, tills: list[TillInHand], papers: list[Paper]) -> tuple[float, list[float]]:
    """Redemptions a second with the papers shared among the tills, and each answer's seconds."""
    shares = [(till.token, [paper.qr for paper in papers[number :: len(tills)]]) for number, till in enumerate(tills)]
    parts = [part for part in (shares[number::CLIENTS] for number in range(CLIENTS)) if part]
    with multiprocessing.get_context("fork").Pool(len(parts)) as pool:
        started = time.perf_counter()
        times = pool.starmap(client, [(port, part) for part in parts])
        took = time.perf_counter() - started
    return len(papers) / took, [seconds for part in times for seconds in part]


def client(port: int, shares: list[tuple[str, list[str]]]) -> list[float]:
    """Some tills, a thread each; each answer's seconds."""
    with ThreadPoolExecutor(len(shares)) as pool:
        return [seconds for times in pool.map(lambda share: till(port, *share), shares) for seconds in times]


def till(port: int, token: str, codes: list[str]) -> list[float]:
    """One till on one connection that stays open; every answer must be a yes.

    It speaks HTTP over the bare socket: a client library would take more of the processor than the server is left with.
    """
    times = []
    with socket.create_connection(("127.0.0.1", port)) as connection:
        for code in codes:
            body = json.dumps({"op_id": str(new_id()), "voucher": code})
            head = f"Host: t\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\n"
            asked = f"POST /api/v1/redemptions HTTP/1.1\r\n{head}Content-Length: {len(body)}\r\n\r\n{body}".encode()
            started = time.perf_counter()
            connection.sendall(asked)
            told = connection.recv(65536)
            while not complete(told):
                told += connection.recv(65536)
            times.append(time.perf_counter() - started)
            assert told.startswith(b"HTTP/1.1 201 "), told
    return times


def complete(told: bytes) -> bool:
    """Whether an answer with a Content-Length is all there."""
    head, separator, body = told.partition(b"\r\n\r\n")
    length = head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]
    return bool(separator) and len(body) >= int(length)


if __name__ == "__main__":
    main()
