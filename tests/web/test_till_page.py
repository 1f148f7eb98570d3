"""The till's page: a code that is typed or scanned, the answer, the day's list, and undoing within 15 minutes."""

from dataclasses import dataclass
from datetime import timedelta
from itertools import product

import pytest
from werkzeug.test import TestResponse

from buyback.db import Database
from buyback.ids import new_id
from buyback.people.rules import Actor
from buyback.people.service import Employer
from buyback.security.access import Role
from buyback.times import iso_utc
from buyback.vouchers.codes import spell
from tests.databases import KINDS, Grow
from tests.soundness import assert_sound
from tests.tills import (
    Paper,
    TillInHand,
    issue_vouchers,
    make_branch,
    make_merchant,
    make_till,
    make_till_event,
    try_to_redeem,
)
from tests.web.desk import GONE_ON, REFUSED, said_at, stored
from tests.web.site import Browser, Site, make_site


@dataclass
class Counter:
    """A cashier at a till, two vouchers in somebody's hands, and a till of another merchant."""

    site: Site
    cashier: Browser
    till: TillInHand
    voucher: Paper
    second: Paper
    elsewhere: TillInHand

    def redeem(self, text: str, op_id: object = None, by: Browser | None = None) -> TestResponse:
        """Send the form, and follow where it leads: the answer's page."""
        browser = by or self.cashier
        answer = browser.post("/caja/canjear", {"voucher": text, "op_id": str(op_id or new_id())})
        return browser.get(answer.location) if answer.status_code == GONE_ON else answer


pytestmark = pytest.mark.databases("sqlite")  # a page is the same over either; its services are tested on both


def fill_counter(database: Database) -> tuple[Actor, TillInHand, Paper, Paper, TillInHand]:
    event = make_till_event(database, vouchers=2)
    voucher, second = issue_vouchers(database, 2, event=event)
    merchant = make_merchant(database)
    till = make_till(database, merchant)
    cashier = make_site(database).add_person(Role.CASHIER, employer=Employer(merchant=merchant), name="caja")
    elsewhere = make_till(database, make_merchant(database, "Farmacia Sol", number=2))
    return cashier, till, voucher, second, elsewhere


@pytest.fixture
def counter(grow: Grow) -> Counter:
    database, (cashier, till, voucher, second, elsewhere) = grow(fill_counter)
    site = make_site(database)
    site.people.append(cashier)
    return Counter(site, site.signed_in(cashier, till=till.id), till, voucher, second, elsewhere)


def changed(text: str) -> str:
    """A code whose last character is another one."""
    return text[:-1] + ("A" if text[-1] != "A" else "B")


@pytest.mark.databases(*KINDS)
def test_a_typed_code_is_taken_and_stands_on_todays_list(counter: Counter) -> None:
    told = counter.redeem(counter.voucher.typed.lower().replace("-", " ")).text
    assert "Vale canjeado" in told
    assert "B/. 20.00" in told
    assert "Anular este canje" in told
    day = counter.cashier.get("/caja").text
    assert "Todavía no hay operaciones" not in day
    assert "12:00" in day
    assert_sound(counter.site.database)


def test_what_a_scanner_types_is_taken(counter: Counter) -> None:
    assert "Vale canjeado" in counter.redeem(f" {counter.voucher.qr}\r\n").text


def test_asking_takes_nothing(counter: Counter) -> None:
    before = stored(counter.site.database)
    told = counter.cashier.post("/caja/consultar", {"voucher": counter.voucher.qr, "op_id": str(new_id())}).text
    assert "El vale es bueno y no se ha usado" in told
    assert counter.voucher.qr in told  # still in the box, to be taken by the next tap
    assert stored(counter.site.database)["resolution"] == before["resolution"] == []


def test_a_code_with_a_mistake_is_refused_and_the_box_is_ready_again(
    counter: Counter, subtests: pytest.Subtests
) -> None:
    for spoilt, says in (
        (changed(counter.voucher.typed), "error de escritura"),
        (changed(counter.voucher.qr), "no es auténtico"),
        ("hola", "no es un código de vale"),
    ):
        with subtests.test(says):
            told = counter.redeem(spoilt).text
            assert says in told
            assert 'name="voucher"' in told
            assert "No se aceptó" in counter.cashier.get("/caja").text
            assert stored(counter.site.database)["resolution"] == []


