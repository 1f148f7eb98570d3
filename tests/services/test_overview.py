"""The overview: figures of a span against the span before, for the whole country or one district."""

from datetime import date

import pytest

from buyback.db import Database
from buyback.errors import NotFound
from buyback.security.access import Role
from buyback.totals.figures import Figure
from buyback.totals.overview import FIGURES, Overview, latest_span, overview
from buyback.totals.periods import Change, Span
from buyback.totals.service import fold
from buyback.vouchers import resolutions
from buyback.vouchers.rules import VoidReason
from tests.builders import NOW, make_user
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
    RULES,
    add_event,
    add_staff,
    hand_in,
    papers_of,
    some,
)
from tests.tills import make_merchant, make_till, try_to_redeem

NOVEMBER_WHOLE = Span(date(2026, 11, 1), date(2026, 11, 30))
DECEMBER_WHOLE = Span(date(2026, 12, 1), date(2026, 12, 31))


def fill(database: Database) -> None:
    """In October a revolver in Curundú; in November four arms in three places, one voucher of which is spent."""
    add_staff(database)
    betania, curundu, cativa = (add_event(database, f"J-{place}", place) for place in (BETANIA, CURUNDU, CATIVA))
    hand_in(database, curundu, REVOLVER, day=OCTOBER)
    hand_in(database, curundu, AIR_GUN, PISTOL, day=NOVEMBER)
    hand_in(database, betania, PISTOL, some("ammunition", 30))
    hand_in(database, cativa, PISTOL)
    till = make_till(database, make_merchant(database))
    assert try_to_redeem(database, till, papers_of(database, betania)[0].typed).code == "redeemed"


@pytest.fixture
def database(grow: Grow) -> Database:
    return grow(fill)[0]


def look(
    database: Database, span: Span = NOVEMBER_WHOLE, *, programme: str | None = None, within: str | None = None
) -> Overview:
    with database.reading() as session:
        return overview(session, span, programme=programme, within=within)


def test_each_figure_stands_beside_what_it_was_in_the_span_before(database: Database) -> None:
    seen = look(database)
    assert seen.before == Span(date(2026, 10, 1), date(2026, 10, 31))
    assert dict(seen.changes) == {
        "arms": Change(4, 1),
        "firearms": Change(3, 1),
        "ammunition": Change(30, 0),
        "surrenders": Change(3, 1),
        "events": Change(3, 1),
        "neighbourhoods": Change(3, 1),
        "issued": Change(770_50, 75_00),
        "redeemed": Change(50_00, 0),
        "void": Change(0, 0),
        "expired": Change(0, 0),
        "outstanding": Change(720_50, 75_00),
    }
    assert tuple(seen.changes) == FIGURES
    assert seen.has_before


def test_its_parts_add_up_to_its_figures(database: Database) -> None:
    seen = look(database)
    for part in (seen.months, seen.places):
        assert part.total["arms"] == seen.changes[Figure.ARMS].now
    assert {row.code: row["items"] for row in seen.classes.rows} == {"air_gun": 1, "ammunition": 30, "pistol": 3}


def test_a_span_without_anything_and_one_after_it_have_nothing_to_compare(database: Database) -> None:
    quiet = look(database, Span(date(2025, 1, 1), date(2025, 1, 31)))
    assert not quiet.has_before
    assert quiet.places.rows == ()
    assert look(database, DECEMBER_WHOLE).has_before
    assert look(database, DECEMBER_WHOLE).changes[Figure.ARMS] == Change(0, 4)


def test_what_was_issued_is_what_became_of_it(database: Database) -> None:
    event = add_event(database, "NULA")
    hand_in(database, event, PISTOL)
    serial = papers_of(database, event)[0].serial
    chief = make_user(database, "jefa", Role.EVENT_CHIEF, organisation="MINGOB")
    database.transact(
        lambda session: resolutions.void(session, event=event, serial=serial, reason=VoidReason.LOST, by=chief, now=NOW)
    )
    changes = look(database).changes
    ends = {
        figure.value: changes[figure].now
        for figure in (Figure.REDEEMED, Figure.VOID, Figure.EXPIRED, Figure.OUTSTANDING)
    }
    assert ends == {"redeemed": 50_00, "void": 50_00, "expired": 0, "outstanding": 920_50}
    assert changes[Figure.ISSUED].now == sum(ends.values())


def test_a_district_sees_itself(database: Database) -> None:
    seen = look(database, within="0301")
    assert (seen.changes[Figure.ARMS], seen.changes[Figure.NEIGHBOURHOODS]) == (Change(1, 0), Change(1, 0))
    assert [row.code for row in seen.places.rows] == [CATIVA]


def test_the_latest_span_is_the_twelve_months_to_the_last_surrender_that_the_reader_sees(database: Database) -> None:
    with database.reading() as session:
        assert latest_span(session) == Span(date(2025, 12, 1), date(2026, 11, 30))
        assert latest_span(session, within="0301", programme="PMB-TEST") == Span(date(2025, 12, 1), date(2026, 11, 30))
        assert latest_span(session, within="0408") is None
    old = add_event(database, "VIEJA", CATIVA, rules=RULES.replace("PMB-TEST", "PMB-OTRO").replace("= 7", "= 9"))
    hand_in(database, old, PISTOL, day=OCTOBER)
    with database.reading() as session:
        assert latest_span(session, programme="PMB-OTRO") == Span(date(2025, 11, 1), date(2026, 10, 31))
    database.transact(fold)
    with database.reading() as session:
        assert latest_span(session, programme="PMB-OTRO") == Span(date(2025, 11, 1), date(2026, 10, 31))


def test_one_programme_is_seen_by_itself_and_an_unknown_one_is_not_found(database: Database) -> None:
    assert look(database, programme="PMB-TEST").changes[Figure.ARMS].now == 4
    with pytest.raises(NotFound):
        look(database, programme="PMB-NADA")
