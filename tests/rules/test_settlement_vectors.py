"""The vectors of what a settlement's funders sign: ``vectors/settlement.json``, made by hand from the form."""

import json
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

from buyback.settlement.funder_shares import (
    Content,
    FunderShareFacts,
    PartShareFacts,
    SettlementLineFacts,
    SettlementPartFacts,
)

VECTORS: dict[str, Any] = json.loads((Path(__file__).parent / "vectors/settlement.json").read_text(encoding="utf-8"))


def key(number: int) -> UUID:
    return UUID(int=number)


PARTS = tuple(
    SettlementPartFacts(key(event), amount, bytes([event]) * 32) for event, amount in ((1, 50_00), (2, 20_00))
)
LINES = tuple(
    SettlementLineFacts(key(redemption), key(event), amount)
    for redemption, event, amount in ((11, 1, 30_00), (12, 1, 20_00), (21, 2, 20_00))
)
PART_SHARES = tuple(
    PartShareFacts(key(event), key(funder), amount, key(payer))
    for event, funder, amount, payer in ((1, 31, 30_00, 31), (1, 32, 20_00, 31), (2, 31, 20_00, 31))
)
CONTENT = Content(
    year=2026,
    number=7,
    merchant=key(41),
    until=date(2026, 11, 24),
    prepared_by=key(42),
    lines=LINES,
    parts=PARTS,
    part_shares=PART_SHARES,
    funder_shares=(FunderShareFacts(key(31), 50_00, 70_00), FunderShareFacts(key(32), 20_00, 0)),
)


def test_content_and_parts_have_the_hashes_of_the_vectors() -> None:
    assert [CONTENT.hash_of(part.event).hex() for part in PARTS] == [part["hash"] for part in VECTORS["parts"]]
    assert CONTENT.hash().hex() == VECTORS["hash"]


def test_a_part_that_is_not_shown_stands_in_by_its_sum_and_its_hash() -> None:
    """Whoever sees the first part only can still compute what was signed, from the text of the form."""
    shown, hidden = (part["hash"] for part in VECTORS["parts"])
    parts = [[str(key(1)), 50_00, shown], [str(key(2)), 20_00, hidden]]
    assert json.loads(VECTORS["text"])["parts"] == parts
