"""The end of a test that moved money: everything that must always hold, holds."""

from buyback.audit import queries as audit
from buyback.db import Database
from buyback.proofs.check import check
from tests.builders import make_keys


def assert_sound(database: Database) -> None:
    """All invariants hold, and every chain of the audit log verifies from its first row to its last."""
    with database.reading() as session:
        broken = {finding.invariant.name: finding.found for finding in check(session) if not finding.ok}
        keys = [make_keys().audit.public_key()]
        faults = [fault for chain in audit.chains(session) for fault in audit.verify_chain(session, chain, keys)[1]]
    assert (broken, faults) == ({}, [])
