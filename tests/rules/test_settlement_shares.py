"""Shares of a settlement: to the cent, the same each time, and without drift over hundreds of runs."""

from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from buyback.campaigns.rules import Share
from buyback.campaigns.states import PaymentMode
from buyback.ids import new_id
from buyback.settlement.funder_shares import (
    AgreementTerms,
    Content,
    SettlementLineFacts,
    Split,
    carry_added,
    share_out,
    split,
)

AMOUNTS = st.integers(1, 100_000_00)
WEIGHTS = st.lists(st.integers(1, 100), min_size=1, max_size=5)
EVENTS = tuple(new_id() for _ in range(3))
FUNDERS = tuple(new_id() for _ in range(4))


@given(AMOUNTS, WEIGHTS)
def test_shares_add_up_to_the_cent_and_nobody_is_off_by_a_cent(amount: int, weights: list[int]) -> None:
    shares, carries = share_out(amount, weights, [0] * len(weights))
    whole = sum(weights)
    assert sum(shares) == amount
    assert sum(carries) == 0
    assert all(abs(share * whole - amount * weight) < whole for share, weight in zip(shares, weights, strict=True))


@given(st.lists(st.integers(5_00, 1_000_00), min_size=1, max_size=300), WEIGHTS)
def test_over_hundreds_of_runs_no_funder_drifts_by_a_cent(amounts: list[int], weights: list[int]) -> None:
    whole, carries, paid = sum(weights), (0,) * len(weights), [0] * len(weights)
    for amount in amounts:
        shares, carries = share_out(amount, weights, carries)
        assert sum(shares) == amount
        paid = [so_far + share for so_far, share in zip(paid, shares, strict=True)]
    due = [sum(amounts) * weight for weight in weights]
    assert all(abs(given * whole - exact) < whole for given, exact in zip(paid, due, strict=True))


def test_three_hundred_runs_of_a_hundred_balboas_in_thirds_leave_everybody_within_a_cent() -> None:
    """Largest remainder alone gives the odd cent to the same funder each time: two balboas in 300 runs."""
    carries: tuple[int, ...] = (0, 0, 0)
    paid, plain = [0, 0, 0], [0, 0, 0]
    for _ in range(300):
        shares, carries = share_out(100_00, [1, 1, 1], carries)
        paid = [so_far + share for so_far, share in zip(paid, shares, strict=True)]
        without, _ = share_out(100_00, [1, 1, 1], [0, 0, 0])
        plain = [so_far + share for so_far, share in zip(plain, without, strict=True)]
    assert paid == [1_000_000] * 3
    assert plain == [1_000_200, 999_900, 999_900]


@given(st.lists(st.integers(1, 30), min_size=1, max_size=40), WEIGHTS)
def test_shares_of_a_few_cents_are_never_negative(amounts: list[int], weights: list[int]) -> None:
    carries: tuple[int, ...] = (0,) * len(weights)
    for amount in amounts:
        shares, carries = share_out(amount, weights, carries)
        assert sum(shares) == amount
        assert min(shares) >= 0
        assert sum(carries) == 0


def _terms(mode: PaymentMode, *weights: int) -> AgreementTerms:
    return AgreementTerms(
        mode, tuple(Share(funder=funder, weight=weight) for funder, weight in zip(FUNDERS, weights, strict=False))
    )


DRAWN = st.builds(SettlementLineFacts, st.uuids(version=4), st.sampled_from(EVENTS), st.integers(1, 100_00))
LINES = st.lists(DRAWN, min_size=1, max_size=40)
TERMS = {
    EVENTS[0]: _terms(PaymentMode.EACH, 1, 1, 1),
    EVENTS[1]: _terms(PaymentMode.LEAD, 50, 30, 20),
    EVENTS[2]: _terms(PaymentMode.EACH, 1, 1, 1),
}


@given(LINES)
def test_a_split_is_the_same_in_whatever_order_the_redemptions_came(lines: list[SettlementLineFacts]) -> None:
    assert split(lines, TERMS, {}) == split(lines[::-1], TERMS, {})


