"""After the review, an event's hand-overs are deleted, its audit words emptied, and the proof of equal totals kept."""

import json
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import func, select, text

from buyback.audit import queries as audit
from buyback.audit.emptying import NotVerified
from buyback.audit.queries import Verified
from buyback.campaigns import queries as campaigns
from buyback.campaigns.facts import EventFacts
from buyback.campaigns.rules import EventNotClosed
from buyback.campaigns.states import EventState
from buyback.closing import purge
from buyback.closing import service as closing
from buyback.closing.purge import PurgeReport
from buyback.closing.rules import REVIEW_DAYS, CountMoment, CountsDoNotAgree, ReviewNotOver, explanations
from buyback.db import Database
from buyback.people.rules import OPERATOR
from buyback.schema import metadata
from buyback.security.access import Role
from buyback.vouchers.rules import Stock
from tests.builders import NOW, REVOLVER, ROUNDS, make_event, make_keys, make_paid_out, make_user
from tests.owners import tamper
from tests.soundness import assert_sound

OVER = NOW + timedelta(days=REVIEW_DAYS)


def fill(database: Database) -> EventFacts:
    """A closed event that paid B/. 157.00 for a revolver and twenty rounds: the remainder voucher is B/. 2.00."""
    appraiser, issuer = make_user(database, "ana", Role.APPRAISER), make_user(database, "ines", Role.ISSUER)
    event = make_event(database)
    issued = make_paid_out(database, event, appraiser, issuer, REVOLVER, ROUNDS)
    database.transact(lambda session: closing.begin(session, event=event.id, by=OPERATOR, now=NOW))
    counted = Stock(0, len(issued))
    for by in (appraiser, issuer):
        database.transact(
            lambda session, by=by: closing.count(  # type: ignore[misc]  # mypy loses the default's type
                session, event=event.id, moment=CountMoment.CLOSING, counted=counted, by=by, now=NOW
            )
        )
    return event


pytestmark = pytest.mark.begins_with(build=fill)


@pytest.fixture
def event(begun: EventFacts) -> EventFacts:
    return begun


def leave_in_order(_keys: list[UUID]) -> None:
    """No shuffle: what is tested here does not depend on it."""


def run(database: Database, event: EventFacts, *, days: int = REVIEW_DAYS) -> PurgeReport:
    now = NOW + timedelta(days=days)
    return database.transact(
        lambda session: purge.purge(session, event=event.id, shuffle=leave_in_order, by=OPERATOR, now=now)
    )


def counts(database: Database) -> dict[str, int]:
    tables = ("handover", "handover_item", "handover_voucher", "surrender", "item", "issuance")
    with database.reading() as session:
        return {
            table: session.scalars(select(func.count()).select_from(metadata.tables[table])).one() for table in tables
        }


def test_the_links_go_and_both_sides_stay(database: Database, event: EventFacts) -> None:
    before = counts(database)
    run(database, event)
    after = counts(database)
    assert [after[table] for table in ("handover", "handover_item", "handover_voucher")] == [0, 0, 0]
    assert [after[table] for table in ("surrender", "issuance")] == [before["surrender"], before["issuance"]]
    with database.reading() as session:
        assert campaigns.get_event_by_id(session, event.id).state is EventState.PURGED
    assert_sound(database)


def test_of_items_their_sums_stay_and_of_pieces_all_but_the_value(database: Database, event: EventFacts) -> None:
    run(database, event)
    with database.reading() as session:
        assert session.execute(text("SELECT catalogue_class, value FROM item")).all() == [("revolver", None)]
        assert session.execute(text("SELECT catalogue_class, number FROM quantity_sum")).all() == [("ammunition", 20)]
        sums = session.execute(text("SELECT catalogue_class, tariff_line, items, value FROM value_sum")).all()
        classes = session.execute(text("SELECT catalogue_class, items, appraised_value FROM rollup_class")).all()
    assert sums == [(None, None, 2, 157_00)]
    assert sorted(classes) == [("ammunition", 20, 0), ("other", 0, 157_00), ("revolver", 1, 0)]


