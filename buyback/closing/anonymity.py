"""How far the amounts alone could still lead from vouchers to what was handed in for them. Pure.

The worst case: somebody knows every award, as the vouchers of each visit, and what each visit's things were worth. Then
amounts tell awards apart, and among the ``m`` visits of one award he can only guess: of ``m`` guesses one is right, on
average. So with ``K`` different awards among ``N`` visits he expects ``K`` right ones, where a guess that knows nothing
expects one. What he may beat chance by is ``(K - 1) / N``.

That is the most that amounts can do. The purge takes away the values of things and, with the times, which vouchers
were one visit's; whoever has only what is left does worse.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

SMALL = 20  # visits; the attack that belongs to the tests stays within chance from here on


@dataclass(frozen=True)
class Measure:
    """Of paid visits: how many there were, how many different awards, how many visits shared theirs with another."""

    visits: int
    awards: int
    sharing: int

    @property
    def beats_chance(self) -> float:
        """By how much of all visits a guess by amounts may be right more often than chance; 0 to 1."""
        return (self.awards - 1) / self.visits if self.visits else 0.0

    @property
    def is_small(self) -> bool:
        """Whether so few came that the page says so."""
        return self.visits < SMALL


def measure(awards: Iterable[int]) -> Measure:
    """The measure of visits with these awards, one each, in cents; without vouchers there is nothing to lead back."""
    multiplicities = Counter(award for award in awards if award > 0)
    sharing = sum(count for count in multiplicities.values() if count > 1)
    return Measure(multiplicities.total(), len(multiplicities), sharing)
