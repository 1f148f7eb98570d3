"""The pages of settlements: who sees what, what a form keeps, what files hold."""

import csv
import io
import re
from io import BytesIO

import pypdfium2
import pytest

from buyback.db import Database
from buyback.people.service import Employer
from buyback.security.access import Role
from tests.settling import FUNDERS, Office, make_office, make_settled_event, make_shop, spend, spend_and_undo_later
from tests.soundness import assert_sound
from tests.tills import TillInHand, make_merchant, make_till
from tests.web.site import Browser, Site, make_site

pytestmark = pytest.mark.databases("sqlite")  # the pages are the same over either; services are tested on both

MINSEG, MINGOB, TOWN = FUNDERS
LIST = "/liquidaciones"


@pytest.fixture
def site(database: Database) -> Site:
    return make_site(database)


@pytest.fixture
def office(site: Site) -> Office:
    return make_office(site.database)


@pytest.fixture
def till(site: Site, office: Office) -> TillInHand:
    """A shop that took three vouchers."""
    till = make_shop(site.database)
    spend(site.database, make_settled_event(site.database, vouchers=6), [till] * 3)
    return till


def signer(site: Site, office: Office, code: str) -> Browser:
    return site.signed_in(office.signers[code])


def test_a_new_settlement_begins_with_a_form_and_leads_to_its_page(
    site: Site, office: Office, till: TillInHand
) -> None:
    browser = site.signed_in(office.preparer)
    done = browser.post(f"{LIST}/nueva", {"merchant": str(till.merchant), "until": "2026-11-24"})
    assert (done.status_code, done.headers["Location"]) == (303, f"{LIST}/2026-0001")
    page = browser.get(f"{LIST}/2026-0001").text
    assert "B/. 60.00" in page
    assert "Comercio 1" in page
    assert re.findall(r"PMB-LIQ|[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}", page) == []  # no voucher's code


@pytest.mark.parametrize(
    "fields, sentence",
    [
        ({"merchant": "all", "until": "2099-01-01"}, "todavía no ha llegado"),
        ({"merchant": "all", "until": "2020-01-01"}, "No hay nada que liquidar"),
        ({"merchant": "all", "until": "ayer"}, "Escriba una fecha que exista"),
        ({"merchant": "nadie", "until": "2026-11-24"}, "Escriba un identificador"),
    ],
)
def test_a_form_gone_wrong_keeps_what_was_typed_and_says_where(
    site: Site, office: Office, till: TillInHand, fields: dict[str, str], sentence: str
) -> None:
    answer = site.signed_in(office.preparer).post(f"{LIST}/nueva", fields)
    assert answer.status_code == 422
    wrong = "until" if fields["merchant"] == "all" else "merchant"
    assert f'href="#{wrong}"' in answer.text
    assert sentence in answer.text
    assert f'value="{fields["until"]}"' in answer.text


def test_it_is_approved_once_by_each_funder_on_screen(site: Site, office: Office, till: TillInHand) -> None:
    draft = office.prepare(till.merchant)
    office.submit(draft)
    browser, path = signer(site, office, MINGOB), f"{LIST}/{draft.number}"
    assert browser.post(f"{path}/aprobar").status_code == 303
    again = browser.post(f"{path}/aprobar")
    assert again.status_code == 422
    assert "MINGOB ya aprobó su parte" in again.text
    assert ("No se guardó nada." in again.text, "Lo que escribió" in again.text) == (True, False)
    own = site.signed_in(office.preparer).post(f"{path}/aprobar")
    assert "la aprueba y la paga otra persona" in own.text
    assert_sound(site.database)


def test_after_a_line_was_reversed_the_page_says_what_changed_and_it_goes_back(
    site: Site, office: Office, till: TillInHand
) -> None:
    event = make_settled_event(site.database, "OTRA-2026-11-24", vouchers=1)
    undo = spend_and_undo_later(site.database, event, till)
    draft = office.prepare(till.merchant)
    office.submit(draft)
    undo()
    browser, path = signer(site, office, MINSEG), f"{LIST}/{draft.number}"
    refused = browser.post(f"{path}/aprobar")
    assert refused.status_code == 422
    assert "se anularon 1 canjes por B/. 20.00" in refused.text
    assert "Anulado" in refused.text
    assert browser.post(f"{path}/devolver").status_code == 422
    assert browser.post(f"{path}/devolver", {"reason": "redemption_reversed"}).status_code == 303
    assert "se anuló un canje" in browser.get(path).text
    assert_sound(site.database)


