"""The closing of an event on screen: two people count, each alone, and counts that agree close it."""

from dataclasses import dataclass
from datetime import timedelta

import pytest

from buyback.campaigns import queries as campaigns
from buyback.campaigns.facts import EventFacts
from buyback.campaigns.states import EventState
from buyback.closing import purge, recall
from buyback.closing.rules import REVIEW_DAYS
from buyback.db import Database
from buyback.people.rules import OPERATOR, Actor
from buyback.security.access import Role
from tests.builders import NOW, make_event, make_paid_out, make_user, open_surrender
from tests.databases import KINDS, Grow
from tests.soundness import assert_sound
from tests.web.site import Browser, Site, make_site

CODE = "CIERRE-2026"
PAGE = f"/jornadas/{CODE}/cierre"


@dataclass
class Closing:
    """An open event of B/. 200.00 that gave out three vouchers of B/. 50.00, its chief and another counter."""

    site: Site
    event: EventFacts
    chief: Browser
    second: Browser

    def state(self) -> EventState:
        with self.site.database.reading() as session:
            return campaigns.get_event(session, CODE).state


pytestmark = pytest.mark.databases("sqlite")  # a page is the same over either; its services are tested on both


def fill(database: Database) -> tuple[EventFacts, tuple[Actor, Actor]]:
    event = make_event(database, CODE, float_cents=200_00)
    appraiser, issuer = make_user(database, "ana", Role.APPRAISER), make_user(database, "ines", Role.ISSUER)
    make_paid_out(database, event, appraiser, issuer)
    site = make_site(database)
    return event, (site.add_official(Role.EVENT_CHIEF), site.add_official(Role.ISSUER))


@pytest.fixture
def close(grow: Grow) -> Closing:
    database, (event, (chief, second)) = grow(fill)
    site = make_site(database)
    site.people += [chief, second]
    return Closing(site, event, site.signed_in(chief), site.signed_in(second))


def count(by: Browser, blank: str, issued: str) -> str:
    """What the page says after a count, wherever it leads."""
    answer = by.post(f"{PAGE}/contar", {"blank": blank, "issued": issued})
    return answer.text if answer.status_code == 422 else by.get(PAGE).text


@pytest.mark.databases(*KINDS)
def test_two_counts_that_agree_close_the_event_and_its_float_goes_home(close: Closing) -> None:
    assert close.chief.post(f"{PAGE}/empezar").status_code == 303
    assert close.state() is EventState.CLOSING
    assert "Vuelven al programa B/. 50.00" in close.chief.get(PAGE).text
    count(close.chief, "0", "3")
    assert close.state() is EventState.CLOSING
    shown = count(close.second, "0", "3")
    assert close.state() is EventState.CLOSED
    assert "La jornada está cerrada" in shown
    assert "B/. 50.00" in shown
    assert_sound(close.site.database)


def test_a_purged_event_says_when_it_was_parted_and_rewritten_and_what_amounts_still_tell(close: Closing) -> None:
    database, event = close.site.database, close.event
    close.chief.post(f"{PAGE}/empezar")
    count(close.chief, "0", "3")
    count(close.second, "0", "3")
    assert "Qué se puede saber todavía" not in close.chief.get(PAGE).text
    over = NOW + timedelta(days=REVIEW_DAYS + 1)
    database.transact(
        lambda session: purge.purge(session, event=event.id, shuffle=lambda _keys: None, by=OPERATOR, now=over)
    )
    parted = close.chief.get(PAGE).text
    assert "todavía no" in parted
    assert "Entregas pagadas: 1. Comparten su monto con otra: 0." in parted
    assert "en 0 de cada 100 más que al azar" in parted  # the only visit is found by chance as well
    assert "Fue una jornada pequeña" in parted
    with database.reading() as session:
        purges = recall.waiting(session)
    database.transact(
        lambda session: recall.record_rewriting(session, purges=purges, began_at=over, by=OPERATOR, now=over)
    )
    shown = close.chief.get(PAGE).text
    assert "todavía no" not in shown
    assert "24 ene 2027" in shown  # thirty days after the rewriting


