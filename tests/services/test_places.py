"""Places: all corregimientos of the census, found by code and by name without minding accents."""

from datetime import date

import pytest

from buyback.db import Database
from buyback.errors import InvalidInput, NotFound
from buyback.people.rules import OPERATOR
from buyback.places import queries
from buyback.places.gazetteer import gazetteer
from buyback.places.rules import fold, is_valid
from buyback.places.service import add_barrio
from tests.builders import NOW, TODAY


def found(database: Database, text: str, on: date = TODAY, limit: int = 20) -> list[str]:
    with database.reading() as session:
        return [place.code for place in queries.search(session, text, on=on, limit=limit)]


def test_every_corregimiento_of_the_census_is_there(database: Database) -> None:
    with database.reading() as session:
        names = gazetteer(session).names
    by_length = [sum(len(code) == digits for code in names) for digits in (2, 4, 6)]
    assert by_length == [13, 82, 699]


def test_a_corregimiento_is_known_by_its_code(database: Database) -> None:
    with database.reading() as session:
        place = queries.get_corregimiento(session, "080806")
    assert place.full_name == "Betania, Panamá, Panamá"
    assert (place.district, place.province) == ("0808", "08")
    assert place.population > 0
    assert 7 < place.latitude < 10
    assert -84 < place.longitude < -77


@pytest.mark.parametrize("code", ["080899", "0808", "", "betania", "０８０８０６"])
def test_an_unknown_code_is_refused(database: Database, code: str) -> None:
    with database.reading() as session, pytest.raises(NotFound):
        queries.get_corregimiento(session, code)


def test_a_district_is_known_by_its_code(database: Database) -> None:
    with database.reading() as session:
        assert queries.get_district(session, "0406").name == "David"
        with pytest.raises(NotFound):
            queries.get_district(session, "0499")


@pytest.mark.parametrize("text", ["Juan Díaz", "juan diaz", "JUAN  DÍAZ ", "jua dia"])
def test_a_name_is_found_without_accents_and_case(database: Database, text: str) -> None:
    assert "080812" in found(database, text)


def test_every_word_narrows_the_search_by_district_and_province(database: Database) -> None:
    both = found(database, "Pedregal")
    assert len(both) >= 2
    assert found(database, "pedregal david") == [code for code in both if code.startswith("0406")]


def test_a_place_whose_own_name_begins_with_the_text_comes_first(database: Database) -> None:
    with database.reading() as session:
        names = [place.name for place in queries.search(session, "david", on=TODAY, limit=3)]
    assert names[0].startswith("David")


def test_the_beginning_of_a_code_finds_its_places(database: Database) -> None:
    district = found(database, "0808", limit=100)
    assert len(district) == 26
    assert all(code.startswith("0808") for code in district)
    assert found(database, "080806") == ["080806"]


def test_a_search_gives_no_more_than_the_limit(database: Database) -> None:
    assert len(found(database, "san", limit=5)) == 5


@pytest.mark.parametrize("text", ["", "   ", "%", "_", "xyzzy"])
def test_what_names_no_place_finds_none(database: Database, text: str) -> None:
    assert found(database, text) == []


def test_a_place_is_not_found_on_a_day_before_it_existed(database: Database) -> None:
    assert found(database, "betania", on=date(1899, 12, 31)) == []
    with database.reading() as session:
        assert not queries.get_corregimiento(session, "080806").exists_on(date(1899, 12, 31))


def test_a_place_exists_from_its_first_day_to_the_day_before_its_end() -> None:
    first, end = date(2020, 1, 1), date(2021, 1, 1)
    assert [is_valid(first, end, day) for day in (date(2019, 12, 31), first, date(2020, 12, 31), end)] == [
        False,
        True,
        True,
        False,
    ]
    assert is_valid(first, None, date(2999, 1, 1))


@pytest.mark.parametrize(
    "text, folded",
    [("  San  José ", "san jose"), ("Ñürüm", "nurum"), ("Besikó", "besiko"), ("STRASSE", "strasse")],
)
def test_folding_takes_case_accents_and_blanks_away(text: str, folded: str) -> None:
    assert fold(text) == folded


def test_a_barrio_is_named_once_however_it_is_accented(database: Database) -> None:
    def add(name: str) -> object:
        return database.transact(
            lambda session: add_barrio(
                session, corregimiento="080806", name=name, chain=OPERATOR.chain, by="operador", now=NOW
            )
        )

    assert add("Villa Cáceres") == add(" villa  caceres ")
    with database.reading() as session:
        assert queries.find_barrio(session, "080806", "VILLA caceres") is not None
        assert queries.find_barrio(session, "080807", "Villa Cáceres") is None


@pytest.mark.parametrize("name", ["", "  ", "a\x00b", "x" * 81, "ﷺ" * 10])
def test_a_barrio_without_a_proper_name_is_refused(database: Database, name: str) -> None:
    with pytest.raises(InvalidInput):
        database.transact(
            lambda session: add_barrio(
                session, corregimiento="080806", name=name, chain=OPERATOR.chain, by="operador", now=NOW
            )
        )