MISTYPED: tuple[tuple[dict[str, str], str], ...] = (
    ({"amount": "20.01"}, "El pago ordenado es de B/. 20.00, no de B/. 20.01."),
    ({"reference": "trx-0"}, "La referencia TRX-0 ya está registrada en otro pago."),
    ({"reference": "=HYPERLINK(1)"}, "Use hasta 64 letras sin tilde"),
    ({"booked_on": "2026-11-23"}, "Escriba una fecha del 24 nov 2026 al "),
    ({"booked_on": ""}, "Complete este campo."),
    ({"amount": "mucho"}, "Escriba un monto en balboas"),
)


def test_a_payment_is_recorded_as_it_was_ordered(
    site: Site, office: Office, till: TillInHand, subtests: pytest.Subtests
) -> None:
    draft, ordered = office.ordered(till.merchant)
    other = next(order for order in ordered if order.funder != office.signers[TOWN].organisation)
    office.book(other, reference="TRX-0")
    own = next(order for order in ordered if order.funder == office.signers[TOWN].organisation)
    path = f"{LIST}/{draft.number}/pagos/{own.id}"
    right = {"amount": "20.00", "reference": "TRX-9", "booked_on": "2026-11-24"}
    browser = signer(site, office, TOWN)
    for typed, sentence in MISTYPED:
        with subtests.test(sentence):
            refused = browser.post(path, {**right, **typed})
            assert refused.status_code == 422
            assert sentence in refused.text
            assert all(f'value="{value}"' in refused.text for value in {**right, **typed}.values() if value)
            assert "Lo que escribió sigue aquí." in refused.text
    assert browser.post(path, right).status_code == 303
    again = browser.post(path, right)
    assert again.status_code == 422
    assert ("No se guardó nada." in again.text, "Lo que escribió" in again.text) == (True, False)
    assert_sound(site.database)


def test_a_payment_is_recorded_at_its_own_settlements_address_only(
    site: Site, office: Office, till: TillInHand
) -> None:
    _, ordered = office.ordered(till.merchant)
    other = make_shop(site.database, 2)
    spend(site.database, make_settled_event(site.database, "OTRA-2026-11-24", vouchers=3), [other] * 3)
    draft, _ = office.ordered(other.merchant)
    own = next(payment for payment in ordered if payment.funder == office.signers[TOWN].organisation)
    right = {"amount": "20.00", "reference": "TRX-9", "booked_on": "2026-11-24"}
    browser = signer(site, office, TOWN)
    assert browser.post(f"{LIST}/{draft.number}/pagos/{own.id}", right).status_code == 404
    assert browser.post(f"{LIST}/{draft.number}/pagos/{draft.id}", right).status_code == 404


def test_a_funder_sees_its_own_share_and_no_other_funders(site: Site, office: Office, till: TillInHand) -> None:
    draft = office.paid(till.merchant)
    page = signer(site, office, TOWN).get(f"{LIST}/{draft.number}").text
    assert f"/estados/aportantes/{TOWN}" in page
    assert office.signers[TOWN].name in page
    assert MINGOB not in page
    assert office.signers[MINGOB].name not in page
    whole = site.signed_in(office.preparer).get(f"{LIST}/{draft.number}").text
    assert f"/estados/aportantes/{MINGOB}" in whole
    assert office.signers[MINGOB].name in whole


def test_an_auditor_of_a_funder_sees_its_own_share_only(site: Site, office: Office, till: TillInHand) -> None:
    draft = office.paid(till.merchant)
    auditor = site.signed_in(site.add_official(Role.AUDITOR, organisation=TOWN))
    page = auditor.get(f"{LIST}/{draft.number}").text
    assert f"/estados/aportantes/{TOWN}" in page
    assert MINGOB not in page


def test_who_has_no_share_finds_nothing_at_any_address(site: Site, office: Office, till: TillInHand) -> None:
    draft, ordered = office.ordered(till.merchant)
    stranger = site.signed_in(
        site.add_official(
            Role.FUNDER_APPROVER, Role.TREASURER, Role.RECONCILER, organisation="PN", name="otro.funcionario"
        )
    )
    assert draft.number not in stranger.get(LIST).text
    path = f"{LIST}/{draft.number}"
    pages = [path, f"{path}/canjes.csv", f"{path}/expediente.pdf"]
    statements = [f"{LIST}/estados/comercios/{till.merchant}", f"{LIST}/estados/aportantes/{TOWN}"]
    pages += [address + tail for address in statements for tail in ("", "/estado.csv", "/estado.pdf")]
    assert {address: stranger.get(address).status_code for address in pages} == dict.fromkeys(pages, 404)
    acts = ["presentar", "aprobar", "devolver", "refrendo", "ordenar", f"pagos/{ordered[0].id}"]
    told = {act: stranger.post(f"{path}/{act}", {"reason": "withdrawn"}).status_code for act in acts}
    assert told == dict.fromkeys(acts, 404)


