"""What must hold of the whole database at every commit: each invariant a name, a sentence and one query.

``buyback check`` runs them against production, tests run them at the end. A query gives one line of text for each
thing that is wrong, and none when all is well. Invariants look across all domains, at what is stored and not at what
the code meant; so they are SQL, the same on both databases.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session

from buyback.proofs import intake as invariants_intake
from buyback.proofs import ledger as invariants_ledger
from buyback.proofs import settlement as invariants_settlement
from buyback.proofs import totals as invariants_rollup
from buyback.proofs import trust as invariants_trust
from buyback.proofs import vouchers as invariants_vouchers
from buyback.proofs.invariant import Invariant

ALL: tuple[Invariant, ...] = (
    *invariants_ledger.ALL,
    *invariants_vouchers.ALL,
    *invariants_intake.ALL,
    *invariants_settlement.ALL,
    *invariants_rollup.ALL,
    *invariants_trust.ALL,
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


def check(session: Session) -> Iterator[Finding]:
    """Try every invariant on one snapshot, in a fixed order."""
    for invariant in ALL:
        yield Finding(invariant, tuple(str(line) for line in session.scalars(text(invariant.query))))
