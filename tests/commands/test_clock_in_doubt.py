"""What cannot be taken back waits while the clock is in doubt, until somebody says how many rows it is about."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from buyback.closing import service as closing
from buyback.closing.clocks import SILENCE_MAX
from buyback.closing.rules import REVIEW_DAYS, CountMoment
from buyback.db import Database
from buyback.people.rules import OPERATOR
from buyback.security.access import Role
from buyback.vouchers.rules import Stock
from tests.builders import TODAY, make_event, make_paid_out, make_user
from tests.commands.shell import Shell
from tests.raw import put

ENDED = TODAY - timedelta(days=200)
LEFT = {
    "purge": "SELECT count(*) FROM handover_voucher",
    "vouchers expire": "SELECT 3 - count(*) FROM resolution",
}


def everything_due(database: Database) -> None:
    """An event with three vouchers of 200 days ago, closed and reviewed; the last heartbeat is four days old."""
    appraiser, issuer = make_user(database, "ana", Role.APPRAISER), make_user(database, "ines", Role.ISSUER)
    event = make_event(database, starts_on=ENDED, ends_on=ENDED)
    make_paid_out(database, event, appraiser, issuer)
    then = datetime.now(UTC) - timedelta(days=REVIEW_DAYS, minutes=1)
    database.transact(lambda session: closing.begin(session, event=event.id, by=OPERATOR, now=then))
    for by in (appraiser, issuer):
        database.transact(
            lambda session, by=by: closing.count(  # type: ignore[misc]  # mypy loses the default's type
                session, event=event.id, moment=CountMoment.CLOSING, counted=Stock(0, 3), by=by, now=then
            )
        )
    with database.engine.begin() as connection:
        put(connection, "heartbeat", hour=datetime.now(UTC) - SILENCE_MAX - timedelta(hours=1))


pytestmark = pytest.mark.begins_with(build=everything_due)


@pytest.mark.parametrize("words", LEFT)
def test_it_is_refused_until_the_number_of_rows_is_said(shell: Shell, database: Database, words: str) -> None:
    command = words.split()
    left = left_in(database, words)
    would = shell.json(*command, "--dry-run")
    assert would["dry_run"] is True
    assert would["rows"] >= left == 3

    assert "--despite-clock" in shell.refused(*command)
    assert str(would["rows"]) in shell.refused(*command, "--despite-clock", would["rows"] + 1)
    assert left_in(database, words) == left

    shell.done(*command, "--despite-clock", would["rows"])
    assert left_in(database, words) == 0
    assert shell.json(*command, "--dry-run")["rows"] == 0
    shell.done(*command)  # the heart beats again
    assert "FAILED" not in shell.done("check") + shell.done("verify")


def left_in(database: Database, words: str) -> int:
    with database.engine.connect() as connection:
        return int(connection.scalar(text(LEFT[words])) or 0)
