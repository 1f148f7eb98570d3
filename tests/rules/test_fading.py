"""How well a redemption may be known: every set of facts, on either side of the week."""

from datetime import date, timedelta
from itertools import product

import pytest

from buyback.redemption.fading import TIME_DAYS, Because, Known, Traces, how_well
from buyback.times import When

DAY = date(2026, 11, 24)


@pytest.mark.parametrize("after", range(TIME_DAYS + 1))
def test_a_time_is_known_through_the_seven_days_after_its_own(after: int) -> None:
    assert how_well(Traces(DAY), today=DAY + timedelta(days=after)) == (Known.TIME, Because.RECENT)


def test_then_the_day_is_known() -> None:
    assert how_well(Traces(DAY), today=DAY + timedelta(days=8)) == (Known.DAY, Because.WEEK_OVER)
    assert how_well(Traces(DAY), today=DAY + timedelta(days=4000)) == (Known.DAY, Because.WEEK_OVER)


def test_an_approved_settlement_is_enough() -> None:
    assert how_well(Traces(DAY, is_settled=True, has_ended=True), today=DAY) == (Known.DAY, Because.SETTLED)


def test_once_settled_and_its_event_purged_the_month_is_known() -> None:
    traces = Traces(DAY, is_settled=True, has_ended=True, event_purged=True)
    assert how_well(traces, today=DAY) == (Known.MONTH, Because.EVENT_PURGED)


def test_what_was_undone_is_never_settled_and_goes_to_the_month_after_its_week() -> None:
    traces = Traces(DAY, has_ended=True, event_purged=True)
    assert how_well(traces, today=DAY + timedelta(days=7)) == (Known.TIME, Because.RECENT)
    assert how_well(traces, today=DAY + timedelta(days=8)) == (Known.MONTH, Because.EVENT_PURGED)


def test_what_no_settlement_holds_keeps_its_day_though_its_event_is_purged() -> None:
    assert how_well(Traces(DAY, event_purged=True), today=DAY + timedelta(days=99)) == (Known.DAY, Because.WEEK_OVER)


@pytest.mark.parametrize("facts", list(product([False, True], repeat=3)))
def test_what_is_held_keeps_its_time_whatever_else_is_so(facts: tuple[bool, bool, bool]) -> None:
    is_settled, has_ended, purged = facts
    held = Traces(DAY, is_settled=is_settled, has_ended=has_ended, event_purged=purged, is_held=True)
    assert how_well(held, today=DAY + timedelta(days=99)) == (Known.TIME, Because.HELD)


@pytest.mark.parametrize("facts", list(product([False, True], repeat=3)))
def test_nothing_is_known_better_later(facts: tuple[bool, bool, bool]) -> None:
    is_settled, has_ended, purged = facts
    traces = Traces(DAY, is_settled=is_settled, has_ended=has_ended, event_purged=purged)
    known = [how_well(traces, today=DAY + timedelta(days=after))[0] for after in range(20)]
    assert known == sorted(known, reverse=True)


@pytest.mark.parametrize("text", ["2026-11-24T20:04:05Z", "2026-11-24", "2026-11"])
def test_what_is_known_is_read_as_it_was_written(text: str) -> None:
    assert When.read(text).text == text


def test_an_hour_after_panamas_midnight_is_the_next_day() -> None:
    assert When.read("2026-11-25T04:59:59Z").on == DAY
    assert When.read("2026-11-25T05:00:00Z").on == DAY + timedelta(days=1)
