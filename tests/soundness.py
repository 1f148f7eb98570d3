"""The end of a test that moved money: everything that must always hold, holds."""

from buyback.audit import queries as audit
from buyback.db import Database
from buyback.proofs.check import check
from tests.builders import make_keys


def assert_sound(database: Database) -> None:
    """All invariants hold, every chain of the audit log verifies, and every bound row is as its acts left it."""
    with database.reading() as session:
        broken = {finding.invariant.name: finding.found for finding in check(session) if not finding.ok}
        keys = [make_keys().audit.public_key()]
        verified = audit.verify(session, keys)
        faults = [*(fault for chain in verified.chains for fault in chain.faults), *verified.row_faults]
    assert (broken, faults) == ({}, [])
