"""People who hold a whole copy of the database and want to know which voucher paid for which weapon.

Two ways. One follows common values: any id, hash, instant or word that a voucher's rows share with other rows, and on
from there. The other puts vouchers and items each into an order, lays the two lists beside each other by their amounts
(an award is the sum of neighbouring vouchers and of neighbouring items), and reads off who stands beside whom. It takes
every order there is: each column, and on PostgreSQL each table's place on disk and writing transaction.
"""

import json
import random
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import accumulate
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Uuid, column, text

from buyback.db import Database
from buyback.schema import metadata
from buyback.vouchers.serials import serial_at

COMMON = 60  # a value in more rows than this is shared by all: it tells nothing by itself
SHARED = (
    "event",
    "programme",
    "programme_version",
    "tariff_line",
    "organisation",
    "user_account",
    "audit_chain",
    "till",
)
Guess = Mapping[UUID, UUID]  # a voucher, and an item (or a surrender) that it was paid for
Row = tuple[str, tuple[object, ...]]


@dataclass
class Copy:
    """The whole database, read once."""

    rows: dict[Row, list[object]] = field(default_factory=dict)
    places: dict[object, list[Row]] = field(default_factory=lambda: defaultdict(list))


def read_copy(connection: Connection) -> Copy:
    """Every row of every table with the values that could join it to another: ids, hashes, instants, words."""
    copy = Copy()
    for table in metadata.sorted_tables:
        keys = [column.name for column in table.primary_key]
        for row in connection.execute(table.select()).mappings():
            place = (table.name, tuple(row[key] for key in keys))
            copy.rows[place] = [value for cell in row.values() for value in _joining(cell)]
            for value in copy.rows[place]:
                copy.places[value].append(place)
    for name, key in [place for place in copy.rows if place[0] in SHARED]:
        copy.places.pop(key[0], None)  # what everybody's rows name: joined by it, all would be one
        copy.rows.pop((name, key))
    return copy


def _joining(value: object) -> Iterator[object]:
    if isinstance(value, UUID | bytes) or (isinstance(value, datetime) and value.time().isoformat() != "00:00:00"):
        yield value
    elif isinstance(value, str) and value.startswith("{"):
        for inner in _words(json.loads(value)):
            yield from _joining(inner)


def _words(document: object) -> Iterator[object]:
    """What a body says: ids as ids, instants as instants, serials as they are."""
    if isinstance(document, dict):
        for inner in document.values():
            yield from _words(inner)
    elif isinstance(document, str):
        for read in (UUID, datetime.fromisoformat):
            try:
                yield read(document)
            except ValueError:
                continue
            return


def by_common_values(copy: Copy, vouchers: Sequence[UUID]) -> dict[UUID, UUID]:
    """For each voucher the nearest surrender or item that common values lead to, if any do."""
    found: dict[UUID, UUID] = {}
    for voucher in vouchers:
        seen: set[Row] = {("voucher", (voucher,))}
        ahead = list(seen)
        while ahead and voucher not in found:
            place = ahead.pop(0)
            if place[0] in {"surrender", "item"}:
                found[voucher] = place[1][0]  # type: ignore[assignment]  # both have an id as their key
            near = [other for value in copy.rows.get(place, []) for other in _few(copy.places.get(value, []))]
            ahead += [other for other in dict.fromkeys(near) if other not in seen]
            seen.update(near)
    return found


def _few(places: list[Row]) -> list[Row]:
    return places if len(places) <= COMMON else []


@dataclass(frozen=True)
class Ordered:
    """A voucher or an item in some order, with its amount in cents and its day."""

    id: UUID
    day: date
    amount: int


Order = Callable[[], list[Ordered]]

_VOUCHERS = """
SELECT v.id, j.effective_on, v.face
  FROM voucher v
  JOIN issuance i ON i.voucher = v.id
  JOIN transfer t ON t.id = i.transfer
  JOIN journal j ON j.id = t.journal
  JOIN transfer b ON b.journal = j.id AND b.line = 1
 ORDER BY {order}
"""
# Once the values are gone, what the tariff makes likely: the middle of the range.
_ITEMS = """
SELECT i.id, i.day, COALESCE(i.value, (p.low + p.high) / 2, p.fixed) AS value
  FROM item i
  JOIN tag g ON g.id = i.tag
  JOIN tariff_line p ON p.id = i.tariff_line
  LEFT JOIN handover_item l ON l.item = i.id
  LEFT JOIN handover h ON h.surrender = l.surrender
 WHERE i.state = 'received' AND COALESCE(i.value, p.low, p.fixed) > 0
 ORDER BY {order}
"""

