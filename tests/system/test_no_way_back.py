"""Whoever holds the whole database tries to lead vouchers back to weapons: before the purge it works, after it not.

The margin: no attack may do better after the purge than the best of 300 that lay both lists side by side in random
order, plus five points in a hundred. Before it, the attacks that follow a link must be right for 95 vouchers in 100.
"""

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from statistics import mean
from uuid import UUID

import pytest
from sqlalchemy import Connection, make_url, text

from buyback.campaigns.states import EventState
from buyback.closing import expiry
from buyback.db import Database
from buyback.ids import new_id
from buyback.people.rules import OPERATOR
from tests import linkage
from tests.databases import Grow
from tests.linkage import Guess, at_random, beside, by_common_values, item_orders, read_copy, voucher_orders
from tests.purging import PURGES, BusyEvent, close, close_and_purge, go_on_to_the_purge, make_busy_event, purge_links
from tests.raw import put
from tests.soundness import assert_sound

pytestmark = pytest.mark.long

RIGHT = 0.95  # of the vouchers, for an attack that has the link in hands
DRAWS = 300
MARGIN = 0.05
FEW = 10  # items: what fewer are worth is not told


@pytest.fixture
def busy(grow: Grow) -> BusyEvent:
    """An event that is still open."""
    database, busy = grow(make_busy_event)
    return replace(busy, database=database)


@pytest.fixture
def purged(grow: Grow) -> BusyEvent:
    """The same kind of event after its purge."""
    database, busy = grow(make_busy_event, go_on_to_the_purge)
    return replace(busy, database=database)


@pytest.fixture
def connection(busy: BusyEvent) -> Iterator[Connection]:
    with busy.database.engine.connect() as connection:
        yield connection


def score(busy: BusyEvent, guess: Guess) -> float:
    """The share of all issued vouchers whose guess is the surrender it paid for, or an item of it."""
    right = sum(
        busy.of_item.get(guess[voucher], guess[voucher]) == surrender
        for voucher, surrender in busy.of_voucher.items()
        if voucher in guess
    )
    return right / len(busy.of_voucher)


def chance(busy: BusyEvent, connection: Connection) -> float:
    """What no attack may pass: the best of many that know nothing but days and amounts."""
    draws = random.Random(7)  # noqa: S311  the same bar each time
    vouchers, items = voucher_orders(connection, None)["v.id"], item_orders(connection)["i.id"]
    scores = [score(busy, at_random(vouchers, items, draws)) for _ in range(DRAWS)]
    assert mean(scores) < 0.1, "the event is too small to hide in"
    return max(scores) + MARGIN


def orders_beside_each_other(busy: BusyEvent, connection: Connection) -> dict[str, float]:
    """The score of each order of vouchers laid beside each order of items."""
    return {
        f"{first} ~ {second}": score(busy, beside(vouchers, items))
        for first, vouchers in voucher_orders(connection, busy.event.salt if _is_open(connection) else None).items()
        for second, items in item_orders(connection).items()
    }


def _is_open(connection: Connection) -> bool:
    return bool(connection.scalar(text("SELECT state FROM event")) == EventState.OPEN)


def test_common_values_lead_back_before_the_purge(busy: BusyEvent, connection: Connection) -> None:
    assert score(busy, by_common_values(read_copy(connection), list(busy.of_voucher))) >= RIGHT


def test_common_values_lead_nowhere_after_the_purge(purged: BusyEvent) -> None:
    """No id, hash, instant, op id, actor or word of the audit log joins any voucher to any surrender or item."""
    with purged.database.engine.connect() as connection:
        assert by_common_values(read_copy(connection), list(purged.of_voucher)) == {}


def test_the_order_of_serials_leads_back_while_the_salt_exists(busy: BusyEvent, connection: Connection) -> None:
    scores = orders_beside_each_other(busy, connection)
    assert scores[f"count ~ {linkage.TICKETS}"] >= RIGHT


def test_tags_tell_no_order_even_while_the_salt_exists(busy: BusyEvent, connection: Connection) -> None:
    bar = chance(busy, connection)
    scores = orders_beside_each_other(busy, connection)
    assert {tag: scores[f"count ~ {tag}"] for tag in ("g.code", "g.id") if scores[f"count ~ {tag}"] > bar} == {}


@pytest.mark.databases("postgresql")
def test_the_place_on_disk_leads_back_before_the_purge(busy: BusyEvent, connection: Connection) -> None:
    scores = orders_beside_each_other(busy, connection)
    traces = [f"{order} ~ {linkage.TICKETS}" for order in linkage.VOUCHER_PLACES]
    assert {order: scores[order] for order in traces if scores[order] < RIGHT} == {}


@pytest.mark.databases("postgresql")
def test_the_writing_transaction_leads_back_before_the_purge_and_nowhere_after_it(busy: BusyEvent) -> None:
    at_tables = sum(count for _, count in Counter(_tag_of_day(busy)).items())
    right = score(busy, linkage.by_same_transaction(busy.database)) * len(busy.of_voucher)
    assert right / at_tables >= RIGHT
    close_and_purge(busy)
    assert linkage.by_same_transaction(busy.database) == {}


@pytest.mark.databases("postgresql")
def test_the_deltas_of_the_totals_lead_back_before_the_purge_and_nowhere_after_it(busy: BusyEvent) -> None:
    at_tables = len(_tag_of_day(busy))
    assert score(busy, linkage.by_deltas(busy.database)) * len(busy.of_voucher) / at_tables >= RIGHT
    close_and_purge(busy)
    assert linkage.by_deltas(busy.database) == {}


