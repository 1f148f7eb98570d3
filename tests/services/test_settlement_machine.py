"""Settlements prepared, returned, approved, ordered and paid in any order, while tills go on: the proofs hold."""

import functools
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from buyback.campaigns.facts import EventFacts
from buyback.db import Database
from buyback.errors import Refused
from buyback.ids import new_id
from buyback.settlement import service
from buyback.settlement.payments import PaymentOrder
from buyback.settlement.queries import SettlementFacts
from buyback.settlement.states import ReturnReason
from tests.builders import NOW
from tests.settling import (
    FUNDERS,
    Office,
    make_office,
    make_settled_event,
    make_shop,
    spend,
    spend_and_undo_later,
)
from tests.soundness import assert_sound
from tests.tills import FACE, TillInHand

pytestmark = pytest.mark.long

STEPS = 25
SPENT_AT_ONCE = 3
VOUCHERS = STEPS * SPENT_AT_ONCE  # enough for a run that does nothing but spend
# What each act may be told when it is not its turn.
OUT_OF_TURN = {
    "approved_already",
    "countersigned_already",
    "lines_reversed",
    "not_countersigned",
    "not_in_this_state",
    "nothing_to_settle",
    "payment_booked_already",
}


@dataclass
class Known:
    """What the model knows of a settlement."""

    draft: SettlementFacts
    signed: set[str] = field(default_factory=set)
    is_returned: bool = False
    payments: tuple[PaymentOrder, ...] = ()
    booked: int = 0


def machine_over(office: Office) -> type[RuleBasedStateMachine]:  # noqa: C901  the rules of one machine
    """A machine whose every run has two events of its own, one of which is led, and one merchant."""
    database = office.database
    shops = [0]

    class Settling(RuleBasedStateMachine):
        @initialize()
        def open_events(self) -> None:
            shops[0] += 1
            key = new_id().hex[:10]
            self.events: tuple[EventFacts, ...] = (
                make_settled_event(database, f"CADA-{key}", vouchers=VOUCHERS),
                make_settled_event(database, f"LIDER-{key}", vouchers=VOUCHERS, mode="lead"),
            )
            self.till: TillInHand = make_shop(database, shops[0])
            self.spent = self.undone = 0
            self.undos: list[Callable[[], str]] = []
            self.known: list[Known] = []

        @rule(led=st.booleans(), count=st.integers(1, SPENT_AT_ONCE))
        def spend_vouchers(self, led: bool, count: int) -> None:  # noqa: FBT001  hypothesis draws it
            spend(database, self.events[led], [self.till] * count)
            self.spent += count * FACE

        @rule(led=st.booleans())
        def spend_one_to_undo(self, led: bool) -> None:  # noqa: FBT001  as above
            self.undos.append(spend_and_undo_later(database, self.events[led], self.till))
            self.spent += FACE

        @precondition(lambda self: self.undos)
        @rule()
        def undo(self) -> None:
            told = self.undos.pop()()
            assert told in {"reversed", "settled"}
            self.undone += FACE if told == "reversed" else 0

        @rule()
        def prepare(self) -> None:
            if self.tried(lambda: self.known.append(Known(office.prepare(self.till.merchant)))):
                assert self.known[-1].draft.total > 0

        @precondition(lambda self: self.known)
        @rule(data=st.data(), codes=st.sampled_from([FUNDERS[:1], FUNDERS[1:2], FUNDERS]))
        def approve(self, data: st.DataObject, codes: tuple[str, ...]) -> None:
            settlement = data.draw(st.sampled_from(self.known))
            self.tried(lambda: office.submit(settlement.draft))
            for code in codes:
                if self.tried(functools.partial(office.approve, settlement.draft, code)):
                    assert not settlement.is_returned
                    settlement.signed.add(code)

        @precondition(lambda self: self.known)
        @rule(data=st.data())
        def send_back(self, data: st.DataObject) -> None:
            settlement = data.draw(st.sampled_from(self.known))
            reason, by = ReturnReason.WITHDRAWN, office.preparer
            if self.tried(
                lambda: office.do(
                    lambda session: service.send_back(
                        session, settlement=settlement.draft.id, reason=reason, by=by, now=NOW + timedelta(hours=1)
                    )
                )
            ):
                assert len(settlement.signed) < len(FUNDERS)
                settlement.is_returned = True

        @precondition(lambda self: self.known)
        @rule(data=st.data())
        def order(self, data: st.DataObject) -> None:
            settlement = data.draw(st.sampled_from(self.known))
            self.tried(lambda: office.countersign(settlement.draft))
            if self.tried(lambda: setattr(settlement, "payments", office.order(settlement.draft))):
                assert settlement.signed == set(FUNDERS)
                assert sum(payment.amount for payment in settlement.payments) == settlement.draft.total

        @precondition(lambda self: any(settlement.payments for settlement in self.known))
        @rule(data=st.data())
        def book(self, data: st.DataObject) -> None:
            settlement = data.draw(st.sampled_from([settlement for settlement in self.known if settlement.payments]))
            payment = data.draw(st.sampled_from(settlement.payments))
            if self.tried(lambda: office.book(payment)):
                settlement.booked += payment.amount

        def tried(self, act: Callable[[], object]) -> bool:
            """Whether it went through; it may be told that it is not its turn."""
            try:
                act()
            except Refused as refusal:
                if refusal.code not in OUT_OF_TURN:
                    raise
                return False
            return True

        def teardown(self) -> None:
            if not hasattr(self, "known"):
                return
            assert all(settlement.booked <= settlement.draft.total for settlement in self.known)
            settled = sum(settlement.draft.total for settlement in self.known if settlement.signed == set(FUNDERS))
            assert settled <= self.spent - self.undone
            assert_sound(database)

    return Settling


def test_in_whatever_order_settlements_go_the_proofs_hold(database: Database) -> None:
    run_state_machine_as_test(
        machine_over(make_office(database)),
        settings=settings(
            max_examples=15 if database.is_sqlite else 5,
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
