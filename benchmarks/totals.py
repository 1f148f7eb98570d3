"""Totals beside a GROUP BY over the rows, at three sizes, and what keeping them costs a redemption.

The same questions are answered from the kept totals (``totals.queries``, whole, with the names of places) and by one
statement that groups vouchers, items and surrenders (``tests.totals_by_rows``; its rows are fetched and no more).
Before each size all deltas are folded but those of the last event. Rounds alternate; both answers must be one. The page
is asked for inside the app, without network. Redemptions: the bare transaction (``bare.py``) and the till's API
(``redeem.py``) at eight tills, with the trigger that writes the delta and without it, in turn.
Usage: ``python benchmarks/totals.py [--databases postgresql sqlite] [--vouchers 200000] [--rounds 5]``; sizes are a
quarter, a half and all of ``--vouchers``; how the data is made stands in ``many.py``.
"""

import argparse
import json
import math
import os
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # the tests' builders make the data

from sqlalchemy import text

from benchmarks import redeem
from benchmarks.many import AN_EVENT, Maker
from buyback import migrate
from buyback.db import Database
from buyback.security.access import Role
from buyback.totals import service as rollup
from buyback.totals.queries import totals
from buyback.totals.rules import By, Query
from tests.builders import know_keys, make_programme, open_database
from tests.postgres import running_server
from tests.tills import make_merchant, make_till
from tests.totals_by_rows import by_rows, fetch, of_totals
from tests.web.site import Browser, make_site

QUESTIONS = {
    "one corregimiento": Query(by=By.CORREGIMIENTO),
    "all corregimientos": Query(by=By.CORREGIMIENTO),
    "overview by month": Query(by=By.MONTH),
    "classes": Query(by=By.CLASS),
}
PAGES = {
    "page of one": "/totales?by=event&place={place}",
    "page of all": "/totales?by=corregimiento",
    "overview page": "/resumen?from=2010-01-01",
}
TILLS = 8
FOLDED_AT_ONCE = 10_000


def main() -> None:
    """Measure, print a table and one line of JSON."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--databases", nargs="+", default=["postgresql", "sqlite"])
    parser.add_argument("--vouchers", type=int, default=200_000, help="0 leaves the questions out")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--each", type=int, default=400, help="redemptions a round; 0 leaves them out")
    options = parser.parse_args()
    print(f"{'database':>10} {'vouchers':>9} {'asked for':>20} {'kept ms':>8} {'rows ms':>9} {'ratio':>7}")
    rows: list[dict[str, Any]] = []
    costs = []
    for kind in options.databases:
        mine = list(sizes(kind, options)) if options.vouchers else []
        rows += mine
        for name, power in slopes(mine).items():
            print(f"{kind:>10}: {name}: ms grow as vouchers to the power {power:.2f}")
        if options.each:
            costs.append(cost(kind, options))
    versions = {name: version(name) for name in ("sqlalchemy", "psycopg", "flask")}
    settings = {"rounds": options.rounds, "each": options.each, "an_event": AN_EVENT, "cores": os.cpu_count()}
    found = {"rows": rows, "slopes": slopes(rows), "redemption": costs}
    print(json.dumps({"benchmark": "totals", **found, **settings, **versions, "python": platform.python_version()}))


def sizes(kind: str, options: argparse.Namespace) -> Iterator[dict[str, Any]]:
    """Each question and page at each size."""
    with filled(kind) as maker:
        site = make_site(maker.database)
        official = site.signed_in_as(Role.AUDITOR)
        for size in (options.vouchers // 4, options.vouchers // 2, options.vouchers):
            for folded in range(maker.vouchers + FOLDED_AT_ONCE, size, FOLDED_AT_ONCE):
                _fold(maker, folded)
            _fold(maker, size - AN_EVENT)
            maker.grow(size)
            _tidy(maker.database)
            for name, query in QUESTIONS.items():
                place = maker.place if name == "one corregimiento" else None
                yield asked(maker, name, replace(query, place=place), options.rounds)
            for name, path in PAGES.items():
                yield opened(maker, name, official, path.format(place=maker.place), options.rounds)


def _fold(maker: Maker, vouchers: int) -> None:
    """As every night: deltas of years folded at once would leave a table of empty pages to read through."""
    maker.grow(vouchers)
    maker.database.transact(rollup.fold)
    _tidy(maker.database)


def _tidy(database: Database) -> None:
    """What PostgreSQL does by itself after a while."""
    if not database.is_sqlite:
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))


def asked(maker: Maker, name: str, query: Query, rounds: int) -> dict[str, Any]:
    """One question both ways in turn, and their medians; the answers must be one."""
    kept, grouped = [], []
    with maker.database.reading() as session:
        answer = totals(session, query)
        assert of_totals(answer) == by_rows(session, query)
        for _ in range(rounds):
            kept.append(timed(lambda: totals(session, query)))
            grouped.append(timed(lambda: fetch(session, query, place=query.place or "")))
    quick, slow, best = statistics.median(kept), statistics.median(grouped), min(kept)
    ratio = slow / quick
    print(
        f"{maker.kind:>10} {maker.vouchers:9} {name:>20} {quick * 1e3:8.1f} {slow * 1e3:9.1f} {ratio:6.0f}x"
        f"   (fastest {best * 1e3:.1f})"
    )
    row = {"database": maker.kind, "vouchers": maker.vouchers, "asked": name, "fastest_ms": round(best * 1e3, 2)}
    return {**row, "kept_ms": round(quick * 1e3, 2), "rows_ms": round(slow * 1e3, 1), "ratio": round(ratio, 1)}


def opened(maker: Maker, name: str, official: Browser, path: str, rounds: int) -> dict[str, Any]:
    """A page's time in the server."""
    assert official.get(path).status_code == 200, path
    found = [timed(lambda: official.get(path)) * 1e3 for _ in range(rounds)]
    took, best = statistics.median(found), min(found)
    print(f"{maker.kind:>10} {maker.vouchers:9} {name:>20} {took:8.1f}   (fastest {best:.1f})")
    row = {"database": maker.kind, "vouchers": maker.vouchers, "asked": name}
    return {**row, "kept_ms": round(took, 2), "fastest_ms": round(best, 2)}


