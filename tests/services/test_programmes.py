"""Programmes: loaded from files, versioned, closed; their tariff and their budget."""

import pytest
from sqlalchemy import func, select

from buyback.audit.tables import AuditBody
from buyback.campaigns import budget, programmes, queries
from buyback.campaigns.programmes import LoadedVersion
from buyback.campaigns.rules import (
    AppropriationShrinks,
    FloatOverAppropriation,
    ProgrammeClosed,
    ProgrammeNumberFixed,
    ProgrammeNumberTaken,
)
from buyback.db import Database
from buyback.errors import InvalidInput, NotFound
from buyback.ledger import queries as ledger
from buyback.ledger.rules import ALLOTTED, AVAILABLE, AccountRef
from buyback.people.rules import OPERATOR
from buyback.tariff.catalogue import CalibreGroup, ClassCode, Condition
from buyback.tariff.programme_section import parse
from buyback.tariff.queries import tariff_of
from buyback.tariff.rules import Price, PriceKind
from buyback.tariff.service import load_programme
from buyback.tariff.tables import TariffRow
from tests.builders import NOW, PROGRAMME, make_event, make_programme

STATED = PROGRAMME.replace("number = 7", 'number = 7\nappropriation = "25000.00"')


def load(database: Database, text: str) -> LoadedVersion:
    file = parse(text.encode())
    return database.transact(lambda session: load_programme(session, file=file, by=OPERATOR, now=NOW))


def test_a_file_becomes_a_programme(database: Database) -> None:
    assert load(database, PROGRAMME).version == 1
    with database.reading() as session:
        programme = queries.get_programme(session, "PMB-TEST")
        funders = queries.funders(session, programme.version)
    assert (programme.number, programme.denominations) == (7, (5000, 2000, 1000, 500))
    assert programme.categories == {"shop", "supermarket", "restaurant", "pharmacy"}
    assert (programme.rounding, programme.voucher_days, programme.approval_over) == (5, 90, 30000)
    assert not programme.is_closed
    assert [(funder.organisation, funder.weight) for funder in funders] == [("MINSEG", 70), ("MINGOB", 30)]


def test_its_tariff_is_stored_with_every_kind_of_price(database: Database) -> None:
    make_programme(database)
    with database.reading() as session:
        tariff = tariff_of(session, queries.get_programme(session, "PMB-TEST"))
    assert tariff.approval_over == 30000
    assert [(line.condition, line.price) for line in tariff.of(ClassCode.REVOLVER)] == [
        (Condition.SERVICEABLE, Price(kind=PriceKind.RANGE, low=10000, high=25000)),
        (Condition.POOR, Price(kind=PriceKind.RANGE, low=5000, high=10000)),
    ]
    assert [(line.calibre_group, line.price) for line in tariff.of(ClassCode.AMMUNITION)] == [
        (CalibreGroup.HANDGUN, Price(kind=PriceKind.UNIT, low=35, high=35)),
        (CalibreGroup.SHOTGUN, Price(kind=PriceKind.UNIT, low=50, high=50)),
    ]
    (printed,) = tariff.of(ClassCode.PRINTED)
    assert (printed.price, printed.cap_per_visit) == (Price(kind=PriceKind.FIXED, low=0, high=0), 2)


def test_the_same_content_again_changes_nothing(database: Database) -> None:
    first = load(database, PROGRAMME)
    again = load(database, f"# another comment\n{PROGRAMME}")
    assert (again.id, again.version, again.is_new) == (first.id, 1, False)
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(TariffRow)) == 8


def test_other_content_is_a_new_version_and_events_keep_theirs(database: Database) -> None:
    make_event(database, "FIRST")
    loaded = load(database, PROGRAMME.replace('"0.35"', '"0.40"').replace("voucher_days = 90", "voucher_days = 60"))
    assert (loaded.version, loaded.is_new) == (2, True)
    with database.reading() as session:
        old = queries.get_event(session, "FIRST").programme
        new = queries.get_programme(session, "PMB-TEST")
        assert (old.voucher_days, new.voucher_days) == (90, 60)
        prices = [tariff_of(session, facts).of(ClassCode.AMMUNITION)[0].price.low for facts in (old, new)]
    assert prices == [35, 40]


def test_going_back_to_an_older_content_is_a_new_version_too(database: Database) -> None:
    changed = PROGRAMME.replace('"0.35"', '"0.40"')
    assert [load(database, text).version for text in (PROGRAMME, changed, PROGRAMME)] == [1, 2, 3]


