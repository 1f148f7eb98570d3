"""What the audit log proves, as ``check`` and ``verify`` tell it: chains, rows beside their acts, what was signed."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy.orm import Session

from buyback.audit import queries as audit
from buyback.audit.evidence import RowFault
from buyback.audit.rules import Fault
from buyback.proofs.check import Finding
from buyback.proofs.invariant import Invariant
from buyback.proofs.names import names_of_chains, names_of_rows
from buyback.settlement import queries as settlements


@dataclass(frozen=True)
class LogFinding:
    """What is wrong with which row of which table; ``name`` is how people know it, ``chain`` where it is in the log."""

    table: str
    row: str
    name: str
    what: str
    chain: str = ""

    def __str__(self) -> str:
        where = f"{self.chain} row {self.row}" if self.chain else self.row
        return f"{self.table} {where} ({self.name or '?'}): {self.what}"


CHAINS = Invariant(
    "audit_log_verifies",
    "Each row of the audit log follows the one before it and is signed, and a later row says why a body was emptied.",
    "",
)
ROWS = Invariant(
    "rows_are_as_their_acts_left_them",
    "Each row that matters for money, rights or identity is as the newest act on record left it, and none is missing.",
    "",
)
CONTENTS = Invariant(
    "settlements_say_what_was_signed", "What each settlement says has the hash that its funders sign.", ""
)
ALL = (CHAINS, ROWS, CONTENTS)


def findings(session: Session, keys: Sequence[Ed25519PublicKey]) -> Iterator[Finding]:
    """What the log proves, in the form of invariants; one of these keys must have signed each row."""
    verified = audit.verify(session, keys)
    faults = (fault for chain in verified.chains for fault in chain.faults)
    yield Finding(CHAINS, tuple(map(str, name_faults(session, faults))))
    yield Finding(ROWS, tuple(map(str, name_row_faults(session, verified.row_faults))))
    yield Finding(CONTENTS, tuple(f"settlement {number}" for number in settlements.of_other_content(session)))


def name_faults(session: Session, faults: Iterable[Fault]) -> Iterator[LogFinding]:
    """The faults of chains, with whose each chain is."""
    told = list(faults)
    names = names_of_chains(session, {fault.chain for fault in told})
    for fault in told:
        yield LogFinding(fault.table, str(fault.seq), names.get(fault.chain, ""), fault.what, str(fault.chain))


def name_row_faults(session: Session, faults: Iterable[RowFault]) -> Iterator[LogFinding]:
    """The faults of bound rows, with what people call them."""
    by_table: dict[str, list[RowFault]] = defaultdict(list)
    for fault in faults:
        by_table[fault.table].append(fault)
    for table, told in by_table.items():
        names = names_of_rows(session, table, {fault.key for fault in told})
        for fault in told:
            yield LogFinding(table, fault.key, names.get(fault.key, ""), fault.what)