def test_a_voucher_that_was_taken_says_when_and_where(counter: Counter) -> None:
    counter.redeem(counter.voucher.qr)
    told = counter.redeem(counter.voucher.typed).text
    assert "Este vale ya se canjeó" in told
    assert "Se canjeó el 24 nov 2026, 12:00 en Centro" in told
    assert_sound(counter.site.database)


def test_a_voucher_that_another_merchant_took_says_when_and_not_where(counter: Counter) -> None:
    try_to_redeem(counter.site.database, counter.elsewhere, counter.voucher.qr, now=counter.site.clock())
    told = counter.redeem(counter.voucher.qr).text
    assert "Este vale ya se canjeó" in told
    assert "24 nov 2026, 12:00" in told
    assert "Farmacia Sol" not in told
    assert "Se canjeó el" not in told


@pytest.mark.databases(*KINDS)
def test_the_same_form_sent_twice_takes_one_voucher(counter: Counter) -> None:
    op_id = new_id()
    for _tap in range(2):
        assert "Vale canjeado" in counter.redeem(counter.voucher.qr, op_id).text
    assert len(stored(counter.site.database)["resolution"]) == 1
    answer = counter.redeem(counter.second.qr, op_id)
    assert answer.status_code == 409
    assert "Esta operación ya se usó con otro vale" in answer.text
    assert_sound(counter.site.database)


@pytest.mark.databases(*KINDS)
def test_a_redemption_is_undone_within_15_minutes_and_the_voucher_is_good_again(counter: Counter) -> None:
    op_id = new_id()
    counter.redeem(counter.voucher.qr, op_id)
    counter.site.clock.at += timedelta(minutes=15)
    for _tap in range(2):
        assert counter.cashier.post(f"/caja/respuesta/{op_id}/anular").status_code == GONE_ON
    assert "Canje anulado" in counter.cashier.get(f"/caja/respuesta/{op_id}").text
    assert "Anulado" in counter.cashier.get("/caja").text
    assert "Vale canjeado" in counter.redeem(counter.voucher.qr).text
    assert_sound(counter.site.database)


def test_a_redemption_is_not_undone_after_15_minutes(counter: Counter) -> None:
    op_id = new_id()
    counter.redeem(counter.voucher.qr, op_id)
    counter.site.clock.at += timedelta(minutes=10)
    assert "Anular" in counter.cashier.get("/caja").text  # who works on stays signed in
    counter.site.clock.at += timedelta(minutes=5, seconds=1)
    counter.cashier.post(f"/caja/respuesta/{op_id}/anular")
    told = counter.cashier.get(f"/caja/respuesta/{op_id}").text
    assert "Pasaron más de 15 minutos desde el canje" in told
    assert "Anular este canje" not in told
    assert stored(counter.site.database)["reversal"] == []


def test_another_tills_redemption_is_neither_shown_nor_undone(counter: Counter) -> None:
    op_id = new_id()
    try_to_redeem(counter.site.database, counter.elsewhere, counter.voucher.qr, op_id=op_id, now=counter.site.clock())
    told = counter.cashier.get(f"/caja/respuesta/{op_id}").text
    assert "Esta caja no tiene esa operación" in told
    assert "B/. 20.00" not in told
    counter.cashier.post(f"/caja/respuesta/{op_id}/anular")
    assert stored(counter.site.database)["reversal"] == []
    assert "Todavía no hay operaciones" in counter.cashier.get("/caja").text


def test_a_till_of_another_merchant_cannot_be_chosen(counter: Counter) -> None:
    page = counter.cashier.get("/caja/elegir").text
    assert str(counter.till.id) in page
    assert str(counter.elsewhere.id) not in page
    for wanted in (counter.elsewhere.id, new_id()):
        assert counter.cashier.post("/caja/elegir", {"till": str(wanted)}).status_code == 404


