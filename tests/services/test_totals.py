"""The totals are exact: each thing in its column, its place and its month, before and after the purge."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from buyback.audit import service as audit
from buyback.campaigns import queries as campaigns
from buyback.campaigns.facts import EventFacts
from buyback.closing import expiry
from buyback.db import Database
from buyback.errors import NotFound
from buyback.files.reading.refusals import DaysReversed
from buyback.ids import new_id
from buyback.intake import sums
from buyback.people.rules import OPERATOR
from buyback.places.gazetteer import gazetteer
from buyback.redemption import reversal
from buyback.security.access import Role
from buyback.security.tokens import token_digest
from buyback.totals import service
from buyback.totals.figures import OTHER_CLASSES, Figure, Rows
from buyback.totals.queries import Totals, totals
from buyback.totals.rules import By, Query, Row
from buyback.vouchers import resolutions
from buyback.vouchers.rules import VoidReason
from tests.builders import NOW, make_accepted, make_keys, make_user
from tests.handed_in import (
    AIR_GUN,
    BETANIA,
    CATIVA,
    CURUNDU,
    GRENADE,
    NOVEMBER,
    OCTOBER,
    PISTOL,
    PRINTED,
    REVOLVER,
    RULES,
    add_event,
    add_staff,
    hand_in,
    papers_of,
    some,
)
from tests.tills import TillInHand, issue_vouchers, make_merchant, make_till, make_till_event, try_to_redeem

CONTRACT = (
    "events surrenders arms firearms ammunition magazines explosives accessories"
    " vouchers issued redeemed void expired outstanding"
)
ZEROES = dict.fromkeys(CONTRACT.split(), 0)
Events = tuple[EventFacts, EventFacts, EventFacts]


def ask(
    database: Database,
    by: By = By.CORREGIMIENTO,
    *,
    within: str | None = None,
    **asked: Any,  # noqa: ANN401  a query's own fields
) -> Totals:
    with database.reading() as session:
        return totals(session, Query(by=by, **asked), within=within)


def test_the_columns_of_files_are_those_of_the_contract() -> None:
    for by in By:
        columns = "items appraised_value" if by is By.CLASS else CONTRACT
        assert [figure.value for figure in Query(by=by).counted] == columns.split()


def figures(row: Row) -> dict[str, int]:
    """What is counted, without the inhabitants of a place."""
    return {figure: row[figure] for figure in Figure if figure in row.figures and figure.rows is not Rows.PLACES}


def by_code(answer: Totals, column: str) -> dict[str, int]:
    return {row.code: row[column] for row in answer.rows}


def till_of(database: Database) -> TillInHand:
    return make_till(database, make_merchant(database))


def make_events(database: Database) -> Events:
    """Two events in Betania and Cativá with a surrender each, and one in Curundú with two, in two months."""
    add_staff(database)
    betania, curundu, cativa = (add_event(database, f"J-{place}", place) for place in (BETANIA, CURUNDU, CATIVA))
    hand_in(database, betania, PISTOL, some("ammunition", 30))
    hand_in(database, curundu, REVOLVER, day=OCTOBER)
    hand_in(database, curundu, AIR_GUN, day=NOVEMBER)
    hand_in(database, cativa, PISTOL)
    return betania, curundu, cativa


three_events = pytest.mark.begins_with(build=make_events)


def test_each_thing_counts_in_its_column_by_pieces_and_rounds(database: Database) -> None:
    add_staff(database)
    event = add_event(database, "J1")
    hand_in(
        database,
        event,
        PISTOL,
        AIR_GUN,
        PRINTED,
        GRENADE,
        some("ammunition", 30),
        some("magazine", 2),
        some("part", 3),
        some("accessory", 4),
    )
    (row,) = ask(database).rows
    assert (row.code, row.name, row.context) == (BETANIA, "Betania", "Panamá, Panamá")
    worth = 250_00 + 10_00 + 100_00 + 10_50 + 10_00 + 3_00 + 8_00
    assert figures(row) == ZEROES | {
        "events": 1,
        "surrenders": 1,
        "arms": 3,
        "firearms": 2,
        "ammunition": 30,
        "magazines": 2,
        "explosives": 1,
        "accessories": 7,
        "vouchers": 10,  # 7 × 50, 2 × 20, and 1.50 that the denominations do not cover
        "issued": worth,
        "outstanding": worth,
    }


def test_nothing_handed_in_gives_no_rows_and_a_sum_of_zeroes(database: Database) -> None:
    add_event(database, "J1")
    answer = ask(database)
    assert answer.rows == ()
    assert figures(answer.total) == ZEROES


ARMS = {
    By.CORREGIMIENTO: {CATIVA: 1, CURUNDU: 2, BETANIA: 1},
    By.DISTRICT: {"0301": 1, "0808": 3},
    By.PROVINCE: {"03": 1, "08": 3},
    By.EVENT: {f"J-{CATIVA}": 1, f"J-{CURUNDU}": 2, f"J-{BETANIA}": 1},
    By.MONTH: {"2026-10": 1, "2026-11": 3},
}


@three_events
def test_rows_stand_for_what_is_asked(database: Database, subtests: pytest.Subtests) -> None:
    for by, arms in ARMS.items():
        with subtests.test(by.value):
            answer = ask(database, by)
            assert by_code(answer, "arms") == arms
            assert (answer.total["arms"], answer.total["events"], answer.total["surrenders"]) == (4, 3, 4)
            assert [row.code for row in answer.rows] == sorted(arms)


@three_events
def test_an_event_counts_in_each_of_its_months_and_once_in_the_sum(database: Database) -> None:
    answer = ask(database, By.MONTH)
    assert by_code(answer, "events") == {"2026-10": 1, "2026-11": 3}
    assert answer.total["events"] == 3
    assert [row.name for row in answer.rows] == ["octubre de 2026", "noviembre de 2026"]


@three_events
def test_a_place_an_event_and_a_class_are_called_by_name(database: Database) -> None:
    assert [(row.name, row.context) for row in ask(database, By.DISTRICT).rows] == [
        ("Colón", "Colón"),
        ("Panamá", "Panamá"),
    ]
    assert [(row.name, row.context) for row in ask(database, By.PROVINCE).rows] == [("Colón", ""), ("Panamá", "")]
    assert {(row.name, row.context) for row in ask(database, By.EVENT, place="03").rows} == {
        ("Escuela República", "Cativá")
    }
    with database.reading() as session:
        assert gazetteer(session).path(CATIVA) == (("03", "Colón"), ("0301", "Colón"), (CATIVA, "Cativá"))
        assert gazetteer(session).path(None) == ()


@three_events
def test_a_class_has_its_pieces_and_their_value_only(database: Database) -> None:
    answer = ask(database, By.CLASS)
    assert {row.code: (row.name, row["items"], row["appraised_value"]) for row in answer.rows} == {
        "air_gun": ("Arma de aire (pellet)", 1, 10_00),
        "ammunition": ("Munición", 30, 10_50),
        "pistol": ("Pistola", 2, 500_00),
        "revolver": ("Revólver", 1, 75_00),
    }
    assert figures(answer.total) == {"items": 34, "appraised_value": 595_50}
    assert answer.headline["arms"] == 4


SPANS = (  # since, until, arms, their worth in cents
    (OCTOBER, OCTOBER, 1, 75_00),
    (OCTOBER + timedelta(days=1), None, 3, 520_50),
    (None, NOVEMBER, 4, 595_50),
    (OCTOBER, NOVEMBER - timedelta(days=1), 1, 75_00),
    (NOVEMBER + timedelta(days=1), None, 0, 0),
)


@three_events
def test_both_days_are_included_and_they_are_the_surrenders(database: Database, subtests: pytest.Subtests) -> None:
    for since, until, arms, worth in SPANS:
        with subtests.test(f"{since} to {until}"):
            answer = ask(database, since=since, until=until)
            assert (answer.total["arms"], answer.total["surrenders"], answer.total["issued"]) == (arms, arms, worth)


def test_days_in_the_wrong_order_are_refused() -> None:
    with pytest.raises(DaysReversed) as refused:
        Query(by=By.MONTH, since=NOVEMBER, until=OCTOBER)
    assert refused.value.field == "to"


@three_events
def test_a_voucher_stays_in_the_month_of_its_surrender_whenever_it_is_spent(database: Database, begun: Events) -> None:
    (voucher, *_) = papers_of(database, begun[1])
    assert try_to_redeem(database, till_of(database), voucher.typed, now=NOW).facts["amount"] == "50.00"
    assert by_code(ask(database, By.MONTH), "redeemed") == {"2026-10": 50_00, "2026-11": 0}


def test_issued_is_redeemed_void_expired_and_outstanding(database: Database) -> None:
    event = make_till_event(database, vouchers=5)
    spent, undone, spent_again, voided, _ = issue_vouchers(database, 5, event=event)
    till = till_of(database)
    try_to_redeem(database, till, spent.qr)
    for voucher in (undone, spent_again):
        undo(database, till, voucher.typed)
    try_to_redeem(database, till, spent_again.typed)
    official = make_user(database, "jefa", Role.EVENT_CHIEF, organisation="MINGOB")
    database.transact(
        lambda session: resolutions.void(
            session, event=event, serial=voided.serial, reason=VoidReason.LOST, by=official, now=NOW
        )
    )
    counted = figures(ask(database).total)
    assert {name: counted[name] for name in ("vouchers", "issued", "redeemed", "void", "expired", "outstanding")} == {
        "vouchers": 5,
        "issued": 100_00,
        "redeemed": 40_00,
        "void": 20_00,
        "expired": 0,
        "outstanding": 40_00,
    }
    late = event.expires_on + timedelta(days=1)
    database.transact(lambda session: expiry.expire_due(session, today=late, by=OPERATOR, now=NOW))
    counted = figures(ask(database).total)
    ends = (counted["redeemed"], counted["void"], counted["expired"], counted["outstanding"])
    assert ends == (40_00, 20_00, 40_00, 0)


def undo(database: Database, till: TillInHand, typed: str) -> None:
    """Redeem a voucher, and undo it at once."""
    op_id, hashed = new_id(), token_digest(till.token)
    assert try_to_redeem(database, till, typed, op_id=op_id).code == "redeemed"
    undone = database.transact(
        lambda session: reversal.undo(session, till=hashed, op_id=op_id, cashier=None, keys=make_keys(), now=NOW)
    )
    assert undone.code == "reversed"


def test_what_is_not_paid_out_does_not_count(database: Database) -> None:
    add_staff(database)
    event = add_event(database, "J1")
    make_accepted(database, event, make_user(database, "dora", Role.RECEIVER, Role.APPRAISER))
    assert ask(database).rows == ()
    hand_in(database, event, PISTOL)
    assert ask(database).total["arms"] == 1


@three_events
def test_one_programme_can_be_asked_for(database: Database) -> None:
    other = add_event(database, "OTRA", rules=RULES.replace("PMB-TEST", "PMB-OTRO").replace("= 7", "= 9"))
    hand_in(database, other, PISTOL, AIR_GUN)
    assert ask(database, programme="PMB-OTRO").total["arms"] == 2
    assert ask(database, programme="PMB-TEST").total["arms"] == 4
    assert ask(database).total["arms"] == 6
    with pytest.raises(NotFound):
        ask(database, programme="PMB-NADA")


@three_events
def test_a_place_and_an_event_can_be_asked_for(database: Database) -> None:
    assert by_code(ask(database, place="08"), "arms") == {CURUNDU: 2, BETANIA: 1}
    assert by_code(ask(database, By.EVENT, place=CURUNDU), "arms") == {f"J-{CURUNDU}": 2}
    assert by_code(ask(database, By.CLASS, event=f"J-{CURUNDU}"), "items") == {"air_gun": 1, "revolver": 1}


def test_an_unknown_place_or_event_is_not_found(database: Database, subtests: pytest.Subtests) -> None:
    unknown: tuple[dict[str, Any], ...] = (
        {"place": "99"},
        {"place": "0"},
        {"place": "%"},
        {"place": ""},
        {"event": "J-0"},
    )
    for asked in unknown:
        with subtests.test(str(asked)), pytest.raises(NotFound):
            ask(database, **asked)


@three_events
def test_people_of_a_district_see_their_district_only(database: Database) -> None:
    assert by_code(ask(database, within="0301"), "arms") == {CATIVA: 1}
    assert by_code(ask(database, within="0301", place=CATIVA), "arms") == {CATIVA: 1}
    assert by_code(ask(database, By.CLASS, within="0301", event=f"J-{CATIVA}"), "items") == {"pistol": 1}


@three_events
def test_what_lies_outside_the_district_is_not_found(database: Database, subtests: pytest.Subtests) -> None:
    outside: tuple[dict[str, Any], ...] = ({"place": "03"}, {"place": BETANIA}, {"event": f"J-{BETANIA}"})
    for asked in outside:
        with subtests.test(str(asked)):
            assert ask(database, **asked).rows
            with pytest.raises(NotFound):
                ask(database, within="0301", **asked)


@three_events
def test_the_totals_are_the_same_after_the_purge(database: Database, subtests: pytest.Subtests) -> None:
    before = {by: ask(database, by) for by in By}
    assert all(answer.rows for answer in before.values())
    part(database)
    for by, answer in before.items():
        with subtests.test(by.value):
            if by is not By.CLASS:
                assert ask(database, by) == answer
    classes = ask(database, By.CLASS)
    assert classes.headline == before[By.CLASS].headline
    assert by_code(classes, "items") == {**by_code(before[By.CLASS], "items"), OTHER_CLASSES: 0}
    assert {code for code, value in by_code(classes, "appraised_value").items() if value} == {OTHER_CLASSES}


def part(database: Database) -> None:
    """What the close and the purge of every event take away."""

    def work(session: Session) -> None:
        for act in (
            "UPDATE event SET state = 'closing'",
            "UPDATE event SET state = 'closed', salt = NULL, closed_at = '2026-11-24 15:00:00'",
            "DELETE FROM handover_voucher",
            "DELETE FROM handover_item",
            "DELETE FROM handover",
        ):
            session.execute(text(act))
        assert session.execute(text("SELECT count(*) FROM handover")).scalar() == 0
        for event in campaigns.events(session):
            sums.dissolve(session, event=event.id, ranges=[])
            service.fold_purged(session, event=event.id)
        session.execute(text("UPDATE event SET state = 'purged'"))
        session.execute(text("UPDATE audit_body SET body = NULL, salt = NULL WHERE event IS NOT NULL"))
        audit.record(session, chain=OPERATOR.chain, act="event:purge", body={"by": OPERATOR.name}, now=NOW)

    database.transact(work)
