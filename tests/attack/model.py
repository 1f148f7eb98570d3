"""Events that are attacked many times over, each time anew by chance.

``python -m tests.attack.model 40`` prints the figures that the auditors' page gives, of forty events each.
"""

import math
import random
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from statistics import mean, stdev

from tests.attack.event import Way, payments, visits
from tests.attack.guess import Score, attack, score
from tests.attack.view import AFTER, BEFORE, Left, Moment, Values, find

SIZES = (10, 20, 60)
SEEDS = {10: 40, 20: 24, 60: 10}
LEFT = {
    "today, with tags in order": BEFORE,
    "today, by amounts alone": replace(BEFORE, in_order=False),
    "if days and tills and sums by line stayed": replace(AFTER, moment=Moment.DAY, values=Values.LINE),
    "beyond recall": AFTER,
}


@dataclass(frozen=True)
class Outcome:
    """Of many attacks: the share of visits led to exactly their items, and two standard errors of it.

    ``excess`` is by how much they beat the same claims with their items dealt out anew; ``unsure`` its two errors.
    """

    share: float
    error: float
    excess: float
    unsure: float


@cache
def attacked(left: Left, count: int, way: Way, *, seeds: int = 0) -> Outcome:
    """What comes of attacking events of so many visits, of which so much is left."""
    return _outcome([_attacked(left, count, way, seed) for seed in range(seeds or SEEDS[count])])


def _outcome(scores: Sequence[Score]) -> Outcome:
    shares, excesses = [score.share for score in scores], [score.excess for score in scores]
    return Outcome(mean(shares), _two_errors(shares), mean(excesses), _two_errors(excesses))


def _two_errors(found: Sequence[float]) -> float:
    return 2 * stdev(found) / math.sqrt(len(found))


def _attacked(left: Left, count: int, way: Way, seed: int) -> Score:
    chance = random.Random(seed)  # noqa: S311  the same events each time
    came = visits(count, chance, step=left.step)
    view, truth = find(came, payments(came, chance, way=way), left, chance)
    return score(attack(view, chance, in_order=left.in_order), truth)


def _print(seeds: int) -> None:
    for name, left in LEFT.items():
        for way in Way:
            for count in SIZES:
                came = attacked(left, count, way, seeds=seeds)
                figures = f"{came.share:5.1%} ± {came.error:.1%} (one guess: {1 / count:.1%}; {came.excess:+.1%})"
                sys.stdout.write(f"{name:42} {way:9} {count:3} visits: {figures}\n")


if __name__ == "__main__":
    _print(int(sys.argv[1]) if len(sys.argv) > 1 else 0)