def test_the_proof_of_equal_totals_stays_in_the_audit_log(database: Database, event: EventFacts) -> None:
    run(database, event)
    with database.reading() as session:
        bodies = [
            json.loads(body) for body in session.scalars(text("SELECT body FROM audit_body WHERE body IS NOT NULL"))
        ]
    (proof,) = [body for body in bodies if body["act"] == "event:purge_proof"]
    assert (proof["value"], proof["rounding"], proof["issued"]) == ("157.00", "0.00", "157.00")
    assert (proof["surrenders"], proof["items"], proof["vouchers"]) == (1, 2, 5)
    assert not any(body["act"].startswith(("surrender:", "voucher:issue")) for body in bodies)


@pytest.mark.parametrize(
    "statement, named",
    [
        ("UPDATE item SET make = 'Colt' WHERE catalogue_class = 'revolver'", "item: row_changed"),
        ("UPDATE voucher SET token_hash = code_hash WHERE face = 200", "voucher: row_changed"),
    ],
)
def test_what_does_not_verify_stops_the_purge(
    database: Database, event: EventFacts, statement: str, named: str
) -> None:
    """Whoever changed a row must not see the proof of it destroyed."""
    tamper(database, statement)
    with pytest.raises(NotVerified, match=named):
        run(database, event)
    assert counts(database)["handover"] == 1


@pytest.mark.parametrize(
    "statement, table",
    [
        ("UPDATE item SET make = 'Colt' WHERE catalogue_class = 'revolver'", "item"),
        ("UPDATE voucher SET token_hash = code_hash WHERE face = 200", "voucher"),
        ("UPDATE surrender SET state = 'open'", "surrender"),
    ],
)
def test_a_row_that_was_changed_after_the_purge_is_found_still(
    database: Database, event: EventFacts, statement: str, table: str
) -> None:
    run(database, event)
    assert row_faults(database) == []
    tamper(database, statement)
    assert sorted(row_faults(database)) == [(table, "act_without_row"), (table, "row_without_act")]


def test_each_chain_says_which_bodies_went_and_why(database: Database, event: EventFacts) -> None:
    """Without its word an emptied body is a finding, though its event is purged."""
    run(database, event)
    with database.reading() as session:
        (said,) = (body.said for body in audit.bodies(session) if body.said["act"] == "audit:empty")
    assert said["reason"] == "purge"
    gone = sum(last - first + 1 for first, last in said["rows"])
    tamper(database, "UPDATE audit_body SET salt = NULL, body = NULL WHERE body LIKE '%audit:empty%'")
    found = [fault.what for chain in verified(database).chains for fault in chain.faults]
    assert found == ["emptied_without_act"] * (gone + 1)


def verified(database: Database) -> Verified:
    with database.reading() as session:
        return audit.verify(session, [make_keys().audit.public_key()])


def row_faults(database: Database) -> list[tuple[str, str]]:
    return [(fault.table, fault.what) for fault in verified(database).row_faults]


def test_an_event_under_review_is_not_purged(database: Database, event: EventFacts) -> None:
    with pytest.raises(ReviewNotOver):
        run(database, event, days=REVIEW_DAYS - 1)
    with database.reading() as session:
        assert purge.due(session, now=OVER - timedelta(seconds=1)) == ()
        assert purge.due(session, now=OVER) == (event.id,)


def test_an_open_event_is_not_purged(database: Database) -> None:
    with pytest.raises(EventNotClosed):
        run(database, make_event(database, "ABIERTA"))


def test_a_purged_event_is_not_purged_again(database: Database, event: EventFacts) -> None:
    run(database, event)
    with pytest.raises(EventNotClosed):
        run(database, event)


def test_an_event_whose_totals_differ_keeps_its_links(database: Database, event: EventFacts) -> None:
    place = "" if database.is_sqlite else " ON handover"
    database.transact(lambda session: session.execute(text(f"DROP TRIGGER handover_steps_stay{place}")))
    database.transact(lambda session: session.execute(text("UPDATE handover SET award = award + 1")))
    with pytest.raises(CountsDoNotAgree):
        run(database, event)
    assert counts(database)["handover_voucher"] == 5


def test_the_purge_says_what_days_and_remainders_still_tell(database: Database, event: EventFacts) -> None:
    report = run(database, event)
    assert (report.single_visit_days, report.singled_out) == (1, 1)


@pytest.mark.parametrize("values, together, count", [([700, 15000], 1, 1), ([700, 700], 1, 2), ([700, 15000], 2, 2)])
def test_a_remainder_is_explained_by_items_whose_sum_leaves_it(values: list[int], together: int, count: int) -> None:
    assert explanations(200, values, smallest=500, step=5, together=together) == count
