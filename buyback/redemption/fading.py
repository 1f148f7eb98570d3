"""How well a redemption is known: to the second, then to the day, in the end to the month. Pure.

People spend all their vouchers in one trip: redemptions of one till and minute are a visit, and their sum is an award.
So a time is kept as long as undoing, alarms and the day's close need it, and no longer. The database's guards say the
same once more, row by row.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import IntEnum, StrEnum

from buyback.errors import Refused

TIME_DAYS = 7  # whole days after its own through which the time is known
HOLD_DAYS_MAX = 90


class HoldReason(StrEnum):
    """Why an investigation needs times. A list: free text could name a person."""

    COURT_ORDER = "court_order"
    STOLEN_VOUCHERS = "stolen_vouchers"
    MERCHANT_IN_DOUBT = "merchant_in_doubt"
    OFFICIAL_IN_DOUBT = "official_in_doubt"


class HoldNamesNothing(Refused):
    """A hold over everything would be no hold."""

    sentence = "Una retención nombra los comercios o los vales que se investigan."


class HoldIsOwn(Refused):
    """It takes two."""

    sentence = "Quien pide una retención no la concede: lo hace otra persona."


class HoldAnswered(Refused):
    """It is granted once; to go on is a new one."""

    sentence = "Esa retención ya se concedió. Para seguir, pida otra que la renueve."


class HoldTooLong(Refused):
    """The longest."""

    sentence = "Una retención dura de 1 a {days} días."


class HoldNotInForce(Refused):
    """Only what lasts can be ended."""

    sentence = "Esa retención no está en vigor."


class Known(IntEnum):
    """How well: more is known where the number is greater."""

    MONTH = 0
    DAY = 1
    TIME = 2


class Because(StrEnum):
    """Why something is known so well and no better."""

    RECENT = "recent"
    HELD = "held"
    WEEK_OVER = "week_over"
    SETTLED = "settled"
    EVENT_PURGED = "event_purged"


@dataclass(frozen=True)
class Traces:
    """What decides over a redemption, a reversal or a refused try.

    ``is_settled``: an approved settlement holds it. ``has_ended``: it is settled or reversed, for good.
    """

    day: date
    is_settled: bool = False
    has_ended: bool = False
    event_purged: bool = False
    is_held: bool = False


def how_well(traces: Traces, *, today: date) -> tuple[Known, Because]:
    """How well something may be known on a day of Panama, and why."""
    if traces.is_held:
        return Known.TIME, Because.HELD
    week_over = today > traces.day + timedelta(days=TIME_DAYS)
    if not (week_over or traces.is_settled):
        return Known.TIME, Because.RECENT
    if traces.has_ended and traces.event_purged:
        return Known.MONTH, Because.EVENT_PURGED
    return Known.DAY, Because.SETTLED if traces.is_settled else Because.WEEK_OVER
