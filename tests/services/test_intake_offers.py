"""From the finished appraisal to the end: who may take which step, and what it leaves behind."""

from collections.abc import Callable
from uuid import UUID

import pytest
from sqlalchemy import column, update
from sqlalchemy.orm import Session

from buyback.audit import service as audit
from buyback.audit.sealing import read_bodies
from buyback.campaigns.facts import EventFacts
from buyback.db import Database
from buyback.errors import Forbidden, Refused
from buyback.intake import offers, queries
from buyback.intake.rules import (
    AppraisedByAnother,
    FloatExceeded,
    ItemState,
    NothingAppraised,
    SamePerson,
    SurrenderMoved,
    SurrenderState,
)
from buyback.people.rules import Actor
from buyback.schema import metadata
from buyback.security.access import Role
from buyback.tariff.catalogue import ClassCode, Condition
from buyback.tariff.rules import PricedThing
from buyback.vouchers.printing import papers
from buyback.vouchers.rules import BlanksDoNotFit, SerialNotBlank
from buyback.vouchers.service import issue_again, issue_surrender
from tests.builders import (
    NOW,
    REVOLVER,
    ROUNDS,
    TODAY,
    add_item,
    make_accepted,
    make_event,
    make_keys,
    make_paid_out,
    make_user,
    open_surrender,
)
from tests.paper_forms import make_blanks

DEAR = PricedThing(class_code=ClassCode.REVOLVER, condition=Condition.SERVICEABLE, value=260_00)
PRINTED = PricedThing(class_code=ClassCode.PRINTED)
Service = Callable[..., object]


Begun = tuple[EventFacts, Actor, Actor, Actor]


def fill(database: Database) -> Begun:
    return (
        make_event(database),
        make_user(database, "ana", Role.APPRAISER, Role.APPROVER, Role.ISSUER),
        make_user(database, "beto", Role.APPROVER, Role.ISSUER),
        make_user(database, "carla", Role.ISSUER),
    )


pytestmark = pytest.mark.begins_with(build=fill)


@pytest.fixture
def event(begun: Begun) -> EventFacts:
    return begun[0]


@pytest.fixture
def ana(begun: Begun) -> Actor:
    return begun[1]


@pytest.fixture
def beto(begun: Begun) -> Actor:
    return begun[2]


@pytest.fixture
def carla(begun: Begun) -> Actor:
    return begun[3]


def step(database: Database, service: Service, surrender: UUID, by: Actor) -> None:
    database.transact(lambda session: service(session, surrender=surrender, by=by, now=NOW))


def issue(database: Database, surrender: UUID, by: Actor) -> list[int]:
    issued = database.transact(
        lambda session: issue_surrender(session, surrender=surrender, by=by, keys=make_keys(), now=NOW)
    )
    return [voucher.face for voucher in issued]


def facts_of(database: Database, surrender: UUID) -> queries.SurrenderFacts:
    with database.reading() as session:
        return queries.get_surrender_by_id(session, surrender)


def items_of(database: Database, surrender: UUID) -> list[tuple[ItemState, int | None]]:
    with database.reading() as session:
        return [(item.state, item.value) for item in queries.items_of(session, surrender)]


def left_of(database: Database, event: EventFacts) -> int:
    with database.reading() as session:
        return queries.float_of(session, event.id).left


def make_offered(database: Database, event: EventFacts, by: Actor, *things: PricedThing) -> UUID:
    surrender = open_surrender(database, event, by)
    for thing in things or (REVOLVER, ROUNDS):
        add_item(database, surrender, by, thing)
    step(database, offers.finish_appraisal, surrender, by)
    return surrender


