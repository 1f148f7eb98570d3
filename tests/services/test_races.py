"""Many at once on one voucher. What the rules promise is counted, and shown to fail without the rule that holds it.

The services alone cannot show the last: on SQLite one writer goes after the other, and a till's audit chain has a
uniqueness of its own. So the control lets all decide first, each in its own snapshot, and only then lets all write.
"""

from collections.abc import Callable
from datetime import timedelta
from threading import Barrier

from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from buyback.audit import service as audit
from buyback.campaigns import queries as campaigns
from buyback.closing import expiry
from buyback.db import Database
from buyback.ids import new_id
from buyback.redemption.rules import Code
from buyback.schema import metadata
from buyback.security.access import Role
from buyback.vouchers import postings, queries, resolutions
from buyback.vouchers.resolutions import Ending
from buyback.vouchers.rules import Disposition, ResolutionKind, VoidReason, VoucherNotOutstanding
from tests.builders import NOW, make_user
from tests.racing import at_once
from tests.soundness import assert_sound
from tests.tills import (
    FACE,
    Paper,
    TillInHand,
    issue_vouchers,
    make_merchant,
    make_till,
    make_till_event,
    try_to_redeem,
)

TILLS = 50
AT_ONCE = 8
EVENT = "CAJAS-2026-11-24"


def test_of_fifty_tills_with_one_voucher_one_is_told_yes_and_the_others_that_it_is_spent(database: Database) -> None:
    (voucher,) = issue_vouchers(database)
    merchant = make_merchant(database)
    tills = [make_till(database, merchant, f"Caja {number}") for number in range(TILLS)]

    def tried(till: TillInHand) -> Callable[[], str]:
        return lambda: try_to_redeem(database, till, voucher.qr).code.value

    assert at_once([tried(till) for till in tills]) == {Code.REDEEMED.value: 1, Code.ALREADY_REDEEMED.value: TILLS - 1}
    assert_sound(database)


def test_one_op_id_sent_many_times_at_once_redeems_once_and_is_answered_alike(database: Database) -> None:
    (voucher,) = issue_vouchers(database)
    till, op_id = make_till(database, make_merchant(database)), new_id()

    def tried() -> str:
        answer = try_to_redeem(database, till, voucher.qr, op_id=op_id)
        return f"{answer.code} {'again' if answer.replayed else 'first'} {answer.facts['redemption_id']}"

    told = at_once([tried] * AT_ONCE)
    assert sorted(words.split()[1] for words in told.elements()) == ["again"] * (AT_ONCE - 1) + ["first"]
    assert len({words.split()[2] for words in told}) == 1
    assert_sound(database)


def test_a_till_that_sends_all_it_has_at_once_waits_for_its_own_turn_and_gets_a_yes_for_each(
    database: Database,
) -> None:
    till = make_till(database, make_merchant(database))

    def tried(voucher: Paper) -> Callable[[], str]:
        return lambda: try_to_redeem(database, till, voucher.qr).code.value

    assert at_once([tried(voucher) for voucher in issue_vouchers(database, TILLS)]) == {Code.REDEEMED.value: TILLS}
    assert_sound(database)


def test_of_a_till_an_official_and_the_expiry_run_one_ends_the_voucher_and_the_others_are_told(
    database: Database,
) -> None:
    (voucher,) = issue_vouchers(database)
    till = make_till(database, make_merchant(database))
    by = make_user(database, "e.emisor", Role.ISSUER)
    with database.reading() as session:
        event = campaigns.get_event(session, EVENT)

    def redeemed() -> str:
        return "ended" if try_to_redeem(database, till, voucher.qr).code is Code.REDEEMED else "told"

    def voided() -> str:
        reason = VoidReason.LOST

        def work(session: Session) -> None:
            resolutions.void(session, event=event, serial=voucher.serial, reason=reason, by=by, now=NOW)

        try:
            database.transact(work, again_on_conflict=True)
        except VoucherNotOutstanding:
            return "told"
        return "ended"

    def expired() -> str:
        later = event.expires_on + timedelta(days=1)
        run = database.transact(
            lambda session: expiry.expire_due(session, today=later, by=by, now=NOW), again_on_conflict=True
        )
        return "ended" if run.vouchers else "told"

    assert at_once([redeemed, voided, expired]) == {"ended": 1, "told": 2}
    assert _endings(database) == 1
    assert_sound(database)


def test_when_all_have_decided_before_any_writes_one_write_is_let_through(database: Database) -> None:
    assert at_once(_decided_then_written(database)) == {"ended": 1, "refused": AT_ONCE - 1}
    assert _endings(database) == 1


def test_without_the_rule_of_one_ending_a_cycle_every_write_is_let_through(database: Database) -> None:
    """The negative control: this is what the index stands against."""
    works = _decided_then_written(database)
    with database.engine.begin() as connection:
        connection.execute(text("DROP INDEX uq_resolution_voucher_cycle"))
        if database.is_sqlite:
            connection.execute(text("DROP TRIGGER resolution_no_replace"))
    assert at_once(works) == {"ended": AT_ONCE}
    assert _endings(database) == AT_ONCE


def _decided_then_written(database: Database) -> list[Callable[[], str]]:
    event = make_till_event(database, vouchers=1)
    (voucher,) = issue_vouchers(database, event=event)
    till = make_till(database, make_merchant(database))
    decided = Barrier(AT_ONCE)
    ending = Ending(voucher.id, 0, ResolutionKind.REDEEM, FACE, till.merchant, till.id)

    def write(session: Session) -> None:
        legs = postings.redeem(event.id, FACE)
        resolutions.resolve(session, ending, legs=legs, event=event.id, by=None, now=NOW)
        audit.written(session).clear()  # no act on record: they would meet at the end of the till's chain

    def work() -> str:
        with database.reading() as session:
            standing = queries.get_standing(session, event=event.id, serial=voucher.serial)
        assert standing.disposition is Disposition.ISSUED
        decided.wait()
        try:
            database.transact(write)
        except IntegrityError:
            return "refused"
        return "ended"

    return [work] * AT_ONCE


def _endings(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(metadata.tables["resolution"])) or 0
