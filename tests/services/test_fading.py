"""Times fade: after a week or once settled to the day, after the purge to the month; what was answered is answered on.

The database's guards go by its own clock. So what is due lies long ago, and what is not due far ahead.
"""

import random
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from buyback.audit import queries as audit
from buyback.audit.emptying import NotVerified
from buyback.campaigns.facts import EventFacts
from buyback.closing import fading, purge, till_chains
from buyback.closing import service as closing
from buyback.closing.fading import FadeReport
from buyback.closing.rules import REVIEW_DAYS, CountMoment
from buyback.db import Database
from buyback.ids import new_id
from buyback.people.rules import OPERATOR
from buyback.redemption import queries
from buyback.redemption.rules import TillAnswer
from buyback.security.access import Role
from buyback.settlement import record
from buyback.times import panama_day
from buyback.vouchers.rules import Stock
from tests.builders import NOW, make_keys, make_user
from tests.owners import tamper
from tests.settling import make_office, make_settled_event, make_shop
from tests.soundness import assert_sound
from tests.tills import TillInHand, issue_vouchers, make_till_event, try_to_redeem, try_to_undo

LONG_AGO = datetime(2024, 1, 15, 20, 4, 5, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
SHUFFLE = random.Random(1).shuffle  # noqa: S311  the same order each time


def run(database: Database, *, now: datetime = NOW) -> FadeReport:
    """As the command runs it."""
    done = FadeReport(after=fading.FROM_THE_FIRST)
    while done.after is not None:
        work = partial(fading.fade, shuffle=SHUFFLE, by=OPERATOR, now=now, after=done.after)
        done += database.transact(work, again_on_conflict=True)
    for till, seqs in database.transact(partial(till_chains.keep_proofs, now=now)):
        database.transact(partial(till_chains.empty_bodies, till=till, seqs=seqs, now=now))
    return done


def look_up(database: Database, till: TillInHand, op_id: UUID) -> TillAnswer:
    with database.reading() as session:
        return queries.look_up(session, till=till.id, op_id=op_id, keys=make_keys())


def spelt(database: Database, till: TillInHand, other: UUID) -> dict[str, str]:
    """A till and another merchant as plain SQL has to write them."""
    return {name: key.hex if database.is_sqlite else str(key) for name, key in (("till", till.id), ("other", other))}


def column(database: Database, statement: str) -> list[object]:
    with database.engine.connect() as connection:
        return list(connection.scalars(text(statement)))


def test_after_a_week_the_day_is_answered_and_every_answer_stays_what_it_was(database: Database) -> None:
    event, shop = make_till_event(database, vouchers=3), make_shop(database)
    taken, undone, spent = new_id(), new_id(), new_id()
    first, second, _ = issue_vouchers(database, 3, event=event)
    yes = try_to_redeem(database, shop, first.qr, op_id=taken, now=LONG_AGO)
    try_to_redeem(database, shop, second.qr, op_id=undone, now=LONG_AGO)
    try_to_undo(database, shop, undone, now=LONG_AGO + MINUTE)
    no = try_to_redeem(database, shop, first.qr, op_id=spent, now=LONG_AGO + MINUTE)
    try_to_redeem(database, shop, "0000-0000-0000-0", now=LONG_AGO)
    assert no.facts == {"redeemed_at": "2024-01-15T20:04:05Z", "branch": "Centro"}

    with database.reading() as session:
        due = fading.find_due(session, now=NOW)
    assert due == run(database)
    assert run(database) == FadeReport()

    day = {"redeemed_at": "2024-01-15"}
    assert look_up(database, shop, taken).facts == {**yes.facts, **day}
    assert try_to_redeem(database, shop, first.qr, op_id=taken).facts == {**yes.facts, **day}
    assert try_to_redeem(database, shop, second.qr, op_id=taken).code == "op_id_reused"
    assert look_up(database, shop, undone).facts["reversed_at"] == "2024-01-15"
    assert try_to_redeem(database, shop, first.qr, op_id=spent).facts == {**no.facts, **day}
    assert try_to_redeem(database, shop, first.qr).facts == {**no.facts, **day}
    assert try_to_undo(database, shop, taken).code == "too_late_to_reverse"
    assert_sound(database)
    with database.reading() as session:
        listed = queries.till_day(session, till=shop.id, day=panama_day(LONG_AGO), keys=make_keys())
    assert {(entry.op_id, entry.decided_at.text) for entry in listed.entries} == {(None, "2024-01-15")}
    assert (listed.count, listed.total, len(listed.entries)) == (1, 20_00, 4)


def test_a_week_is_not_over_before_it_is(database: Database) -> None:
    event, shop = make_till_event(database), make_shop(database)
    (paper,) = issue_vouchers(database, 1, event=event)
    op_id = new_id()
    try_to_redeem(database, shop, paper.qr, op_id=op_id, now=LONG_AGO)
    run(database, now=LONG_AGO + timedelta(days=7))
    assert look_up(database, shop, op_id).facts["redeemed_at"] == "2024-01-15T20:04:05Z"
    assert try_to_undo(database, shop, op_id, now=LONG_AGO + 5 * MINUTE).code == "reversed"
    run(database, now=LONG_AGO + timedelta(days=8))
    assert look_up(database, shop, op_id).facts["redeemed_at"] == "2024-01-15"


def test_an_approved_settlement_is_enough_and_the_purge_takes_day_and_till(database: Database) -> None:
    office = make_office(database)
    event, shop = make_settled_event(database, vouchers=2), make_shop(database)
    first, second = issue_vouchers(database, 2, event=event)
    taken, undone, spent = new_id(), new_id(), new_id()
    try_to_redeem(database, shop, first.qr, op_id=taken)
    try_to_redeem(database, shop, first.qr, op_id=spent)
    try_to_redeem(database, shop, second.qr, op_id=undone, now=LONG_AGO)
    try_to_undo(database, shop, undone, now=LONG_AGO + MINUTE)
    draft = office.prepare(shop.merchant)
    office.submit(draft)
    assert (run(database).to_day, _said(database, shop, taken)) == (1, "2026-11-24T15:00:00Z")
    for funder in office.signers:
        office.approve(draft, funder)
    assert (run(database).to_day, _said(database, shop, taken)) == (1, "2026-11-24")
    assert _said(database, shop, spent) == "2026-11-24"

    close_and_purge(database, event, issued=2)
    assert run(database).to_month == 2
    assert [_said(database, shop, op_id) for op_id in (taken, spent, undone)] == ["2026-11", "2026-11", "2024-01"]
    assert try_to_redeem(database, shop, first.qr, op_id=taken).code == "redeemed"
    assert try_to_undo(database, shop, taken).code == "settled"
    assert column(database, "SELECT count(*) FROM resolution WHERE resolved_on IS NOT NULL OR till IS NOT NULL") == [0]
    assert column(database, "SELECT count(*) FROM reversal WHERE reversed_on IS NOT NULL OR till IS NOT NULL") == [0]
    assert column(database, "SELECT count(*) FROM attempt WHERE decided_on IS NOT NULL OR till IS NOT NULL") == [0]
    ours = "SELECT count(*) FROM journal WHERE kind IN ('redeem', 'reverse') AND effective_on IS NOT NULL"
    assert column(database, ours) == [0]
    assert run(database) == FadeReport()
    assert_sound(database)
    with database.reading() as session:
        (line,) = record.lines(session, draft)
    assert (line.day, line.branch, line.till, line.amount) == ("2026-11", "", "", 20_00)


def _said(database: Database, till: TillInHand, op_id: UUID) -> str:
    return look_up(database, till, op_id).facts["redeemed_at"]


def close_and_purge(database: Database, event: EventFacts, *, issued: int) -> None:
    """Counted by two people, reviewed for thirty days, parted."""
    counters = [make_user(database, name, Role.EVENT_CHIEF, organisation="MINGOB") for name in ("uno", "dos")]
    later = NOW + timedelta(days=REVIEW_DAYS)

    def close(session: Session) -> None:
        closing.begin(session, event=event.id, by=OPERATOR, now=NOW)
        for by in counters:
            closing.count(session, event=event.id, moment=CountMoment.CLOSING, counted=Stock(0, issued), by=by, now=NOW)

    database.transact(close)
    database.transact(lambda session: purge.purge(session, event=event.id, shuffle=SHUFFLE, by=OPERATOR, now=later))


def test_two_runs_at_once_do_each_row_once(database: Database) -> None:
    event, shop = make_till_event(database, vouchers=30), make_shop(database)
    for paper in issue_vouchers(database, 30, event=event):
        try_to_redeem(database, shop, paper.qr, now=LONG_AGO)
    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(lambda _: run(database), range(2)))
    assert sum(report.to_day for report in done) == 30
    assert_sound(database)


