"""A visit on screen, from the ticket to the vouchers: each step, who may take it, and what is said when nobody may."""

import re
from datetime import timedelta
from http import HTTPStatus
from io import BytesIO
from typing import Any

import pypdfium2
import pytest
from flask import url_for

from buyback.campaigns import service as campaign_service
from buyback.db import Database
from buyback.ids import new_id
from buyback.intake.rules import SurrenderState
from buyback.people.rules import OPERATOR, OrganisationKind
from buyback.security.access import Role
from tests.builders import NOW, TODAY, make_event, make_organisation, make_tags
from tests.databases import KINDS
from tests.soundness import assert_sound
from tests.web.desk import CODE, EVENT, GONE_ON, REFUSED, Desk, fill_tables, make_desk, stored
from tests.web.site import Site

pytestmark = pytest.mark.databases("sqlite")  # a page is the same over either; its services are tested on both


@pytest.mark.databases(*KINDS)
def test_a_revolver_becomes_vouchers_by_the_hands_of_two_people(desk: Desk) -> None:
    desk.open()
    assert "Todavía no hay artículos" in desk.see()
    (tag,) = make_tags(desk.site.database, 1)
    desk.add_revolver(make="Smith", serial="D482913", tag=tag.lower())
    page = desk.see()
    assert f"Etiqueta {tag}" in page
    assert "Serie D482913" in page
    assert "B/. 150.00" in page
    desk.step("terminar")
    assert "Se le ofrece" in desk.see()
    assert "3 de B/. 50.00" in desk.see()
    desk.step("aceptar")
    assert "Una persona que emite paga esta entrega ahora" in desk.see()
    assert desk.step("emitir", desk.issuer).status_code == GONE_ON
    assert desk.state is SurrenderState.PAID_OUT
    assert "Imprimir en A4" in desk.see(desk.issuer)
    assert_sound(desk.site.database)


def test_the_vouchers_are_printed_again_as_often_as_the_paper_jams(desk: Desk) -> None:
    desk.accept()
    desk.step("emitir", desk.issuer)
    for asked, pages in (("", 1), ("?formato=a4", 1), ("?formato=a6", 3), ("?formato=80mm", 3), ("?formato=nada", 1)):
        answer = desk.issuer.get(f"{desk.visit}/vales.pdf{asked}")
        assert answer.mimetype == "application/pdf"
        with pypdfium2.PdfDocument(BytesIO(answer.data)) as document:
            assert len(document) == pages, asked
    assert_sound(desk.site.database)


def test_there_is_nothing_to_print_before_the_vouchers_are_issued(desk: Desk) -> None:
    desk.accept()
    answer = desk.issuer.get(f"{desk.visit}/vales.pdf")
    assert answer.status_code == 409
    assert answer.mimetype == "text/html"


def test_a_second_tap_opens_no_second_surrender(desk: Desk) -> None:
    op_id = str(new_id())
    first, second = desk.open(op_id=op_id), desk.open(op_id=op_id)
    assert first.location == second.location
    assert desk.appraiser.get(f"{EVENT}/entregas/2").status_code == 404


@pytest.mark.databases(*KINDS)
def test_a_number_that_no_database_holds_leads_nowhere(desk: Desk, subtests: pytest.Subtests) -> None:
    for digits in (10, 20, 400, 5000):
        with subtests.test(f"{digits} digits"):
            visit = f"{EVENT}/entregas/{'9' * digits}"
            assert desk.appraiser.get(visit).status_code == desk.appraiser.post(f"{visit}/terminar").status_code == 404


def test_a_step_that_was_taken_already_says_so_and_shows_where_the_surrender_stands(desk: Desk) -> None:
    desk.accept()
    before = stored(desk.site.database)
    for step in ("aceptar", "rechazar", "corregir", "terminar"):
        answer = desk.step(step)
        assert answer.status_code == REFUSED, step
        assert "ahora está «Aceptada, por pagar»" in answer.text, step
        assert "Por pagar" in answer.text, step
    assert stored(desk.site.database) == before
    desk.appraiser.post("/idioma", {"lang": "en"})
    assert "it is “Accepted, to be paid” now" in desk.step("terminar").text


