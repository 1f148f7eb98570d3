"""Merchants, branches and tills: registered once, suspended and resumed, enrolled and revoked."""

from dataclasses import replace
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from buyback.audit.queries import chains
from buyback.audit.tables import AuditBody
from buyback.db import Database
from buyback.errors import InvalidInput, NotFound
from buyback.ids import new_id
from buyback.merchants import queries as merchants
from buyback.merchants import service as merchant_service
from buyback.merchants import tills
from buyback.merchants.rules import (
    AlreadySuspended,
    MerchantAmbiguous,
    MerchantEntry,
    NotSuspended,
    TillKnown,
    TillRevoked,
)
from buyback.merchants.states import MerchantState, RucKind, TillState
from buyback.merchants.tables import Till
from buyback.people.rules import OPERATOR
from buyback.security.tokens import new_token, token_digest
from tests.builders import NOW

ENTRY = MerchantEntry(
    kind=RucKind.JURIDICA,
    ruc="155720753-2-2022",
    dv="39",
    name="Súper Betania",
    category="supermarket",
    branch="Vía Brasil",
    corregimiento="080806",
)


def add(database: Database, entry: MerchantEntry = ENTRY) -> UUID:
    return database.transact(lambda session: merchant_service.add_merchant(session, entry=entry, by=OPERATOR, now=NOW))


def enrol(database: Database, merchant: UUID, name: str = "Caja 1", token: str = "") -> UUID:
    def work(session: Session) -> UUID:
        return tills.enrol_till(
            session,
            branch=merchants.get_branch(session, merchant, ENTRY.branch).id,
            name=name,
            token_hash=token_digest(token or new_token()),
            by=OPERATOR,
            now=NOW,
        )

    return database.transact(work)


def refused(database: Database, entry: MerchantEntry) -> list[tuple[str, str]]:
    with pytest.raises(InvalidInput) as caught:
        add(database, entry)
    return [(problem.field, problem.refusal.code) for problem in caught.value.problems]


def test_a_merchant_is_registered_with_its_first_branch(database: Database) -> None:
    merchant = add(database)
    with database.reading() as session:
        facts = merchants.get_merchant(session, "155720753-2-2022")
        branch = merchants.get_branch(session, merchant, "Vía Brasil")
    assert (facts.id, facts.name, facts.state) == (merchant, "Súper Betania", MerchantState.ACTIVE)
    assert (branch.merchant, branch.corregimiento) == (merchant, "080806")


def test_a_merchant_is_found_by_any_spelling_of_its_number(database: Database) -> None:
    merchant = add(database)
    with database.reading() as session:
        assert merchants.get_merchant(session, " 0155720753-02-2022 ").id == merchant
        with pytest.raises(NotFound):
            merchants.get_merchant(session, "155720753-2-2023")


MISTAKES = (
    (replace(ENTRY, dv="38"), ("dv", "wrong_check_digits")),
    (replace(ENTRY, dv="3"), ("dv", "check_digits_malformed")),
    (replace(ENTRY, ruc="155720753"), ("ruc", "ruc_malformed")),
    (replace(ENTRY, kind=RucKind.NATURAL, ruc="14-1-1"), ("ruc", "ruc_province_unknown")),
    (replace(ENTRY, name=""), ("name", "not_plain_text")),
    (replace(ENTRY, name="x" * 121), ("name", "too_long")),
    (replace(ENTRY, name="a\nb"), ("name", "not_plain_text")),
    (replace(ENTRY, category="casino"), ("category", "not_one_of")),
    (replace(ENTRY, branch=" "), ("branch", "not_plain_text")),
    (replace(ENTRY, corregimiento="080899"), ("corregimiento", "not_found")),
)


def test_a_mistake_is_refused_at_its_field_and_nothing_is_stored(database: Database) -> None:
    assert [refused(database, entry) for entry, _problem in MISTAKES] == [[problem] for _entry, problem in MISTAKES]
    with database.reading() as session:
        assert merchants.registered(session) == ()


def test_every_mistake_is_told_at_once(database: Database) -> None:
    entry = replace(ENTRY, dv="00", category="", branch="", corregimiento="")
    assert [field for field, _code in refused(database, entry)] == [
        "dv",
        "category",
        "branch",
        "corregimiento",
    ]


def test_a_known_number_is_refused_in_any_spelling(database: Database) -> None:
    add(database)
    assert refused(database, replace(ENTRY, ruc="0155720753-2-2022")) == [("ruc", "merchant_known")]


