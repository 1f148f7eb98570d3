"""What nobody may do at the tables, tried straight on both databases: events, surrenders, items, and who does what."""

from typing import Any
from uuid import UUID

import pytest

from buyback.campaigns.states import EventState
from buyback.db import Database
from buyback.ids import new_id
from buyback.intake.rules import ItemState, SerialStatus, SurrenderState
from tests.builders import NOW
from tests.raw import Acts, problem_with
from tests.world import LATER, Hand, World, make_world

pytestmark = pytest.mark.begins_with(build=make_world)

ACTS: Acts[Hand] = Acts()


def test_what_nobody_may_do_at_the_tables_is_refused_by_its_rule_and_by_nothing_else(
    database: Database, begun: World, subtests: pytest.Subtests
) -> None:
    world = begun
    for act in ACTS:
        with subtests.test(act.sentence):
            assert problem_with(database, act, lambda connection: Hand(connection, world)) is None


def test_what_people_do_at_the_tables_goes_through(database: Database, begun: World) -> None:
    """Without this, acts that are malformed in some other way would seem to be refused."""
    world = begun
    with database.engine.connect() as connection:
        hand = Hand(connection, world)
        visit = _visit(hand, appraised_by=world.appraiser.id)
        _entry(hand, visit, needs_approval=True)
        _step(hand, visit, approved_by=world.approver.id)
        _step(hand, visit, issued_by=world.issuer.id)
        for state in (SurrenderState.AWAITING_APPROVAL, SurrenderState.OFFERED, SurrenderState.ACCEPTED):
            hand.change("surrender", {"id": visit}, state=state)
        hand.change("surrender", {"id": visit}, state=SurrenderState.PAID_OUT)
        for moved in (EventState.CLOSING, EventState.OPEN):
            _event(hand, state=moved)
        item = _received(hand)
        _value_sum(hand)
        hand.change("item", {"id": item}, value=None)
        _event(hand, state=EventState.PURGED)
        connection.rollback()


@ACTS.forbidden_by("event.begins_planned")
def an_event_is_born_open(hand: Hand) -> None:
    hand.copy("event", {"id": hand.world.event.id}, id=new_id(), code="NACIDA-2026-11-24")


@ACTS.forbidden_by("event.identity_and_order")
def an_open_event_is_planned_again(hand: Hand) -> None:
    _event(hand, state=EventState.PLANNED)


@ACTS.forbidden_by("event.identity_and_order")
def an_event_closes_without_its_counts(hand: Hand) -> None:
    _close(hand)


@ACTS.forbidden_by("event.identity_and_order")
def an_event_is_purged_before_it_is_closed(hand: Hand) -> None:
    _close(hand, state=EventState.PURGED)


@ACTS.forbidden_by("event.identity_and_order")
def a_closed_event_opens_again(hand: Hand) -> None:
    _event(hand, state=EventState.CLOSING)
    _close(hand)
    _event(hand, state=EventState.OPEN, salt=bytes(60), closed_at=None)


@ACTS.forbidden_by("event.identity_and_order")
def a_purged_event_is_under_review_again(hand: Hand) -> None:
    _event(hand, state=EventState.CLOSING)
    _close(hand)
    _event(hand, state=EventState.PURGED)
    _event(hand, state=EventState.CLOSED)


@ACTS.forbidden_by("event.identity_and_order")
def a_closing_date_is_moved_so_that_the_review_is_over(hand: Hand) -> None:
    _event(hand, state=EventState.CLOSING)
    _close(hand)
    _event(hand, closed_at=LATER)


@ACTS.forbidden_by("event.identity_and_order")
def an_events_salt_is_rewritten(hand: Hand) -> None:
    _event(hand, salt=bytes(60))


@ACTS.forbidden_by("ck_event_salt_sealed")
def an_events_salt_lies_in_clear(hand: Hand) -> None:
    planned = {"id": new_id(), "code": "CLARA-2026-11-24", "state": EventState.PLANNED}
    hand.copy("event", {"id": hand.world.event.id}, **planned, salt=bytes(32))


@ACTS.forbidden_by("event.identity_and_order")
def an_events_days_are_moved(hand: Hand) -> None:
    _event(hand, starts_on=hand.world.event.starts_on.replace(day=1))


@ACTS.forbidden_by("ck_event_salt_until_close", "ck_event_closed_with_salt")
def an_open_events_salt_is_destroyed(hand: Hand) -> None:
    _event(hand, salt=None)