def test_a_surrender_goes_from_the_table_to_its_vouchers(
    database: Database, event: EventFacts, ana: Actor, beto: Actor
) -> None:
    surrender = make_offered(database, event, ana)
    offered = facts_of(database, surrender)
    assert (offered.state, offered.appraised, offered.award) == (SurrenderState.OFFERED, 157_00, 157_00)
    step(database, offers.accept, surrender, ana)
    assert issue(database, surrender, beto) == [50_00, 50_00, 50_00, 5_00, 2_00]
    paid = facts_of(database, surrender)
    assert (paid.state, paid.appraised_by, paid.issued_by) == (SurrenderState.PAID_OUT, ana.id, beto.id)
    assert items_of(database, surrender) == [(ItemState.RECEIVED, 150_00), (ItemState.RECEIVED, 7_00)]
    with database.reading() as session:
        assert sum(voucher.face for voucher in papers.of_surrender(session, surrender)) == 157_00


def test_the_award_is_rounded_and_the_exact_sum_is_kept(database: Database, event: EventFacts, ana: Actor) -> None:
    odd = PricedThing(class_code=ClassCode.REVOLVER, condition=Condition.SERVICEABLE, value=150_03)
    facts = facts_of(database, make_offered(database, event, ana, odd))
    assert (facts.appraised, facts.award) == (150_03, 150_05)


def test_a_zero_award_is_paid_out_without_a_voucher(
    database: Database, event: EventFacts, ana: Actor, beto: Actor
) -> None:
    surrender = make_accepted(database, event, ana, PRINTED)
    assert issue(database, surrender, beto) == []
    assert facts_of(database, surrender).state is SurrenderState.PAID_OUT
    assert items_of(database, surrender) == [(ItemState.RECEIVED, 0)]


def test_an_appraisal_without_items_is_not_finished(database: Database, event: EventFacts, ana: Actor) -> None:
    surrender = open_surrender(database, event, ana)
    with pytest.raises(NothingAppraised):
        step(database, offers.finish_appraisal, surrender, ana)


def test_a_value_that_wants_a_second_person_waits_for_one(
    database: Database, event: EventFacts, ana: Actor, beto: Actor
) -> None:
    surrender = make_offered(database, event, ana, DEAR)
    assert facts_of(database, surrender).state is SurrenderState.AWAITING_APPROVAL
    with pytest.raises(SurrenderMoved):
        step(database, offers.accept, surrender, ana)
    step(database, offers.approve, surrender, beto)
    approved = facts_of(database, surrender)
    assert (approved.state, approved.approved_by) == (SurrenderState.OFFERED, beto.id)


@pytest.mark.parametrize("service", [offers.approve, offers.send_back])
def test_nobody_decides_on_the_own_appraisal(
    database: Database, event: EventFacts, ana: Actor, service: Service
) -> None:
    surrender = make_offered(database, event, ana, DEAR)
    with pytest.raises(SamePerson):
        step(database, service, surrender, ana)
    assert facts_of(database, surrender).state is SurrenderState.AWAITING_APPROVAL


def test_what_the_second_person_does_not_agree_to_goes_back_to_the_table(
    database: Database, event: EventFacts, ana: Actor, beto: Actor
) -> None:
    surrender = make_offered(database, event, ana, DEAR)
    step(database, offers.send_back, surrender, beto)
    back = facts_of(database, surrender)
    assert (back.state, back.award, back.approved_by) == (SurrenderState.OPEN, None, None)
    add_item(database, surrender, ana, ROUNDS)


def test_an_approval_lapses_when_the_offer_is_taken_back(
    database: Database, event: EventFacts, ana: Actor, beto: Actor
) -> None:
    surrender = make_offered(database, event, ana, DEAR)
    step(database, offers.approve, surrender, beto)
    step(database, offers.reopen, surrender, ana)
    step(database, offers.finish_appraisal, surrender, ana)
    again = facts_of(database, surrender)
    assert (again.state, again.approved_by) == (SurrenderState.AWAITING_APPROVAL, None)


def test_only_the_appraiser_takes_an_offer_back(database: Database, event: EventFacts, ana: Actor) -> None:
    surrender = make_offered(database, event, ana)
    with pytest.raises(AppraisedByAnother):
        step(database, offers.reopen, surrender, make_user(database, "otra", Role.APPRAISER))


def test_whoever_may_not_take_a_step_is_refused_by_the_service_too(
    database: Database, event: EventFacts, ana: Actor
) -> None:
    surrender = make_offered(database, event, ana)
    with pytest.raises(Forbidden):
        step(database, offers.accept, surrender, make_user(database, "cuenta", Role.RECONCILER))


