"""Cutting a number of like things into lots, as people would bring them. Pure."""

import random

ROUND = 5  # people bring rounds by the box or the magazine
ROUND_OVER = 25


def lots(total: int, count: int, chance: random.Random) -> list[int]:
    """``total`` things in at most ``count`` lots of one or more, some large and many small; their sum is exact."""
    if total < 1 or count < 1:
        return []
    sizes: list[int] = []
    weights = [chance.random() ** 2 + 0.1 for _ in range(min(count, total))]
    left, weight_left = total, sum(weights)
    for place, weight in enumerate(weights, start=1):
        after = len(weights) - place  # each of these needs one
        size = left if after == 0 else max(1, min(left - after, int(left * weight / weight_left)))
        if after and size > ROUND_OVER:
            size -= size % ROUND
        sizes.append(size)
        left, weight_left = left - size, weight_left - weight
    return sizes
