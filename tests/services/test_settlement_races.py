"""Settlements under several hands at once: each redemption settled once, each signature counted, nothing half done."""

from collections.abc import Callable

from buyback.db import Database
from buyback.errors import Refused
from buyback.settlement import queries, service
from buyback.settlement.states import SettlementState
from tests.builders import NOW, TODAY
from tests.racing import at_once
from tests.settling import (
    FUNDERS,
    Office,
    make_office,
    make_settled_event,
    make_shop,
    spend,
    spend_and_undo_later,
)
from tests.soundness import assert_sound
from tests.tills import FACE

RUNNERS = 4


def test_of_several_runners_of_one_run_each_redemption_is_in_one_settlement(database: Database) -> None:
    office = make_office(database)
    event = make_settled_event(database, vouchers=6)
    shops = [make_shop(database, number) for number in range(1, 4)]
    spend(database, event, shops * 2)
    settled: list[tuple[str, int]] = []

    def run() -> str:
        try:
            drafts = office.do(lambda session: service.prepare_all(session, until=TODAY, by=office.preparer, now=NOW))
        except Refused as refusal:
            return refusal.code
        settled.extend((draft.number, draft.total) for draft in drafts)
        return "settled"

    told = at_once([run] * RUNNERS)
    assert set(told) <= {"settled", "nothing_to_settle"}
    assert sorted(settled) == [(f"2026-000{number}", 2 * FACE) for number in range(1, 4)]
    assert_sound(database)


def test_when_the_last_funders_sign_at_once_the_settlement_is_approved(database: Database) -> None:
    office = make_office(database)
    event, till = make_settled_event(database, vouchers=1), make_shop(database)
    spend(database, event, [till])
    draft = office.prepare(till.merchant)
    office.submit(draft)
    assert at_once([_signs(office, draft, code) for code in FUNDERS]) == {"signed": 2, "whole": 1}
    with database.reading() as session:
        assert queries.by_id(session, draft.id).state is SettlementState.APPROVED
    assert_sound(database)


def test_of_the_last_signature_and_a_reversal_at_the_till_one_wins_and_the_other_is_told(database: Database) -> None:
    office = make_office(database)
    event, till = make_settled_event(database, vouchers=1), make_shop(database)
    undo = spend_and_undo_later(database, event, till)
    draft = office.prepare(till.merchant)
    office.submit(draft)
    for code in FUNDERS[:2]:
        office.approve(draft, code)
    told = at_once([_signs(office, draft, FUNDERS[2]), undo])
    assert told in ({"whole": 1, "settled": 1}, {"lines_reversed": 1, "reversed": 1})
    assert_sound(database)


def test_one_reference_attested_twice_at_once_is_stored_once(database: Database) -> None:
    office = make_office(database)
    event, till = make_settled_event(database, vouchers=3), make_shop(database)
    spend(database, event, [till] * 3)
    _, ordered = office.ordered(till.merchant)

    def booked(at: int) -> Callable[[], str]:
        def work() -> str:
            try:
                office.book(ordered[at], reference="TRX-UNICA")
            except Refused as refusal:
                return refusal.code
            return "booked"

        return work

    assert at_once([booked(0), booked(1)]) == {"booked": 1, "invalid_input": 1}
    assert_sound(database)


def _signs(office: Office, draft: queries.SettlementFacts, code: str) -> Callable[[], str]:
    def work() -> str:
        try:
            return "whole" if office.approve(draft, code) else "signed"
        except Refused as refusal:
            return refusal.code

    return work