@pytest.mark.parametrize("step, state", [("rechazar", SurrenderState.DECLINED), ("cancelar", SurrenderState.CANCELLED)])
def test_an_offer_that_is_not_taken_leaves_no_price_behind(desk: Desk, step: str, state: SurrenderState) -> None:
    desk.offer()
    assert desk.step(step).status_code == GONE_ON
    assert desk.state is state
    assert desk.facts().award is None
    assert [item.value for item in desk.items()] == [None]
    page = desk.see()
    assert "Los artículos se devolvieron" in page
    assert "B/. 150.00" not in page
    assert_sound(desk.site.database)


def test_an_offer_is_taken_back_and_corrected(desk: Desk) -> None:
    desk.offer()
    assert desk.step("corregir").status_code == GONE_ON
    struck = desk.items()[0].id
    assert desk.step(f"renglones/{struck}/quitar").status_code == GONE_ON
    assert desk.add("revolver", line="2", condition="serviceable", value="200.00").status_code == GONE_ON
    desk.step("terminar")
    assert "B/. 200.00" in desk.see()


def test_a_struck_item_is_struck_once_and_no_more_on_the_list(desk: Desk) -> None:
    desk.open()
    desk.add_revolver(serial="D482913")
    item = desk.items()[0].id
    for _tap in range(2):
        assert desk.step(f"renglones/{item}/quitar").status_code == GONE_ON
    assert "D482913" not in desk.see()
    assert not desk.items()[0].counts


def test_an_item_of_nowhere_cannot_be_struck(desk: Desk) -> None:
    desk.open()
    answer = desk.step(f"renglones/{new_id()}/quitar")
    assert answer.status_code == REFUSED
    assert "La lista de artículos cambió" in answer.text


def test_an_appraisal_without_items_is_not_finished(desk: Desk) -> None:
    desk.open()
    answer = desk.step("terminar")
    assert answer.status_code == REFUSED
    assert "Registre al menos un artículo" in answer.text
    assert desk.state is SurrenderState.OPEN


@pytest.mark.parametrize("value", ["99.99", "250.01", "300.01"])
def test_a_value_outside_the_range_or_over_the_threshold_waits_for_a_second_person(desk: Desk, value: str) -> None:
    desk.offer(value)
    page = desk.see()
    assert "pide aprobación" in page
    assert "Se le ofrece" not in page
    assert desk.step("aceptar").status_code == REFUSED
    assert desk.facts().state is SurrenderState.AWAITING_APPROVAL
    assert desk.step("aprobar", desk.approver).status_code == GONE_ON
    assert "Se le ofrece" in desk.see()


def test_a_second_person_sends_the_appraisal_back_to_the_table(desk: Desk) -> None:
    desk.offer("99.99")
    assert desk.step("devolver", desk.approver).status_code == GONE_ON
    assert desk.state is SurrenderState.OPEN
    assert "Terminar el avalúo" in desk.see()


def test_who_appraised_cannot_approve_nor_send_back(desk: Desk) -> None:
    both = desk.site.signed_in_as(Role.APPRAISER, Role.APPROVER)
    desk.appraiser = both
    desk.offer("99.99")
    assert "Su decisión" not in desk.see()
    for step in ("aprobar", "devolver"):
        answer = desk.step(step)
        assert answer.status_code == REFUSED
        assert "los hacen personas distintas" in answer.text
    assert desk.state is SurrenderState.AWAITING_APPROVAL


def test_who_appraised_cannot_issue(desk: Desk) -> None:
    desk.appraiser = desk.site.signed_in_as(Role.APPRAISER, Role.ISSUER)
    desk.accept()
    before = stored(desk.site.database)
    page = desk.see()
    assert "los vales los emite otra persona" in page
    assert "Emitir los vales" not in page
    answer = desk.step("emitir")
    assert answer.status_code == REFUSED
    assert "los hacen personas distintas" in answer.text
    assert stored(desk.site.database) == before


