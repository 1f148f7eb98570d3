"""What nobody may be at once, tried straight on the tables of both databases."""

from concurrent.futures import ThreadPoolExecutor, wait
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.exc import IntegrityError

from buyback.db import Database
from buyback.ids import new_id
from buyback.people.rules import AccountKind
from buyback.security.access import FORBIDDEN_PAIRS, MERCHANT_ROLES, Role
from tests.builders import NOW
from tests.raw import Acts, lawless, problem_with, refusal
from tests.world import LATER, Hand, World, make_world

pytestmark = pytest.mark.begins_with(build=make_world)

ACTS: Acts[Hand] = Acts()


def test_what_nobody_may_be_at_once_is_refused_by_its_rule_and_by_nothing_else(
    database: Database, begun: World, subtests: pytest.Subtests
) -> None:
    world = begun
    for act in ACTS:
        with subtests.test(act.sentence):
            assert problem_with(database, act, lambda connection: Hand(connection, world)) is None


def test_a_merchants_user_is_a_cashier(database: Database, begun: World) -> None:
    """Without this, acts that are malformed in some other way would seem to be refused."""
    world = begun
    with database.engine.connect() as connection:
        hand = Hand(connection, world)
        _grant(hand, _cashier(hand), Role.CASHIER, kind=AccountKind.MERCHANT)
        _grant(hand, world.issuer.id, Role.EVENT_CHIEF)
        connection.rollback()


def test_two_roles_are_refused_together_exactly_where_the_code_forbids_the_pair(
    database: Database, begun: World
) -> None:
    world = begun
    public = sorted(set(Role) - MERCHANT_ROLES)
    with lawless(database) as connection:
        hand = Hand(connection, world)
        refused = {
            frozenset({role, other})
            for role in public
            for other in public
            if role != other and refusal(connection, lambda role=role, other=other: _hold(hand, role, other))  # type: ignore[misc]  # bound
        }
    assert refused == {frozenset(pair) for pair in FORBIDDEN_PAIRS}


@pytest.mark.databases("postgresql")
def test_two_who_grant_at_once_wait_for_each_other_and_make_no_forbidden_pair(database: Database, begun: World) -> None:
    world, fresh = begun, new_id()
    with database.engine.begin() as connection:
        Hand(connection, world).copy("user_account", {"id": world.issuer.id}, id=fresh, name="x.nueva")

    def issues() -> None:
        with database.engine.begin() as connection:
            _grant(Hand(connection, world), fresh, Role.ISSUER)

    with ThreadPoolExecutor(1) as pool, database.engine.connect() as connection:
        _grant(Hand(connection, world), fresh, Role.ADMINISTRATOR)
        other = pool.submit(issues)
        assert not wait([other], timeout=0.5).done
        connection.commit()
        with pytest.raises(IntegrityError, match="roles that one person may not hold"):
            other.result(10)


@ACTS.forbidden_by("role_grant.forbidden_pair")
def an_administrator_issues(hand: Hand) -> None:
    _grant(hand, hand.world.administrator.id, Role.ISSUER)


@ACTS.forbidden_by("role_grant.forbidden_pair")
def an_issuer_administers(hand: Hand) -> None:
    _grant(hand, hand.world.issuer.id, Role.ADMINISTRATOR)


@ACTS.forbidden_by("ck_role_grant_role_of_kind")
def an_official_is_a_cashier(hand: Hand) -> None:
    _grant(hand, hand.world.issuer.id, Role.CASHIER)


@ACTS.forbidden_by("fk_role_grant_user_kind")
def an_official_is_a_cashier_who_is_said_to_be_a_merchants(hand: Hand) -> None:
    _grant(hand, hand.world.issuer.id, Role.CASHIER, kind=AccountKind.MERCHANT)


@ACTS.forbidden_by("ck_role_grant_role_of_kind")
def a_merchants_user_issues(hand: Hand) -> None:
    _grant(hand, _cashier(hand), Role.ISSUER, kind=AccountKind.MERCHANT)


@ACTS.forbidden_by("fk_role_grant_user_kind")
def a_merchants_user_issues_as_an_official(hand: Hand) -> None:
    _grant(hand, _cashier(hand), Role.ISSUER)


@ACTS.forbidden_by("fk_role_grant_user_kind")
def a_cashier_becomes_an_official(hand: Hand) -> None:
    cashier = _cashier(hand)
    _grant(hand, cashier, Role.CASHIER, kind=AccountKind.MERCHANT)
    organisation = hand.one("organisation", code="PN")["id"]
    hand.change("user_account", {"id": cashier}, kind=AccountKind.OFFICIAL, organisation=organisation, merchant=None)


@ACTS.forbidden_by("ck_user_account_belongs_to_one")
def an_official_belongs_to_a_merchant_as_well(hand: Hand) -> None:
    hand.change("user_account", {"id": hand.world.issuer.id}, merchant=hand.world.till.merchant)


@ACTS.forbidden_by("ck_user_account_belongs_to_one")
def a_user_belongs_to_nobody(hand: Hand) -> None:
    hand.change("user_account", {"id": hand.world.issuer.id}, organisation=None)


@ACTS.forbidden_by("uq_user_account_name")
def two_people_have_one_name(hand: Hand) -> None:
    hand.copy("user_account", {"id": hand.world.issuer.id}, id=new_id())


@ACTS.forbidden_by("uq_role_grant_held")
def a_role_is_held_twice(hand: Hand) -> None:
    _grant(hand, hand.world.issuer.id, Role.ISSUER)


@ACTS.forbidden_by("role_grant.end_is_final")
def a_role_that_was_taken_away_is_held_again(hand: Hand) -> None:
    issuer = {"user": hand.world.issuer.id, "role": Role.ISSUER}
    hand.change("role_grant", issuer, revoked_at=LATER)
    hand.change("role_grant", issuer, revoked_at=None)


@ACTS.forbidden_by("role_grant.end_is_final")
def an_administrators_role_turns_into_an_issuers(hand: Hand) -> None:
    hand.change("role_grant", {"user": hand.world.administrator.id}, role=Role.ISSUER)


@ACTS.forbidden_by("role_grant.end_is_final")
def a_role_moves_to_somebody_else(hand: Hand) -> None:
    hand.change("role_grant", {"user": hand.world.issuer.id}, user=hand.world.approver.id)


def _grant(hand: Hand, user: UUID | None, role: Role, **values: Any) -> None:  # noqa: ANN401  whatever a column holds
    row = {"id": new_id(), "user": user, "kind": AccountKind.OFFICIAL, "role": role, "granted_at": NOW}
    hand.put("role_grant", **{**row, **values})


def _hold(hand: Hand, *roles: Role) -> None:
    """A fresh official with roles."""
    fresh = new_id()
    hand.copy("user_account", {"id": hand.world.issuer.id}, id=fresh, name=f"x.{fresh.hex[:8]}")
    for role in roles:
        _grant(hand, fresh, role)


def _cashier(hand: Hand) -> UUID:
    """A user of the world's merchant, without a role."""
    fresh = new_id()
    ends = {"kind": AccountKind.MERCHANT, "organisation": None, "merchant": hand.world.till.merchant}
    hand.copy("user_account", {"id": hand.world.issuer.id}, id=fresh, name="x.cajera", **ends)
    return fresh