@given(LINES)
def test_parts_and_shares_and_payments_add_up_to_the_redemptions(lines: list[SettlementLineFacts]) -> None:
    done = split(lines, TERMS, {})
    total = sum(line.amount for line in lines)
    assert sum(part.amount for part in done.parts) == total
    assert sum(share.amount for share in done.funder_shares) == total
    assert sum(share.pays for share in done.funder_shares) == total
    for part in done.parts:
        assert sum(share.amount for share in done.part_shares if share.event == part.event) == part.amount


@given(LINES, LINES)
def test_what_a_returned_settlement_left_over_is_taken_back(
    earlier: list[SettlementLineFacts], lines: list[SettlementLineFacts]
) -> None:
    before = split(earlier, TERMS, {}).carry
    done = split(lines, TERMS, before)
    added = carry_added(_content(lines, done), TERMS)
    for key, carry in done.carry.items():
        assert carry - added.get(key, 0) == before.get(key, 0)


def test_events_under_the_same_terms_share_what_rounding_leaves_over() -> None:
    assert TERMS[EVENTS[0]].hash() == TERMS[EVENTS[2]].hash()
    assert TERMS[EVENTS[0]].hash() != TERMS[EVENTS[1]].hash()
    one_cent_each = [SettlementLineFacts(new_id(), event, 1) for event in (EVENTS[0], EVENTS[2])]
    done = split(one_cent_each, TERMS, {})
    assert sorted(share.amount for share in done.funder_shares) == [0, 1, 1]


def test_where_one_leads_it_pays_all_and_the_others_bear_their_shares() -> None:
    done = split([SettlementLineFacts(new_id(), EVENTS[1], 10_00)], TERMS, {})
    assert [(share.amount, share.pays) for share in done.funder_shares] == [(5_00, 10_00), (3_00, 0), (2_00, 0)]


def _other(value: object) -> Any:  # noqa: ANN401  of the kind of its field
    """Another value of the same kind."""
    match value:
        case int():
            return value + 1
        case UUID():
            return new_id()
        case bytes():
            return bytes(reversed(value))
        case date():
            return value + timedelta(days=1)
    raise AssertionError(value)


def _with(content: Content, name: str, value: Any) -> Content:  # noqa: ANN401  as above
    return replace(content, **{name: value})


def _with_another(facts: Content, name: str) -> Iterator[tuple[str, Content]]:
    """The content with another value in one field; of rows, in each field of the first row, and without it."""
    value = getattr(facts, name)
    if not isinstance(value, tuple):
        yield name, _with(facts, name, _other(value))
        return
    first, *others = value
    yield f"{name} without one", _with(facts, name, tuple(others))
    for field in fields(first):
        changed = replace(first, **{field.name: _other(getattr(first, field.name))})
        yield f"{name}.{field.name}", _with(facts, name, (changed, *others))


def test_every_field_of_the_content_changes_its_hash() -> None:
    lines = [SettlementLineFacts(new_id(), event, 10_00) for event in EVENTS]
    content = _content(lines, split(lines, TERMS, {}))
    changed = {what: other.hash() for field in fields(Content) for what, other in _with_another(content, field.name)}
    assert len(changed) == 5 + 4 + 3 + 3 + 4 + 3  # its own fields, a row of each kind left out, and their fields
    assert [what for what, changed_hash in changed.items() if changed_hash == content.hash()] == []
    assert (
        len(set(changed.values())) == len(changed) == 5 + 4 + 3 + 3 + 4 + 3
    )  # own fields, rows left out, their fields


def test_lines_that_change_their_amounts_with_each_other_change_the_hash() -> None:
    first, second = (SettlementLineFacts(new_id(), EVENTS[0], cents) for cents in (10_00, 20_00))
    done = split([first, second], TERMS, {})
    turned = [replace(first, amount=second.amount), replace(second, amount=first.amount)]
    assert _content([first, second], done).hash() != _content(turned, done).hash()


def _content(lines: list[SettlementLineFacts], done: Split) -> Content:
    return Content(
        year=2026,
        number=1,
        merchant=FUNDERS[0],
        until=date(2026, 11, 24),
        prepared_by=FUNDERS[1],
        lines=tuple(lines),
        parts=done.parts,
        part_shares=done.part_shares,
        funder_shares=done.funder_shares,
    )
