"""The vectors that verifiers of audit chains share in every language: ``vectors/audit.json``."""

import json
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from buyback.audit.rules import (
    EMPTY,
    ChainReader,
    ChainRow,
    Head,
    Link,
    body_hash,
    canonical,
    is_signed,
    link,
    row_hash,
    sign,
)

VECTORS: dict[str, Any] = json.loads((Path(__file__).parent / "vectors/audit.json").read_text(encoding="utf-8"))
FIELDS = {"chain", "seq", "previous", "body_hash", "event"}


def _named(cases: list[dict[str, Any]]) -> list[Any]:
    return [pytest.param(case, id=case["name"]) for case in cases]


@pytest.mark.parametrize("row", _named(VECTORS["rows"]))
def test_a_row_has_the_hash_of_the_vector(row: dict[str, Any]) -> None:
    previous, of_body = bytes.fromhex(row["previous"]), bytes.fromhex(row["body_hash"])
    event = UUID(row["event"]) if row["event"] else None
    assert row_hash(UUID(row["chain"]), row["seq"], previous, of_body, event).hex() == row["hash"]


@pytest.mark.parametrize("row", _named(VECTORS["rows"]))
def test_a_row_has_the_signature_of_the_vector_and_of_no_other_key(row: dict[str, Any]) -> None:
    key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(VECTORS["key"]))
    of_row, signature = bytes.fromhex(row["hash"]), bytes.fromhex(row["signature"])
    assert sign(key, of_row) == signature
    other = Ed25519PrivateKey.from_private_bytes(bytes(32)).public_key()
    assert is_signed([other, key.public_key()], of_row, signature)
    assert not is_signed([other], of_row, signature)
    assert not is_signed([key.public_key()], bytes(32), signature)


def test_every_field_of_a_row_alone_changes_its_hash() -> None:
    first, *others = VECTORS["rows"]
    differing = {other["changed"]: {name for name in FIELDS if other[name] != first[name]} for other in others}
    assert {name: differing[name] for name in FIELDS} == {name: {name} for name in FIELDS}
    assert len({row["hash"] for row in VECTORS["rows"]}) == len(VECTORS["rows"])


@pytest.mark.parametrize("case", _named(VECTORS["bodies"]))
def test_a_body_has_the_text_and_the_hash_of_the_vector(case: dict[str, Any]) -> None:
    assert canonical(case["body"]) == case["text"]
    assert body_hash(bytes.fromhex(case["salt"]), case["text"]).hex() == case["body_hash"]


def test_a_link_names_the_row_before_it() -> None:
    """The first row follows 32 zero bytes, each other one its predecessor's number and hash."""
    case, row = VECTORS["bodies"][0], VECTORS["rows"][0]
    chain, salt = UUID(row["chain"]), bytes.fromhex(case["salt"])
    first = link(chain, EMPTY, case["body"], salt)
    assert (first.seq, first.previous) == (0, bytes(32))
    head = Head(row["seq"] - 1, bytes.fromhex(row["previous"]))
    later = link(chain, head, case["body"], salt)
    assert (later.seq, later.previous.hex(), later.body_hash.hex()) == (
        row["seq"],
        row["previous"],
        case["body_hash"],
    )
    assert later.hash == row_hash(chain, row["seq"], head.hash, later.body_hash, None)
    event = UUID(int=5)
    assert link(chain, head, case["body"], salt, event).hash == row_hash(
        chain, row["seq"], head.hash, later.body_hash, event
    )


@pytest.mark.parametrize(
    "before, fault",
    [(Head(0, bytes(32)), "fork"), (Head(1, bytes(32)), "gap")],
    ids=["another row before it", "a row missing before it"],
)
def test_a_row_with_a_right_signature_and_another_row_before_it_is_named(before: Head, fault: str) -> None:
    key, chain, salt = Ed25519PrivateKey.from_private_bytes(bytes(32)), UUID(int=1), bytes(16)

    def stored(row: Link) -> ChainRow:
        signature = sign(key, row.hash)
        return ChainRow(row.seq, row.previous, row.body_hash, row.hash, signature, row.event, row.salt, row.body)

    reader = ChainReader(chain, [key.public_key()], lambda _row: {"act": "a:b"})
    assert reader.read(stored(link(chain, EMPTY, {}, salt))) == (None, {"act": "a:b"})
    found, _ = reader.read(stored(link(chain, before, {}, salt)))
    assert found is not None
    assert found.what == fault
