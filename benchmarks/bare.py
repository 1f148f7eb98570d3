"""What a redemption sends to the database, taken down from the service itself and sent again without the app."""

import re
import subprocess
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import event as events
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from buyback.ids import new_id
from buyback.redemption import service
from buyback.security.keyring import KeyRing
from buyback.security.tokens import token_digest
from tests.postgres import Server
from tests.tills import Paper, TillInHand

Sent = tuple[str, Any]  # a statement and its values
Transaction = list[Sent]


def recording(engine: Engine, by: TillInHand, papers: list[Paper], ring: KeyRing) -> list[Transaction]:
    """What redeeming each voucher sends, taken down and rolled back: one transaction, so that the chain goes on."""
    taken: list[Transaction] = [[]]

    def take_down(*args: Any) -> None:  # noqa: ANN401  the event's own
        _, _, statement, values, _, many = args
        taken[-1].extend((statement, row) for row in (values if many else [values]))

    events.listen(engine, "before_cursor_execute", take_down)
    with Session(engine) as session:
        session.connection()
        for paper in papers:
            taken.append([])
            asked = service.TillRequest(till=token_digest(by.token), op_id=new_id(), voucher=paper.qr)
            service.redeem(session, asked, keys=ring, now=datetime.now(UTC))
        session.rollback()
    events.remove(engine, "before_cursor_execute", take_down)
    return taken[1:]


def by_driver(engine: Engine, transactions: list[Transaction]) -> float:
    """Transactions a second through SQLite's driver, one connection."""
    pool = engine.raw_connection()
    connection = pool.driver_connection
    assert connection is not None
    started = time.perf_counter()
    cursor = connection.cursor()
    for statements in transactions:
        cursor.execute("BEGIN IMMEDIATE")
        for statement, values in statements:
            cursor.execute(statement, values)
            if statement.lstrip().upper().startswith("SELECT"):
                cursor.fetchall()
        connection.commit()
    took = time.perf_counter() - started
    pool.close()
    return len(transactions) / took


def by_pgbench(engine: Engine, server: Server, clients: list[list[Transaction]]) -> float:
    """Transactions a second by pgbench, a client for each list, each statement on its own as the app sends them.

    The first statement reads its values from a table beside, in the same round trip.
    """
    assert server.programs is not None
    each = min(len(transactions) for transactions in clients)
    script, columns = _script(clients[0][0])
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE IF EXISTS bench_values")
        typed = ", ".join(f"{column} {kind}" for column, kind in columns.items())
        connection.exec_driver_sql(f"CREATE TABLE bench_values (client int, n int, {typed}, PRIMARY KEY (client, n))")
        places = ", ".join(["%s"] * (2 + len(columns)))
        rows = [
            (client, n, *(_value(sent, column) for column in columns))
            for client, transactions in enumerate(clients)
            for n, sent in enumerate(transactions)
        ]
        connection.exec_driver_sql(f"INSERT INTO bench_values VALUES ({places})", rows)  # noqa: S608  only %s in it
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as file:
        file.write(script)
        file.flush()
        command = [server.programs / "pgbench", "-n", "-M", "prepared", "-D", "n=-1", "-f", file.name]
        command += ["-c", str(len(clients)), "-j", str(min(2, len(clients))), "-t", str(each)]
        command += ["-h", server.sockets, "-p", engine.url.query["port"], "-U", "postgres", "bench"]
        done = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False)
    found = re.search(r"tps = ([0-9.]+)", done.stdout)
    assert found, done.stdout + done.stderr
    assert f"processed: {each * len(clients)}/" in done.stdout, done.stdout
    return float(found[1])


_READS = (
    "SELECT given.*, f.* FROM bench_values given CROSS JOIN LATERAL (…) f"
    " WHERE given.client = :client_id AND given.n = :n \\gset"
)


def _script(transaction: Transaction) -> tuple[str, dict[str, str]]:
    """A pgbench script for transactions of this shape, and the names and types of the values it wants."""
    columns: dict[str, str] = {}
    lines = ["\\set n :n + 1", "BEGIN;"]
    for number, (statement, values) in enumerate(transaction):
        reads = number == 0
        spelt = statement.replace("%%", "%")
        for name, value in values.items():
            column = f"s{number}_{name}"
            if value is not None:
                columns[column] = "bytea" if isinstance(value, psycopg.Binary) else "text"
            place = "NULL" if value is None else f"given.{column}" if reads else f":{column}"
            spelt = spelt.replace(f"%({name})s", place)
        spelt = " ".join(spelt.split())
        if reads:
            lines.append(_READS.replace("…", spelt))
        else:
            lines.append(f"{spelt};")
    return "\n".join([*lines, "COMMIT;", ""]), columns


def _value(transaction: Transaction, column: str) -> Any:  # noqa: ANN401  bytes or text
    number, _, name = column.removeprefix("s").partition("_")
    value = transaction[int(number)][1][name]
    return value.obj if isinstance(value, psycopg.Binary) else str(value)


if __name__ == "__main__":
    raise SystemExit(f"{Path(__file__).name} is part of redeem.py")