def test_programmes_are_named_as_their_latest_version_names_them(database: Database) -> None:
    load(database, PROGRAMME)
    load(database, PROGRAMME.replace("(prueba)", "(otra vez)"))
    with database.reading() as session:
        assert queries.programme_names(session) == {"PMB-TEST": "Pacificando mi Barrio (otra vez)"}


def test_a_number_belongs_to_one_programme(database: Database) -> None:
    make_programme(database)
    with pytest.raises(ProgrammeNumberTaken):
        load(database, PROGRAMME.replace("PMB-TEST", "PMB-OTHER"))
    assert load(database, PROGRAMME.replace("PMB-TEST", "PMB-OTHER").replace("number = 7", "number = 8")).is_new


def test_a_programme_keeps_its_number(database: Database) -> None:
    make_programme(database)
    with pytest.raises(ProgrammeNumberFixed):
        load(database, PROGRAMME.replace("number = 7", "number = 8"))


def test_funders_that_are_not_registered_are_all_named(database: Database) -> None:
    text = PROGRAMME.replace('"MINSEG"', '"MINSEGX"').replace('"MINGOB"', '"MINGOBX"')
    with pytest.raises(InvalidInput) as caught:
        load(database, text)
    assert [problem.field for problem in caught.value.problems] == [
        "funder[0].organisation",
        "funder[1].organisation",
    ]
    with database.reading() as session:
        assert queries.find_programme(session, "PMB-TEST") is None


def test_a_stated_appropriation_is_the_ceiling_of_all_floats(database: Database) -> None:
    load(database, STATED)
    event = make_event(database, "FIRST", float_cents=20_000_00, programme="PMB-TEST")
    with pytest.raises(FloatOverAppropriation):
        make_event(database, "SECOND", float_cents=5_000_01, programme="PMB-TEST")
    make_event(database, "THIRD", float_cents=5_000_00, programme="PMB-TEST")
    with database.reading() as session:
        assert budget.stated_appropriation(session, event.programme.id) == 25_000_00
        assert ledger.limited_balance(session, AccountRef(AVAILABLE, programme=event.programme.id)) == 0
        assert ledger.limited_balance(session, AccountRef(ALLOTTED, event=event.id)) == 20_000_00
        assert queries.find_event(session, "SECOND") is None


def test_an_appropriation_grows_with_a_new_version_and_never_shrinks(database: Database) -> None:
    programme = load(database, STATED)
    load(database, STATED.replace("25000.00", "30000.00"))
    with pytest.raises(AppropriationShrinks):
        load(database, STATED.replace("25000.00", "29999.99"))
    with database.reading() as session:
        facts = queries.get_programme(session, programme.programme)
        assert budget.stated_appropriation(session, facts.id) == 30_000_00


def test_without_a_stated_appropriation_a_float_appropriates_itself(database: Database) -> None:
    event = make_event(database)
    with database.reading() as session:
        assert budget.stated_appropriation(session, event.programme.id) == 0
        assert ledger.limited_balance(session, AccountRef(AVAILABLE, programme=event.programme.id)) == 0
        assert ledger.limited_balance(session, AccountRef(ALLOTTED, event=event.id)) == 20_000_00


def test_a_closed_programme_takes_nothing_more(database: Database) -> None:
    make_programme(database)
    planned = make_event(database, "PLANNED", is_open=False)
    database.transact(lambda session: programmes.close_programme(session, code="PMB-TEST", by=OPERATOR, now=NOW))
    with database.reading() as session:
        assert queries.get_event(session, planned.code).programme.is_closed
    with pytest.raises(ProgrammeClosed):
        make_event(database, "NEW", programme="PMB-TEST")
    with pytest.raises(ProgrammeClosed):
        load(database, PROGRAMME.replace('"0.35"', '"0.40"'))
    with pytest.raises(ProgrammeClosed):
        database.transact(lambda session: programmes.close_programme(session, code="PMB-TEST", by=OPERATOR, now=NOW))


def test_an_unknown_programme_is_not_found(database: Database) -> None:
    with pytest.raises(NotFound):
        database.transact(lambda session: programmes.close_programme(session, code="NONE", by=OPERATOR, now=NOW))


def test_loading_and_closing_are_audited(database: Database) -> None:
    make_programme(database)
    database.transact(lambda session: programmes.close_programme(session, code="PMB-TEST", by=OPERATOR, now=NOW))
    with database.reading() as session:
        bodies = [str(body) for body in session.scalars(select(AuditBody.body))]
    assert [act for act in ("programme:load", "programme:close") if any(act in body for body in bodies)] == [
        "programme:load",
        "programme:close",
    ]
