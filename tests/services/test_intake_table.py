"""Surrenders are opened, items are registered, priced and struck."""

from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from buyback.campaigns import service as campaigns
from buyback.campaigns.facts import EventFacts
from buyback.campaigns.rules import EventNotOpen
from buyback.db import Database
from buyback.errors import NotFound, Refused
from buyback.files.reading.refusals import DayInFuture
from buyback.ids import new_id
from buyback.intake import queries, service
from buyback.intake.details import Details, MadeSafeNeeded
from buyback.intake.rules import (
    AppraisedByAnother,
    DayOutsideEvent,
    FloatExceeded,
    FloatSpent,
    ItemsMoved,
    ItemState,
    OpIdReused,
    SurrenderMoved,
    SurrenderState,
)
from buyback.intake.tags import TagInUse
from buyback.people.rules import OPERATOR, Actor
from buyback.security.access import Role
from buyback.tariff.catalogue import ClassCode, Condition
from buyback.tariff.rules import CapExceeded, NoTariffLine, PricedThing, ValueNeeded
from tests.builders import (
    NOW,
    REVOLVER,
    ROUNDS,
    TODAY,
    add_item,
    make_event,
    make_paid_out,
    make_tags,
    make_user,
    open_surrender,
)

T = TypeVar("T")
TOMORROW = TODAY + timedelta(days=1)
GRENADE = PricedThing(class_code=ClassCode.GRENADE)
PRINTED = PricedThing(class_code=ClassCode.PRINTED)


Begun = tuple[EventFacts, Actor, Actor]


def fill(database: Database) -> Begun:
    ana = make_user(database, "ana", Role.APPRAISER)
    return make_event(database), ana, make_user(database, "beto", Role.APPRAISER, Role.ISSUER)


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


def open_one(database: Database, event: EventFacts, by: Actor, **changes: object) -> int:
    wanted = {"event": event.id, "day": TODAY, "op_id": new_id(), "by": by, "now": NOW, **changes}
    return database.transact(lambda session: service.open_surrender(session, **wanted))  # type: ignore[arg-type]  # by name


def add(database: Database, surrender: UUID, by: Actor, line: int, thing: PricedThing) -> UUID:
    return database.transact(
        lambda session: service.add_item(session, surrender=surrender, line=line, thing=thing, by=by, now=NOW)
    )


def read(database: Database, query: Callable[[Session], T]) -> T:
    with database.reading() as session:
        return query(session)


def items(database: Database, surrender: UUID) -> list[queries.ItemFacts]:
    return read(database, lambda session: queries.items_of(session, surrender))


def test_tickets_of_an_event_count_from_one(database: Database, event: EventFacts, ana: Actor) -> None:
    other = make_event(database, "OTRA")
    assert [open_one(database, place, ana) for place in (event, event, other)] == [1, 2, 1]
    facts = read(database, lambda session: queries.get_surrender(session, event=event.id, number=2))
    assert (facts.state, facts.day, facts.registered_by) == (SurrenderState.OPEN, TODAY, ana.id)


def test_the_same_op_id_opens_one_surrender(database: Database, event: EventFacts, ana: Actor) -> None:
    op_id = new_id()
    assert [open_one(database, event, ana, op_id=op_id) for _ in range(2)] == [1, 1]
    assert open_one(database, event, ana) == 2


def test_an_empty_surrender_is_offered_again_to_whoever_opened_it(
    database: Database, event: EventFacts, ana: Actor, beto: Actor
) -> None:
    assert [open_one(database, event, ana, resumes=True) for _ in range(2)] == [1, 1]
    assert open_one(database, event, beto, resumes=True) == 2
    first = read(database, lambda session: queries.get_surrender(session, event=event.id, number=1))
    add_item(database, first.id, ana)
    assert open_one(database, event, ana, resumes=True) == 3


def test_an_op_id_is_not_used_for_another_surrender(database: Database, event: EventFacts, ana: Actor) -> None:
    op_id, other = new_id(), make_event(database, "OTRA")
    open_one(database, event, ana, op_id=op_id)
    with pytest.raises(OpIdReused):
        open_one(database, other, ana, op_id=op_id)