def test_the_second_person_may_count_and_does_not_see_what_the_first_one_counted(close: Closing) -> None:
    close.chief.post(f"{PAGE}/empezar")
    count(close.chief, "17", "4321")
    shown = close.second.get(PAGE).text
    assert "ya contó" in shown
    assert f"{PAGE}/contar" in shown
    assert "4,321" not in shown
    assert "4321" not in shown


def test_one_person_cannot_count_twice(close: Closing) -> None:
    close.chief.post(f"{PAGE}/empezar")
    shown = count(close.chief, "0", "3")
    assert f"{PAGE}/contar" not in shown
    assert "El segundo conteo lo hace otra persona" in count(close.chief, "0", "3")
    assert close.state() is EventState.CLOSING


def test_counts_that_differ_are_shown_beside_the_records_and_counted_again(close: Closing) -> None:
    close.chief.post(f"{PAGE}/empezar")
    count(close.chief, "0", "4")
    shown = count(close.second, "0", "3")
    assert "Los conteos no coinciden" in shown
    assert close.state() is EventState.CLOSING
    count(close.second, "0", "3")
    count(close.chief, "0", "3")
    assert close.state() is EventState.CLOSED


def test_a_count_that_is_no_number_is_refused_at_its_field_and_stays_typed(
    close: Closing, subtests: pytest.Subtests
) -> None:
    close.chief.post(f"{PAGE}/empezar")
    for typed in ("", "-1", "tres", "1.5", "1000001"):
        with subtests.test(typed):
            shown = count(close.chief, "0", typed)
            assert 'id="issued-error"' in shown
            assert f'value="{typed}"' in shown
            assert "ya contó" not in close.second.get(PAGE).text


def test_the_tables_cannot_stop_while_somebody_sits_at_one(close: Closing) -> None:
    appraiser = make_user(close.site.database, "abel", Role.APPRAISER)
    open_surrender(close.site.database, close.event, appraiser)
    assert "termine o cancele" in close.chief.get(PAGE).text
    assert "Entregas sin terminar en la jornada CIERRE-2026: 1" in close.chief.post(f"{PAGE}/empezar").text
    assert close.state() is EventState.OPEN


def test_the_tables_can_open_again_before_the_counts_agree(close: Closing) -> None:
    close.chief.post(f"{PAGE}/empezar")
    count(close.chief, "0", "3")
    assert close.chief.post(f"{PAGE}/reanudar").status_code == 303
    assert close.state() is EventState.OPEN


def test_the_opening_is_counted_by_two_people_as_well(close: Closing) -> None:
    assert "Conteo de apertura" in close.chief.get(PAGE).text
    count(close.chief, "0", "3")
    assert "contaron lo mismo que el sistema" in count(close.second, "0", "3")
    assert close.state() is EventState.OPEN


def test_a_closed_event_says_what_is_still_to_be_redeemed_and_when_items_part_from_vouchers(close: Closing) -> None:
    close.chief.post(f"{PAGE}/empezar")
    count(close.chief, "0", "3")
    shown = count(close.second, "0", "3")
    for figure in ("Por canjear", "B/. 150.00", "Desde el 24 dic 2026 se borra el enlace"):
        assert figure in shown
    assert "Guardar mi conteo" not in shown
    for step in ("contar", "empezar", "reanudar"):
        assert close.chief.post(f"{PAGE}/{step}", {"blank": "0", "issued": "3"}).status_code == 422, step
    assert close.state() is EventState.CLOSED


@pytest.mark.databases(*KINDS)
def test_what_is_unfinished_is_listed_with_where_it_stands(close: Closing) -> None:
    appraiser = make_user(close.site.database, "abel", Role.APPRAISER)
    open_surrender(close.site.database, close.event, appraiser)
    shown = close.chief.get(PAGE).text
    assert f'href="/jornadas/{CODE}/entregas/2"' in shown
    assert "En avalúo" in shown


def test_who_may_not_close_is_told_who_does(close: Closing) -> None:
    assert "La jornada la cierra quien la dirige" in close.second.get(PAGE).text
    assert close.second.post(f"{PAGE}/empezar").status_code == 403
    assert close.state() is EventState.OPEN
