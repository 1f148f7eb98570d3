"""What must hold of the whole database at every commit: each invariant a name, a sentence and one query.

``buyback check`` runs them against production, tests run them at the end. A query gives one line of text for each
thing that is wrong, and none when all is well. Invariants look across all domains, at what is stored and not at what
the code meant; so they are SQL, the same on both databases.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session

from buyback.proofs import audit, intake, ledger, settlement, totals, vouchers
from buyback.proofs.invariant import Invariant

ALL: tuple[Invariant, ...] = tuple(
    invariant for domain in (ledger, vouchers, intake, settlement, totals, audit) for invariant in domain.ALL
)


@dataclass(frozen=True)
class Finding:
    """An invariant and what breaks it; empty when it holds."""

    invariant: Invariant
    found: tuple[str, ...]

    @property
    def ok(self) -> bool:
        """Whether it holds."""
        return not self.found


def check(session: Session, invariants: Iterable[Invariant] = ALL) -> Iterator[Finding]:
    """Try every invariant on one snapshot, in a fixed order, or only some of them."""
    for invariant in invariants:
        yield Finding(invariant, tuple(str(line) for line in session.scalars(text(invariant.query))))
