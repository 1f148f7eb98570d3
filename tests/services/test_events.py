"""Events: planned under a programme, opened by an official, closed and purged in order."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from buyback.campaigns import queries, service
from buyback.campaigns.facts import EventFacts
from buyback.campaigns.programmes import close_programme
from buyback.campaigns.rules import (
    EventNotClosed,
    EventNotClosing,
    EventNotOpen,
    EventNotPlanned,
    EventPlan,
    FunderMissing,
    FunderTwice,
    ProgrammeClosed,
)
from buyback.campaigns.states import EventState
from buyback.campaigns.tables import Event
from buyback.db import Database
from buyback.errors import InvalidInput, NotFound, Refused
from buyback.people import queries as people
from buyback.people.rules import OPERATOR, OrganisationKind
from buyback.places import queries as places
from tests.builders import NOW, PROGRAMME, TODAY, make_event, make_organisation, make_programme

LOCAL = PROGRAMME.replace('"MINGOB"', '"@municipality"').replace(
    "weight = 30}", 'weight = 20}, {organisation = "@governorate", weight = 10}'
)


def move(database: Database, act: Callable[..., None], event: EventFacts) -> EventFacts:
    def work(session: Session) -> EventFacts:
        act(session, event=event.id, by=OPERATOR, now=NOW)
        return queries.get_event_by_id(session, event.id)

    return database.transact(work)


def test_a_planned_event_knows_its_days_its_expiry_and_its_programme(database: Database) -> None:
    event = make_event(database, "E1", starts_on=date(2026, 11, 20), ends_on=date(2026, 11, 22), is_open=False)
    assert event.state is EventState.PLANNED
    assert event.days == (date(2026, 11, 20), date(2026, 11, 21), date(2026, 11, 22))
    assert event.expires_on == date(2027, 2, 20)
    assert event.programme.code == "PMB-TEST"
    assert event.salt is not None


def test_the_agreement_is_fixed_in_the_programmes_order(database: Database) -> None:
    event = make_event(database)
    with database.reading() as session:
        wanted = [people.get_organisation(session, code).id for code in ("MINSEG", "MINGOB")]
        shares = queries.shares(session, event.id)
    assert [(share.funder, share.weight) for share in shares] == list(zip(wanted, (70, 30), strict=True))


def test_local_funders_are_those_of_the_events_district_and_province(database: Database) -> None:
    panama = make_organisation(database, "MUN-PANAMA", OrganisationKind.MUNICIPALITY, "0808")
    make_organisation(database, "MUN-COLON", OrganisationKind.MUNICIPALITY, "0301")
    make_organisation(database, "GOB-COLON", OrganisationKind.GOVERNORATE, "0301")
    governorate = make_organisation(database, "GOB-PANAMA", OrganisationKind.GOVERNORATE, "0808")
    event = make_event(database, programme=make_programme(database, LOCAL))
    with database.reading() as session:
        funders = [share.funder for share in queries.shares(session, event.id)]
    assert funders[1:] == [panama, governorate]


@pytest.mark.parametrize(
    "registered, missing",
    [(OrganisationKind.GOVERNORATE, "@municipality"), (OrganisationKind.MUNICIPALITY, "@governorate")],
)
def test_a_missing_local_funder_is_named_and_nothing_is_stored(
    database: Database, registered: OrganisationKind, missing: str
) -> None:
    make_organisation(database, "LOCAL", registered, "0808")
    programme = make_programme(database, LOCAL)
    with pytest.raises(FunderMissing) as caught:
        make_event(database, programme=programme)
    assert caught.value.facts == {"funder": missing, "district": "0808"}
    with database.reading() as session:
        assert queries.events(session) == ()


def test_no_district_pays_for_another(database: Database) -> None:
    make_organisation(database, "MUN-COLON", OrganisationKind.MUNICIPALITY, "0301")
    make_organisation(database, "GOB-PANAMA", OrganisationKind.GOVERNORATE, "0808")
    programme = make_programme(database, LOCAL)
    with pytest.raises(FunderMissing):
        make_event(database, programme=programme)


def test_one_organisation_holds_one_share(database: Database) -> None:
    make_organisation(database, "MUN-PANAMA", OrganisationKind.MUNICIPALITY, "0808")
    text = PROGRAMME.replace('"MINGOB"', '"@municipality"').replace('"MINSEG"', '"MUN-PANAMA"')
    programme = make_programme(database, text)
    with pytest.raises(FunderTwice):
        make_event(database, programme=programme)


@pytest.mark.parametrize(
    "changes, problem",
    [
        ({"code": "two words"}, ("code", "code_malformed")),
        ({"code": ""}, ("code", "code_malformed")),
        ({"code": "E" * 65}, ("code", "code_malformed")),
        ({"starts_on": date(2026, 11, 25)}, ("to", "days_reversed")),
        ({"starts_on": date(2021, 12, 31), "ends_on": date(2022, 1, 1)}, ("from", "outside_programme")),
        ({"starts_on": date(2031, 12, 31), "ends_on": date(2032, 1, 1)}, ("from", "outside_programme")),
        ({"starts_on": date(2025, 1, 1)}, ("to", "event_too_long")),
        ({"site": "Parque\nOmar"}, ("site", "not_plain_text")),
        ({"site": "x" * 121}, ("site", "too_long")),
        ({"float_cents": 0}, ("float", "amount_out_of_bounds")),
        ({"float_cents": -1}, ("float", "amount_out_of_bounds")),
        ({"float_cents": 100_000_000_01}, ("float", "amount_out_of_bounds")),
        ({"corregimiento": "080899"}, ("corregimiento", "not_found")),
        ({"corregimiento": "0808"}, ("corregimiento", "not_found")),
    ],
)
def test_a_plan_with_a_mistake_is_refused_at_its_field(
    database: Database, changes: dict[str, Any], problem: tuple[str, str]
) -> None:
    with pytest.raises(InvalidInput) as caught:
        make_event(database, **{"code": "E1", **changes})
    assert [(found.field, found.refusal.code) for found in caught.value.problems] == [problem]
    with database.reading() as session:
        assert queries.events(session) == ()


def test_every_mistake_of_a_plan_is_told_at_once(database: Database) -> None:
    with pytest.raises(InvalidInput) as caught:
        make_event(database, "two words", float_cents=0, corregimiento="999999")
    assert [problem.field for problem in caught.value.problems] == ["code", "float", "corregimiento"]


def test_the_first_and_the_last_day_of_the_programme_are_in_it(database: Database) -> None:
    first = make_event(database, "FIRST", starts_on=date(2022, 1, 1), ends_on=date(2022, 1, 1))
    last = make_event(database, "LAST", starts_on=date(2031, 12, 31), ends_on=date(2031, 12, 31))
    assert (first.state, last.state) == (EventState.OPEN, EventState.OPEN)


def test_a_code_belongs_to_one_event(database: Database) -> None:
    make_event(database, "E1")
    with pytest.raises(InvalidInput) as caught:
        make_event(database, "E1")
    assert [problem.refusal.code for problem in caught.value.problems] == ["code_taken"]


def test_an_event_goes_its_way_once_and_in_order(database: Database) -> None:
    event = make_event(database, is_open=False)
    assert move(database, service.open_event, event).state is EventState.OPEN
    assert move(database, service.begin_closing, event).state is EventState.CLOSING
    assert move(database, service.resume_event, event).state is EventState.OPEN
    assert move(database, service.begin_closing, event).state is EventState.CLOSING
    closed = move(database, service.close_event, event)
    assert (closed.state, closed.salt) == (EventState.CLOSED, None)
    assert move(database, service.mark_purged, event).state is EventState.PURGED


@pytest.mark.parametrize(
    "before, act, refusal",
    [
        ([service.open_event], service.open_event, EventNotPlanned),
        ([], service.begin_closing, EventNotOpen),
        ([service.open_event], service.close_event, EventNotClosing),
        ([service.open_event], service.resume_event, EventNotClosing),
        ([service.open_event, service.begin_closing], service.mark_purged, EventNotClosed),
        (
            [service.open_event, service.begin_closing, service.close_event],
            service.open_event,
            EventNotPlanned,
        ),
    ],
)
def test_an_event_cannot_leave_its_way(
    database: Database,
    before: list[Callable[..., None]],
    act: Callable[..., None],
    refusal: type[Refused],
) -> None:
    event = make_event(database, is_open=False)
    for step in before:
        event = move(database, step, event)
    with pytest.raises(refusal):
        move(database, act, event)
    with database.reading() as session:
        assert queries.get_event_by_id(session, event.id).state is event.state


def test_a_closed_programmes_event_stays_shut(database: Database) -> None:
    event = make_event(database, is_open=False)
    database.transact(lambda session: close_programme(session, code="PMB-TEST", by=OPERATOR, now=NOW))
    with pytest.raises(ProgrammeClosed):
        move(database, service.open_event, event)


def test_events_are_listed_newest_first_within_a_persons_scope(database: Database) -> None:
    make_event(database, "OLD", starts_on=date(2026, 1, 1), ends_on=date(2026, 1, 1))
    make_event(database, "NEW", is_open=False)
    make_event(database, "COLON", corregimiento="030101")
    with database.reading() as session:
        assert [event.code for event in queries.events(session)] == ["COLON", "NEW", "OLD"]
        assert [event.code for event in queries.events(session, district="0808")] == ["NEW", "OLD"]
        assert [event.code for event in queries.events(session, states=[EventState.PLANNED])] == ["NEW"]
        assert queries.events(session, programme="OTHER") == ()


def test_an_unknown_event_is_not_found(database: Database) -> None:
    event = make_event(database)
    with database.reading() as session:
        with pytest.raises(NotFound):
            queries.get_event(session, "NONE")
        with pytest.raises(NotFound):
            queries.get_event_by_id(session, event.programme.id)


def test_a_barrio_named_with_the_event_is_remembered(database: Database) -> None:
    programme = make_programme(database)
    plan = EventPlan(code="E1", site="Cancha", starts_on=TODAY, ends_on=TODAY, float_cents=100_00)

    def work(session: Session) -> None:
        service.add_event(
            session,
            programme=programme,
            plan=plan,
            corregimiento="080806",
            salt=bytes(32),
            by=OPERATOR,
            now=NOW,
            barrio="Villa Cáceres",
        )

    database.transact(work)
    with database.reading() as session:
        barrio = places.find_barrio(session, "080806", "villa caceres")
        assert barrio is not None
        assert session.scalars(select(Event.barrio)).one() == barrio.id