def test_a_person_and_a_company_may_have_numbers_that_read_alike(database: Database) -> None:
    company = add(database, replace(ENTRY, kind=RucKind.JURIDICA_NT, ruc="8-NT-1-12345", dv="49"))
    person = add(database, replace(ENTRY, kind=RucKind.NATURAL_NT, ruc="8-NT-1-12345", dv="08"))
    with database.reading() as session:
        with pytest.raises(MerchantAmbiguous):
            merchants.get_merchant(session, "8-NT-1-12345")
        assert merchants.get_merchant(session, "8-NT-1-12345", RucKind.JURIDICA_NT).id == company
        assert merchants.get_merchant(session, "8-NT-1-12345", RucKind.NATURAL_NT).id == person


def test_a_branch_is_added_once(database: Database) -> None:
    merchant = add(database)

    def work(session: Session) -> UUID:
        return merchant_service.add_branch(
            session, merchant=merchant, name="Calle 50", corregimiento="080807", by=OPERATOR, now=NOW
        )

    database.transact(work)
    with pytest.raises(InvalidInput) as caught:
        database.transact(work)
    assert [problem.refusal.code for problem in caught.value.problems] == ["branch_known"]
    with database.reading() as session:
        found = [merchants.get_branch(session, merchant, name).corregimiento for name in ("Calle 50", "Vía Brasil")]
        assert found == ["080807", "080806"]
        with pytest.raises(NotFound):
            merchants.get_branch(session, merchant, "Calle 51")


def test_a_suspension_is_made_once_and_lifted_once(database: Database) -> None:
    merchant = add(database)

    def state() -> MerchantState:
        with database.reading() as session:
            return merchants.get_merchant_by_id(session, merchant).state

    def suspend(session: Session) -> None:
        merchant_service.suspend(session, merchant=merchant, by=OPERATOR, now=NOW)

    def resume(session: Session) -> None:
        merchant_service.resume(session, merchant=merchant, by=OPERATOR, now=NOW)

    with pytest.raises(NotSuspended):
        database.transact(resume)
    database.transact(suspend)
    assert state() is MerchantState.SUSPENDED
    with pytest.raises(AlreadySuspended):
        database.transact(suspend)
    database.transact(resume)
    assert state() is MerchantState.ACTIVE


def test_a_till_is_found_by_its_token_and_only_the_tokens_hash_is_stored(database: Database) -> None:
    token = new_token()
    till = enrol(database, add(database), token=token)
    with database.reading() as session:
        assert merchants.find_till(session, token_digest(token)) == till
        assert merchants.find_till(session, token_digest(new_token())) is None
        assert session.scalars(select(Till.token_hash)).one() == token_digest(token)
        assert not any(token in str(body) for body in session.scalars(select(AuditBody.body)))


def test_a_till_has_an_audit_chain_of_its_own(database: Database) -> None:
    till = enrol(database, add(database))
    with database.reading() as session:
        assert till in chains(session)


def test_a_till_without_a_proper_name_is_refused(database: Database) -> None:
    merchant = add(database)
    for name in ("", " ", "x" * 61, "a\tb"):
        with pytest.raises(InvalidInput):
            enrol(database, merchant, name=name)


def test_a_till_name_is_used_once_in_a_branch(database: Database) -> None:
    merchant = add(database)
    enrol(database, merchant)
    with pytest.raises(TillKnown):
        enrol(database, merchant)
    enrol(database, merchant, name="Caja 2")
    with database.reading() as session:
        assert [till.name for till in merchants.enrolled(session, merchant=merchant)] == ["Caja 1", "Caja 2"]
        assert merchants.enrolled(session, merchant=new_id()) == ()


def test_a_till_is_revoked_for_good(database: Database) -> None:
    till = enrol(database, add(database))

    def revoke(session: Session) -> None:
        tills.revoke_till(session, till=till, by=OPERATOR, now=NOW)

    database.transact(revoke)
    with database.reading() as session:
        assert merchants.get_till_by_id(session, till).state is TillState.REVOKED
    with pytest.raises(TillRevoked):
        database.transact(revoke)


def test_what_does_not_exist_is_not_found(database: Database) -> None:
    with database.reading() as session:
        with pytest.raises(NotFound):
            merchants.get_merchant_by_id(session, new_id())
        with pytest.raises(NotFound):
            merchants.get_till_by_id(session, new_id())
    with pytest.raises(NotFound):
        database.transact(
            lambda session: tills.enrol_till(
                session, branch=new_id(), name="Caja 1", token_hash=bytes(32), by=OPERATOR, now=NOW
            )
        )


def test_every_change_is_audited(database: Database) -> None:
    till = enrol(database, add(database))
    database.transact(lambda session: tills.revoke_till(session, till=till, by=OPERATOR, now=NOW))
    with database.reading() as session:
        bodies = " ".join(str(body) for body in session.scalars(select(AuditBody.body)))
    assert all(act in bodies for act in ("merchant:add", "till:enrol", "till:revoke"))