def test_an_event_that_is_not_open_takes_no_surrender(database: Database, ana: Actor) -> None:
    planned = make_event(database, "PLANEADA", is_open=False)
    with pytest.raises(EventNotOpen):
        open_one(database, planned, ana)


def test_a_surrender_is_of_one_of_the_events_days(database: Database, ana: Actor) -> None:
    event = make_event(database, "DOS-DIAS", ends_on=TOMORROW)
    with pytest.raises(DayOutsideEvent):
        open_one(database, event, ana, day=TODAY - timedelta(days=1))
    with pytest.raises(DayInFuture):
        open_one(database, event, ana, day=TOMORROW)
    assert open_one(database, event, ana, day=TOMORROW, now=NOW + timedelta(days=1)) == 1


def test_the_day_is_panamas_even_when_it_is_tomorrow_in_utc(database: Database, ana: Actor) -> None:
    event = make_event(database, "DOS-DIAS", ends_on=TOMORROW)
    late = NOW.replace(hour=23, minute=59) + timedelta(hours=3)  # 21:59 of the same day in Panama
    with pytest.raises(DayInFuture):
        open_one(database, event, ana, day=TOMORROW, now=late)


def test_an_event_without_float_says_so_before_the_appraisal(database: Database, ana: Actor, beto: Actor) -> None:
    event = make_event(database, "CHICA", float_cents=150_00)
    make_paid_out(database, event, ana, beto)
    with pytest.raises(FloatSpent):
        open_one(database, event, ana)


def test_an_item_gets_its_price_from_the_tariff(database: Database, event: EventFacts, ana: Actor) -> None:
    surrender = open_surrender(database, event, ana)
    add_item(database, surrender, ana, REVOLVER)
    add_item(database, surrender, ana, ROUNDS)
    revolver, rounds = items(database, surrender)
    assert (revolver.line, revolver.value, revolver.needs_approval) == (1, 150_00, False)
    assert (rounds.line, rounds.value, rounds.quantity, rounds.needs_approval) == (2, 7_00, 20, False)


@pytest.mark.parametrize("value", [99_99, 250_01])
def test_a_value_outside_the_range_is_marked_for_a_second_person(
    database: Database, event: EventFacts, ana: Actor, value: int
) -> None:
    surrender = open_surrender(database, event, ana)
    odd = PricedThing(class_code=ClassCode.REVOLVER, condition=Condition.SERVICEABLE, value=value)
    add_item(database, surrender, ana, odd)
    assert items(database, surrender)[0].needs_approval


@pytest.mark.parametrize(
    "thing, refusal",
    [
        (PricedThing(class_code=ClassCode.RIFLE, condition=Condition.POOR, value=1_00), NoTariffLine),
        (PricedThing(class_code=ClassCode.REVOLVER, condition=Condition.SERVICEABLE), ValueNeeded),
        (PricedThing(class_code=ClassCode.PRINTED, quantity=3), CapExceeded),
        (GRENADE, MadeSafeNeeded),
    ],
)
def test_what_the_tariff_or_the_table_does_not_take_is_refused(
    database: Database, event: EventFacts, ana: Actor, thing: PricedThing, refusal: type[Refused]
) -> None:
    surrender = open_surrender(database, event, ana)
    with pytest.raises(refusal):
        add_item(database, surrender, ana, thing)
    assert not items(database, surrender)


def test_a_cap_counts_the_whole_visit_but_not_what_was_struck(
    database: Database, event: EventFacts, ana: Actor
) -> None:
    surrender = open_surrender(database, event, ana)
    first = add_item(database, surrender, ana, PRINTED)
    add_item(database, surrender, ana, PRINTED)
    with pytest.raises(CapExceeded):
        add_item(database, surrender, ana, PRINTED)
    database.transact(lambda session: service.strike_item(session, surrender=surrender, item=first, by=ana, now=NOW))
    add_item(database, surrender, ana, PRINTED)


def test_an_explosive_names_the_unit_that_made_it_safe(database: Database, event: EventFacts, ana: Actor) -> None:
    surrender = open_surrender(database, event, ana)
    add_item(database, surrender, ana, GRENADE, Details(made_safe_by="UTOA"))
    assert items(database, surrender)[0].details.made_safe_by == "UTOA"