@ACTS.forbidden_by("ck_event_salt_until_close", "ck_event_closed_with_salt")
def a_closed_events_vouchers_can_still_be_printed(hand: Hand) -> None:
    _event(hand, state=EventState.CLOSING)
    _event(hand, state=EventState.CLOSED, closed_at=NOW)


@ACTS.forbidden_by("ck_event_closed_with_salt")
def an_event_closes_at_no_time(hand: Hand) -> None:
    _event(hand, state=EventState.CLOSING)
    _close(hand, closed_at=None)


@ACTS.forbidden_by("ck_handover_appraiser_is_not_issuer")
def the_appraiser_issues(hand: Hand) -> None:
    _step(hand, hand.world.surrender, issued_by=hand.world.appraiser.id)


@ACTS.forbidden_by("ck_handover_approver_is_not_appraiser")
def the_appraiser_approves(hand: Hand) -> None:
    _step(hand, hand.world.surrender, approved_by=hand.world.appraiser.id)


@ACTS.forbidden_by("ck_handover_approver_is_not_issuer")
def the_approver_issues(hand: Hand) -> None:
    approver = hand.world.approver.id
    _step(hand, hand.world.surrender, approved_by=approver, issued_by=approver)


@ACTS.forbidden_by("ck_handover_appraised_before_issue")
def what_nobody_appraised_is_issued(hand: Hand) -> None:
    _visit(hand, issued_by=hand.world.issuer.id)


@ACTS.forbidden_by("handover.steps_stay")
def the_appraisal_is_said_to_be_another_ones(hand: Hand) -> None:
    _step(hand, hand.world.surrender, appraised_by=hand.world.approver.id)


@ACTS.forbidden_by("handover.steps_stay")
def the_appraisal_is_said_to_be_nobodys(hand: Hand) -> None:
    _step(hand, hand.world.surrender, appraised_by=None)


@ACTS.forbidden_by("handover.steps_stay")
def the_approval_is_said_to_be_another_ones(hand: Hand) -> None:
    visit = _visit(hand, appraised_by=hand.world.appraiser.id, approved_by=hand.world.approver.id)
    _step(hand, visit, approved_by=hand.world.issuer.id)


@ACTS.forbidden_by("handover.steps_stay")
def the_issue_is_said_to_be_another_ones(hand: Hand) -> None:
    visit = _visit(hand, appraised_by=hand.world.appraiser.id, issued_by=hand.world.issuer.id)
    _step(hand, visit, issued_by=hand.world.approver.id)


@ACTS.forbidden_by("handover.steps_stay")
def a_paid_award_is_changed(hand: Hand) -> None:
    visit = _visit(hand, appraised_by=hand.world.appraiser.id, issued_by=hand.world.issuer.id, award=1)
    _step(hand, visit, award=2)


@ACTS.forbidden_by("handover.approved_first")
def what_wants_a_second_person_is_issued_without_one(hand: Hand) -> None:
    visit = _visit(hand, appraised_by=hand.world.appraiser.id)
    _entry(hand, visit, needs_approval=True)
    _step(hand, visit, issued_by=hand.world.issuer.id)


@ACTS.forbidden_by("handover_item.approved_first")
def what_wants_a_second_person_is_added_to_what_was_issued_without_one(hand: Hand) -> None:
    visit = _visit(hand, appraised_by=hand.world.appraiser.id, issued_by=hand.world.issuer.id)
    _entry(hand, visit, needs_approval=True)


@ACTS.forbidden_by("handover_item.link_stays")
def what_wants_a_second_person_is_said_not_to(hand: Hand) -> None:
    visit = _visit(hand, appraised_by=hand.world.appraiser.id)
    hand.change("handover_item", {"item": _entry(hand, visit, needs_approval=True)}, needs_approval=False)


@ACTS.forbidden_by("handover_item.link_stays")
def an_item_moves_to_another_visit(hand: Hand) -> None:
    hand.change("handover_item", {"item": hand.world.item}, surrender=_visit(hand))


@ACTS.forbidden_by("handover_voucher.link_stays")
def a_voucher_moves_to_another_visit(hand: Hand) -> None:
    hand.change("handover_voucher", {"voucher": hand.world.unspent.id}, surrender=_visit(hand))


@ACTS.forbidden_by("handover_item.deleted_by_purge")
def an_open_events_item_is_torn_from_its_visit(hand: Hand) -> None:
    hand.take("handover_item", item=hand.world.item)


