"""What nobody may do to the books and to the audit chains, tried straight on the tables of both databases."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from buyback.audit.rules import GENESIS
from buyback.campaigns import postings as budget
from buyback.db import Database
from buyback.ids import new_id
from buyback.ledger.rules import ALLOTTED, AVAILABLE, BUDGET, COMMITTED, FINANCIAL, AccountRef
from buyback.merchants.states import RucKind
from buyback.people.rules import OPERATOR
from buyback.schema import metadata
from buyback.vouchers import postings
from tests.builders import NOW
from tests.raw import Acts, problem_with
from tests.tills import FACE
from tests.world import Hand, World, make_world

pytestmark = pytest.mark.begins_with(build=make_world)

ACTS: Acts[Hand] = Acts()


def test_what_nobody_may_do_to_the_books_is_refused_by_its_rule_and_by_nothing_else(
    database: Database, begun: World, subtests: pytest.Subtests
) -> None:
    world = begun
    for act in ACTS:
        with subtests.test(act.sentence):
            assert problem_with(database, act, lambda connection: Hand(connection, world)) is None


def test_what_the_books_and_the_chains_take_goes_through(database: Database, begun: World) -> None:
    """Without this, acts that are malformed in some other way would seem to be refused."""
    world = begun
    with database.engine.connect() as connection:
        hand = Hand(connection, world)
        hand.post("issue", postings.issue(world.other_event.id, _left(hand, _float(hand))))
        hand.journal("redeem", op_scope=world.till.id, op_id=new_id(), op_hash=bytes(32))
        _account(hand)
        _payable(hand)
        _between_funders(hand)
        _between_funders(hand, normal_side="debit")
        _append(hand)
        connection.rollback()


@ACTS.forbidden_by("ck_account_balance_not_below_zero")
def an_event_promises_a_cent_more_than_its_float(hand: Hand) -> None:
    left = _left(hand, _float(hand))
    assert left > 0
    hand.post("issue", postings.issue(hand.world.other_event.id, left + 1))


@ACTS.forbidden_by("ck_account_balance_not_below_zero")
def a_float_is_a_cent_more_than_the_programme_has(hand: Hand) -> None:
    programme, event = hand.world.event.programme.id, hand.world.event.id
    left = _left(hand, AccountRef(AVAILABLE, programme=programme))
    hand.post("allot", budget.allot(programme, event, left + 1))


@ACTS.forbidden_by("ck_account_balance_not_below_zero")
def a_float_returns_a_cent_more_than_it_has(hand: Hand) -> None:
    programme, event = hand.world.other_event.programme.id, hand.world.other_event.id
    hand.post("return", budget.return_float(programme, event, _left(hand, _float(hand)) + 1))


@ACTS.forbidden_by("fk_transfer_ledger_debit")
def a_leg_takes_from_the_other_ledger(hand: Hand) -> None:
    leg, _budget = postings.issue(hand.world.other_event.id, FACE)
    hand.transfer(hand.journal("issue"), 0, leg, debit=_float(hand).id)


@ACTS.forbidden_by("fk_transfer_ledger_credit")
def a_leg_gives_to_the_other_ledger(hand: Hand) -> None:
    leg, _budget = postings.issue(hand.world.other_event.id, FACE)
    hand.transfer(hand.journal("issue"), 0, leg, credit=AccountRef(COMMITTED, event=hand.world.other_event.id).id)


@ACTS.forbidden_by("fk_transfer_ledger_debit", "fk_transfer_ledger_credit")
def a_budget_leg_says_that_it_is_financial_and_leaves_the_float_whole(hand: Hand) -> None:
    _financial, leg = postings.issue(hand.world.other_event.id, FACE)
    hand.transfer(hand.journal("issue"), 0, leg, ledger=FINANCIAL)


@ACTS.forbidden_by("ck_transfer_positive")
def nothing_is_moved(hand: Hand) -> None:
    leg, _budget = postings.issue(hand.world.other_event.id, FACE)
    hand.transfer(hand.journal("issue"), 0, leg, amount=0)


@ACTS.forbidden_by("ck_transfer_positive")
def a_float_grows_by_a_negative_promise(hand: Hand) -> None:
    _financial, leg = postings.issue(hand.world.other_event.id, FACE)
    hand.transfer(hand.journal("issue"), 0, leg, amount=-FACE)


@ACTS.forbidden_by("ck_transfer_two_accounts")
def an_account_pays_itself(hand: Hand) -> None:
    leg, _budget = postings.issue(hand.world.other_event.id, FACE)
    hand.transfer(hand.journal("issue"), 0, leg, credit=leg.debit.id)


@ACTS.forbidden_by("uq_transfer_journal_line")
def a_line_of_a_journal_is_posted_twice(hand: Hand) -> None:
    leg, _budget = postings.issue(hand.world.other_event.id, FACE)
    journal = hand.journal("issue")
    hand.transfer(journal, 0, leg)
    hand.transfer(journal, 0, leg)


@ACTS.forbidden_by("ck_account_limited_by_code")
def a_float_has_no_ceiling(hand: Hand) -> None:
    _account(hand, limited=False)


@ACTS.forbidden_by("ck_account_ledger_of_code")
def a_float_stands_in_the_financial_ledger(hand: Hand) -> None:
    _account(hand, ledger=FINANCIAL)


@ACTS.forbidden_by("ck_account_side_of_code")
def a_ceiling_is_on_the_wrong_side(hand: Hand) -> None:
    _account(hand, normal_side="debit")


@ACTS.forbidden_by("ck_account_owners_of_code")
def a_float_is_nobodys(hand: Hand) -> None:
    _account(hand, event=None)


@ACTS.forbidden_by("ck_account_owners_of_code")
def a_float_is_a_funders_as_well(hand: Hand) -> None:
    _account(hand, funder=_funder(hand))


@ACTS.forbidden_by("ck_account_owners_of_code")
def a_merchant_is_owed_by_no_funder(hand: Hand) -> None:
    _payable(hand, funder=None)


@ACTS.forbidden_by("ck_account_owners_of_code", "ck_account_side_of_code")
def there_is_an_account_that_is_not_in_the_chart(hand: Hand) -> None:
    _payable(hand, code="2260")


@ACTS.forbidden_by("fk_account_event")
def there_is_a_float_of_no_event(hand: Hand) -> None:
    _account(hand, event=new_id())


@ACTS.forbidden_by("fk_account_programme")
def there_is_a_budget_of_no_programme(hand: Hand) -> None:
    _account(hand, code="8100", event=None, programme=new_id())


@ACTS.forbidden_by("fk_account_funder")
def there_is_an_account_of_no_funder(hand: Hand) -> None:
    _payable(hand, funder=new_id())


@ACTS.forbidden_by("fk_account_merchant")
def nobody_is_owed(hand: Hand) -> None:
    _payable(hand, merchant=new_id())


@ACTS.forbidden_by("fk_account_counterparty")
def nobody_owes(hand: Hand) -> None:
    _between_funders(hand, counterparty=new_id())


@ACTS.forbidden_by("uq_account_event")
def an_event_has_two_floats(hand: Hand) -> None:
    _account(hand, event=hand.world.other_event.id)


@ACTS.forbidden_by("uq_account_programme")
def a_programme_has_two_budgets(hand: Hand) -> None:
    _account(hand, code="8100", event=None, programme=hand.world.event.programme.id)


@ACTS.forbidden_by("uq_account_funder")
def a_funder_has_two_banks(hand: Hand) -> None:
    for _twice in range(2):
        _payable(hand, code="1150", merchant=None)


@ACTS.forbidden_by("uq_account_merchant")
def a_merchant_is_owed_a_share_on_two_accounts(hand: Hand) -> None:
    for _twice in range(2):
        _payable(hand)


@ACTS.forbidden_by("uq_account_counterparty")
def a_funder_owes_another_on_two_accounts(hand: Hand) -> None:
    for _twice in range(2):
        _between_funders(hand)


@ACTS.forbidden_by("uq_journal_op_scope_op_id")
def a_journals_op_id_is_used_twice(hand: Hand) -> None:
    operation = {"op_scope": hand.world.till.id, "op_id": new_id(), "op_hash": bytes(32)}
    hand.journal("redeem", **operation)
    hand.journal("redeem", **operation)


@ACTS.forbidden_by("ck_journal_op_whole")
def a_journals_op_id_is_nobodys(hand: Hand) -> None:
    hand.journal("redeem", op_id=new_id())


@ACTS.forbidden_by("ck_journal_issue_has_no_minute")
def an_issue_keeps_its_minute(hand: Hand) -> None:
    hand.journal("issue", recorded_at=NOW)


@ACTS.forbidden_by("journal.begins_timed")
def a_redemption_keeps_no_minute(hand: Hand) -> None:
    hand.journal("redeem", recorded_at=None)


@ACTS.forbidden_by("uq_journal_reverses")
def a_journal_is_reversed_twice(hand: Hand) -> None:
    first = hand.journal("redeem")
    hand.journal("reverse", reverses=first)
    hand.journal("reverse", reverses=first)


@ACTS.forbidden_by("uq_merchant_kind_ruc")
def a_merchant_is_paid_under_two_names(hand: Hand) -> None:
    hand.copy("merchant", {"kind": RucKind.JURIDICA}, id=new_id(), name="Otro nombre")


@ACTS.forbidden_by("pk_audit_row", "uq_audit_row_chain_previous")
def a_chain_forks(hand: Hand) -> None:
    row = _row(hand, 1)
    _append(hand, seq=1, previous_seq=0, previous=row["previous"])


@ACTS.forbidden_by("uq_audit_row_chain_previous", "ck_audit_row_no_gap")
def a_chain_goes_on_from_an_older_row(hand: Hand) -> None:
    older = _row(hand, 0)
    _append(hand, previous_seq=0, previous=older["hash"])


@ACTS.forbidden_by("pk_audit_row", "uq_audit_row_chain_previous")
def a_chain_begins_twice(hand: Hand) -> None:
    _append(hand, seq=0, previous_seq=None, previous=GENESIS)


@ACTS.forbidden_by("ck_audit_row_no_gap")
def a_chain_leaves_a_number_out(hand: Hand) -> None:
    _append(hand, seq=_head(hand)[0] + 2)


@ACTS.forbidden_by("ck_audit_row_no_gap")
def a_chain_begins_in_the_middle(hand: Hand) -> None:
    _append(hand, chain=_fresh_chain(hand), seq=5, previous_seq=None, previous=GENESIS)


@ACTS.forbidden_by("fk_audit_row_chain_previous_seq_previous")
def a_chain_goes_on_from_a_row_that_is_not_there(hand: Hand) -> None:
    seq, _hash = _head(hand)
    _append(hand, seq=seq + 2, previous_seq=seq + 1)


@ACTS.forbidden_by("fk_audit_row_chain_previous_seq_previous")
def a_chain_names_another_hash_than_the_row_before_has(hand: Hand) -> None:
    _append(hand, previous=bytes([9]) * 32)


@ACTS.forbidden_by("fk_audit_row_chain_previous_seq_previous")
def a_chain_goes_on_from_another_ones_row(hand: Hand) -> None:
    seq, last = _head(hand)
    _append(hand, chain=_fresh_chain(hand), seq=seq + 1, previous_seq=seq, previous=last)


@ACTS.forbidden_by("fk_audit_row_chain")
def a_row_belongs_to_no_chain(hand: Hand) -> None:
    _append(hand, chain=new_id(), seq=0, previous_seq=None, previous=GENESIS)


@ACTS.forbidden_by("ck_audit_row_hash_sizes")
def a_hash_is_cut_short(hand: Hand) -> None:
    _append(hand, hash=bytes(31))


@ACTS.forbidden_by("ck_audit_row_signature_size")
def a_signature_is_cut_short(hand: Hand) -> None:
    _append(hand, signature=bytes(63))


@ACTS.forbidden_by("audit_body.only_emptied")
def an_audit_bodys_salt_is_rewritten(hand: Hand) -> None:
    hand.change("audit_body", _first_body(), salt=bytes(32))


@ACTS.forbidden_by("audit_body.only_emptied")
def an_audit_body_is_rewritten(hand: Hand) -> None:
    hand.change("audit_body", _first_body(), body="{}")


@ACTS.forbidden_by("audit_body.only_emptied")
def an_emptied_audit_body_is_filled_again(hand: Hand) -> None:
    before = hand.one("audit_body", **_first_body())
    hand.change("audit_body", _first_body(), salt=None, body=None)
    hand.change("audit_body", _first_body(), salt=before["salt"], body=before["body"])


@ACTS.forbidden_by("ck_audit_body_sealed", "audit_body.only_emptied")
def an_audit_body_of_a_surrender_lies_in_clear(hand: Hand) -> None:
    hand.change("audit_body", _first_body(), event=hand.world.event.id)


@ACTS.forbidden_by("fk_audit_body_chain_seq")
def a_body_belongs_to_no_row(hand: Hand) -> None:
    hand.put("audit_body", chain=OPERATOR.chain, seq=_head(hand)[0] + 1, salt=bytes(32), body="{}")


def _float(hand: Hand) -> AccountRef:
    return AccountRef(ALLOTTED, event=hand.world.other_event.id)


def _left(hand: Hand, account: AccountRef) -> int:
    return int(hand.one("account_balance", account=account.id)["balance"])


def _account(hand: Hand, **values: Any) -> None:  # noqa: ANN401  whatever a column holds
    """A float, of a fresh event unless told otherwise."""
    row = {"id": new_id(), "ledger": BUDGET, "code": "8150", "normal_side": "credit", "limited": True}
    if "event" not in values:
        key, code = hand.world.other_event.id, "NUEVA-2026-11-24"
        values["event"] = new_id()
        hand.copy("event", {"id": key}, id=values["event"], code=code, state="planned")
    hand.put("account", **{**row, **values})


def _payable(hand: Hand, **values: Any) -> None:  # noqa: ANN401  as above
    """What a merchant is owed of a funder's share, unless told otherwise."""
    row = {"id": new_id(), "ledger": FINANCIAL, "code": "2250", "normal_side": "credit", "limited": False}
    hand.put("account", **{**row, "funder": _funder(hand), "merchant": hand.world.till.merchant, **values})


