"""Settlements from the draft to the payment: who may do what, when, and what is posted."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from buyback.campaigns.facts import EventFacts
from buyback.db import Database
from buyback.errors import Forbidden, InvalidInput, Refused
from buyback.ledger.queries import balance
from buyback.ledger.rules import (
    ACCRUED,
    ACCRUED_PAYABLE,
    ACCRUED_SHARE,
    BANK,
    DUE_FROM_FUNDER,
    IN_TRANSIT,
    OWED_TO_FUNDER,
    PAID_SHARE,
    AccountRef,
    ChartLine,
)
from buyback.people.rules import OPERATOR, Actor
from buyback.security.access import Role
from buyback.settlement import payments, queries, service
from buyback.settlement import postings as settling
from buyback.settlement.payments import PaymentOrder
from buyback.settlement.queries import SettlementFacts
from buyback.settlement.rules import Scope
from buyback.settlement.states import ReturnReason, SettlementState
from tests.builders import NOW, TODAY, make_user
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

MINSEG, MINGOB, TOWN = FUNDERS


@dataclass(frozen=True)
class Begun:
    """An office, an event of twelve vouchers, a shop; what its first redemptions have come to, if to anything."""

    preparer: Actor
    signers: dict[str, Actor]
    event: EventFacts
    till: TillInHand
    draft: SettlementFacts | None = None
    ordered: tuple[PaymentOrder, ...] = ()


def unsettled(database: Database) -> Begun:
    office = make_office(database)
    event, till = make_settled_event(database, vouchers=12), make_shop(database)
    return Begun(office.preparer, office.signers, event, till)


def drafted(database: Database) -> Begun:
    """A draft of one redemption."""
    begun = unsettled(database)
    spend(database, begun.event, [begun.till])
    return replace(begun, draft=_office(database, begun).prepare(begun.till.merchant))


def submitted(database: Database) -> Begun:
    begun = drafted(database)
    _office(database, begun).submit(_draft(begun))
    return begun


def approved(database: Database) -> Begun:
    begun = submitted(database)
    for funder in FUNDERS:
        _office(database, begun).approve(_draft(begun), funder)
    return begun


def ordered(database: Database) -> Begun:
    """Three redemptions, a payment of each funder."""
    begun = unsettled(database)
    spend(database, begun.event, [begun.till] * 3)
    draft, orders = _office(database, begun).ordered(begun.till.merchant)
    return replace(begun, draft=draft, ordered=orders)


def _office(database: Database, begun: Begun) -> Office:
    return Office(database, begun.preparer, dict(begun.signers))


def _draft(begun: Begun) -> SettlementFacts:
    assert begun.draft
    return begun.draft


pytestmark = pytest.mark.begins_with(build=unsettled)


@pytest.fixture
def office(database: Database, begun: Begun) -> Office:
    return _office(database, begun)


@pytest.fixture
def event(begun: Begun) -> EventFacts:
    return begun.event


@pytest.fixture
def till(begun: Begun) -> TillInHand:
    return begun.till


@pytest.fixture
def draft(begun: Begun) -> SettlementFacts:
    return _draft(begun)


@pytest.fixture
def payment_orders(begun: Begun) -> tuple[PaymentOrder, ...]:
    return begun.ordered


def test_a_draft_freezes_what_a_merchant_is_owed_and_splits_it_in_cents(
    office: Office, event: EventFacts, till: TillInHand
) -> None:
    spend(office.database, event, [till] * 5)
    draft = office.prepare(till.merchant)
    assert (draft.number, draft.redemptions, draft.total) == ("2026-0001", 5, 100_00)
    assert sorted(_shares(office, draft).values()) == [33_33, 33_33, 33_34]
    assert _state(office, draft) is SettlementState.DRAFT
    assert_sound(office.database)


def test_the_odd_cent_goes_round_the_funders_from_run_to_run(
    office: Office, event: EventFacts, till: TillInHand
) -> None:
    paid = dict.fromkeys(FUNDERS, 0)
    for _ in range(3):
        spend(office.database, event, [till])
        for code, amount in _shares(office, office.prepare(till.merchant)).items():
            paid[code] += amount
    assert set(paid.values()) == {FACE}
    assert_sound(office.database)


def test_a_returned_settlement_leaves_no_trace_in_the_cents(
    office: Office, event: EventFacts, till: TillInHand
) -> None:
    spend(office.database, event, [till])
    first = office.prepare(till.merchant)
    _return(office, first)
    again = office.prepare(till.merchant)
    assert _shares(office, again) == _shares(office, first)
    assert again.number == "2026-0002"
    assert _state(office, first) is SettlementState.RETURNED
    assert_sound(office.database)


def test_a_redemption_is_in_one_settlement_at_a_time(office: Office, event: EventFacts, till: TillInHand) -> None:
    spend(office.database, event, [till])
    office.prepare(till.merchant)
    assert _refused(lambda: office.prepare(till.merchant)) == "nothing_to_settle"


def test_all_merchants_are_settled_each_in_its_own(office: Office, event: EventFacts, till: TillInHand) -> None:
    other = make_shop(office.database, 2)
    spend(office.database, event, [till, other, other])
    drafts = office.do(lambda session: service.prepare_all(session, until=TODAY, by=office.preparer, now=NOW))
    assert [(draft.merchant, draft.total) for draft in drafts] == [(till.merchant, FACE), (other.merchant, 2 * FACE)]
    again = _refused(
        lambda: office.do(lambda session: service.prepare_all(session, until=TODAY, by=office.preparer, now=NOW))
    )
    assert again == "nothing_to_settle"


def test_redemptions_after_the_last_day_wait_for_the_next_settlement(
    office: Office, event: EventFacts, till: TillInHand
) -> None:
    spend(office.database, event, [till])
    yesterday = TODAY - timedelta(days=1)
    by = office.preparer

    def until_yesterday() -> object:
        return office.do(
            lambda session: service.prepare(session, merchant=till.merchant, until=yesterday, by=by, now=NOW)
        )

    assert _refused(until_yesterday) == "nothing_to_settle"
    tomorrow = TODAY + timedelta(days=1)
    assert (
        _refused(
            lambda: office.do(
                lambda session: service.prepare(session, merchant=till.merchant, until=tomorrow, by=by, now=NOW)
            )
        )
        == "day_in_future"
    )


def test_from_draft_to_paid_money_moves_as_each_funder_agreed(
    office: Office, event: EventFacts, till: TillInHand
) -> None:
    spend(office.database, event, [till] * 3)
    draft = office.prepare(till.merchant)
    office.submit(draft)
    assert [office.approve(draft, code) for code in FUNDERS] == [False, False, True]
    ids = _organisations(office)
    assert _event_balance(office, ACCRUED_PAYABLE, event) == 0
    assert _event_balance(office, ACCRUED, event) == 0
    assert {_owed(office, till, ids[code]) for code in FUNDERS} == {FACE}
    assert {_of_funder(office, ACCRUED_SHARE, ids[code]) for code in FUNDERS} == {FACE}
    office.countersign(draft)
    ordered = office.order(draft)
    assert [(payment.amount, len(payment.end_to_end_id) <= 35) for payment in ordered] == [(FACE, True)] * 3
    assert {_owed(office, till, ids[code]) for code in FUNDERS} == {0}
    assert {_of_funder(office, IN_TRANSIT, ids[code]) for code in FUNDERS} == {FACE}
    assert_sound(office.database)
    assert [office.book(payment) for payment in ordered] == [False, False, True]
    assert {_of_funder(office, IN_TRANSIT, ids[code]) for code in FUNDERS} == {0}
    assert {_of_funder(office, BANK, ids[code]) for code in FUNDERS} == {-FACE}
    assert {_of_funder(office, ACCRUED_SHARE, ids[code]) for code in FUNDERS} == {0}
    assert {_of_funder(office, PAID_SHARE, ids[code]) for code in FUNDERS} == {FACE}
    assert _state(office, draft) is SettlementState.PAID
    assert_sound(office.database)


def test_where_one_leads_it_pays_all_and_the_others_owe_it(office: Office, till: TillInHand) -> None:
    event = make_settled_event(office.database, "LID-2026-11-24", vouchers=3, mode="lead")
    spend(office.database, event, [till] * 3)
    draft, ordered = office.ordered(till.merchant)
    ids = _organisations(office)
    assert [(payment.funder, payment.amount) for payment in ordered] == [(ids[MINSEG], 3 * FACE)]
    assert_sound(office.database)
    assert office.book(ordered[0])
    for debtor in (MINGOB, TOWN):
        due = AccountRef(DUE_FROM_FUNDER, funder=ids[MINSEG], counterparty=ids[debtor])
        owed = AccountRef(OWED_TO_FUNDER, funder=ids[debtor], counterparty=ids[MINSEG])
        assert (_balance(office, due), _balance(office, owed)) == (FACE, FACE)
    assert _of_funder(office, BANK, ids[MINSEG]) == -3 * FACE
    assert {_of_funder(office, PAID_SHARE, ids[code]) for code in FUNDERS} == {FACE}
    assert _state(office, draft) is SettlementState.PAID
    assert_sound(office.database)


def test_events_with_different_ways_of_paying_share_one_settlement(
    office: Office, event: EventFacts, till: TillInHand
) -> None:
    led = make_settled_event(office.database, "LID-2026-11-24", vouchers=1, mode="lead")
    spend(office.database, event, [till])
    spend(office.database, led, [till])
    draft = office.paid(till.merchant)
    assert _state(office, draft) is SettlementState.PAID
    assert sum(_shares(office, draft).values()) == 2 * FACE
    assert_sound(office.database)


@pytest.mark.begins_with(build=submitted)
def test_its_preparer_does_not_approve_it(office: Office, draft: SettlementFacts) -> None:
    office.signers[MINSEG] = office.preparer
    assert _refused(lambda: office.approve(draft, MINSEG)) == "prepared_by_same"


@pytest.mark.begins_with(build=submitted)
def test_a_funder_approves_once(office: Office, draft: SettlementFacts) -> None:
    office.approve(draft, MINSEG)
    assert _refused(lambda: office.approve(draft, MINSEG)) == "approved_already"
    office.approve(draft, MINGOB)
    office.approve(draft, TOWN)
    assert _refused(lambda: office.approve(draft, TOWN)) == "approved_already"


@pytest.mark.begins_with(build=submitted)
def test_who_has_no_share_approves_nothing(office: Office, draft: SettlementFacts) -> None:
    office.signers["PN"] = make_user(office.database, "x.policia", Role.FUNDER_APPROVER, organisation="PN")
    assert _refused(lambda: office.approve(draft, "PN")) == "no_share_in_it"
    office.signers["PN"] = make_user(office.database, "y.policia", Role.ISSUER, organisation="PN")
    assert _refused(lambda: office.approve(draft, "PN")) == "forbidden"


@pytest.mark.begins_with(build=drafted)
def test_a_draft_is_not_approved_before_it_is_submitted(office: Office, draft: SettlementFacts) -> None:
    assert _refused(lambda: office.approve(draft, MINSEG)) == "not_in_this_state"


def test_after_a_line_was_reversed_nobody_approves_and_it_goes_back(
    office: Office, event: EventFacts, till: TillInHand
) -> None:
    spend(office.database, event, [till])
    undo = spend_and_undo_later(office.database, event, till)
    draft = office.prepare(till.merchant)
    office.submit(draft)
    office.approve(draft, MINSEG)
    assert undo() == "reversed"
    with pytest.raises(Refused, match=r"se anularon 1 canjes por B/\. 20\.00"):
        office.approve(draft, MINGOB)
    _return(office, draft, ReturnReason.REDEMPTION_REVERSED)
    assert office.prepare(till.merchant).total == FACE
    assert_sound(office.database)


def test_a_draft_with_a_reversed_line_is_not_submitted(office: Office, event: EventFacts, till: TillInHand) -> None:
    undo = spend_and_undo_later(office.database, event, till)
    draft = office.prepare(till.merchant)
    undo()
    assert _refused(lambda: office.submit(draft)) == "lines_reversed"


def test_what_every_funder_approved_is_never_reversed(office: Office, event: EventFacts, till: TillInHand) -> None:
    undo = spend_and_undo_later(office.database, event, till)
    office.approved(till.merchant)
    assert undo() == "settled"
    assert_sound(office.database)


@pytest.mark.begins_with(build=submitted)
def test_a_content_that_was_changed_is_not_signed(office: Office, draft: SettlementFacts) -> None:
    on = "" if office.database.is_sqlite else " ON settlement_line"
    with office.database.engine.begin() as connection:
        connection.execute(text(f"DROP TRIGGER settlement_line_sealed_or_let_go{on}"))
        connection.execute(text("UPDATE settlement_line SET amount = amount + 1"))
    assert _refused(lambda: office.approve(draft, MINSEG)) == "content_changed"


def test_only_a_reconciler_prepares(office: Office, till: TillInHand) -> None:
    for role in sorted(set(Role) - {Role.RECONCILER}):
        by = replace(office.preparer, roles=frozenset({role}))
        with pytest.raises(Forbidden), office.database.reading() as session:
            service.prepare(session, merchant=till.merchant, until=TODAY, by=by, now=NOW)


@pytest.mark.begins_with(build=drafted)
def test_a_municipality_prepares_nothing_and_sees_its_own_share_only(office: Office, draft: SettlementFacts) -> None:
    local = make_user(office.database, "l.concilia", Role.RECONCILER, organisation=TOWN)
    assert _refused(lambda: office.do(lambda s: service.submit(s, settlement=draft.id, by=local, now=NOW))) == (
        "not_national"
    )
    with office.database.reading() as session:
        assert queries.scope_of(session, local) == Scope(local.organisation)
        assert queries.scope_of(session, office.preparer) == Scope(None)
        assert queries.find(session, draft.number, scope=Scope(local.organisation)) == draft
        police = queries.scope_of(session, make_user(office.database, "x.policia", Role.TREASURER, organisation="PN"))
        assert queries.find(session, draft.number, scope=police) is None


@pytest.mark.begins_with(build=drafted)
def test_a_funder_returns_what_was_submitted_to_it_and_nothing_else(office: Office, draft: SettlementFacts) -> None:
    town = office.signers[TOWN]
    assert _refused(lambda: _return(office, draft, by=town)) == "not_in_this_state"
    office.submit(draft)
    stranger = make_user(office.database, "x.policia", Role.FUNDER_APPROVER, organisation="PN")
    assert _refused(lambda: _return(office, draft, by=stranger)) == "no_share_in_it"
    _return(office, draft, ReturnReason.NO_BUDGET, by=town)
    assert _state(office, draft) is SettlementState.RETURNED
    assert _refused(lambda: _return(office, draft, by=town)) == "not_in_this_state"


@pytest.mark.begins_with(build=approved)
def test_an_approved_settlement_does_not_go_back(office: Office, draft: SettlementFacts) -> None:
    assert _refused(lambda: _return(office, draft)) == "not_in_this_state"


@pytest.mark.begins_with(build=approved)
def test_payments_wait_for_the_countersign(office: Office, draft: SettlementFacts) -> None:
    assert _refused(lambda: office.order(draft)) == "not_countersigned"
    office.countersign(draft)
    assert _refused(lambda: office.countersign(draft)) == "countersigned_already"
    office.order(draft)
    assert _refused(lambda: office.order(draft)) == "not_in_this_state"


@pytest.mark.begins_with(build=approved)
def test_a_countersign_is_noted_as_it_stands_on_the_paper(office: Office, draft: SettlementFacts) -> None:
    for number, days in (("", 0), ("R 77", 0), ("R" * 33, 0), ("R-77", 1), ("R-77", -1), ("¡R!", 1)):
        on = TODAY + timedelta(days=days)
        with pytest.raises(InvalidInput) as refused:
            _countersign(office, draft, number, on)
        wrong = {"number"} if number != "R-77" else set()
        assert {problem.field for problem in refused.value.problems} == wrong | ({"on"} if days else set())


@pytest.mark.begins_with(build=ordered)
def test_a_payment_of_another_amount_is_refused_with_both(
    office: Office, payment_orders: tuple[PaymentOrder, ...]
) -> None:
    with pytest.raises(InvalidInput) as refused:
        office.book(payment_orders[0], amount=FACE + 1)
    (problem,) = refused.value.problems
    assert problem.text() == "amount: El pago ordenado es de B/. 20.00, no de B/. 20.01."


@pytest.mark.begins_with(build=ordered)
def test_a_reference_is_used_once_however_it_is_spelt(office: Office, payment_orders: tuple[PaymentOrder, ...]) -> None:
    office.book(payment_orders[0], reference="trx-9")
    with pytest.raises(InvalidInput) as refused:
        office.book(payment_orders[1], reference=" TRX-9 ")
    assert [problem.refusal.code for problem in refused.value.problems] == ["reference_used"]
    assert _refused(lambda: office.book(payment_orders[0])) == "payment_booked_already"


@pytest.mark.begins_with(build=ordered)
def test_a_reference_is_letters_and_digits_of_a_day_since_the_order(
    office: Office, payment_orders: tuple[PaymentOrder, ...]
) -> None:
    for reference, days in (("", 1), ("con espacio", -1), ("a" * 65, 1), ("=1+1", 1), ("-", 1)):
        booked_on = TODAY + timedelta(days=days)
        with pytest.raises(InvalidInput) as refused:
            _book(office, payment_orders[0], reference, booked_on)
        assert {problem.field for problem in refused.value.problems} == {"reference", "booked_on"}


@pytest.mark.begins_with(build=ordered)
def test_a_treasurer_attests_the_own_organisations_payment_and_the_preparer_none(
    office: Office, payment_orders: tuple[PaymentOrder, ...]
) -> None:
    ids = _organisations(office)
    first = next(payment for payment in payment_orders if payment.funder == ids[MINSEG])

    def booked(by: Actor) -> Callable[[], object]:
        return lambda: office.do(
            lambda session: payments.book(
                session, payment=first.id, amount=FACE, reference="TRX-1", booked_on=TODAY, by=by, now=NOW
            )
        )

    assert _refused(booked(office.signers[MINGOB])) == "not_your_payment"
    assert _refused(booked(office.preparer)) == "prepared_by_same"
    assert _refused(booked(make_user(office.database, "z.otro", Role.AUDITOR, organisation="MINSEG"))) == "forbidden"


@pytest.mark.begins_with(build=drafted)
def test_the_operator_signs_nothing(office: Office, draft: SettlementFacts) -> None:
    for act in (
        lambda session: service.submit(session, settlement=draft.id, by=OPERATOR, now=NOW),
        lambda session: service.approve(session, settlement=draft.id, by=OPERATOR, now=NOW),
        lambda session: payments.order(session, settlement=draft.id, by=OPERATOR, now=NOW),
    ):
        with pytest.raises(Forbidden):
            office.do(act)


def _return(
    office: Office, draft: SettlementFacts, reason: ReturnReason = ReturnReason.WITHDRAWN, *, by: Actor | None = None
) -> None:
    office.do(
        lambda session: service.send_back(
            session, settlement=draft.id, reason=reason, by=by or office.preparer, now=NOW
        )
    )


def _countersign(office: Office, draft: SettlementFacts, number: str, on: date) -> None:
    by = office.preparer
    office.do(lambda session: payments.countersign(session, settlement=draft.id, number=number, on=on, by=by, now=NOW))


def _book(office: Office, payment: PaymentOrder, reference: str, booked_on: date) -> None:
    by = next(signer for signer in office.signers.values() if signer.organisation == payment.funder)
    office.do(
        lambda session: payments.book(
            session,
            payment=payment.id,
            amount=payment.amount,
            reference=reference,
            booked_on=booked_on,
            by=by,
            now=NOW,
        )
    )


def _refused(act: Callable[[], object]) -> str:
    with pytest.raises(Refused) as refused:
        act()
    return refused.value.code


def _shares(office: Office, draft: SettlementFacts) -> dict[str, int]:
    codes = {key: code for code, key in _organisations(office).items()}
    with office.database.reading() as session:
        return {codes[share.funder]: share.amount for share in queries.funder_shares(session, draft.id)}


def _organisations(office: Office) -> dict[str, UUID]:
    return {code: actor.organisation for code, actor in office.signers.items() if actor.organisation is not None}


def _state(office: Office, draft: SettlementFacts) -> SettlementState:
    with office.database.reading() as session:
        return queries.by_id(session, draft.id).state


def _balance(office: Office, account: AccountRef) -> int:
    with office.database.reading() as session:
        return balance(session, account)


def _event_balance(office: Office, kind: ChartLine, event: EventFacts) -> int:
    return _balance(office, AccountRef(kind, event=event.id))


def _of_funder(office: Office, kind: ChartLine, funder: UUID) -> int:
    return _balance(office, AccountRef(kind, funder=funder))


def _owed(office: Office, till: TillInHand, funder: UUID) -> int:
    return _balance(office, settling.payable(till.merchant, funder))
