"""Keys of events that are lost, left over or of nobody are named; what is past its day goes with the next purge."""

from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest

from buyback.audit.sealing import read_bodies
from buyback.campaigns import queries as campaigns
from buyback.campaigns.key_care import NEEDED, judge
from buyback.campaigns.states import EventState
from buyback.closing import service as closing
from buyback.closing.rules import CountMoment
from buyback.db import Database
from buyback.ids import new_id
from buyback.people.rules import OPERATOR
from buyback.security.access import Role
from buyback.security.event_keys import EventKeys, Purpose
from buyback.vouchers.rules import Stock
from tests.builders import event_keys_folder, make_accepted, make_event, make_user
from tests.commands.shell import Shell
from tests.web.site import Browser, make_site

CODE = "LLAVES-2026"
EVENT, STATES = UUID(int=1), tuple(EventState)


def make_events(database: Database) -> UUID:
    """One event that is open, and another that is too."""
    make_event(database, "OTRA-2026")
    return make_event(database, CODE).id


pytestmark = pytest.mark.begins_with(build=make_events)


@pytest.mark.parametrize("state", STATES)
def test_what_an_event_needs_is_missed_and_what_it_needs_no_longer_is_past(state: EventState) -> None:
    nothing, everything = judge({EVENT: state}, ()), judge({EVENT: state}, {(EVENT, purpose) for purpose in Purpose})
    assert {purpose for _, purpose in nothing.missing} == NEEDED[state]
    assert {purpose for _, purpose in everything.past} == set(Purpose) - NEEDED[state]
    assert (nothing.past, everything.missing, everything.orphans) == ((), (), ())


def test_a_key_of_no_event_is_an_orphan() -> None:
    assert judge({}, {(EVENT, Purpose.SALT)}).orphans == ((EVENT, Purpose.SALT),)


def test_check_names_what_is_lost_and_what_is_of_nobody(shell: Shell, keys: EventKeys, begun: UUID) -> None:
    assert "ok     event_keys_are_where_they_belong" in shell.done("check")
    keys.destroy(begun, Purpose.SALT)
    nobody = new_id()
    keys.make(nobody)
    said = shell.run("check")
    assert said.status == 1
    assert f"event {CODE}: its salt key is missing" in said.out
    assert f"key {nobody}.staff is of no event" in said.out


def test_a_key_that_a_close_could_not_destroy_is_named_and_goes_with_the_next_purge(
    shell: Shell, database: Database, keys: EventKeys, begun: UUID
) -> None:
    kept = {path: path.read_bytes() for path in keys.folder.glob(f"{begun}.*")}
    close(database, begun)
    for path, content in kept.items():
        restore(path, content)
    assert f"event {CODE}: its salt key should be destroyed" in shell.run("check").out
    shell.done("purge")
    assert keys.present() >= {(begun, Purpose.STAFF)}
    assert (begun, Purpose.SALT) not in keys.present()


def test_a_server_says_which_keys_it_lacks_and_is_not_ready_without_any(
    database: Database, keys: EventKeys, begun: UUID
) -> None:
    site = make_site(database).browser()
    assert ready(site) == (200, "ok\n")
    keys.destroy(begun, Purpose.STAFF)
    assert ready(site) == (200, "ok\nevent keys missing: 1\n")
    for event, purpose in keys.present():
        keys.destroy(event, purpose)
    assert ready(site) == (503, "event keys\n")


def test_an_event_whose_staff_key_is_lost_goes_on_with_another(
    shell: Shell, database: Database, keys: EventKeys, begun: UUID
) -> None:
    assert CODE in shell.refused("event", "renew-key", CODE)
    keys.destroy(begun, Purpose.STAFF)
    shell.done("event", "renew-key", CODE)
    assert "ok     event_keys_are_where_they_belong" in shell.done("check")
    with database.reading() as session:
        event = campaigns.get_event(session, CODE)
    make_accepted(database, event, make_user(database, "ana", Role.APPRAISER))
    with database.reading() as session:
        assert {body["by"] for body in read_bodies(session, begun)} == {"ana"}


@pytest.fixture
def keys(database: Database) -> EventKeys:
    return EventKeys(event_keys_folder(database.engine.url))


def ready(site: Browser) -> tuple[int, str]:
    answer = site.get("/readyz")
    return answer.status_code, answer.text


def restore(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    path.chmod(0o600)


def close(database: Database, event: UUID) -> None:
    now = datetime.now(UTC)
    people = make_user(database, "eva", Role.APPRAISER), make_user(database, "ines", Role.ISSUER)
    database.transact(lambda session: closing.begin(session, event=event, by=OPERATOR, now=now))
    for by in people:
        database.transact(
            lambda session, by=by: closing.count(  # type: ignore[misc]  # mypy loses the default's type
                session, event=event, moment=CountMoment.CLOSING, counted=Stock(0, 0), by=by, now=now
            )
        )