def _between_funders(hand: Hand, **values: Any) -> None:  # noqa: ANN401  as above
    """What a funder owes another."""
    _payable(hand, **{"code": "1210", "merchant": None, "counterparty": _funder(hand, "MINGOB"), **values})


def _funder(hand: Hand, code: str = "MINSEG") -> UUID:
    return UUID(str(hand.one("organisation", code=code)["id"]))


def _head(hand: Hand) -> tuple[int, bytes]:
    rows = metadata.tables["audit_row"].columns
    newest = select(rows.seq, rows.hash).where(rows.chain == OPERATOR.chain).order_by(rows.seq.desc()).limit(1)
    seq, last = hand.connection.execute(newest).one()
    return int(seq), bytes(last)


def _row(hand: Hand, seq: int) -> dict[str, Any]:
    return hand.one("audit_row", chain=OPERATOR.chain, seq=seq)


def _append(hand: Hand, **values: Any) -> None:  # noqa: ANN401  as above
    seq, last = _head(hand)
    row = {"chain": OPERATOR.chain, "seq": seq + 1, "previous_seq": seq, "previous": last}
    said = {"body_hash": bytes(32), "hash": new_id().bytes * 2, "signature": bytes(64)}
    hand.put("audit_row", **{**row, **said, **values})


def _fresh_chain(hand: Hand) -> UUID:
    chain = new_id()
    hand.put("audit_chain", id=chain, kind="organisation", opened_at=NOW)
    return chain


def _first_body() -> dict[str, Any]:
    return {"chain": OPERATOR.chain, "seq": 0}
