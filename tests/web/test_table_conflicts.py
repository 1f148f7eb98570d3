"""Two tablets at one surrender: what was typed on one stays, the page shows what the other did, and says what to do."""

import re

import pytest
from werkzeug.test import TestResponse

from buyback.security.access import Role
from tests.databases import KINDS
from tests.web.desk import EVENT, GONE_ON, REFUSED, Desk, stored

TYPED = {"condition": "serviceable", "value": "175.50", "make": "Taurus", "serial": "D482913", "model": "92"}
pytestmark = pytest.mark.databases("sqlite")  # a page is the same over either; its services are tested on both

KEPT = "Lo que escribió sigue aquí"


def is_kept(answer: TestResponse) -> bool:
    """Whether each typed text stands in the form again, and the tile that was chosen is chosen."""
    texts = [f'value="{text}"' in answer.text for name, text in TYPED.items() if name != "condition"]
    return all(texts) and re.search(r'value="serviceable"[^>]* checked', answer.text) is not None


def resend(desk: Desk, answer: TestResponse) -> TestResponse:
    """Send the typed form of an answer's page again, as it stands."""
    line = re.search(r'name="line" value="(\d+)"', answer.text)
    assert line
    return desk.add("revolver", **{**TYPED, "line": line[1]})


@pytest.mark.databases(*KINDS)
def test_an_item_typed_while_another_tablet_added_one_stays_typed_beside_the_newer_list(desk: Desk) -> None:
    desk.open()
    desk.tap("magazine", "..2.")
    before = stored(desk.site.database)
    answer = desk.add("revolver", **TYPED)
    assert (answer.status_code, KEPT in answer.text) == (REFUSED, True)
    assert is_kept(answer)
    assert "La lista de artículos cambió mientras tanto" in answer.text
    assert "Proveedor" in answer.text
    assert "si este artículo falta, añádalo" in answer.text
    assert stored(desk.site.database) == before
    assert resend(desk, answer).status_code == GONE_ON
    assert len(desk.items()) == 2


def test_an_item_typed_while_another_tablet_finished_the_appraisal_can_be_added_after_correcting_it(desk: Desk) -> None:
    desk.offer()
    answer = desk.add("revolver", **{**TYPED, "line": "2"})
    assert (answer.status_code, KEPT in answer.text) == (REFUSED, True)
    assert is_kept(answer)
    assert "Ofrecida" in answer.text
    assert "Corrija el avalúo en la página de la entrega" in answer.text
    desk.step("corregir")
    assert resend(desk, answer).status_code == GONE_ON
    assert len(desk.items()) == 2


def test_an_item_typed_after_the_visit_ended_stays_to_be_copied(desk: Desk) -> None:
    desk.offer()
    desk.step("cancelar")
    answer = desk.add("revolver", **{**TYPED, "line": "2"})
    assert (answer.status_code, is_kept(answer)) == (REFUSED, True)
    assert "Cancelada" in answer.text
    assert "Ya no recibe artículos" in answer.text


def test_an_item_typed_at_another_persons_surrender_stays_to_be_copied(desk: Desk) -> None:
    desk.open()
    desk.add_revolver()
    desk.appraiser = desk.site.signed_in_as(Role.APPRAISER)
    answer = desk.add("revolver", **{**TYPED, "line": "2"})
    assert (answer.status_code, is_kept(answer)) == (REFUSED, True)
    assert "la avalúa otra persona" in answer.text


def test_serials_typed_while_another_person_issued_stay_on_the_page(desk: Desk) -> None:
    desk.accept()
    assert desk.step("emitir", desk.issuer).status_code == GONE_ON
    answer = desk.step("emitir", desk.site.signed_in_as(Role.ISSUER), serials="004512 004513")
    assert (answer.status_code, KEPT in answer.text) == (REFUSED, True)
    assert "004512 004513" in answer.text
    assert "Pagada" in answer.text
    assert "ya cambió de estado" in answer.text


def test_a_step_of_a_button_alone_does_not_speak_of_what_was_typed(desk: Desk) -> None:
    desk.accept()
    answer = desk.step("aceptar")
    assert (answer.status_code, KEPT in answer.text) == (REFUSED, False)
    assert "No se guardó nada." in answer.text


def test_a_count_typed_while_the_event_was_closed_by_others_stays_on_the_page(desk: Desk) -> None:
    chief = desk.site.signed_in_as(Role.EVENT_CHIEF)
    assert chief.post(f"{EVENT}/cierre/empezar").status_code == GONE_ON
    for counter in (desk.issuer, chief):
        assert counter.post(f"{EVENT}/cierre/contar", {"blank": "0", "issued": "0"}).status_code == GONE_ON
    answer = desk.appraiser.post(f"{EVENT}/cierre/contar", {"blank": "1234", "issued": "5678"})
    assert (answer.status_code, KEPT in answer.text) == (REFUSED, True)
    assert "1234" in answer.text
    assert "5678" in answer.text
    assert "La jornada está cerrada" in answer.text
