"""A process killed at each step of a redemption: nothing half done, and the same op id gets one honest answer."""

import functools
import multiprocessing
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.context import ForkServerContext
from uuid import UUID

import pytest
from sqlalchemy import event, text

from buyback.db import Database
from buyback.ids import new_id
from tests.builders import open_database
from tests.soundness import assert_sound
from tests.tills import TillInHand, issue_vouchers, make_merchant, make_till, try_to_redeem

pytestmark = pytest.mark.long

STATEMENTS = 7
BEFORE_COMMIT = STATEMENTS + 1
AFTER_COMMIT = STATEMENTS + 2


def _redeem_and_die(url: str, till: TillInHand, voucher: str, op_id: UUID, step: int) -> None:
    """Redeem in a process of its own that is killed before its ``step``-th statement, its commit, or its answer."""
    database = open_database(url)
    done = 0

    def die() -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    def count(*_facts: object) -> None:
        nonlocal done
        done += 1
        if done == step:
            die()

    event.listen(database.engine, "before_cursor_execute", count)
    if step == BEFORE_COMMIT:
        event.listen(database.engine, "commit", lambda _connection: die())
    try_to_redeem(database, till, voucher, op_id=op_id)
    if step == AFTER_COMMIT:
        die()


@functools.cache
def prepared() -> ForkServerContext:
    """Children of a process that has imported everything once, and holds no connection."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    return context


@pytest.mark.parametrize("step", range(1, AFTER_COMMIT + 1))
def test_a_redemption_killed_at_any_step_is_done_once_when_it_is_asked_again(
    database: Database, database_url: str, step: int
) -> None:
    (paper,) = issue_vouchers(database)
    till = make_till(database, make_merchant(database))
    op_id = new_id()

    child = prepared().Process(target=_redeem_and_die, args=(database_url, till, paper.qr, op_id, step))
    child.start()
    child.join(60)
    assert child.exitcode == -signal.SIGKILL

    answer = try_to_redeem(database, till, paper.qr, op_id=op_id)
    assert answer.code == "redeemed"
    assert answer.replayed == (step == AFTER_COMMIT)
    again = try_to_redeem(database, till, paper.qr, op_id=op_id)
    assert (again.code, again.replayed, again.facts) == ("redeemed", True, answer.facts)
    assert try_to_redeem(database, till, paper.qr).code == "already_redeemed"
    with database.reading() as session:
        assert session.scalar(text("SELECT count(*) FROM resolution")) == 1
    assert_sound(database)


@contextmanager
def statements_of(database: Database) -> Iterator[list[str]]:
    seen: list[str] = []

    def note(*facts: object) -> None:
        seen.append(str(facts[2]) if len(facts) > 1 else "COMMIT")

    for moment in ("before_cursor_execute", "commit"):
        event.listen(database.engine, moment, note)
    yield seen
    for moment in ("before_cursor_execute", "commit"):
        event.remove(database.engine, moment, note)


def test_a_redemption_costs_seven_statements_and_one_commit(database: Database) -> None:
    (paper,) = issue_vouchers(database)
    till = make_till(database, make_merchant(database))
    with statements_of(database) as seen:
        assert try_to_redeem(database, till, paper.qr).code == "redeemed"
    work = [statement for statement in seen if not statement.startswith("BEGIN")]
    assert len(work) == STATEMENTS + 1, work
    assert work.count("COMMIT") == 1
