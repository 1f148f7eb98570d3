"""When the clock may be believed before what cannot be undone: every case of its three questions."""

from datetime import UTC, datetime, timedelta

import pytest

from buyback.closing.clocks import Clocks, ClocksDiffer, CountIsAnother, HeartStopped, find_doubt, judge

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
SECOND, MINUTE, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(days=1)
DUE = 7

APART = {
    timedelta(0): None,
    MINUTE - SECOND: None,
    SECOND - MINUTE: None,
    MINUTE: ClocksDiffer,
    -MINUTE: ClocksDiffer,
    3650 * DAY: ClocksDiffer,
}
SILENT: dict[timedelta | None, type[HeartStopped] | None] = {
    None: None,  # nothing has ever served: nothing to compare with
    -DAY: None,
    timedelta(0): None,
    3 * DAY - SECOND: None,
    3 * DAY: HeartStopped,
    3650 * DAY: HeartStopped,
}


def clocks(apart: timedelta = timedelta(0), silent: timedelta | None = None) -> Clocks:
    return Clocks(NOW, NOW - apart, None if silent is None else NOW - silent)


@pytest.mark.parametrize("apart", APART)
@pytest.mark.parametrize("silent", SILENT)
def test_a_minute_between_two_clocks_or_three_days_without_a_heartbeat_are_doubt(
    apart: timedelta, silent: timedelta | None
) -> None:
    expected = APART[apart] or SILENT[silent]
    doubt = find_doubt(clocks(apart, silent))
    assert (doubt and type(doubt)) == expected


@pytest.mark.parametrize("in_doubt", [False, True])
@pytest.mark.parametrize("told", [None, DUE, DUE - 1, DUE + 1, 0])
def test_only_the_number_of_rows_overrules_a_doubt(told: int | None, in_doubt: bool) -> None:  # noqa: FBT001
    asked = clocks(silent=4 * DAY if in_doubt else DAY)
    expected = CountIsAnother if told not in {None, DUE} else HeartStopped if in_doubt and told is None else None
    if expected is None:
        judge(asked, rows=DUE, told=told)
    else:
        with pytest.raises(expected):
            judge(asked, rows=DUE, told=told)