def test_a_cashier_of_one_branch_works_at_no_till_of_another(counter: Counter) -> None:
    database, merchant = counter.site.database, counter.till.merchant
    branch = make_branch(database, merchant, "Albrook")
    own = make_till(database, merchant, branch="Albrook")
    cashier = counter.site.add_person(Role.CASHIER, employer=Employer(merchant=merchant, branch=branch))

    chooses = counter.site.signed_in(cashier)
    page = chooses.get("/caja/elegir").text
    assert str(own.id) in page
    assert str(counter.till.id) not in page
    assert chooses.post("/caja/elegir", {"till": str(counter.till.id)}).status_code == 404

    sits_there = counter.site.signed_in(cashier, till=counter.till.id)
    assert sits_there.get("/caja").location == "/caja/elegir"
    sent = sits_there.post("/caja/canjear", {"voucher": counter.voucher.qr, "op_id": str(new_id())})
    assert sent.location == "/caja/elegir"
    assert stored(database)["resolution"] == []


def test_a_cashier_without_a_till_is_asked_which_one_first(counter: Counter) -> None:
    fresh = counter.site.signed_in(counter.site.people[0])
    assert fresh.get("/caja").location == "/caja/elegir"
    answer = fresh.post("/caja/canjear", {"voucher": counter.voucher.qr, "op_id": str(new_id())})
    assert answer.location == "/caja/elegir"
    assert stored(counter.site.database)["resolution"] == []
    assert fresh.post("/caja/elegir", {"till": str(counter.till.id)}).location == "/caja"
    assert "Vale canjeado" in counter.redeem(counter.voucher.qr, by=fresh).text


def test_what_no_box_takes_is_refused_at_the_box(counter: Counter, subtests: pytest.Subtests) -> None:
    before = stored(counter.site.database)
    for path, typed in product(("/caja/canjear", "/caja/consultar"), ("", "x" * 401, "a\x07b")):
        with subtests.test(path, typed=typed[:5]):
            answer = counter.cashier.post(path, {"op_id": str(new_id()), "voucher": typed})
            assert answer.status_code == REFUSED
            assert said_at(answer, "voucher")
            assert ("Lo que escribió" in answer.text) == bool(typed)
    answer = counter.cashier.post("/caja/canjear", {"voucher": counter.voucher.qr, "op_id": "1"})
    assert answer.status_code == REFUSED
    assert stored(counter.site.database) == before


@pytest.mark.databases(*KINDS)
def test_five_wrong_codes_close_the_keyboard_for_a_while_and_leave_the_scanner(
    counter: Counter, database: Database
) -> None:
    for number in range(5):
        counter.redeem(spell(number))
    answer = counter.redeem(counter.voucher.typed)
    assert answer.status_code == 409
    assert "Se escribieron demasiados códigos equivocados" in answer.text
    assert "Faltan 10 minutos" in answer.text
    counter.site.clock.at += timedelta(minutes=9, milliseconds=1)
    assert "Falta 1 minuto." in counter.redeem(counter.voucher.typed).text
    assert "Vale canjeado" in counter.redeem(counter.voucher.qr).text
    assert_sound(database)


def test_the_times_are_taken_home_while_they_are_known(counter: Counter) -> None:
    assert "Descargar las horas" not in counter.cashier.get("/caja").text
    assert "No hay nada que descargar" in counter.cashier.get("/caja/canjes.csv").text
    first, second = new_id(), new_id()
    counter.redeem(counter.voucher.qr, first)
    try_to_redeem(counter.site.database, counter.elsewhere, counter.second.qr, op_id=second, now=counter.site.clock())
    page = counter.cashier.get("/caja").text
    assert "se conservan hasta el 1 dic 2026" in page
    assert 'href="/caja/canjes.csv"' in page
    counter.cashier.post(f"/caja/respuesta/{first}/anular")
    head, row = counter.cashier.get("/caja/canjes.csv").get_data(as_text=True).strip().splitlines()
    assert head == "\ufeffbranch,till,redeemed_at,op_id,amount,reversed_at"
    at = counter.site.clock()
    assert row == f"Centro,Caja 1,{at:%Y-%m-%d}T12:00:00-0500,{first},20.00,{iso_utc(at)}"
    assert "redemption:export" in str(stored(counter.site.database)["audit_body"])
