"""After the fading no second of a redemption is in the database: every value of every table is searched for it."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import make_url, select

from buyback.closing.clocks import SILENCE_MAX
from buyback.db import Database
from buyback.redemption.service import TillRequest, redeem, take_turn
from buyback.schema import metadata
from buyback.security.tokens import token_digest
from tests.builders import make_keys
from tests.commands.shell import Shell
from tests.raw import put
from tests.tills import issue_vouchers, make_merchant, make_till, make_till_event, try_to_redeem, try_to_undo

TAKEN = datetime(2024, 1, 15, 20, 4, 5, tzinfo=UTC)
UNDONE = TAKEN + timedelta(seconds=95)
REFUSED = TAKEN + timedelta(seconds=190)
WRONG = TAKEN + timedelta(seconds=285)
CLAIMED = datetime(2024, 1, 15, 20, 3, 44, tzinfo=UTC)
INSTANTS = (TAKEN, UNDONE, REFUSED, WRONG, CLAIMED)


def uuid7(moment: datetime) -> UUID:
    """An op id that carries its millisecond, as many tills make them."""
    return UUID(int=int(moment.timestamp() * 1000) << 80 | 7 << 76 | 1 << 63 | 0x123456)


def uuid1(moment: datetime) -> UUID:
    """An op id that carries a time since 1582 and a network card's number."""
    ticks = int((moment - datetime(1582, 10, 15, tzinfo=UTC)).total_seconds()) * 10_000_000
    low, middle, high = ticks & 0xFFFFFFFF, ticks >> 32 & 0xFFFF, ticks >> 48 & 0xFFF | 0x1000
    return UUID(fields=(low, middle, high, 0x80, 1, 0x02DEADBEEF01))


def planted() -> dict[str, set[str]]:
    """How each instant may be spelt: as text in UTC and in Panama, in numbers, and inside ids."""
    spelt: dict[str, set[str]] = {}
    for moment in INSTANTS:
        second = int(moment.timestamp())
        local = moment - timedelta(hours=5)
        clocks = {f"{when:%Y-%m-%d}{gap}{when:%H:%M:%S}" for when in (moment, local) for gap in "T "}
        ids = {uuid7(moment).hex[:12], uuid1(moment).hex[:16]}
        spelt[moment.isoformat()] = {*clocks, str(second), *ids, *(str(UUID(key.ljust(32, "0")))[:13] for key in ids)}
    return spelt


def found(database: Database) -> set[tuple[str, str]]:
    """(table.column, instant) wherever a planted instant stands in some spelling."""
    spelt = planted()
    hits = set()
    with database.engine.connect() as connection:
        for table in metadata.sorted_tables:
            for row in connection.execute(select(table)).mappings():
                for name, value in row.items():
                    said = _said(value)
                    hits |= {
                        (f"{table.name}.{name}", moment)
                        for moment, ways in spelt.items()
                        if any(way in text for way in ways for text in said)
                    }
    return hits


def _said(value: object) -> tuple[str, ...]:
    if isinstance(value, bytes):
        return (value.hex(), value.decode(errors="replace"))
    if isinstance(value, UUID):
        return (value.hex, str(value))
    return (str(value), json.dumps(value, default=str))


@pytest.fixture
def lived(database: Database) -> None:
    """Taken, undone, refused and mistyped: each at a second of its own, under op ids that carry it."""
    event = make_till_event(database, vouchers=2)
    till = make_till(database, make_merchant(database))
    first, second = issue_vouchers(database, 2, event=event)
    asked = TillRequest(token_digest(till.token), uuid7(TAKEN), first.qr, claimed_at=CLAIMED)
    database.transact(
        lambda session: redeem(session, asked, keys=make_keys(), now=TAKEN),
        turn=lambda session: take_turn(session, asked.till),
    )
    try_to_redeem(database, till, second.qr, op_id=uuid1(TAKEN), now=TAKEN)
    try_to_undo(database, till, uuid1(TAKEN), now=UNDONE)
    try_to_redeem(database, till, first.qr, op_id=uuid7(REFUSED), now=REFUSED)
    try_to_redeem(database, till, "0000-0000-0000-0", op_id=uuid7(WRONG), now=WRONG)


@pytest.mark.usefixtures("lived")
def test_no_second_is_left_anywhere(database: Database, shell: Shell) -> None:
    before = found(database)
    assert {moment for _, moment in before} == {moment.isoformat() for moment in INSTANTS}
    assert {place for place, _ in before} == {
        *("resolution.resolved_at", "reversal.reversed_at", "journal.recorded_at", "wrong_code.tried_at"),
        *("attempt.decided_at", "attempt.claimed_at", "attempt.op_id", "audit_body.body"),
    }
    said = shell.json("fade")
    assert (said["to_day"], said["tries"], said["vacuumed"]) == (2, 3, True)
    assert found(database) == set()
    assert "FAILED" not in shell.done("check")
    assert "ok" in shell.done("verify")
    assert shell.json("fade") == {**said, "to_day": 0, "tries": 0, "bodies_emptied": 0}


@pytest.mark.databases("sqlite")
@pytest.mark.usefixtures("lived")
def test_no_second_is_left_in_the_file(database: Database, shell: Shell) -> None:
    path = Path(str(make_url(str(database.engine.url)).database))
    log = path.with_name(path.name + "-wal")

    def spelt() -> set[str]:
        content = path.read_bytes() + log.read_bytes()
        return {way for ways in planted().values() for way in ways if way.encode() in content}

    assert spelt()
    shell.done("fade")
    assert spelt() == set()


@pytest.mark.usefixtures("lived")
def test_nothing_fades_while_the_clock_is_in_doubt_until_the_number_is_said(database: Database, shell: Shell) -> None:
    with database.engine.begin() as connection:
        put(connection, "heartbeat", hour=datetime.now(UTC) - SILENCE_MAX - timedelta(hours=1))
    would = shell.json("fade", "--dry-run")
    assert (would["rows"], would["to_day"], would["tries"]) == (5, 2, 3)
    assert "--despite-clock" in shell.refused("fade")
    assert found(database)
    shell.done("fade", "--despite-clock", 5)
    assert found(database) == set()
