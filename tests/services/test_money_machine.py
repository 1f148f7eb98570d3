"""Vouchers issued, redeemed, undone, voided, replaced and expired in any order, beside a model of a few lines."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import HealthCheck, event, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    MultipleResults,
    RuleBasedStateMachine,
    consumes,
    initialize,
    multiple,
    rule,
    run_state_machine_as_test,
)

from buyback.closing import expiry
from buyback.db import Database
from buyback.errors import Refused
from buyback.ids import new_id
from buyback.ledger.queries import balance, limited_balance
from buyback.ledger.rules import ACCRUED, ACCRUED_PAYABLE, ALLOTTED, COMMITTED, OUTSTANDING, AccountRef
from buyback.people.rules import OPERATOR
from buyback.security.access import Role
from buyback.tariff.catalogue import ClassCode
from buyback.tariff.rules import PricedThing
from buyback.times import panama_day
from buyback.totals import service as rollup
from buyback.totals.queries import totals
from buyback.totals.rules import By, Query
from buyback.vouchers import resolutions
from buyback.vouchers.rules import VoidReason
from tests.builders import NOW, make_event, make_keys, make_paid_out, make_user
from tests.soundness import assert_sound
from tests.tills import Paper, make_merchant, make_till, paper, try_to_redeem, try_to_undo
from tests.totals_by_rows import by_rows, of_totals

pytestmark = pytest.mark.long

FLOAT = 120_00
PIECE = 5_00  # what the test programme pays for a magazine


@dataclass
class Known:
    """What the model knows of a voucher."""

    paper: Paper
    state: str = "issued"


@dataclass
class Redeemed:
    """A redemption of the model's, and whether it was undone."""

    voucher: Known
    op_id: UUID
    at: datetime
    is_undone: bool = False


