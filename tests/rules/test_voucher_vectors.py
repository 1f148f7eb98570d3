"""The vectors that readers in every language share: ``vectors/vouchers.json``."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from buyback.keys.rules import KeyState
from buyback.redemption.rules import KeyFacts, decide_key
from buyback.security.keyring import SigningKey
from buyback.vouchers import codes, qrtext
from buyback.vouchers.codes import Misread, Misreading, TypedCode
from buyback.vouchers.qrtext import Genuine, SignedFace

VECTORS: dict[str, Any] = json.loads((Path(__file__).parent / "vectors/vouchers.json").read_text())


class Keys:
    """The vectors' keys."""

    def __init__(self) -> None:
        self.by_id = {entry["id"]: _key(entry) for entry in VECTORS["keys"]}

    def find_signing_key(self, key_id: int) -> SigningKey | None:
        return self.by_id.get(key_id)


def _key(entry: dict[str, Any]) -> SigningKey:
    return SigningKey(
        id=entry["id"],
        public=Ed25519PublicKey.from_public_bytes(bytes.fromhex(entry["public"])),
        private=Ed25519PrivateKey.from_private_bytes(bytes.fromhex(entry["private"])),
        valid_from=date.fromisoformat(entry["valid_from"]),
        valid_until=date.fromisoformat(entry["valid_until"]),
    )


def _genuine(facts: dict[str, Any]) -> Genuine:
    face = SignedFace(facts["cents"], date.fromisoformat(facts["expires_on"]), facts["programme_number"])
    return Genuine(bytes.fromhex(facts["token"]), face, facts["key_id"])


def _refusal(found: Genuine | Misread) -> tuple[str, str]:
    """Why a text is refused: as it is read, or because of its key's state, which stands beside the key."""
    if isinstance(found, Misread):
        return found.kind.value, ""
    reason = next(entry["revoked_because"] for entry in VECTORS["keys"] if entry["id"] == found.key_id)
    refused = decide_key(KeyFacts(KeyState.REVOKED if reason else KeyState.ACTIVE, reason), scanned=True)
    return ("genuine", "") if refused is None else (refused.code.value, refused.facts["reason"])


def _cases(kind: str, outcome: str) -> list[Any]:
    return [pytest.param(case, id=case["name"]) for case in VECTORS[kind] if outcome in case]


@pytest.mark.parametrize("case", _cases("qr_texts", "genuine"))
def test_a_genuine_text_is_read(case: dict[str, Any]) -> None:
    assert qrtext.decode(case["text"], Keys()) == _genuine(case["genuine"])


@pytest.mark.parametrize("case", _cases("qr_texts", "refused"))
def test_a_text_that_is_not_ours_is_refused_with_its_kind(case: dict[str, Any]) -> None:
    assert _refusal(qrtext.decode(case["text"], Keys())) == (case["refused"], case.get("reason", ""))


@pytest.mark.parametrize("case", _cases("qr_texts", "genuine"))
def test_the_same_facts_and_key_give_the_text_of_the_vector(case: dict[str, Any]) -> None:
    genuine = _genuine(case["genuine"])
    key = Keys().by_id[genuine.key_id]
    assert qrtext.encode(genuine.token, genuine.face, key) == case["text"].strip().upper()


@pytest.mark.parametrize("case", _cases("typed_codes", "value"))
def test_a_typed_code_is_read(case: dict[str, Any]) -> None:
    assert codes.classify(case["text"]) == TypedCode(int(case["value"], 16))


@pytest.mark.parametrize("case", _cases("typed_codes", "refused"))
def test_a_mistyped_code_is_refused_with_its_kind(case: dict[str, Any]) -> None:
    assert codes.classify(case["text"]) == Misread(Misreading(case["refused"]))


def test_the_vectors_flip_a_bit_in_each_of_the_90_bytes() -> None:
    flipped = {case["name"].split(" ")[4] for case in VECTORS["qr_texts"] if case["name"].endswith(" flipped")}
    assert flipped == {str(place) for place in range(90)}