def test_a_tag_is_on_one_item(database: Database, event: EventFacts, ana: Actor) -> None:
    surrender, tagged = open_surrender(database, event, ana), Details(tag=make_tags(database, 1)[0])
    first = add_item(database, surrender, ana, REVOLVER, tagged)
    with pytest.raises(TagInUse):
        add_item(database, surrender, ana, REVOLVER, tagged)
    database.transact(lambda session: service.strike_item(session, surrender=surrender, item=first, by=ana, now=NOW))
    add_item(database, surrender, ana, REVOLVER, tagged)


def test_a_second_tap_does_not_make_a_second_item(database: Database, event: EventFacts, ana: Actor) -> None:
    surrender = open_surrender(database, event, ana)
    taps = {add(database, surrender, ana, 1, REVOLVER) for _ in range(2)}
    assert [item.id for item in items(database, surrender)] == list(taps)


@pytest.mark.parametrize("line", [0, 1, 3])
def test_an_item_for_a_list_that_has_changed_is_refused(
    database: Database, event: EventFacts, ana: Actor, line: int
) -> None:
    surrender = open_surrender(database, event, ana)
    add_item(database, surrender, ana, REVOLVER)
    with pytest.raises(ItemsMoved):
        add(database, surrender, ana, line, ROUNDS)


def test_a_struck_item_has_no_price_and_keeps_its_line(database: Database, event: EventFacts, ana: Actor) -> None:
    surrender = open_surrender(database, event, ana)
    item = add_item(database, surrender, ana)
    for _ in range(2):
        database.transact(lambda session: service.strike_item(session, surrender=surrender, item=item, by=ana, now=NOW))
    add_item(database, surrender, ana, ROUNDS)
    struck, rounds = items(database, surrender)
    assert (struck.state, struck.value, struck.line) == (ItemState.STRUCK, None, 1)
    assert (rounds.state, rounds.line) == (ItemState.REGISTERED, 2)


def test_an_item_of_another_surrender_is_not_struck(database: Database, event: EventFacts, ana: Actor) -> None:
    mine, other = open_surrender(database, event, ana), open_surrender(database, event, ana)
    item = add_item(database, other, ana)
    with pytest.raises(ItemsMoved):
        database.transact(lambda session: service.strike_item(session, surrender=mine, item=item, by=ana, now=NOW))
    assert items(database, other)[0].counts


def test_one_person_appraises_a_surrender(database: Database, event: EventFacts, ana: Actor, beto: Actor) -> None:
    surrender = open_surrender(database, event, beto)
    add_item(database, surrender, ana)
    with pytest.raises(AppraisedByAnother):
        add_item(database, surrender, beto, ROUNDS)


def test_an_award_over_the_float_is_refused_while_it_is_appraised(database: Database, ana: Actor) -> None:
    event = make_event(database, "CHICA", float_cents=157_00)
    surrender = open_surrender(database, event, ana)
    add_item(database, surrender, ana, REVOLVER)
    add_item(database, surrender, ana, ROUNDS)  # the last cent
    with pytest.raises(FloatExceeded):
        add_item(database, surrender, ana, PricedThing(class_code=ClassCode.MAGAZINE))


def test_an_ended_surrender_takes_no_items(database: Database, event: EventFacts, ana: Actor, beto: Actor) -> None:
    make_paid_out(database, event, ana, beto)
    paid = read(database, lambda session: queries.get_surrender(session, event=event.id, number=1))
    with pytest.raises(SurrenderMoved):
        add_item(database, paid.id, ana)


def test_an_event_that_is_closing_takes_no_items(database: Database, event: EventFacts, ana: Actor) -> None:
    surrender = open_surrender(database, event, ana)
    database.transact(lambda session: campaigns.begin_closing(session, event=event.id, by=OPERATOR, now=NOW))
    with pytest.raises(EventNotOpen):
        add_item(database, surrender, ana)


def test_an_unknown_ticket_is_not_found(database: Database, event: EventFacts) -> None:
    with pytest.raises(NotFound):
        read(database, lambda session: queries.get_surrender(session, event=event.id, number=1))
