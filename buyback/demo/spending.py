"""When and where the vouchers of an event are spent: most of them, in the first weeks, near the event. Pure."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from buyback.times import PANAMA

SPENT_SHARE = 0.86  # the rest expires
UNDONE_SHARE = 0.015  # taken by mistake, and undone by the till within minutes
USUAL_WAIT_DAYS = 16
OPENS, CLOSES = 8, 19  # whole hours, in Panama
NEAR_SHARE = 0.75


@dataclass(frozen=True)
class Errand:
    """A voucher at a till. ``voucher`` and ``till`` are places in the lists that the plan was made for."""

    at: datetime
    voucher: int
    till: int
    is_undone: bool = False


def errands(
    vouchers: int, *, after: date, until: date, near: Sequence[int], tills: int, chance: random.Random
) -> list[Errand]:
    """What is spent of so many vouchers from the day ``after`` to the day ``until``, in the order of the hours.

    ``near`` are the tills of the event's district. What is undone is spent later elsewhere.
    """
    found: list[Errand] = []
    for voucher in range(vouchers):
        if chance.random() < SPENT_SHARE:
            found += _spent(voucher, after=after, until=until, near=near, tills=tills, chance=chance)
    return sorted(found, key=lambda errand: errand.at)


def _spent(
    voucher: int, *, after: date, until: date, near: Sequence[int], tills: int, chance: random.Random
) -> Iterator[Errand]:
    days = (until - after).days
    wait = min(days, int(chance.expovariate(1 / USUAL_WAIT_DAYS)))
    till = chance.choice(near) if near and chance.random() < NEAR_SHARE else chance.randrange(tills)
    at = _moment(after + timedelta(days=wait), chance)
    is_undone = wait < days and chance.random() < UNDONE_SHARE
    yield Errand(at, voucher, till, is_undone)
    if is_undone:
        later = _moment(after + timedelta(days=wait + 1), chance)
        yield Errand(later, voucher, (till + 1) % tills)


def _moment(day: date, chance: random.Random) -> datetime:
    at = time(chance.randint(OPENS, CLOSES), chance.randrange(60), chance.randrange(60))
    return datetime.combine(day, at, tzinfo=PANAMA).astimezone(UTC)