def test_who_appraised_does_not_issue(database: Database, event: EventFacts, ana: Actor) -> None:
    surrender = make_accepted(database, event, ana)
    with pytest.raises(SamePerson):
        issue(database, surrender, ana)
    assert facts_of(database, surrender).state is SurrenderState.ACCEPTED


def test_who_approved_does_not_issue(
    database: Database, event: EventFacts, ana: Actor, beto: Actor, carla: Actor
) -> None:
    surrender = make_offered(database, event, ana, DEAR)
    step(database, offers.approve, surrender, beto)
    step(database, offers.accept, surrender, ana)
    with pytest.raises(SamePerson):
        issue(database, surrender, beto)
    assert sum(issue(database, surrender, carla)) == 260_00


@pytest.mark.parametrize("service", [offers.decline, offers.cancel])
def test_what_is_not_handed_over_goes_back_without_a_price(
    database: Database, event: EventFacts, ana: Actor, service: Service
) -> None:
    surrender = make_offered(database, event, ana)
    step(database, service, surrender, ana)
    ended = facts_of(database, surrender)
    assert (ended.appraised, ended.award) == (None, None)
    assert items_of(database, surrender) == [(ItemState.RETURNED, None)] * 2
    with database.reading() as session:
        assert papers.of_surrender(session, surrender) == []


def test_a_declined_offer_is_not_accepted_afterwards(database: Database, event: EventFacts, ana: Actor) -> None:
    surrender = make_offered(database, event, ana)
    step(database, offers.decline, surrender, ana)
    for service in (offers.accept, offers.decline, offers.cancel, offers.reopen):
        with pytest.raises(SurrenderMoved):
            step(database, service, surrender, ana)


def test_a_surrender_is_paid_out_once(database: Database, event: EventFacts, ana: Actor, beto: Actor) -> None:
    surrender = make_accepted(database, event, ana)
    issue(database, surrender, beto)
    with pytest.raises(SurrenderMoved):
        issue(database, surrender, beto)
    with database.reading() as session:
        assert len(papers.of_surrender(session, surrender)) == 3


def test_an_offer_is_not_paid_before_it_is_accepted(
    database: Database, event: EventFacts, ana: Actor, beto: Actor
) -> None:
    surrender = make_offered(database, event, ana)
    with pytest.raises(SurrenderMoved):
        issue(database, surrender, beto)


def test_a_finished_appraisal_does_not_change(database: Database, event: EventFacts, ana: Actor) -> None:
    surrender = make_offered(database, event, ana)
    with pytest.raises(SurrenderMoved):
        add_item(database, surrender, ana, ROUNDS)
    with pytest.raises(SurrenderMoved):
        step(database, offers.finish_appraisal, surrender, ana)


def test_an_offer_holds_its_part_of_the_float_until_it_is_declined(database: Database, ana: Actor) -> None:
    event = make_event(database, "CHICA", float_cents=200_00)
    first, second = make_offered(database, event, ana), open_surrender(database, event, ana)
    assert left_of(database, event) == 43_00
    with pytest.raises(FloatExceeded):
        add_item(database, second, ana, REVOLVER)
    step(database, offers.decline, first, ana)
    assert left_of(database, event) == 200_00
    add_item(database, second, ana, REVOLVER)


def test_two_offers_of_the_last_balboas_are_not_both_finished(database: Database, ana: Actor) -> None:
    event = make_event(database, "CHICA", float_cents=200_00)
    both = [open_surrender(database, event, ana) for _ in range(2)]
    for surrender in both:
        add_item(database, surrender, ana, REVOLVER)
    step(database, offers.finish_appraisal, both[0], ana)
    with pytest.raises(FloatExceeded):
        step(database, offers.finish_appraisal, both[1], ana)