@pytest.mark.databases("postgresql")
def test_rows_lie_in_an_order_that_is_not_of_time_and_one_transaction_wrote_them(database: Database) -> None:
    event, shop = make_till_event(database, vouchers=20), make_shop(database)
    for paper in issue_vouchers(database, 20, event=event):
        try_to_redeem(database, shop, paper.qr, now=LONG_AGO)
    in_time = column(database, "SELECT id FROM resolution ORDER BY ctid")
    shuffled = sorted(in_time, key=str)
    random.Random(7).shuffle(shuffled)  # noqa: S311  the same order each time
    shuffle = random.Random(7).shuffle  # noqa: S311  as above
    database.transact(lambda session: fading.fade(session, shuffle=shuffle, by=OPERATOR, now=NOW))
    for lie in (
        column(database, "SELECT id FROM resolution ORDER BY ctid"),
        column(database, "SELECT resolution FROM attempt WHERE resolution IS NOT NULL ORDER BY ctid"),
    ):
        assert lie in (shuffled, sorted(in_time, key=str))
    by_line = "SELECT r.id FROM transfer t JOIN resolution r ON r.transfer = t.id ORDER BY t.ctid"
    assert column(database, by_line) != in_time
    wrote = """
        SELECT xmin::text FROM resolution UNION SELECT xmin::text FROM attempt
         UNION SELECT t.xmin::text FROM transfer t JOIN journal j ON j.id = t.journal WHERE j.kind = 'redeem'
         UNION SELECT xmin::text FROM journal WHERE kind = 'redeem'
    """
    assert len(column(database, wrote)) == 1


