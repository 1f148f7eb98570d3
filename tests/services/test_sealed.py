"""An event's salt and the bodies about its surrenders are sealed, and nobody opens them once their day is past."""

import shutil
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from buyback.audit.sealing import read_bodies, unseal
from buyback.audit.tables import AuditBody
from buyback.campaigns import key_care
from buyback.campaigns import service as campaigns
from buyback.campaigns.rules import EventPlan
from buyback.closing import service as closing
from buyback.closing.purge import purge
from buyback.closing.rules import REVIEW_DAYS, CountMoment
from buyback.db import Database
from buyback.ids import new_id
from buyback.intake.tables import Surrender
from buyback.people.rules import OPERATOR, Actor
from buyback.security.access import Role
from buyback.security.event_keys import EventKeyMissing, EventKeys, Purpose, SealBroken
from buyback.vouchers.rules import Stock
from tests.builders import NOW, SALT, TODAY, event_keys_folder, make_event, make_paid_out, make_user

LATER = NOW + timedelta(days=REVIEW_DAYS)


@dataclass
class Busy:
    """An event that paid one surrender; who counts at its close."""

    event: UUID
    surrender: UUID
    counters: tuple[Actor, Actor]


def make_busy(database: Database) -> Busy:
    people = make_user(database, "ana", Role.APPRAISER), make_user(database, "ines", Role.ISSUER)
    event = make_event(database)
    make_paid_out(database, event, *people)
    with database.reading() as session:
        return Busy(event.id, session.scalars(select(Surrender.id)).one(), people)


pytestmark = pytest.mark.begins_with(build=make_busy)


@pytest.fixture
def keys(database: Database) -> EventKeys:
    return EventKeys(event_keys_folder(database.engine.url))


@pytest.fixture
def busy(begun: Busy) -> Busy:
    return begun


def test_both_keys_are_files_that_only_their_owner_reads(keys: EventKeys, busy: Busy) -> None:
    files = sorted(keys.folder.iterdir())
    assert [file.name for file in files] == [f"{busy.event}.salt.key", f"{busy.event}.staff.key"]
    assert [mode(path) for path in (keys.folder, *files)] == [0o700, 0o600, 0o600]


def test_the_database_holds_neither_the_salt_nor_which_surrender_it_was(database: Database, busy: Busy) -> None:
    salt, bodies = stored(database, busy.event)
    assert bodies
    assert SALT not in salt
    assert not any(str(busy.surrender) in body or "surrender" in body for body in bodies)
    with database.reading() as session:
        assert {body["surrender"] for body in read_bodies(session, busy.event)} == {str(busy.surrender)}


def test_the_close_destroys_one_key_and_the_purge_the_other(database: Database, keys: EventKeys, busy: Busy) -> None:
    salt, _ = stored(database, busy.event)
    close(database, busy)
    assert keys.present() == {(busy.event, Purpose.STAFF)}
    with pytest.raises(EventKeyMissing):
        keys.open(busy.event, Purpose.SALT, salt)  # as a backup has it
    purge_now(database, busy)
    assert keys.present() == frozenset()


def test_what_a_backup_holds_of_a_purged_event_stays_shut(database: Database, busy: Busy) -> None:
    close(database, busy)
    with database.engine.connect() as connection, Session(connection, info=carried(database)) as session:
        assert list(read_bodies(session, busy.event))
        EventKeys(event_keys_folder(database.engine.url)).destroy(busy.event, Purpose.STAFF)
        assert list(read_bodies(session, busy.event)) == []


def test_a_close_that_is_not_committed_destroys_nothing(database: Database, keys: EventKeys, busy: Busy) -> None:
    class Interrupted(Exception):  # noqa: N818  no error of ours
        """Something after the close fails."""

    def work(session: Session) -> None:
        campaigns.begin_closing(session, event=busy.event, by=OPERATOR, now=NOW)
        campaigns.close_event(session, event=busy.event, by=OPERATOR, now=NOW)
        raise Interrupted

    with pytest.raises(Interrupted):
        database.transact(work)
    assert len(keys.present()) == len(Purpose)


def test_a_body_opens_in_its_own_row_only(database: Database, busy: Busy) -> None:
    with database.reading() as session:
        stored_in = select(AuditBody.chain, AuditBody.seq, AuditBody.body).where(AuditBody.event == busy.event)
        chain, seq, body = session.execute(stored_in.limit(1)).one()
        assert unseal(session, body or "", chain=chain, seq=seq, event=busy.event)
        for elsewhere in ((OPERATOR.chain, seq), (chain, seq + 1)):
            with pytest.raises(SealBroken):
                unseal(session, body or "", chain=elsewhere[0], seq=elsewhere[1], event=busy.event)


def test_what_is_sealed_opens_for_its_own_event_and_purpose_only(keys: EventKeys, busy: Busy) -> None:
    """Also where somebody has put the right key in the wrong place."""
    sealed, other = keys.seal(busy.event, Purpose.STAFF, b"{}"), new_id()
    assert keys.open(busy.event, Purpose.STAFF, sealed) == b"{}"
    for event, purpose in ((busy.event, Purpose.SALT), (other, Purpose.STAFF)):
        shutil.copy(keys.folder / f"{busy.event}.staff.key", keys.folder / f"{event}.{purpose}.key")
        with pytest.raises(SealBroken):
            keys.open(event, purpose, sealed)


def test_an_event_that_was_never_committed_leaves_keys_that_are_named(database: Database, keys: EventKeys) -> None:
    before = keys.present()

    class CutOff(Exception):  # noqa: N818  no error of ours
        """The process is killed before the commit."""

    def work(session: Session) -> None:
        plan = EventPlan(code="CORTADA", site="Parque", starts_on=TODAY, ends_on=TODAY, float_cents=100_00)
        place = {"programme": "PMB-TEST", "corregimiento": "080806"}
        campaigns.add_event(session, **place, plan=plan, salt=SALT, by=OPERATOR, now=NOW)
        raise CutOff

    with pytest.raises(CutOff):
        database.transact(work)
    with database.reading() as session:
        assert set(key_care.look(session).orphans) == keys.present() - before
    assert len(keys.present() - before) == len(Purpose)


def close(database: Database, busy: Busy) -> None:
    database.transact(lambda session: closing.begin(session, event=busy.event, by=OPERATOR, now=NOW))
    for by in busy.counters:
        database.transact(
            lambda session, by=by: closing.count(  # type: ignore[misc]  # mypy loses the default's type
                session, event=busy.event, moment=CountMoment.CLOSING, counted=Stock(0, 3), by=by, now=NOW
            )
        )


def purge_now(database: Database, busy: Busy) -> None:
    database.transact(
        lambda session: purge(session, event=busy.event, shuffle=lambda keys: keys.reverse(), by=OPERATOR, now=LATER)
    )


def stored(database: Database, event: UUID) -> tuple[bytes, list[str]]:
    """The event's salt and the bodies about its surrenders, as whoever takes the database finds them."""
    with database.engine.connect() as connection:
        salt = connection.execute(text("SELECT salt FROM event")).scalar_one()
        bodies = connection.scalars(text("SELECT body FROM audit_body WHERE event IS NOT NULL")).all()
    return bytes(salt), list(bodies)


def carried(database: Database) -> dict[str, Any]:
    with database.reading() as session:
        return dict(session.info)


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777
