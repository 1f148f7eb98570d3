"""Who may redeem and undo no more, and what counts as a wrong code: what a till is told, and what is left of it."""

from dataclasses import replace

import pytest
from sqlalchemy import func, select

from buyback.db import Database
from buyback.ids import new_id
from buyback.merchants import service as merchants
from buyback.merchants.tills import revoke_till
from buyback.people.rules import OPERATOR
from buyback.redemption.rules import WRONG_CODES_MAX
from buyback.schema import metadata
from buyback.vouchers.codes import spell
from buyback.vouchers.qrtext import SignedFace, encode
from tests.builders import NOW, make_keys
from tests.soundness import assert_sound
from tests.tills import TillInHand, issue_vouchers, make_merchant, make_till, try_to_redeem, try_to_undo

PRODUCT = "7441001600125"  # an EAN-13: thirteen digits, as many characters as a typed code has
WEB_PAGE = "https://comercio.example/menu"


def rows(database: Database, *tables: str) -> list[int]:
    """How many rows tables have."""
    with database.reading() as session:
        return [session.scalar(select(func.count()).select_from(metadata.tables[name])) or 0 for name in tables]


def revoke(database: Database, till: TillInHand) -> None:
    database.transact(lambda session: revoke_till(session, till=till.id, by=OPERATOR, now=NOW))


def suspend(database: Database, till: TillInHand) -> None:
    database.transact(lambda session: merchants.suspend(session, merchant=till.merchant, by=OPERATOR, now=NOW))


def test_a_revoked_till_undoes_nothing(database: Database) -> None:
    (voucher,) = issue_vouchers(database)
    till, op_id = make_till(database, make_merchant(database)), new_id()
    try_to_redeem(database, till, voucher.qr, op_id=op_id)
    revoke(database, till)
    assert try_to_undo(database, till, op_id).code == "till_revoked"
    assert rows(database, "reversal") == [0]
    assert_sound(database)


def test_a_till_of_a_suspended_merchant_undoes_nothing_until_it_is_resumed(database: Database) -> None:
    (voucher,) = issue_vouchers(database)
    till, op_id = make_till(database, make_merchant(database)), new_id()
    try_to_redeem(database, till, voucher.qr, op_id=op_id)
    suspend(database, till)
    assert try_to_undo(database, till, op_id).code == "merchant_suspended"
    assert rows(database, "reversal") == [0]
    database.transact(lambda session: merchants.resume(session, merchant=till.merchant, by=OPERATOR, now=NOW))
    assert try_to_undo(database, till, op_id).code == "reversed"
    assert_sound(database)


def test_a_revoked_till_writes_nothing_and_still_learns_what_it_was_told(database: Database) -> None:
    first, second = issue_vouchers(database, 2)
    till, op_id = make_till(database, make_merchant(database)), new_id()
    taken = try_to_redeem(database, till, first.qr, op_id=op_id)
    revoke(database, till)

    written = ("attempt", "audit_row", "resolution", "wrong_code")
    before = rows(database, *written)
    for text in (second.qr, second.typed, spell(1), PRODUCT):
        assert try_to_redeem(database, till, text).code == "till_revoked"
    assert rows(database, *written) == before
    assert try_to_redeem(database, till, first.qr, op_id=op_id) == replace(taken, replayed=True)


def test_the_refusal_of_a_suspended_merchant_is_stored_and_stays(database: Database) -> None:
    (voucher,) = issue_vouchers(database)
    till, op_id = make_till(database, make_merchant(database)), new_id()
    suspend(database, till)
    refused = try_to_redeem(database, till, voucher.qr, op_id=op_id)
    assert refused.code == "merchant_suspended"
    database.transact(lambda session: merchants.resume(session, merchant=till.merchant, by=OPERATOR, now=NOW))
    assert try_to_redeem(database, till, voucher.qr, op_id=op_id) == replace(refused, replayed=True)


@pytest.mark.parametrize("stray", [PRODUCT, WEB_PAGE, "PMB", "0000-0000-0000-1"])
def test_what_is_no_code_of_a_voucher_never_locks_the_keyboard(database: Database, stray: str) -> None:
    (voucher,) = issue_vouchers(database)
    till = make_till(database, make_merchant(database))
    for _scan in range(WRONG_CODES_MAX + 1):
        assert try_to_redeem(database, till, stray).code in {"unreadable", "wrong_check_character"}
    assert try_to_redeem(database, till, voucher.typed).code == "redeemed"


def test_a_genuine_scan_of_no_voucher_never_locks_the_keyboard(database: Database) -> None:
    (voucher,) = issue_vouchers(database)
    till, ring, day = make_till(database, make_merchant(database)), make_keys(), NOW.date()
    stray = encode(ring.token(bytes(32), new_id()), SignedFace(20_00, day, 1), ring.signing[0])
    for _scan in range(WRONG_CODES_MAX + 1):
        assert try_to_redeem(database, till, stray).code == "unknown_voucher"
    assert try_to_redeem(database, till, voucher.typed).code == "redeemed"


def test_a_guesser_is_told_nothing_more_after_five_codes_that_no_voucher_has(database: Database) -> None:
    (voucher,) = issue_vouchers(database)
    till = make_till(database, make_merchant(database))
    for number in range(WRONG_CODES_MAX):
        assert try_to_redeem(database, till, spell(number)).code == "unknown_voucher"
    assert try_to_redeem(database, till, voucher.typed).code == "slow_down"
    assert try_to_redeem(database, till, voucher.qr).code == "redeemed"
    assert_sound(database)
