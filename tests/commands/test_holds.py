"""An investigation holds times: one asks, another grants, and while it lasts nothing that it names fades."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from buyback.db import Database
from buyback.redemption import holds
from buyback.security.access import Role
from buyback.times import panama_day
from tests.builders import make_user
from tests.commands.shell import Shell
from tests.tills import TILL_PROGRAMME, issue_vouchers, make_merchant, make_till, make_till_event, try_to_redeem

LONG_AGO = datetime(2024, 1, 15, 20, 4, 5, tzinfo=UTC)
EVENT = "CAJAS-2026-11-24"
ASK = ("hold", "ask", "--programme", TILL_PROGRAMME, "--reason", "court_order")


@pytest.fixture
def serial(database: Database) -> str:
    """Two merchants took a voucher each, long ago; the serial of the first's. And who asks, and who grants."""
    event = make_till_event(database, vouchers=2)
    for number, paper in enumerate(papers := issue_vouchers(database, 2, event=event), 1):
        till = make_till(database, make_merchant(database, f"Comercio {number}", number=number))
        assert try_to_redeem(database, till, paper.qr, now=LONG_AGO).code == "redeemed"
    make_user(database, "pide", Role.RECONCILER, Role.FUNDER_APPROVER, organisation="MINSEG")
    make_user(database, "concede", Role.FUNDER_APPROVER, organisation="MINGOB")
    make_user(database, "mira", Role.AUDITOR, organisation="CGR")
    return f"{papers[0].serial:06d}"


def timed(database: Database) -> int:
    """How many redemptions are known to the second."""
    with database.engine.connect() as connection:
        return int(connection.scalar(text("SELECT count(*) FROM resolution WHERE resolved_at IS NOT NULL")) or 0)


@pytest.mark.parametrize("names_merchant", [True, False])
def test_what_a_hold_names_keeps_its_time_and_the_rest_fades(
    database: Database, shell: Shell, serial: str, *, names_merchant: bool
) -> None:
    named = ("--merchant", "155000001-2-2015") if names_merchant else ("--event", EVENT, "--serial", serial)
    hold = shell.json(*ASK, *named, "--by", "pide")["hold"]
    granted = shell.json("hold", "grant", hold, "--by", "concede")
    assert granted["until"] == (panama_day(datetime.now(UTC)) + timedelta(days=90)).isoformat()
    faded = shell.json("fade")
    assert (faded["to_day"], faded["held"], timed(database)) == (1, 1, 1)
    shell.done("hold", "end", hold, "--by", "pide")
    assert (shell.json("fade")["to_day"], timed(database)) == (1, 0)


def test_what_was_only_asked_for_holds_nothing(database: Database, shell: Shell, serial: str) -> None:
    shell.json(*ASK, "--event", EVENT, "--serial", serial, "--by", "pide")
    assert shell.json("fade")["to_day"] == 2


@pytest.mark.parametrize(
    "words, said",
    [
        (("hold", "grant", "{hold}", "--by", "pide"), "another person does"),
        (("hold", "grant", "{hold}", "--by", "mira"), "no permission for this"),
        ((*ASK, "--merchant", "155000001-2-2015", "--by", "concede"), "no permission for this"),
        ((*ASK, "--by", "pide"), "names the merchants or vouchers"),
        (("hold", "end", "{hold}", "--by", "concede"), "not in force"),
        (("hold", "grant", "00000000-0000-4000-8000-000000000000", "--by", "concede"), "hold"),
    ],
)
def test_a_hold_takes_two_who_may(shell: Shell, serial: str, words: tuple[str, ...], said: str) -> None:
    hold = shell.json(*ASK, "--event", EVENT, "--serial", serial, "--by", "pide")["hold"]
    assert said in shell.refused(*(word.format(hold=hold) for word in words))


def test_a_hold_is_granted_once_and_renewed_by_another(database: Database, shell: Shell, serial: str) -> None:
    named = ("--event", EVENT, "--serial", serial)
    first = shell.json(*ASK, *named, "--by", "pide")["hold"]
    shell.done("hold", "grant", first, "--days", 10, "--by", "concede")
    assert "granted" in shell.refused("hold", "grant", first, "--by", "concede")
    second = shell.json(*ASK, *named, "--renews", first, "--by", "pide")["hold"]
    until = shell.json("hold", "grant", second, "--days", 20, "--by", "concede")["until"]
    now = datetime.now(UTC)
    with database.reading() as session:
        lasting = holds.in_force(session, programme=None, now=now)
        assert (lasting.count, str(lasting.until)) == (2, until)
        assert holds.in_force(session, programme=None, now=now + timedelta(days=15)).count == 1
        assert holds.in_force(session, programme=None, now=now + timedelta(days=21)).count == 0
        assert not holds.held_now(session, now=now + timedelta(days=21)).vouchers
    with database.engine.connect() as connection:
        bodies = list(connection.scalars(text("SELECT body FROM audit_body WHERE body LIKE '%hold:%'")))
    assert [act for act in ("hold:ask", "hold:grant") if sum(act in str(body) for body in bodies) != 2] == []
