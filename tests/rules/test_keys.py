"""Whose keys a database knows, which of them signs, and what becomes of one."""

from dataclasses import replace
from datetime import date

import pytest

from buyback.errors import NotFound
from buyback.keys.rules import (
    KeyMovedAlready,
    KeysOfAnother,
    KeyState,
    KeysUnknown,
    KnownKeys,
    LastSigner,
    SigningKeyFacts,
    SigningKeyMissing,
    decide_move,
    find_mismatch,
    order_of_signing,
)

FIRST = SigningKeyFacts(1, bytes(32), date(2026, 1, 1), date(2030, 1, 1))
SECOND = SigningKeyFacts(2, bytes(range(32)), date(2028, 1, 1), date(2032, 1, 1))
KNOWN = KnownKeys((FIRST, SECOND), {"token": "a1", "code": "b2"})
ACTIVE, RETIRED, REVOKED = KeyState


def test_the_keys_of_a_database_are_its_own() -> None:
    assert find_mismatch(KNOWN, KNOWN) is None


@pytest.mark.parametrize(
    "other, named",
    [
        (replace(KNOWN, fingerprints={"token": "a1", "code": "zz"}), "code"),
        (replace(KNOWN, fingerprints={"token": "a1"}), "code"),
        (replace(KNOWN, fingerprints={"token": "a1", "code": "b2", "pin": "c3"}), "pin"),
        (replace(KNOWN, signing=(FIRST, replace(SECOND, public=bytes(32)))), "signing-002"),
        (replace(KNOWN, signing=(replace(FIRST, valid_until=date(2099, 1, 1)), SECOND)), "signing-001"),
    ],
)
def test_a_key_that_is_another_one_is_named(other: KnownKeys, named: str) -> None:
    refusal = find_mismatch(KNOWN, other)
    assert isinstance(refusal, KeysOfAnother)
    assert f"difieren: {named})" in refusal.text()


def test_a_folder_without_a_key_that_the_database_knows_is_an_old_one() -> None:
    refusal = find_mismatch(KNOWN, replace(KNOWN, signing=(FIRST,)))
    assert isinstance(refusal, SigningKeyMissing)
    assert "llave de firma 2" in refusal.text()


def test_a_folder_may_hold_a_key_that_the_database_has_not_been_told_of() -> None:
    assert find_mismatch(replace(KNOWN, signing=(FIRST,)), KNOWN) is None


def test_a_database_without_keys_has_no_keys_of_its_own() -> None:
    assert isinstance(find_mismatch(KnownKeys((), {}), KNOWN), KeysUnknown)


def test_the_newest_key_that_reaches_a_voucher_signs_it() -> None:
    assert order_of_signing([FIRST, SECOND], date(2029, 1, 1)) == [SECOND, FIRST]
    assert order_of_signing([FIRST, SECOND], date(2030, 1, 1)) == [SECOND, FIRST]
    assert order_of_signing([FIRST, SECOND], date(2030, 1, 2)) == [SECOND]
    assert order_of_signing([FIRST, SECOND], date(2032, 1, 2)) == []


@pytest.mark.parametrize("before", list(KeyState))
@pytest.mark.parametrize("wanted", [RETIRED, REVOKED])
def test_a_key_goes_forward_only(before: KeyState, wanted: KeyState) -> None:
    forward = [ACTIVE, RETIRED, REVOKED]
    refusal = decide_move(1, {1: before, 2: ACTIVE}, wanted)
    if forward.index(before) < forward.index(wanted):
        assert refusal is None
    else:
        assert isinstance(refusal, KeyMovedAlready)


def test_the_last_key_that_signs_is_not_retired_and_may_be_revoked() -> None:
    states = {1: ACTIVE, 2: RETIRED, 3: REVOKED}
    assert isinstance(decide_move(1, states, RETIRED), LastSigner)
    assert decide_move(1, states, REVOKED) is None


def test_a_key_that_nobody_knows_is_neither_retired_nor_revoked() -> None:
    for wanted in (RETIRED, REVOKED):
        assert isinstance(decide_move(9, {1: ACTIVE}, wanted), NotFound)