@ACTS.forbidden_by("handover_voucher.deleted_by_purge")
def an_open_events_voucher_is_torn_from_its_visit(hand: Hand) -> None:
    hand.take("handover_voucher", voucher=hand.world.unspent.id)


@ACTS.forbidden_by("handover.deleted_by_purge")
def an_open_events_visit_forgets_who_did_what(hand: Hand) -> None:
    hand.take("handover", surrender=_visit(hand))


@ACTS.forbidden_by("pk_handover_voucher")
def a_voucher_is_paid_for_two_visits(hand: Hand) -> None:
    hand.put("handover_voucher", voucher=hand.world.unspent.id, surrender=_visit(hand))


@ACTS.forbidden_by("pk_handover_item")
def an_item_is_handed_in_twice(hand: Hand) -> None:
    hand.put("handover_item", item=hand.world.item, surrender=_visit(hand), line=1, needs_approval=False)


@ACTS.forbidden_by("uq_handover_op_id")
def a_tables_op_id_is_used_twice(hand: Hand) -> None:
    _visit(hand, op_id=hand.one("handover", surrender=hand.world.surrender)["op_id"])


@ACTS.forbidden_by("uq_handover_event_number")
def a_ticket_number_is_given_twice(hand: Hand) -> None:
    _visit(hand, number=hand.one("handover", surrender=hand.world.surrender)["number"])


@ACTS.forbidden_by("fk_surrender_event_day")
def a_visit_is_on_a_day_without_tables(hand: Hand) -> None:
    other_day = hand.world.other_event.ends_on.replace(day=1)
    hand.copy("surrender", {"id": hand.world.surrender}, id=new_id(), day=other_day)


@ACTS.forbidden_by("surrender.states_in_order")
def a_visit_is_paid_before_its_offer(hand: Hand) -> None:
    hand.change("surrender", {"id": hand.world.surrender}, state=SurrenderState.PAID_OUT)


@ACTS.forbidden_by("surrender.states_in_order")
def a_paid_visit_is_open_again(hand: Hand) -> None:
    paid = hand.one("surrender", state=SurrenderState.PAID_OUT)["id"]
    hand.change("surrender", {"id": paid}, state=SurrenderState.OPEN)


@ACTS.forbidden_by("uq_item_tag")
def a_tag_is_used_twice(hand: Hand) -> None:
    tag = _tag(hand)
    for _twice in range(2):
        hand.copy("item", {"id": hand.world.item}, id=new_id(), tag=tag)


@ACTS.forbidden_by("item.tag_of_programme")
def a_tag_is_of_another_programme(hand: Hand) -> None:
    programme = new_id()
    hand.copy("programme", {"id": hand.world.event.programme.id}, id=programme, code="OTRO", number=99)
    hand.copy("item", {"id": hand.world.item}, id=new_id(), tag=_tag(hand, programme=programme))


@ACTS.forbidden_by("item.end_is_final")
def a_tag_is_swapped_for_another(hand: Hand) -> None:
    hand.change("item", {"id": hand.world.item}, tag=_tag(hand))


def _received(hand: Hand, **values: object) -> UUID:
    """An item of an event that has just been closed."""
    item, of_event = new_id(), {"state": ItemState.RECEIVED, "event": hand.world.event.id}
    hand.copy("item", of_event, **{"id": item, **values})
    _event(hand, state=EventState.CLOSING)
    _close(hand)
    return item


def _value_sum(hand: Hand) -> None:
    event = hand.world.event
    hand.put("value_sum", id=new_id(), event=event.id, day=event.ends_on, items=1, value=100_00)


def _tag(hand: Hand, **values: object) -> UUID:
    tag = new_id()
    hand.put("tag", **{"id": tag, "programme": hand.world.event.programme.id, "code": "7KQ4-M", **values})
    return tag


@ACTS.forbidden_by("item.end_is_final")
def a_received_item_gets_another_price(hand: Hand) -> None:
    received = hand.one("item", state=ItemState.RECEIVED)["id"]
    hand.change("item", {"id": received}, value=1)


@ACTS.forbidden_by("item.received_has_price")
def an_item_is_received_without_a_price(hand: Hand) -> None:
    hand.copy("item", {"id": hand.world.item}, id=new_id(), state=ItemState.RECEIVED, value=None)


@ACTS.forbidden_by("item.is_received_with_price")
def an_item_is_received_and_loses_its_price(hand: Hand) -> None:
    hand.change("item", {"id": hand.world.item}, state=ItemState.RECEIVED, value=None)


