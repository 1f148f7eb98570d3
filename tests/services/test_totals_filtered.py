"""What officials ask of the totals beyond the sum: a class, words, people per place, and a file to take away."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from buyback.audit.tables import AuditBody
from buyback.db import Database
from buyback.errors import NotFound
from buyback.files.writing.tabular import NothingToExport, csv_text, terminal_text
from buyback.people.rules import Actor, OrganisationKind
from buyback.places.gazetteer import gazetteer
from buyback.security.access import Role
from buyback.tariff.catalogue import ClassCode
from buyback.totals.files import as_document, as_table
from buyback.totals.queries import Totals, totals
from buyback.totals.rules import By, Query, Sort
from buyback.totals.service import take
from tests.builders import NOW, actor, make_organisation, make_user
from tests.databases import Grow
from tests.handed_in import (
    AIR_GUN,
    BETANIA,
    CATIVA,
    CURUNDU,
    NOVEMBER,
    OCTOBER,
    PISTOL,
    REVOLVER,
    add_event,
    add_staff,
    hand_in,
    some,
)


@pytest.fixture
def database(grow: Grow) -> Database:
    """Two pistols in Betania and Cativá, rounds in Betania, a revolver and an air gun in Curundú."""
    return grow(fill)[0]


def fill(database: Database) -> None:
    add_staff(database)
    found = tuple(add_event(database, f"J-{place}", place) for place in (BETANIA, CURUNDU, CATIVA))
    hand_in(database, found[0], PISTOL, some("ammunition", 30))
    hand_in(database, found[1], REVOLVER, day=OCTOBER)
    hand_in(database, found[1], AIR_GUN, PISTOL, day=NOVEMBER)
    hand_in(database, found[2], PISTOL)
    make_organisation(database, "MUPA", OrganisationKind.MUNICIPALITY, "0808")
    make_user(database, "rita", Role.RECONCILER, organisation="MUPA")


def look(
    database: Database,
    by: By = By.CORREGIMIENTO,
    *,
    within: str | None = None,
    **asked: Any,  # noqa: ANN401  a query's own fields
) -> Totals:
    with database.reading() as session:
        return totals(session, Query(by=by, **asked), within=within)


def figures(seen: Totals, column: str) -> dict[str, int]:
    return {row.code: row[column] for row in seen.rows}


@pytest.mark.parametrize(
    "by, counted",
    [
        (By.CORREGIMIENTO, {BETANIA: 1, CURUNDU: 1, CATIVA: 1}),
        (By.DISTRICT, {"0808": 2, "0301": 1}),
        (By.PROVINCE, {"08": 2, "03": 1}),
        (By.EVENT, {f"J-{BETANIA}": 1, f"J-{CURUNDU}": 1, f"J-{CATIVA}": 1}),
        (By.MONTH, {"2026-11": 3}),
        (By.CLASS, {"pistol": 3}),
    ],
)
def test_one_class_is_counted_by_itself_with_its_value(database: Database, by: By, counted: dict[str, int]) -> None:
    seen = look(database, by, item_class=ClassCode.PISTOL)
    assert figures(seen, "items") == counted
    assert (seen.total["items"], seen.total["appraised_value"]) == (3, 750_00)
    assert seen.headline["items"] == 3


def test_a_class_is_counted_within_the_other_filters(database: Database) -> None:
    def pistols(**asked: Any) -> int:  # noqa: ANN401  a query's own fields
        return look(database, item_class=ClassCode.PISTOL, **asked).total["items"]

    assert pistols(place="08") == 2
    assert pistols(event=f"J-{CATIVA}") == 1
    assert pistols(until=OCTOBER) == 0
    assert pistols(programme="PMB-TEST") == 3
    assert pistols(within="0301") == 1
    assert look(database, item_class=ClassCode.AMMUNITION).total["items"] == 30


@pytest.mark.parametrize("by", [By.MONTH, By.CLASS])
@pytest.mark.parametrize("asked", [{"place": "0301"}, {"event": f"J-{CATIVA}"}, {"within": "0301"}])
def test_rows_that_are_no_places_count_a_class_within_the_other_filters_too(
    database: Database, by: By, asked: dict[str, Any]
) -> None:
    assert look(database, by, item_class=ClassCode.PISTOL, **asked).total["items"] == 1


def test_the_sum_of_classes_leaves_out_what_does_not_add_up_where_people_read(database: Database) -> None:
    seen = look(database, By.CLASS)
    assert terminal_text(as_table(seen)).splitlines()[-1].split() == ["Total", "845.50"]
    assert as_document(seen)["total"] == {"items": 35, "appraised_value": "845.50"}
    assert csv_text(as_table(seen)).splitlines()[0] == "code,name,items,appraised_value"
    assert {row.code: row["items"] for row in seen.subtotals} == {"arms": 5, "ammunition": 30}
    assert look(database).subtotals == ()


def test_words_keep_rows_and_the_sum_is_theirs(database: Database) -> None:
    seen = look(database, words="colon cativa")
    assert figures(seen, "arms") == {CATIVA: 1}
    assert (seen.total["arms"], seen.total["events"], seen.headline["issued"]) == (1, 1, 250_00)
    assert look(database, words="nada de nada").rows == ()
    assert look(database, By.EVENT, words="j-0808").total["events"] == 2


def test_a_place_knows_its_people_and_what_comes_on_ten_thousand_of_them(database: Database) -> None:
    with database.reading() as session:
        people = {locality.code: locality.population for locality in gazetteer(session).localities if locality.exists}
    corregimientos, district = look(database), look(database, By.DISTRICT)
    assert figures(corregimientos, "population") == {code: people[code] for code in (BETANIA, CURUNDU, CATIVA)}
    assert corregimientos.total["population"] == people[BETANIA] + people[CURUNDU] + people[CATIVA]
    living = sum(number for code, number in people.items() if code.startswith("0808"))
    assert figures(district, "population")["0808"] == living
    assert figures(district, "arms_per_10000")["0808"] == round(4 * 1_000_000 / living)


def test_rows_come_in_the_order_asked_for(database: Database) -> None:
    falling = look(database, sort=Sort("arms", rising=False))
    assert [line.code for line in falling.rows] == [CURUNDU, CATIVA, BETANIA]
    assert [line.name for line in look(database, sort=Sort("name")).rows] == ["Betania", "Cativá", "Curundú"]


def test_the_headline_has_every_total_until_rows_are_left_out(database: Database) -> None:
    assert look(database, By.CLASS).headline["arms"] == 5
    assert "arms" not in look(database, By.CLASS, words="pistola").headline


@pytest.fixture
def official(database: Database) -> Actor:
    return actor(database, "rita")


def carry_off(database: Database, official: Actor, query: Query) -> Totals:
    return database.transact(lambda session: take(session, query, shape="csv", by=official, now=NOW))


def audited(database: Database, official: Actor) -> list[str]:
    with database.reading() as session:
        bodies = session.scalars(select(AuditBody.body).where(AuditBody.chain == official.chain)).all()
    return [body for body in bodies if body and "totals:export" in body]


def test_taking_a_file_away_is_audited_with_what_was_asked(database: Database, official: Actor) -> None:
    query = Query(by=By.EVENT, since=NOVEMBER, item_class=ClassCode.PISTOL, words="j-")
    taken = carry_off(database, official, query)
    assert set(figures(taken, "items")) == {f"J-{CURUNDU}", f"J-{BETANIA}"}
    (body,) = audited(database, official)
    for told in ('"by":"rita"', '"from":"2026-11-02"', '"class":"pistol"', '"words":"j-"', '"shape":"csv"'):
        assert told in body


def test_a_view_without_rows_is_not_exported_and_nothing_is_audited(database: Database, official: Actor) -> None:
    with pytest.raises(NothingToExport):
        carry_off(database, official, Query(by=By.EVENT, until=date(2026, 1, 1)))
    assert audited(database, official) == []


@pytest.mark.parametrize("asked", [{"place": "03"}, {"place": CATIVA}, {"event": f"J-{CATIVA}"}, {"place": "999999"}])
def test_nothing_of_another_district_is_exported(database: Database, official: Actor, asked: dict[str, Any]) -> None:
    with pytest.raises(NotFound):
        carry_off(database, official, Query(by=By.CORREGIMIENTO, **asked))