def test_the_totals_are_folded_at_the_close_and_again_by_the_purge(busy: BusyEvent) -> None:
    """Whatever came between, a race included, no delta of a visit outlives the links."""
    close(busy)
    with busy.database.engine.begin() as connection:
        assert connection.scalar(text("SELECT count(*) FROM rollup_delta")) == 0
        late = {"id": new_id(), "event": busy.event.id, "day": busy.event.starts_on, "number": 1, "cents": 0}
        put(connection, "rollup_delta", kind="surrender", **late)
    purge_links(busy)
    with busy.database.engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM rollup_delta")) == 0


def test_what_happens_to_vouchers_after_the_purge_leads_nowhere(purged: BusyEvent) -> None:
    """Their ends write deltas again: of the voucher's end and its day, and of nothing that was handed in."""
    database, late = purged.database, PURGES + timedelta(days=400)
    ended = database.transact(lambda session: expiry.expire_due(session, today=late.date(), by=OPERATOR, now=late))
    assert ended.vouchers > 0
    with database.engine.connect() as connection:
        assert set(connection.scalars(text("SELECT kind FROM rollup_delta"))) == {"expire"}
        assert by_common_values(read_copy(connection), list(purged.of_voucher)) == {}


def _tag_of_day(busy: BusyEvent) -> list[str]:
    """One entry for each voucher that was issued at a table, not by the import, which is one transaction."""
    query = """
        SELECT 'table' FROM issuance i JOIN transfer t ON t.id = i.transfer JOIN journal j ON j.id = t.journal
         WHERE j.effective_on < DATE '2026-11-24'
    """
    with busy.database.engine.connect() as connection:
        return list(connection.scalars(text(query)))


def test_no_order_tells_more_than_chance_after_the_purge(purged: BusyEvent) -> None:
    """Serials, ids, hashes, tags; on PostgreSQL places on disk and transactions too, all without the salt."""
    with purged.database.engine.connect() as connection:
        bar = chance(purged, connection)
        scores = orders_beside_each_other(purged, connection)
    assert len(scores) >= len(linkage.VOUCHER_COLUMNS) * len(linkage.ITEM_COLUMNS)
    assert {order: right for order, right in scores.items() if right > bar} == {}


def test_who_issued_a_voucher_tells_no_more_than_chance_after_the_purge(purged: BusyEvent) -> None:
    """The journals keep the issuer. Desks took turns, so the attacker gives each issuer every other tag."""
    with purged.database.engine.connect() as connection:
        bar = chance(purged, connection)
        rows = connection.execute(
            text("SELECT CAST(id AS TEXT), CAST(actor AS TEXT) FROM journal WHERE kind = 'issue'")
        )
        issuers = {_hex(key): actor for key, actor in rows if actor is not None}
        pairs = "SELECT CAST(i.voucher AS TEXT), CAST(t.journal AS TEXT)"
        journals = connection.execute(text(f"{pairs} FROM issuance i JOIN transfer t ON t.id = i.transfer"))
        of_voucher = {_hex(voucher): issuers.get(_hex(journal), "") for voucher, journal in journals}
        vouchers, items = voucher_orders(connection, None)["v.serial"], item_orders(connection)["g.code"]
    best = 0.0
    for turn in (0, 1):
        guess: dict[UUID, UUID] = {}
        for place, issuer in enumerate(sorted(set(issuers.values()))):
            mine = [line for line in vouchers if of_voucher[line.id.hex] == issuer]
            theirs = [line for number, line in enumerate(items) if number % 2 == (place + turn) % 2]
            guess |= beside(mine, theirs)
        best = max(best, score(purged, guess))
    assert best <= bar


def _hex(key: str) -> str:
    return key.replace("-", "")


def test_no_amount_of_few_items_stays(purged: BusyEvent) -> None:
    with purged.database.engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM item WHERE value IS NOT NULL")) == 0
        kept = set(connection.scalars(text("SELECT DISTINCT catalogue_class FROM item")))
        sums = list(connection.execute(text("SELECT items, value FROM value_sum")))
        of_nothing = "SELECT count(*) FROM rollup_class WHERE items = 0 AND appraised_value = 0"
        assert connection.scalar(text(of_nothing)) == 0, "says on which days rounds came"
    assert kept == {"pistol", "revolver"}
    assert len(sums) > 1
    assert min(items for items, _value in sums) >= FEW


def test_the_purged_database_is_sound(busy: BusyEvent) -> None:
    close(busy)
    assert_sound(busy.database)
    purge_links(busy)
    assert_sound(busy.database)


@pytest.mark.databases("sqlite")
def test_the_file_holds_nothing_of_the_hand_overs_after_the_purge(busy: BusyEvent, connection: Connection) -> None:
    traces = [bytes.fromhex(_hex(key)) for key in connection.scalars(text("SELECT CAST(op_id AS TEXT) FROM handover"))]
    traces += [bytes.fromhex(key) for key in connection.scalars(text("SELECT CAST(id AS TEXT) FROM rollup_delta"))]
    traces_as_text = [key.hex().encode() for key in traces]
    connection.close()
    before = _bytes_on_disk(busy.database)
    assert all(key in before for key in traces_as_text)
    assert b'{"sealed":"' in before
    assert b'"act":"surrender:' not in before
    assert busy.event.salt is not None
    assert busy.event.salt not in before
    close_and_purge(busy)
    after = _bytes_on_disk(busy.database)
    assert [key for key in [*traces, *traces_as_text] if key in after] == []
    assert b'{"sealed":"' not in after


def _file(database: Database) -> Path:
    database.dispose()  # the log goes into the file with the last connection
    return Path(make_url(str(database.engine.url)).database or "")


def _bytes_on_disk(database: Database) -> bytes:
    file = _file(database)
    return b"".join(path.read_bytes() for path in sorted(file.parent.glob(f"{file.name}*")))
