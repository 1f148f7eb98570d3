"""Many vouchers for ``totals.py``, put straight into the tables: events of two days with fifty visits each.

Rows go through the schema with its triggers and keys, in bulk: services would take hours for what is not timed. Of a
voucher there is what totals could read: its issue and its end with their journals and one transfer each; the budget's
second transfer, audit rows and answers to tills are left out. Ids follow each other, which favours reading rows.
"""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import text

from buyback.campaigns.facts import EventFacts
from buyback.db import Database
from buyback.ledger.rules import OUTSTANDING, PROGRAMME_COST, AccountRef
from tests.builders import make_event

VISITS_A_DAY, DAYS = 50, 2
VOUCHERS, ITEMS = 4, 2  # a visit
FACE = 20_00
PLACES = 100  # corregimientos in which events are held
AN_EVENT = VISITS_A_DAY * DAYS * VOUCHERS
CLASSES = (("revolver", 1), ("pistol", 1), ("magazine", 2), ("ammunition", 20), ("printed", 1), ("grenade", 1))
ENDS = ("redeem",) * 12 + ("expire",) * 3 + ("void",) + (None,) * 4  # of twenty vouchers
COLUMNS = {
    "surrender": ("id", "event", "day", "state"),
    "item": ("id", "event", "day", "tariff_line", "catalogue_class", "quantity", "value", "state"),
    "voucher": ("id", "event", "serial", "token_hash", "code_hash", "key_id", "face", "expires_on"),
    "journal": ("id", "kind", "period", "event", "effective_on", "recorded_at"),
    "transfer": ("id", "journal", "line", "ledger", "debit", "credit", "amount"),
    "issuance": ("voucher", "face", "transfer"),
    "resolution": (
        "id",
        "voucher",
        "cycle",
        "kind",
        "reason",
        "amount",
        "transfer",
        "merchant",
        "till",
        "resolved_at",
        "resolved_on",
        "resolved_in",
    ),
}
Rows = dict[str, list[tuple[object, ...]]]


@dataclass
class Maker:
    """Makes events with vouchers in one database, in one place after the other, in month after month."""

    database: Database
    programme: str
    merchant: UUID
    till: UUID
    vouchers: int = 0
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    @property
    def kind(self) -> str:
        """Which database it is."""
        return self.database.engine.dialect.name

    @property
    def place(self) -> str:
        """A corregimiento with as many events as any."""
        return self._places()[0]

    def grow(self, size: int) -> None:
        """Events until there are so many vouchers."""
        places = self._places()
        lines = self._read("SELECT CAST(id AS TEXT) FROM tariff_line")
        while self.vouchers < size:
            number = self.vouchers // AN_EVENT
            first = date(2023, 1, 2) + timedelta(days=7 * (number % 150))
            event = make_event(
                self.database,
                f"E-{number:05d}",
                starts_on=first,
                ends_on=first + timedelta(days=DAYS - 1),
                corregimiento=places[number % len(places)],
                programme=self.programme,
                float_cents=AN_EVENT * FACE,
            )
            self._store(self._rows(event, lines[0].replace("-", "")))
            self.vouchers += AN_EVENT

    def _places(self) -> list[str]:
        return self._read("SELECT code FROM corregimiento ORDER BY code")[::6][:PLACES]

    def _read(self, query: str) -> list[str]:
        with self.database.engine.connect() as connection:
            return [str(found) for found in connection.scalars(text(query))]

    def _id(self) -> str:
        return f"{next(self.numbers):032x}"

    def _rows(self, event: EventFacts, line: str) -> Rows:
        rows: Rows = {table: [] for table in COLUMNS}
        key = event.id.hex
        serials = itertools.count()
        for visit in range(VISITS_A_DAY * DAYS):
            day = event.starts_on + timedelta(days=visit // VISITS_A_DAY)
            rows["surrender"].append((self._id(), key, day.isoformat(), "paid_out"))
            for place in range(ITEMS):
                name, quantity = CLASSES[(visit + place) % len(CLASSES)]
                row = (self._id(), key, day.isoformat(), line, name, quantity, VOUCHERS * FACE // ITEMS, "received")
                rows["item"].append(row)
            for _ in range(VOUCHERS):
                self._voucher(rows, event, next(serials), day)
        return rows

    def _voucher(self, rows: Rows, event: EventFacts, serial: int, day: date) -> None:
        voucher, digest = self._id(), f"{next(self.numbers):064x}"
        hashes = (bytes.fromhex(digest), bytes.fromhex(digest))
        rows["voucher"].append((voucher, event.id.hex, serial, *hashes, 1, FACE, event.expires_on.isoformat()))
        rows["issuance"].append((voucher, FACE, self._posted(rows, event, "issue", day)))
        kind = ENDS[serial % len(ENDS)]
        if kind is None:
            return
        ended = day + timedelta(days=30)
        transfer = self._posted(rows, event, kind, ended)
        taken = (self.merchant.hex, self.till.hex) if kind == "redeem" else (None, None)
        reason = "lost" if kind == "void" else None
        when = (f"{ended.isoformat()} 15:00:00", ended.isoformat(), ended.isoformat()[:7])
        rows["resolution"].append((self._id(), voucher, 0, kind, reason, FACE, transfer, *taken, *when))

    def _posted(self, rows: Rows, event: EventFacts, kind: str, day: date) -> str:
        journal, transfer = self._id(), self._id()
        at = None if kind == "issue" else f"{day.isoformat()} 15:00:00"
        rows["journal"].append((journal, kind, day.isoformat()[:7], event.id.hex, day.isoformat(), at))
        accounts = [AccountRef(kind, event=event.id).id.hex for kind in (PROGRAMME_COST, OUTSTANDING)]
        debit, credit = accounts if kind == "issue" else reversed(accounts)
        rows["transfer"].append((transfer, journal, 0, 1, debit, credit, FACE))
        return transfer

    def _store(self, rows: Rows) -> None:
        pool = self.database.engine.raw_connection()
        connection = pool.driver_connection
        assert connection is not None
        cursor = connection.cursor()
        if self.database.is_sqlite:
            cursor.execute("BEGIN IMMEDIATE")
        for table, columns in COLUMNS.items():
            names = ", ".join(columns)
            if self.database.is_sqlite:
                marks = ", ".join("?" for _ in columns)
                cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", rows[table])  # noqa: S608  names from above
            else:
                with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                    for row in rows[table]:
                        copy.write_row(row)
        connection.commit()
        pool.close()