@ACTS.forbidden_by("item.deleted_by_purge")
def an_open_events_rounds_are_deleted(hand: Hand) -> None:
    item = new_id()
    hand.copy("item", {"id": hand.world.item}, id=item, catalogue_class="ammunition")
    hand.take("item", id=item)


@ACTS.forbidden_by("item.deleted_by_purge")
def a_closed_events_weapon_is_deleted(hand: Hand) -> None:
    item = _received(hand)
    hand.take("item", id=item)


@ACTS.forbidden_by("item.deleted_by_purge")
def a_closed_events_rounds_are_deleted_before_they_are_added_up(hand: Hand) -> None:
    item = _received(hand, catalogue_class="ammunition")
    hand.take("item", id=item)


@ACTS.forbidden_by("item.end_is_final")
def a_closed_events_weapon_loses_its_value_before_it_is_added_up(hand: Hand) -> None:
    item = _received(hand)
    hand.change("item", {"id": item}, value=None)


@ACTS.forbidden_by("item.end_is_final")
def a_weapon_that_loses_its_value_gets_another_name(hand: Hand) -> None:
    item = _received(hand)
    _value_sum(hand)
    hand.change("item", {"id": item}, value=None, make="Otra")


@ACTS.forbidden_by("quantity_sum.of_closed_event")
def rounds_are_added_to_an_open_event(hand: Hand) -> None:
    event = hand.world.event
    hand.put("quantity_sum", event=event.id, day=event.ends_on, catalogue_class="ammunition", number=1000)


@ACTS.forbidden_by("value_sum.of_closed_event")
def a_value_is_added_to_an_open_event(hand: Hand) -> None:
    _value_sum(hand)


@ACTS.forbidden_by("ck_item_returned_has_no_price")
def an_item_goes_back_and_keeps_its_price(hand: Hand) -> None:
    hand.change("item", {"id": hand.world.item}, state=ItemState.RETURNED)


@ACTS.forbidden_by("ck_item_legible_serial_is_written")
def a_serial_is_read_whole_and_not_written_down(hand: Hand) -> None:
    hand.copy("item", {"id": hand.world.item}, id=new_id(), serial=None, serial_status=SerialStatus.LEGIBLE)


@ACTS.forbidden_by("ck_item_unreadable_serial_is_blank")
def a_weapon_that_was_never_marked_has_a_serial(hand: Hand) -> None:
    hand.copy("item", {"id": hand.world.item}, id=new_id(), serial="X1", serial_status=SerialStatus.NEVER_MARKED)


@ACTS.forbidden_by("ck_item_unreadable_serial_is_blank")
def a_serial_is_written_down_that_was_scratched_out(hand: Hand) -> None:
    hand.copy("item", {"id": hand.world.item}, id=new_id(), serial="X1", serial_status=SerialStatus.OBLITERATED)


@ACTS.forbidden_by("ck_item_quantity")
def a_lot_has_nothing_in_it(hand: Hand) -> None:
    hand.copy("item", {"id": hand.world.item}, id=new_id(), quantity=0)


def _event(hand: Hand, **values: Any) -> None:  # noqa: ANN401  whatever a column holds
    hand.change("event", {"id": hand.world.event.id}, **values)


def _close(hand: Hand, **values: Any) -> None:  # noqa: ANN401  as above
    _event(hand, **{"state": EventState.CLOSED, "salt": None, "closed_at": NOW, **values})


def _visit(hand: Hand, **values: Any) -> UUID:  # noqa: ANN401  as above
    """A fresh surrender at the event that is open, with its hand-over."""
    surrender, event = new_id(), hand.world.other_event
    hand.put("surrender", id=surrender, event=event.id, day=event.ends_on, state=SurrenderState.OPEN)
    row = {"surrender": surrender, "event": event.id, "op_id": new_id(), "op_hash": bytes(32), "number": 900}
    hand.put("handover", **{**row, **values})
    return surrender


def _step(hand: Hand, surrender: UUID, **values: Any) -> None:  # noqa: ANN401  as above
    hand.change("handover", {"surrender": surrender}, **values)


def _entry(hand: Hand, surrender: UUID, *, needs_approval: bool) -> UUID:
    """One more item like the world's, in a hand-over."""
    item = new_id()
    hand.copy("item", {"id": hand.world.item}, id=item)
    hand.put("handover_item", item=item, surrender=surrender, line=1, needs_approval=needs_approval)
    return item