def test_a_municipality_does_not_find_settlements_by_another_funder(
    site: Site, office: Office, till: TillInHand
) -> None:
    draft = office.prepare(till.merchant)
    other, own = office.signers[MINGOB].organisation, office.signers[TOWN].organisation
    town, ministry = signer(site, office, TOWN), site.signed_in(office.preparer)
    for address in (LIST, f"{LIST}/liquidaciones.csv"):
        assert town.get(f"{address}?funder={other}").status_code == 404
        assert draft.number in town.get(f"{address}?funder={own}").text
        assert draft.number in ministry.get(f"{address}?funder={other}").text


def test_an_auditor_of_the_comptroller_sees_all_and_changes_nothing(
    site: Site, office: Office, till: TillInHand
) -> None:
    draft = office.prepare(till.merchant)
    auditor = site.signed_in(site.add_official(Role.AUDITOR, organisation="CGR"))
    assert draft.number in auditor.get(LIST).text
    path = f"{LIST}/{draft.number}"
    assert _acts(auditor, path) == set()
    assert auditor.post(f"{path}/devolver", {"reason": "withdrawn"}).status_code == 403


def test_merchants_do_not_reach_settlements(site: Site, office: Office, till: TillInHand) -> None:
    manager = site.signed_in(
        site.add_person(Role.MERCHANT_MANAGER, employer=Employer(merchant=till.merchant), name="gerente")
    )
    draft = office.prepare(till.merchant)
    pages = [LIST, f"{LIST}/{draft.number}", f"{LIST}/estados/comercios/{till.merchant}"]
    assert [manager.get(address).status_code for address in pages] == [403] * 3


FOUND: dict[str, set[str]] = {
    "": {"2026-0001", "2026-0002"},
    "?state=draft": {"2026-0002"},
    "?search=comercio 2": {"2026-0002"},
    "?search=COMERCÍO 2": {"2026-0002"},
    "?search=155000001": {"2026-0001"},
    "?search=2026-0002": {"2026-0002"},
    "?search=nadie": set(),
    "?state=paid&search=comercio 2": set(),
}


def test_the_list_finds_by_state_and_search(
    site: Site, office: Office, till: TillInHand, subtests: pytest.Subtests
) -> None:
    office.paid(till.merchant)
    other = make_shop(site.database, 2)
    spend(site.database, make_settled_event(site.database, "OTRA-2026-11-24", vouchers=1), [other])
    office.prepare(other.merchant)
    browser = site.signed_in(office.preparer)
    for question, found in FOUND.items():
        with subtests.test(question):
            assert numbers(browser.get(LIST + question).text) == found


def numbers(page: str) -> set[str]:
    return set(re.findall(r">(\d{4}-\d{4})</a>", page))


def test_the_list_finds_what_an_organisation_has_still_to_approve_and_to_pay(
    site: Site, office: Office, till: TillInHand
) -> None:
    first = office.prepare(till.merchant)
    office.submit(first)
    town, preparer = signer(site, office, TOWN), site.signed_in(office.preparer)
    mine, due = f"{LIST}?turn=approve", f"{LIST}?turn=pay"
    assert numbers(town.get(mine).text) == {first.number}
    assert numbers(preparer.get(mine).text) == set()  # who prepared it does not approve it
    office.approve(first, TOWN)
    assert numbers(town.get(mine).text) == set()
    assert numbers(signer(site, office, MINGOB).get(mine).text) == {first.number}
    for code in (MINSEG, MINGOB):
        office.approve(first, code)
    office.countersign(first)
    payments = office.order(first)
    assert numbers(town.get(due).text) == {first.number}
    office.book(next(payment for payment in payments if payment.funder == office.signers[TOWN].organisation))
    assert numbers(town.get(due).text) == set()
    assert numbers(signer(site, office, MINGOB).get(due).text) == {first.number}


def test_the_list_leaves_as_a_file_with_the_same_filters_and_never_empty(
    site: Site, office: Office, till: TillInHand
) -> None:
    office.paid(till.merchant)
    browser, town = site.signed_in(office.preparer), signer(site, office, TOWN)
    (row,) = _rows(browser, f"{LIST}/liquidaciones.csv?state=paid")
    assert (row["settlement"], row["total"], row["share"], row["state"]) == ("2026-0001", "60.00", "", "paid")
    (row,) = _rows(town, f"{LIST}/liquidaciones.csv")
    assert row["share"] == "20.00"
    refused = browser.get(f"{LIST}/liquidaciones.csv?state=draft")
    assert refused.status_code == 422
    assert "No hay nada que descargar" in refused.text
    assert browser.get(f"{LIST}/estados/deudas/estado.csv").status_code == 409


def test_a_filter_that_is_no_choice_is_said_and_nothing_else_breaks(site: Site, office: Office) -> None:
    answer = site.signed_in(office.preparer).get(f"{LIST}?state=nada&merchant=x")
    assert answer.status_code == 422
    assert answer.text.count("Elija una de las opciones") >= 2