def test_who_approved_cannot_issue(desk: Desk) -> None:
    both = desk.site.signed_in_as(Role.APPROVER, Role.ISSUER)
    desk.offer("99.99")
    desk.step("aprobar", both)
    desk.step("aceptar")
    assert "los hacen personas distintas" in desk.step("emitir", both).text
    assert desk.state is SurrenderState.ACCEPTED


def test_another_appraiser_can_look_and_change_nothing(desk: Desk) -> None:
    desk.open()
    desk.add_revolver()
    other = desk.site.signed_in_as(Role.APPRAISER)
    assert "Esta entrega la avalúa otra persona" in desk.see(other)
    before = stored(desk.site.database)
    item = desk.items()[0].id
    for step in ("terminar", f"renglones/{item}/quitar"):
        answer = desk.step(step, other)
        assert answer.status_code == REFUSED, step
        assert "la avalúa otra persona" in answer.text, step
    assert stored(desk.site.database) == before


def test_serials_that_are_none_are_refused_and_stay_typed(desk: Desk) -> None:
    desk.accept()
    before = stored(desk.site.database)
    for serials, says in (
        ("abc", "de seis cifras"),
        ("1234567", "de seis cifras"),
        ("123456", "No hay un vale 123456"),
    ):
        answer = desk.step("emitir", desk.issuer, serials=serials)
        assert (answer.status_code, says in answer.text) == (REFUSED, True), serials
        assert f'value="{serials}"' in answer.text
    assert stored(desk.site.database) == before


def test_a_day_outside_the_event_or_a_form_that_no_page_sends_opens_nothing(desk: Desk) -> None:
    before = stored(desk.site.database)
    outside = [{"date": f"{TODAY + timedelta(days=days)}"} for days in (-1, 1)]
    for fields in (*outside, {"date": "ayer"}, {"date": ""}, {"date": "2026-02-30"}, {"op_id": "1"}):
        answer = desk.open(**fields)
        assert (answer.status_code, "error-summary" in answer.text) == (REFUSED, True), fields
        assert (" nov 2026 no es un día de la jornada" in answer.text) == (fields in outside), fields
    assert stored(desk.site.database) == before


def test_a_day_of_the_event_that_has_not_come_opens_nothing(site: Site) -> None:
    tomorrow = TODAY + timedelta(days=1)
    make_event(site.database, CODE, ends_on=tomorrow)
    appraiser = site.signed_in_as(Role.APPRAISER)
    answer = appraiser.post(f"{EVENT}/entregas", {"op_id": str(new_id()), "date": f"{tomorrow}"})
    assert (answer.status_code, "El 25 nov 2026 todavía no ha llegado" in answer.text) == (REFUSED, True)


def test_an_event_without_float_says_so_before_anything_is_appraised(database: Database) -> None:
    desk = make_desk(database, fill_tables(database, float_cents=150_00))
    desk.accept()
    assert "A la jornada no le queda fondo" in desk.appraiser.get(EVENT).text
    assert "Registrar una entrega" not in desk.appraiser.get(EVENT).text
    assert "A la jornada no le queda fondo" in desk.open().text


def test_the_float_is_kept_to_the_cent_before_the_appraisal_is_finished(database: Database) -> None:
    desk = make_desk(database, fill_tables(database, float_cents=149_99))
    desk.open()
    before = stored(database)
    answer = desk.add_revolver("150.00")
    assert answer.status_code == REFUSED
    assert "a la jornada le quedan B/. 149.99" in answer.text
    assert 'value="150.00"' in answer.text
    assert stored(database) == before
    assert desk.add_revolver("149.95").status_code == GONE_ON


def test_a_closed_table_takes_nothing(desk: Desk) -> None:
    desk.open()
    desk.add_revolver()
    desk.site.database.transact(
        lambda session: campaign_service.begin_closing(session, event=desk.event.id, by=OPERATOR, now=NOW)
    )
    before = stored(desk.site.database)
    for answer in (desk.open(), desk.add_revolver(), desk.step("terminar"), desk.step("cancelar")):
        assert answer.status_code == REFUSED
        assert "no está abierta" in answer.text
    assert stored(desk.site.database) == before