def timed(work: Callable[[], object]) -> float:
    """Seconds."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def slopes(rows: list[dict[str, Any]]) -> dict[str, float]:
    """By database and question, the power of the number of vouchers with which the time grows; 1 is proportional."""
    found = {}
    for database, name in {(row["database"], row["asked"]): None for row in rows}:
        mine = [row for row in rows if (row["database"], row["asked"]) == (database, name)]
        points = [(math.log(row["vouchers"]), math.log(row["kept_ms"])) for row in mine]
        found[f"{database}, {name}"] = round(statistics.linear_regression(*zip(*points, strict=True)).slope, 2)
    return found


def cost(kind: str, options: argparse.Namespace) -> dict[str, Any]:
    """Redemptions a second with the delta and without it, bare and over HTTP."""
    rates: dict[str, list[float]] = {"bare": [], "bare_without": [], "http": [], "http_without": []}
    with redeem.prepared(kind, TILLS) as bench:
        redeem.over_http(bench.port, bench.tills, bench.fresh(redeem.WARMING))
        for _ in range(options.rounds):
            for suffix in ("", "_without"):
                bare, http = bench.fresh(options.each), bench.fresh(options.each)
                with left_out(bench.database, suffix):
                    rates[f"bare{suffix}"].append(redeem.bare_rate(bench, bench.tills, bare))
                    rates[f"http{suffix}"].append(redeem.over_http(bench.port, bench.tills, http)[0])
    medians = {name: round(statistics.median(found), 1) for name, found in rates.items()}
    keeps = {way: round(medians[way] / medians[f"{way}_without"], 3) for way in ("bare", "http")}
    print(f"{kind:>10}: redemptions a second at {TILLS} tills {medians}; with the delta they keep {keeps}")
    return {"database": kind, **medians, "keeps": keeps}


@contextmanager
def left_out(database: Database, suffix: str) -> Iterator[None]:
    """Without the trigger that writes a redemption's delta, if there is a suffix."""
    if not suffix:
        yield
        return
    name = "resolution_counts"
    if database.is_sqlite:
        query = text("SELECT sql FROM sqlite_master WHERE name = :name")
        with database.engine.connect() as connection:
            again = str(connection.execute(query, {"name": name}).scalar_one())
        off = f"DROP TRIGGER {name}"
    else:
        off, again = (f"ALTER TABLE resolution {act} TRIGGER {name}" for act in ("DISABLE", "ENABLE"))
    for number, statement in enumerate((off, again)):
        with database.engine.begin() as connection:
            connection.exec_driver_sql(statement)
        if number == 0:
            yield


@contextmanager
def filled(kind: str) -> Iterator[Maker]:
    """An own database of that kind with a merchant and a programme, durable as in production."""
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="buyback-bench-")))
        url = f"sqlite:///{home / 'b.sqlite3'}"
        if kind == "postgresql":
            server = stack.enter_context(running_server(durable=True))
            server.run("CREATE DATABASE bench")
            url = server.url("bench")
        migrate.upgrade(url, then=know_keys)
        database = open_database(url)
        stack.callback(database.dispose)
        merchant = make_merchant(database)
        till = make_till(database, merchant)
        yield Maker(database, make_programme(database), merchant, till.id)


if __name__ == "__main__":
    main()