def test_what_funders_bear_adds_up_to_what_merchants_are_paid(site: Site, office: Office, till: TillInHand) -> None:
    office.paid(till.merchant)
    led = make_settled_event(site.database, "LIDER-2026-11-24", vouchers=2, mode="lead")
    spend(site.database, led, [till] * 2)
    office.paid(till.merchant)
    browser = site.signed_in(office.preparer)
    merchant = _rows(browser, f"{LIST}/estados/comercios/{till.merchant}/estado.csv")
    funders = [row for code in FUNDERS for row in _rows(browser, f"{LIST}/estados/aportantes/{code}/estado.csv")]
    assert _cents(merchant, "amount") == _cents(funders, "share") == _cents(funders, "pays") == 100_00
    assert all("TRX-" in row["references"] for row in merchant)
    debts = _rows(browser, f"{LIST}/estados/deudas/estado.csv")
    leader = _rows(browser, f"{LIST}/estados/aportantes/{MINSEG}/estado.csv")
    assert {row["creditor"] for row in debts} == {MINSEG}
    assert _cents(debts, "amount") == _cents(leader, "pays") - _cents(leader, "share") > 0


def test_files_escape_what_a_spreadsheet_would_run(site: Site, office: Office, till: TillInHand) -> None:
    shop = make_till(site.database, make_merchant(site.database, "=Comercio", number=7), name="+Caja")
    spend(site.database, make_settled_event(site.database, "OTRA-2026-11-24", vouchers=1), [shop])
    draft = office.prepare(shop.merchant)
    browser = site.signed_in(office.preparer)
    (line,) = _rows(browser, f"{LIST}/{draft.number}/canjes.csv")
    assert line["till"] == "'+Caja"
    (row,) = _rows(browser, f"{LIST}/estados/aportantes/{MINSEG}/estado.csv")
    assert row["merchant"] == "'=Comercio"


def test_the_paper_of_a_settlement_has_its_number_hash_signatures_and_counted_pages(
    site: Site, office: Office, till: TillInHand
) -> None:
    event = make_settled_event(site.database, "OTRA-2026-11-24", vouchers=60)
    spend(site.database, event, [till] * 60)
    draft = office.approved(till.merchant)
    answer = site.signed_in(office.preparer).get(f"{LIST}/{draft.number}/expediente.pdf")
    assert answer.mimetype == "application/pdf"
    with pypdfium2.PdfDocument(BytesIO(answer.data)) as document:
        pages = [page.get_textpage().get_text_bounded() for page in document]
    assert len(pages) >= 2
    for number, text in enumerate(pages, start=1):
        assert f"Página {number} de {len(pages)}" in text
        assert f"Liquidación {draft.number}" in text
        assert draft.content_hash.hex() in text
    whole = "".join(pages)
    assert "B/. 1,260.00" in whole.replace("\u00a0", " ")
    assert all(office.signers[code].name in whole for code in FUNDERS)


def test_what_leaves_as_a_file_is_kept_in_the_audit_log(site: Site, office: Office, till: TillInHand) -> None:
    draft = office.prepare(till.merchant)
    before = _audited(site)
    browser = signer(site, office, TOWN)
    browser.get(f"{LIST}/{draft.number}/canjes.csv")
    browser.get(f"{LIST}/estados/deudas/estado.pdf")
    assert _audited(site) == before + 2


def test_a_page_that_lists_many_redemptions_is_turned(site: Site, office: Office, till: TillInHand) -> None:
    event = make_settled_event(site.database, "OTRA-2026-11-24", vouchers=60)
    spend(site.database, event, [till] * 60)
    draft = office.prepare(till.merchant)
    browser = site.signed_in(office.preparer)
    assert "Página 1 de 2" in browser.get(f"{LIST}/{draft.number}").text
    assert "Página 2 de 2" in browser.get(f"{LIST}/{draft.number}?page=2").text


def _acts(browser: Browser, path: str) -> set[str]:
    """The last words of the addresses that a page's forms post to."""
    return set(re.findall(rf'action="{path}/([a-z]+)', browser.get(path).text))


def _rows(browser: Browser, path: str) -> list[dict[str, str]]:
    answer = browser.get(path)
    assert answer.status_code == 200
    return list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))


def _cents(rows: list[dict[str, str]], column: str) -> int:
    return sum(int(row[column].replace(".", "")) for row in rows)


def _audited(site: Site) -> int:
    with site.database.engine.connect() as connection:
        bodies = connection.exec_driver_sql("SELECT count(*) FROM audit_body WHERE body LIKE '%settlement:export%'")
        return int(bodies.scalar_one())