def test_a_planned_event_is_opened_by_its_chief_once(site: Site) -> None:
    make_event(site.database, CODE, is_open=False)
    appraiser, chief = site.signed_in_as(Role.APPRAISER), site.signed_in_as(Role.EVENT_CHIEF)
    assert "todavía no está abierta" in appraiser.get(EVENT).text
    assert chief.post(f"{EVENT}/abrir").status_code == GONE_ON
    assert "Registrar una entrega" in appraiser.get(EVENT).text
    assert chief.post(f"{EVENT}/abrir").status_code == REFUSED


def test_a_queue_does_not_repeat_in_every_row_what_its_heading_says(desk: Desk) -> None:
    desk.open()
    queue = desk.appraiser.get(EVENT).text
    assert queue.count("En avalúo") == 2  # the heading, and the table's name for readers of screens
    assert 'data-label="Día"' not in queue
    desk.step("cancelar")
    assert "Cancelada" in desk.appraiser.get(EVENT).text


@pytest.mark.databases(*KINDS)
def test_an_event_of_another_district_is_not_found_whatever_is_asked(desk: Desk) -> None:
    desk.accept()
    make_organisation(desk.site.database, "COLON", OrganisationKind.MUNICIPALITY, "0301")
    roles = (Role.APPRAISER, Role.APPROVER, Role.ISSUER, Role.EVENT_CHIEF)
    elsewhere = desk.site.signed_in(desk.site.add_official(*roles, organisation="COLON"))
    before = stored(desk.site.database)
    assert CODE not in elsewhere.get("/jornadas").text
    for path in (EVENT, desk.visit, f"{desk.visit}/vales.pdf", f"{desk.visit}/articulos/revolver", f"{EVENT}/cierre"):
        assert elsewhere.get(path).status_code == 404, path
    steps = ("terminar", "corregir", "aprobar", "devolver", "aceptar", "rechazar", "cancelar", "emitir")
    for path in (f"{EVENT}/entregas", f"{EVENT}/abrir", *(f"{desk.visit}/{step}" for step in steps)):
        assert elsewhere.post(path).status_code == 404, path
    assert stored(desk.site.database) == before


def test_a_refused_form_loaded_anew_or_in_another_language_leads_to_the_page_that_holds_it(desk: Desk) -> None:
    desk.open()
    refused = desk.step("terminar")
    assert (refused.status_code, "al menos un artículo" in refused.text) == (REFUSED, True)
    again = desk.appraiser.get(f"{desk.visit}/terminar")
    assert (again.status_code, again.location) == (GONE_ON, desk.visit)
    back = re.search(r'name="next" value="([^"]+)"', refused.text)
    assert back
    switched = desk.appraiser.post("/idioma", {"lang": "en", "next": back.group(1)})
    assert desk.appraiser.get(switched.location).location == desk.visit
    assert '<html lang="en"' in desk.see()


def test_every_address_that_only_takes_forms_leads_to_a_page_when_it_is_opened(desk: Desk) -> None:
    desk.open()
    rules = [rule for rule in desk.site.app.url_map.iter_rules() if not rule.rule.startswith("/api/")]
    pages = {rule.rule for rule in rules if "GET" in (rule.methods or ())}
    filled: dict[str, Any] = {"code": CODE, "number": 1, "item_id": new_id(), "op_id": new_id(), "payment": new_id()}
    forms = [rule for rule in rules if rule.rule not in pages]
    assert len(forms) > 20
    with desk.site.app.test_request_context():
        addresses = [url_for(rule.endpoint, **filled) for rule in forms]
    for address in addresses:
        answer = desk.appraiser.get(address)
        assert (answer.status_code, address.startswith(answer.location)) == (GONE_ON, True), address
        assert desk.appraiser.get(answer.location).status_code != HTTPStatus.METHOD_NOT_ALLOWED, address


def test_the_button_pressed_anew_after_going_back_offers_the_empty_surrender_again(desk: Desk) -> None:
    assert desk.open().location == desk.open().location
    desk.add_revolver()
    assert desk.open().location == f"{EVENT}/entregas/2"
