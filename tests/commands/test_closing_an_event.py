"""An event from its plan to its purge, by two people and an official at a shell."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from threading import Timer

import pytest
from sqlalchemy import text

from buyback.campaigns.facts import EventFacts
from buyback.closing import purge as purging
from buyback.closing import service as closing
from buyback.closing.rules import REVIEW_DAYS, CountMoment
from buyback.db import Database
from buyback.people.rules import OPERATOR, Actor
from buyback.security.access import Role
from buyback.times import panama_day
from buyback.vouchers.rules import Stock
from tests.builders import PROGRAMME, make_event, make_paid_out, make_user
from tests.commands.shell import Shell
from tests.paper_forms import make_blanks

CODE = "PARQUE-2026"


def plan(database: Database) -> tuple[Actor, Actor]:
    """An open event of today with five blanks in a book; an appraiser and an issuer, who count; a chief, who closes."""
    make_user(database, "j.jefa", Role.EVENT_CHIEF, organisation="MINGOB")
    people = make_user(database, "ana", Role.APPRAISER), make_user(database, "ines", Role.ISSUER)
    today = panama_day(datetime.now(UTC))
    make_blanks(database, make_event(database, CODE, starts_on=today, ends_on=today), *[20_00] * 5)
    return people


pytestmark = pytest.mark.begins_with(build=plan)


def added(code: str, day: date, *, programme: str = "PMB-TEST", corregimiento: str = "080806") -> list[object]:
    site = ["--site", "Parque", "--corregimiento", corregimiento, "--float", "2000.00"]
    return ["event", "add", "--programme", programme, "--code", code, *site, "--from", day, "--to", day]


def counted(by: str, blank: int, issued: int = 0) -> list[object]:
    return ["--count", by, blank, issued]


def test_an_event_is_planned_and_opened_with_blanks(shell: Shell) -> None:
    file = Path(shell.home / "programme.toml")
    other = PROGRAMME.replace("PMB-TEST", "PMB-OTRO").replace("number = 7", "number = 8")
    file.write_text(other, encoding="utf-8")
    assert shell.json("programme", "load", file) == {"programme": "PMB-OTRO", "version": 1, "new": True}
    assert shell.json("programme", "load", file)["new"] is False
    code, today = "OTRA-2026", panama_day(datetime.now(UTC))
    assert shell.json(*added(code, today, programme="PMB-OTRO")) == {"event": code, "state": "planned"}
    assert shell.done("event", "open", code, "--by", "j.jefa") == f"{code} is open.\n"
    minted = shell.json("vouchers", "mint", "--event", code, "--face", "20.00", "--count", 5)
    assert (minted["face"], len(set(minted["serials"]))) == ("20.00", 5)


def test_two_people_count_one_after_the_other_and_the_event_closes(shell: Shell) -> None:
    first = shell.done("event", "count", CODE, "--by", "ana", "--blank", 5)
    assert first == f"{CODE}: counted once; a second person counts now. It is open.\n"
    second = shell.json("event", "count", CODE, "--by", "ines", "--blank", 5)
    assert second == {"event": CODE, "state": "open", "counts": "agreed"}

    agreed = shell.json("event", "close", CODE, *counted("ana", 5), *counted("ines", 5), "--by", "j.jefa")
    assert agreed == {"event": CODE, "state": "closed", "counts": "agreed"}
    assert shell.refused("vouchers", "print", "--event", CODE, "--blank", "-o", shell.home / "late.pdf")
    assert not (shell.home / "late.pdf").exists()
    assert shell.refused("event", "open", CODE)
    assert "FAILED" not in shell.done("check")


def test_counts_that_differ_are_told_kept_and_counted_again(shell: Shell) -> None:
    told = shell.refused("event", "close", CODE, *counted("ana", 5), *counted("ines", 4), "--by", "j.jefa")
    assert "ana" in told
    assert "ines" in told
    closed = shell.done("event", "close", CODE, *counted("ana", 5), *counted("ines", 5), "--by", "j.jefa")
    assert closed == f"{CODE}: both counts agree. It is closed.\n"


def test_while_it_is_closing_each_counts_alone(shell: Shell) -> None:
    shell.refused("event", "close", CODE, *counted("ana", 0), *counted("ines", 1), "--by", "j.jefa")
    closing_count = ["event", "count", CODE, "--moment", "closing", "--blank", 5, "--by"]
    assert shell.json(*closing_count, "ana") == {"event": CODE, "state": "closing", "counts": "waiting"}
    assert "ana" in shell.refused(*closing_count, "ana")
    assert shell.json(*closing_count, "ines") == {"event": CODE, "state": "closed", "counts": "agreed"}


def test_one_persons_two_counts_close_nothing(shell: Shell) -> None:
    assert "ana" in shell.refused("event", "close", CODE, *counted("ana", 5), *counted("ana", 5), "--by", "j.jefa")
    assert shell.json("event", "count", CODE, "--by", "ines", "--blank", 5)["state"] == "open"


def test_one_count_is_wrong_usage(shell: Shell) -> None:
    assert "twice" in shell.misused("event", "close", CODE, *counted("ana", 5), "--by", "j.jefa")
    assert "0<=x<=1000000" in shell.misused("event", "count", CODE, "--by", "ana", "--blank", -1)


@pytest.mark.parametrize("official", ["ana", "nadie"])
def test_only_who_may_close_closes(shell: Shell, official: str) -> None:
    assert shell.refused("event", "close", CODE, *counted("ana", 5), *counted("ines", 5), "--by", official)


def test_what_cannot_be_planned_is_refused_with_its_reason(shell: Shell) -> None:
    today = panama_day(datetime.now(UTC))
    assert CODE in shell.refused(*added(CODE, today))
    assert "999999" in shell.refused(*added("OTRA-2026", today, corregimiento="999999"))
    assert shell.refused("event", "open", CODE)
    assert "NADA" in shell.refused("event", "open", "NADA")


def test_the_purge_waits_for_the_review_and_is_done_once(
    shell: Shell, database: Database, begun: tuple[Actor, Actor]
) -> None:
    reviewed = closed_long_ago(database, *begun, "VIEJA-2026", days=REVIEW_DAYS)
    fresh = closed_long_ago(database, *begun, "NUEVA-2026", days=REVIEW_DAYS - 1)

    assert fresh.code in shell.refused("purge", "--event", fresh.code)
    done = shell.json("purge")
    assert [purged["event"] for purged in done["purged"]] == [reviewed.code]
    assert {name: done["purged"][0][name] for name in ("surrenders", "items", "vouchers", "issued")} == {
        "surrenders": 1,
        "items": 1,
        "vouchers": 3,
        "issued": "150.00",
    }
    assert {name: done["purged"][0][name] for name in ("visits", "awards", "visits_sharing_an_award")} == {
        "visits": 1,
        "awards": 1,
        "visits_sharing_an_award": 0,
    }
    assert done["rewritten"] is True
    assert shell.done("purge") == "No event's review is over.\n"
    assert reviewed.code in shell.refused("purge", "--event", reviewed.code)
    assert "FAILED" not in shell.done("check")
    assert "FAILED" not in shell.done("verify")


def test_the_status_says_when_an_event_was_parted_rewritten_and_is_beyond_recall(
    shell: Shell, database: Database, begun: tuple[Actor, Actor]
) -> None:
    assert shell.done("purge", "--status") == "No event has been purged.\n"
    held = closed_long_ago(database, *begun, "VIEJA-2026", days=REVIEW_DAYS)
    purge_alone(database, held)
    today = panama_day(datetime.now(UTC))
    (status,) = shell.json("purge", "--status")["events"]
    assert (status["parted_on"], status["rewritten_on"]) == (today.isoformat(), None)
    assert status["beyond_recall_on"] is None
    assert "rewritten on - (run buyback rewrite)" in shell.done("purge", "--status")

    # the nightly run goes on where an earlier one did not get through
    assert shell.json("purge") == {"purged": [], "rewritten": True}
    kept = Shell(shell.home, {**shell.environ, "BUYBACK_BACKUP_DAYS": "90"})
    (status,) = kept.json("purge", "--status")["events"]
    assert (status["rewritten_on"], status["beyond_recall_on"]) == (
        today.isoformat(),
        (today + timedelta(days=90)).isoformat(),
    )
    assert "A small event" in shell.done("purge", "--status")


def test_small_events_are_purged_as_one_and_measured_together(
    shell: Shell, database: Database, begun: tuple[Actor, Actor]
) -> None:
    for code in ("CHICA-A", "CHICA-B"):
        closed_long_ago(database, *begun, code, days=REVIEW_DAYS)
    for wrong in ("--together", "--together CHICA-A", "CHICA-A CHICA-B", "--together CHICA-A CHICA-A"):
        assert "two events or more" in shell.misused("purge", *wrong.split())
    fresh = closed_long_ago(database, *begun, "NUEVA-2026", days=REVIEW_DAYS - 1)
    assert fresh.code in shell.refused("purge", "--together", "CHICA-A", fresh.code)  # neither, then

    done = shell.json("purge", "--together", "CHICA-A", "CHICA-B")
    assert [purged["event"] for purged in done["purged"]] == ["CHICA-A", "CHICA-B"]
    for status in shell.json("purge", "--status")["events"]:
        assert status["together"] == ["CHICA-A", "CHICA-B"]
        assert (status["visits"], status["visits_sharing_an_award"]) == (1, 0)
        assert (status["pooled"]["visits"], status["pooled"]["visits_sharing_an_award"]) == (2, 2)
    assert "FAILED" not in shell.done("check")


def test_the_weekly_rewriting_is_on_record_and_refuses_to_say_done_when_it_is_not(
    shell: Shell, database: Database
) -> None:
    assert shell.done("rewrite") == "Every table was written anew.\n"
    last = shell.json("purge", "--status")["last_rewriting"]
    assert last is not None
    with database.engine.connect() as reader:  # on SQLite it keeps the log from being cut
        reader.execute(text("SELECT count(*) FROM handover_voucher"))
        database.transact(lambda session: session.execute(text("UPDATE event SET site = 'Otro'")))
        in_use = "database" if database.is_sqlite else "handover_voucher"
        assert in_use in shell.refused("rewrite", "--minutes", 0)
        assert shell.json("purge", "--status")["last_rewriting"] == last
        release = Timer(3, reader.rollback)  # the first try has failed by then on PostgreSQL
        release.start()
        assert shell.json("rewrite") == {"rewritten": True}
        release.join()
    assert shell.json("purge", "--status")["last_rewriting"] > last


def test_an_open_event_is_not_purged(shell: Shell) -> None:
    assert CODE in shell.refused("purge", "--event", CODE)


def purge_alone(database: Database, event: EventFacts) -> None:
    """The links are deleted, and the command stops there."""
    now = datetime.now(UTC)
    database.transact(
        lambda session: purging.purge(session, event=event.id, shuffle=lambda _keys: None, by=OPERATOR, now=now)
    )


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