VOUCHER_COLUMNS = ("v.serial", "v.id", "v.token_hash", "v.code_hash", "i.transfer", "j.id", "b.id")
TICKETS = "h.number, l.line"  # the order in which items came, until the purge
ITEM_COLUMNS = ("g.code", "g.id", "i.id")
VOUCHER_PLACES = ("v.ctid", "i.ctid", "t.ctid", "b.ctid", "j.ctid", "v.xmin::text::bigint, v.ctid")
ITEM_PLACES = ("i.ctid", "g.ctid", "i.xmin::text::bigint, i.ctid")


def voucher_orders(connection: Connection, salt: bytes | None) -> dict[str, list[Ordered]]:
    """Vouchers in every order that the database gives; with the salt in the order in which they were made."""
    wanted = VOUCHER_COLUMNS + (VOUCHER_PLACES if connection.dialect.name == "postgresql" else ())
    orders = {order: _lines(connection, _VOUCHERS, order) for order in wanted}
    if salt is not None:
        serials = [serial for (serial,) in connection.execute(text("SELECT serial FROM voucher"))]
        drawn = {serial_at(salt, count): count for count in range(len(serials))}
        by_serial = zip(sorted(serials), orders["v.serial"], strict=False)
        orders["count"] = [line for _, line in sorted((drawn[serial], line) for serial, line in by_serial)]
    return orders


def item_orders(connection: Connection) -> dict[str, list[Ordered]]:
    """Items in every order that the database gives."""
    wanted = ITEM_COLUMNS + (ITEM_PLACES if connection.dialect.name == "postgresql" else ())
    if connection.scalar(text("SELECT count(*) FROM handover")):
        wanted += (TICKETS,)
    return {order: _lines(connection, _ITEMS, order) for order in wanted}


def _lines(connection: Connection, query: str, order: str) -> list[Ordered]:
    read = text(query.format(order=order))
    typed: Any = read.columns(column("id", Uuid))
    return [
        Ordered(key, day if isinstance(day, date) else date.fromisoformat(day), amount)
        for key, day, amount in connection.execute(typed)
    ]


def beside(vouchers: Sequence[Ordered], items: Sequence[Ordered]) -> dict[UUID, UUID]:
    """Lay each day's vouchers along its items by running totals; each voucher's middle falls on one item."""
    guess: dict[UUID, UUID] = {}
    for day in {voucher.day for voucher in vouchers}:
        some = [voucher for voucher in vouchers if voucher.day == day]
        others = [item for item in items if item.day == day]
        ends = list(accumulate(item.amount for item in others))
        place = 0
        for voucher, end in zip(some, accumulate(voucher.amount for voucher in some), strict=True):
            middle = end - voucher.amount / 2
            while place < len(ends) - 1 and ends[place] < middle:
                place += 1
            guess[voucher.id] = others[place].id
    return guess


def by_same_transaction(database: Database) -> dict[UUID, UUID]:
    """PostgreSQL tells which transaction wrote a row: that of the pay-out wrote vouchers and ended the surrender."""
    query = """
        SELECT v.id, s.id AS other FROM voucher v
          JOIN issuance i ON i.voucher = v.id JOIN surrender s ON s.xmin = v.xmin AND s.event = v.event
         WHERE (SELECT COUNT(*) FROM surrender o WHERE o.xmin = v.xmin) = 1
    """
    with database.engine.connect() as connection:
        rows = connection.execute(text(query).columns(column("id", Uuid), column("other", Uuid)))
        return {row[0]: row[1] for row in rows}


def by_deltas(database: Database) -> dict[UUID, UUID]:
    """The totals' deltas lie where visits wrote them: before each issue those of the items it paid for.

    PostgreSQL tells the transaction that wrote a delta, and with it the voucher's row and the item's.
    """
    query = """
        SELECT d.kind, v.id, i.id AS other FROM rollup_delta d
          LEFT JOIN issuance n ON d.kind = 'issue' AND n.xmin = d.xmin LEFT JOIN voucher v ON v.id = n.voucher
          LEFT JOIN item i ON d.kind = 'item' AND i.xmin = d.xmin AND i.value = d.cents
         WHERE d.kind IN ('item', 'issue') ORDER BY d.ctid
    """
    found: dict[UUID, UUID] = {}
    before: UUID | None = None
    with database.engine.connect() as connection:
        typed: Any = text(query).columns(column("kind"), column("id", Uuid), column("other", Uuid))
        for _, voucher, item in connection.execute(typed):
            before = item or before
            if voucher is not None and before is not None:
                found[voucher] = before
    return found


def at_random(vouchers: Sequence[Ordered], items: Sequence[Ordered], chance: random.Random) -> dict[UUID, UUID]:
    """The same attack with both orders drawn at random: what it is worth when the orders tell nothing."""
    return beside(chance.sample(vouchers, len(vouchers)), chance.sample(items, len(items)))
