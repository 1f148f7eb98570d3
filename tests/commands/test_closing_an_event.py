"""An event from its plan to its purge, by two people and an official at a shell."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from buyback.campaigns.facts import EventFacts
from buyback.closing import service as closing
from buyback.closing.rules import REVIEW_DAYS, CountMoment
from buyback.db import Database
from buyback.people.rules import OPERATOR, Actor
from buyback.security.access import Role
from buyback.times import panama_day
from buyback.vouchers.rules import Stock
from tests.builders import PROGRAMME, make_event, make_paid_out, make_user
from tests.commands.shell import Shell

CODE = "PARQUE-2026"


@pytest.fixture
def people(database: Database) -> tuple[Actor, Actor]:
    """An appraiser and an issuer, who may count, and a chief, who may close."""
    make_user(database, "j.jefa", Role.EVENT_CHIEF, organisation="MINGOB")
    return make_user(database, "ana", Role.APPRAISER), make_user(database, "ines", Role.ISSUER)


@pytest.fixture
def event(shell: Shell, people: tuple[Actor, Actor]) -> str:
    """An open event with five blanks in a book, planned and opened by commands."""
    file = Path(shell.home / "programme.toml")
    file.write_text(PROGRAMME, encoding="utf-8")
    assert shell.json("programme", "load", file) == {"programme": "PMB-TEST", "version": 1, "new": True}
    assert shell.json("programme", "load", file)["new"] is False
    today = panama_day(datetime.now(UTC))
    assert shell.json(*added(today)) == {"event": CODE, "state": "planned"}
    assert shell.done("event", "open", CODE, "--by", "j.jefa") == f"{CODE} is open.\n"
    minted = shell.json("vouchers", "mint", "--event", CODE, "--face", "20.00", "--count", 5)
    assert (minted["face"], len(set(minted["serials"]))) == ("20.00", 5)
    return CODE


def added(day: date, *, corregimiento: str = "080806", cents: str = "2000.00") -> list[object]:
    site = ["--site", "Parque", "--corregimiento", corregimiento, "--float", cents]
    return ["event", "add", "--programme", "PMB-TEST", "--code", CODE, *site, "--from", day, "--to", day]


def counted(by: str, blank: int, issued: int = 0) -> list[object]:
    return ["--count", by, blank, issued]


def test_two_people_count_one_after_the_other_and_the_event_closes(shell: Shell, event: str) -> None:
    first = shell.done("event", "count", event, "--by", "ana", "--blank", 5)
    assert first == f"{event}: counted once; a second person counts now. It is open.\n"
    second = shell.json("event", "count", event, "--by", "ines", "--blank", 5)
    assert second == {"event": event, "state": "open", "counts": "agreed"}

    agreed = shell.json("event", "close", event, *counted("ana", 5), *counted("ines", 5), "--by", "j.jefa")
    assert agreed == {"event": event, "state": "closed", "counts": "agreed"}
    assert shell.refused("vouchers", "print", "--event", event, "--blank", "-o", shell.home / "late.pdf")
    assert not (shell.home / "late.pdf").exists()
    assert shell.refused("event", "open", event)
    assert "FAILED" not in shell.done("check")


def test_counts_that_differ_are_told_kept_and_counted_again(shell: Shell, event: str) -> None:
    told = shell.refused("event", "close", event, *counted("ana", 5), *counted("ines", 4), "--by", "j.jefa")
    assert "ana" in told
    assert "ines" in told
    closed = shell.done("event", "close", event, *counted("ana", 5), *counted("ines", 5), "--by", "j.jefa")
    assert closed == f"{event}: both counts agree. It is closed.\n"


def test_while_it_is_closing_each_counts_alone(shell: Shell, event: str) -> None:
    shell.refused("event", "close", event, *counted("ana", 0), *counted("ines", 1), "--by", "j.jefa")
    closing_count = ["event", "count", event, "--moment", "closing", "--blank", 5, "--by"]
    assert shell.json(*closing_count, "ana") == {"event": event, "state": "closing", "counts": "waiting"}
    assert "ana" in shell.refused(*closing_count, "ana")
    assert shell.json(*closing_count, "ines") == {"event": event, "state": "closed", "counts": "agreed"}


def test_one_persons_two_counts_close_nothing(shell: Shell, event: str) -> None:
    assert "ana" in shell.refused("event", "close", event, *counted("ana", 5), *counted("ana", 5), "--by", "j.jefa")
    assert shell.json("event", "count", event, "--by", "ines", "--blank", 5)["state"] == "open"


def test_one_count_is_wrong_usage(shell: Shell, event: str) -> None:
    assert "twice" in shell.misused("event", "close", event, *counted("ana", 5), "--by", "j.jefa")
    assert "0<=x<=1000000" in shell.misused("event", "count", event, "--by", "ana", "--blank", -1)


@pytest.mark.parametrize("official", ["ana", "nadie"])
def test_only_who_may_close_closes(shell: Shell, event: str, official: str) -> None:
    assert shell.refused("event", "close", event, *counted("ana", 5), *counted("ines", 5), "--by", official)


def test_what_cannot_be_planned_is_refused_with_its_reason(shell: Shell, event: str) -> None:
    today = panama_day(datetime.now(UTC))
    assert CODE in shell.refused(*added(today))
    unknown = [word if word != CODE else "OTRA-2026" for word in added(today, corregimiento="999999")]
    assert "999999" in shell.refused(*unknown)
    assert shell.refused("event", "open", event)
    assert "NADA" in shell.refused("event", "open", "NADA")


def test_the_purge_waits_for_the_review_and_is_done_once(
    shell: Shell, database: Database, people: tuple[Actor, Actor]
) -> None:
    reviewed = closed_long_ago(database, *people, "VIEJA-2026", days=REVIEW_DAYS)
    fresh = closed_long_ago(database, *people, "NUEVA-2026", days=REVIEW_DAYS - 1)

    assert fresh.code in shell.refused("purge", "--event", fresh.code)
    done = shell.json("purge")
    assert [purged["event"] for purged in done["purged"]] == [reviewed.code]
    assert {name: done["purged"][0][name] for name in ("surrenders", "items", "vouchers", "issued")} == {
        "surrenders": 1,
        "items": 1,
        "vouchers": 3,
        "issued": "150.00",
    }
    assert done["swept"] is True
    assert shell.done("purge") == "No event's review is over.\n"
    assert reviewed.code in shell.refused("purge", "--event", reviewed.code)
    assert "FAILED" not in shell.done("check")
    assert "FAILED" not in shell.done("verify")


def test_an_open_event_is_not_purged(shell: Shell, event: str) -> None:
    assert event in shell.refused("purge", "--event", event)


def closed_long_ago(database: Database, appraiser: Actor, issuer: Actor, code: str, *, days: int) -> EventFacts:
    """An event that paid three vouchers of B/. 50.00 and was closed so many days ago, and a minute."""
    event = make_event(database, code)
    make_paid_out(database, event, appraiser, issuer)
    now = datetime.now(UTC) - timedelta(days=days, minutes=1)
    database.transact(lambda session: closing.begin(session, event=event.id, by=OPERATOR, now=now))
    for by in (appraiser, issuer):
        database.transact(
            lambda session, by=by: closing.count(  # type: ignore[misc]  # mypy loses the default's type
                session, event=event.id, moment=CountMoment.CLOSING, counted=Stock(0, 3), by=by, now=now
            )
        )
    return event