def test_redemptions_whose_bodies_are_gone_stay_proven_by_one_list_that_tells_no_night(database: Database) -> None:
    event, shop, other = make_till_event(database, vouchers=3), make_shop(database), make_shop(database, 2)
    papers = issue_vouchers(database, 3, event=event)
    for paper, till, day in zip(papers, (shop, other, shop), (0, 0, 1), strict=True):
        try_to_redeem(database, till, paper.qr, now=LONG_AGO + timedelta(days=day))
    for night in (8, 9):
        run(database, now=LONG_AGO + timedelta(days=night))
    assert_sound(database)
    with database.reading() as session:
        (kept,) = (body.said for body in audit.bodies(session) if body.said["act"] == "audit:keep")
    assert (kept["table"], kept["hashes"], len(kept["hashes"])) == ("resolution", sorted(kept["hashes"]), 3)

    tamper(
        database, "UPDATE resolution SET merchant = :other WHERE till = :till", **spelt(database, other, shop.merchant)
    )
    with database.reading() as session:
        found = audit.verify(session, [make_keys().audit.public_key()]).row_faults
    assert [fault.what for fault in found] == ["row_without_act", "act_without_row"]


def test_a_redemption_that_is_not_as_its_till_took_it_keeps_the_proof(database: Database) -> None:
    event, shop, other = make_till_event(database), make_shop(database), make_shop(database, 2)
    (paper,) = issue_vouchers(database, 1, event=event)
    try_to_redeem(database, shop, paper.qr, now=LONG_AGO)
    tamper(
        database, "UPDATE resolution SET merchant = :other WHERE till = :till", **spelt(database, shop, other.merchant)
    )
    with pytest.raises(NotVerified, match="resolution: row_changed"):
        run(database)
