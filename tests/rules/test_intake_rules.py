"""Steps of a surrender, its day, its award and what is read off its items."""

from collections.abc import Iterator
from datetime import date
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from buyback.errors import Refused
from buyback.files.reading.refusals import DayInFuture
from buyback.intake.details import (
    Details,
    MadeSafeNotExpected,
    PersonalData,
    SerialContradicts,
    SerialIsOfOnePiece,
    SerialMissing,
    check_details,
)
from buyback.intake.rules import (
    ENDED,
    MOVES,
    PROMISED,
    DayOutsideEvent,
    FloatExceeded,
    Parties,
    SamePerson,
    SerialStatus,
    Step,
    SurrenderState,
    after_appraisal,
    appraise,
    check_day,
    check_different,
    check_float,
    open_steps,
)
from buyback.people.rules import Actor
from buyback.security.access import Role

DAYS = (date(2026, 11, 20), date(2026, 11, 22))
ANA, BETO, CARLA = UUID(int=1), UUID(int=2), UUID(int=3)


def test_no_step_leaves_an_end() -> None:
    assert not any(move.sources & ENDED for move in MOVES.values())


def test_only_an_accepted_surrender_is_paid_out() -> None:
    assert MOVES[Step.PAY_OUT].sources == {SurrenderState.ACCEPTED}


@pytest.mark.parametrize(
    "state, ana, beto, carla",
    [
        (SurrenderState.OPEN, {Step.OFFER, Step.ASK_APPROVAL, Step.CANCEL}, {Step.CANCEL}, {Step.CANCEL}),
        (
            SurrenderState.AWAITING_APPROVAL,
            {Step.REOPEN, Step.CANCEL},
            {Step.APPROVE, Step.SEND_BACK, Step.CANCEL},
            {Step.APPROVE, Step.SEND_BACK, Step.CANCEL},
        ),
        (
            SurrenderState.OFFERED,
            {Step.REOPEN, Step.ACCEPT, Step.DECLINE, Step.CANCEL},
            {Step.ACCEPT, Step.DECLINE, Step.CANCEL},
            {Step.ACCEPT, Step.DECLINE, Step.CANCEL},
        ),
        (SurrenderState.ACCEPTED, {Step.CANCEL}, {Step.CANCEL}, {Step.PAY_OUT, Step.CANCEL}),
        (SurrenderState.PAID_OUT, set(), set(), set()),
    ],
)
def test_the_steps_open_to_each_of_three_people_of_whom_one_appraised_and_another_approved(
    state: SurrenderState, ana: set[Step], beto: set[Step], carla: set[Step]
) -> None:
    parties = Parties(appraised_by=ANA, approved_by=BETO)
    people = [Actor(person, "", person, frozenset(Role)) for person in (ANA, BETO, CARLA)]
    assert [open_steps(state, parties, person) for person in people] == [ana, beto, carla]


def test_nobody_takes_a_step_without_its_permission() -> None:
    witness = Actor(ANA, "", ANA, frozenset({Role.WITNESS}))
    assert not any(open_steps(state, Parties(ANA, None), witness) for state in SurrenderState)


def test_every_state_that_people_rest_in_can_be_reached_from_open() -> None:
    assert set(_reached(SurrenderState.OPEN)) == set(SurrenderState)


def test_every_state_that_is_no_end_can_be_ended() -> None:
    for state in set(SurrenderState) - ENDED:
        assert ENDED & set(_reached(state)), state


def test_an_award_is_spoken_for_from_the_finished_appraisal_to_the_pay_out() -> None:
    assert {SurrenderState.AWAITING_APPROVAL, SurrenderState.OFFERED, SurrenderState.ACCEPTED} == PROMISED


def test_an_appraisal_that_wants_a_second_person_waits_for_one() -> None:
    assert after_appraisal(needs_approval=True) is Step.ASK_APPROVAL
    assert after_appraisal(needs_approval=False) is Step.OFFER


def test_a_day_of_the_event_that_has_come_is_taken() -> None:
    check_day(DAYS[1], days=DAYS, today=DAYS[1])


def test_a_day_between_two_sessions_is_refused() -> None:
    with pytest.raises(DayOutsideEvent):
        check_day(date(2026, 11, 21), days=DAYS, today=DAYS[1])


def test_a_day_that_has_not_come_is_refused() -> None:
    with pytest.raises(DayInFuture):
        check_day(DAYS[1], days=DAYS, today=DAYS[0])


@pytest.mark.parametrize(
    "values, exact, award",
    [([150_00, 7_00], 157_00, 157_00), ([35, 67], 102, 100), ([35, 68], 103, 105), ([], 0, 0)],
)
def test_an_award_is_rounded_once_for_the_whole_surrender(values: list[int], exact: int, award: int) -> None:
    result = appraise(values, rounding=5)
    assert (result.exact, result.award) == (exact, award)


def test_the_last_cent_of_a_float_may_be_offered_and_not_one_more() -> None:
    check_float(100, left=100)
    with pytest.raises(FloatExceeded) as refused:
        check_float(101, left=100)
    assert refused.value.facts == {"wanted": "B/. 1.01", "left": "B/. 1.00"}


def test_a_person_does_not_take_two_steps_of_one_surrender() -> None:
    check_different(ANA, BETO, None)
    check_different(None, None)
    with pytest.raises(SamePerson):
        check_different(ANA, BETO, ANA)


@pytest.mark.parametrize(
    "details, quantity, refusal",
    [
        (Details(serial="TLK1"), 2, SerialIsOfOnePiece),
        (Details(serial="TLK1", serial_status=SerialStatus.NEVER_MARKED), 1, SerialContradicts),
        (Details(serial="TLK1", serial_status=SerialStatus.OBLITERATED), 1, SerialContradicts),
        (Details(serial_status=SerialStatus.LEGIBLE), 1, SerialMissing),
        (Details(made_safe_by="Antiexplosivos"), 1, MadeSafeNotExpected),
        (Details(make="de 8-123-456"), 1, PersonalData),
        (Details(model="PE-12-345"), 1, PersonalData),
        (Details(calibre="llamar 6123-4567"), 1, PersonalData),
        (Details(make="ana@example.org"), 1, PersonalData),
    ],
)
def test_details_that_cannot_be_true_or_speak_of_a_person_are_refused(
    details: Details, quantity: int, refusal: type[Refused]
) -> None:
    with pytest.raises(refusal):
        check_details(details, quantity=quantity, is_explosive=False)


@pytest.mark.parametrize(
    "details",
    [
        Details(make="Taurus", model="PT92", calibre="9x19", serial="TLK12345", tag="7KQ4-M"),
        Details(serial="8-123-456", serial_status=SerialStatus.PARTIAL),
        Details(calibre="7.62x39 mm", model="Model 10-7"),
    ],
)
def test_what_is_read_off_a_weapon_is_taken(details: Details) -> None:
    check_details(details, quantity=1, is_explosive=False)


@given(st.lists(st.integers(0, 10**9), max_size=20), st.integers(1, 10_000))
def test_rounding_never_moves_an_award_by_more_than_half_a_step(values: list[int], step: int) -> None:
    result = appraise(values, rounding=step)
    assert result.award % step == 0
    assert 2 * abs(result.award - result.exact) <= step


def _reached(start: SurrenderState) -> Iterator[SurrenderState]:
    seen, waiting = {start}, [start]
    while waiting:
        state = waiting.pop()
        yield state
        for move in MOVES.values():
            if state in move.sources and move.target not in seen:
                seen.add(move.target)
                waiting.append(move.target)
