"""What amounts tell after the purge. Pure; cents.

An award is the rounded sum of its items, and what the denominations do not cover of it is one remainder voucher. So a
remainder voucher says of its surrender: its items' values, added and rounded, leave this much over the smallest
denomination. Whoever knows an event's items and vouchers of a day may ask which items fit.
"""

from collections.abc import Sequence
from itertools import combinations

from buyback.money import round_half_up


def explanations(remainder: int, values: Sequence[int], *, smallest: int, step: int, together: int) -> int:
    """How many sets of at most ``together`` items would leave a remainder voucher of this face.

    ``values`` are those of the day's items, ``smallest`` the smallest denomination, ``step`` the rounding.
    """
    return sum(
        round_half_up(sum(some), step) % smallest == remainder
        for size in range(1, together + 1)
        for some in combinations(values, size)
    )