def test_an_offer_that_the_float_does_not_cover_any_more_is_not_accepted(database: Database, ana: Actor) -> None:
    """Two tables that finish in one instant may both be let through; the next step still sees it."""
    event = make_event(database, "CHICA", float_cents=314_00)
    first, second = (make_offered(database, event, ana) for _table in range(2))
    database.transact(
        lambda session: session.execute(
            update(metadata.tables["handover"]).values(award=157_05).where(column("surrender") == first)
        )
    )
    with pytest.raises(FloatExceeded):
        step(database, offers.accept, second, ana)
    assert facts_of(database, second).state is SurrenderState.OFFERED


def test_blanks_from_a_book_that_are_not_worth_the_award_leave_it_unpaid(
    database: Database, event: EventFacts, ana: Actor, beto: Actor
) -> None:
    surrender = make_accepted(database, event, ana)
    blanks = make_blanks(database, event, 50_00, 50_00, 20_00, 20_00, 5_00, 5_00)

    def issue_with(serials: list[int]) -> None:
        database.transact(
            lambda session: issue_surrender(
                session, surrender=surrender, by=beto, keys=make_keys(), now=NOW, serials=serials
            )
        )

    for wrong, refusal in ((blanks[:-1], BlanksDoNotFit), ([*blanks, blanks[0]], SerialNotBlank)):
        with pytest.raises(refusal):
            issue_with(wrong)
    assert facts_of(database, surrender).state is SurrenderState.ACCEPTED
    issue_with(blanks)
    assert facts_of(database, surrender).state is SurrenderState.PAID_OUT


def test_a_pay_out_that_the_float_does_not_cover_any_more_changes_nothing(
    database: Database, ana: Actor, beto: Actor
) -> None:
    event = make_event(database, "CHICA", float_cents=150_00)
    surrender = make_accepted(database, event, ana)

    def spend_a_cent(session: Session) -> None:
        issue_again(session, event=event, face=1, surrender=None, day=TODAY, by=beto, keys=make_keys())
        audit.record(session, chain=beto.chain, act="voucher:issue", body={"by": beto.name}, now=NOW)

    database.transact(spend_a_cent)
    with pytest.raises(FloatExceeded):
        issue(database, surrender, beto)
    assert facts_of(database, surrender).state is SurrenderState.ACCEPTED
    assert items_of(database, surrender) == [(ItemState.REGISTERED, 150_00)]


def test_every_step_is_in_the_audit_log_where_the_events_purge_finds_it(
    database: Database, event: EventFacts, ana: Actor, beto: Actor
) -> None:
    make_paid_out(database, event, ana, beto)
    with database.reading() as session:
        steps = [(body["act"], body["by"]) for body in read_bodies(session, event.id)]
    assert steps == [
        ("surrender:open", "ana"),
        ("surrender:add_item", "ana"),
        ("surrender:offer", "ana"),
        ("surrender:accept", "ana"),
        ("surrender:pay_out", "beto"),
        ("voucher:issue", "beto"),
    ]


def test_the_list_of_an_event_tells_how_each_surrender_stands(
    database: Database, event: EventFacts, ana: Actor, beto: Actor
) -> None:
    make_paid_out(database, event, ana, beto)
    make_offered(database, event, ana)
    open_surrender(database, event, ana)
    with database.reading() as session:
        listed = queries.queue(session, event.id, states=list(SurrenderState))
        counted = queries.counts_by_state(session, event.id)
    assert [(visit.number, visit.state, visit.items, visit.award) for visit in listed] == [
        (3, SurrenderState.OPEN, 0, None),
        (2, SurrenderState.OFFERED, 2, 157_00),
        (1, SurrenderState.PAID_OUT, 1, 150_00),
    ]
    assert counted == {SurrenderState.PAID_OUT: 1, SurrenderState.OFFERED: 1, SurrenderState.OPEN: 1}


@pytest.mark.parametrize("service", [offers.approve, offers.send_back, offers.accept, offers.decline])
def test_an_open_surrender_takes_no_step_of_an_offer(
    database: Database, event: EventFacts, ana: Actor, beto: Actor, service: Service
) -> None:
    surrender = open_surrender(database, event, ana)
    with pytest.raises(Refused):
        step(database, service, surrender, beto)
    assert facts_of(database, surrender).state is SurrenderState.OPEN