def machine_over(database: Database, reached: Counter[str]) -> type[RuleBasedStateMachine]:  # noqa: C901  its rules
    """A machine whose every run has an event of its own in one database; ``reached`` counts where its runs come."""
    desk = make_user(database, "avaluo", Role.APPRAISER, Role.RECEIVER)
    issuer = make_user(database, "emite", Role.ISSUER, organisation="MINGOB")
    till = make_till(database, make_merchant(database))

    class Money(RuleBasedStateMachine):
        vouchers: Bundle[Known] = Bundle("vouchers")
        redemptions: Bundle[Redeemed] = Bundle("redemptions")

        @initialize(target=vouchers)
        def open_event(self) -> MultipleResults[Known]:
            """Every run begins with a voucher that was redeemed and undone: draws alone seldom come there."""
            self.event = make_event(database, f"EV-{new_id().hex[:12]}", float_cents=FLOAT)
            self.now = NOW
            self.left = FLOAT
            self.known: list[Known] = []
            (voucher,) = self._issued(1)
            self.undo(self._redeemed(voucher))
            return multiple(voucher)

        def _issued(self, pieces: int) -> list[Known]:
            things = PricedThing(class_code=ClassCode.MAGAZINE, quantity=pieces)
            issued = make_paid_out(database, self.event, desk, issuer, things)
            self.left -= pieces * PIECE
            assert self.left >= 0
            made = [Known(paper(self.event, voucher, make_keys())) for voucher in issued]
            self.known += made
            return made

        def _redeemed(self, voucher: Known) -> Redeemed:
            op_id = new_id()
            assert try_to_redeem(database, till, voucher.paper.qr, op_id=op_id, now=self.now).code == "redeemed"
            voucher.state = "redeemed"
            return Redeemed(voucher, op_id, self.now)

        @rule(target=vouchers, pieces=st.integers(1, 12))
        def issue(self, pieces: int) -> MultipleResults[Known]:
            try:
                return multiple(*self._issued(pieces))
            except Refused:
                assert pieces * PIECE > self.left
                return multiple()

        @rule(target=redemptions, voucher=vouchers)
        def redeem(self, voucher: Known) -> MultipleResults[Redeemed]:
            if voucher.state == "issued" and panama_day(self.now) <= self.event.expires_on:
                return multiple(self._redeemed(voucher))
            answer = try_to_redeem(database, till, voucher.paper.qr, now=self.now)
            assert answer.code in {"already_redeemed", "void", "replaced", "expired"}
            return multiple()

        @rule(redemption=redemptions)
        def undo(self, redemption: Redeemed) -> None:
            answer = try_to_undo(database, till, redemption.op_id, now=self.now)
            if redemption.is_undone:
                assert answer.replayed
            elif self.now - redemption.at > timedelta(minutes=15):
                assert answer.code == "too_late_to_reverse"
            else:
                assert (answer.code, answer.replayed) == ("reversed", False)
                redemption.is_undone, redemption.voucher.state = True, "issued"
                reached["redeemed and undone"] += 1
                event("redeemed and undone")

        @rule(voucher=consumes(vouchers), in_its_place=st.booleans())
        def end(self, voucher: Known, in_its_place: bool) -> None:  # noqa: FBT001  hypothesis draws it
            serial = voucher.paper.serial
            try:
                if in_its_place:
                    new = database.transact(
                        lambda session: resolutions.replace(
                            session, event=self.event, serial=serial, by=OPERATOR, keys=make_keys(), now=self.now
                        )
                    )
                    self.known.append(Known(paper(self.event, new, make_keys())))
                else:
                    database.transact(
                        lambda session: resolutions.void(
                            session,
                            event=self.event,
                            serial=serial,
                            reason=VoidReason.DAMAGED,
                            by=OPERATOR,
                            now=self.now,
                        )
                    )
                    self.left += voucher.paper.face
            except Refused:
                assert voucher.state != "issued"
                return
            assert voucher.state == "issued"
            voucher.state = "void"

        @rule(minutes=st.sampled_from([1, 20, 60 * 24 * 100]))
        def wait(self, minutes: int) -> None:
            self.now += timedelta(minutes=minutes)

        @rule()
        def expire(self) -> None:
            today = panama_day(self.now)
            database.transact(lambda session: expiry.expire_due(session, today=today, by=OPERATOR, now=self.now))
            if today > self.event.expires_on:
                for voucher in self.known:
                    voucher.state = "expired" if voucher.state == "issued" else voucher.state

        @rule()
        def fold(self) -> None:
            database.transact(rollup.fold)

        def teardown(self) -> None:
            if not hasattr(self, "known"):
                return
            faces = {
                state: sum(voucher.paper.face for voucher in self.known if voucher.state == state)
                for state in ("issued", "redeemed")
            }
            with database.reading() as session:
                assert balance(session, AccountRef(OUTSTANDING, event=self.event.id)) == faces["issued"]
                assert balance(session, AccountRef(ACCRUED_PAYABLE, event=self.event.id)) == faces["redeemed"]
                assert balance(session, AccountRef(COMMITTED, event=self.event.id)) == faces["issued"]
                assert balance(session, AccountRef(ACCRUED, event=self.event.id)) == faces["redeemed"]
                assert limited_balance(session, AccountRef(ALLOTTED, event=self.event.id)) == self.left
                answer = totals(session, Query(by=By.EVENT, event=self.event.code))
                assert of_totals(answer) == by_rows(session, answer.query)
                assert answer.headline["outstanding"] == faces["issued"]
                assert answer.headline["redeemed"] == faces["redeemed"]
            assert_sound(database)

    return Money


@pytest.mark.databases("sqlite", "postgresql")
def test_in_whatever_order_money_moves_the_books_are_right(database: Database) -> None:
    examples, reached = 20 if database.is_sqlite else 8, Counter[str]()
    run_state_machine_as_test(
        machine_over(database, reached),
        settings=settings(
            max_examples=examples,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    assert reached["redeemed and undone"] >= examples, reached
