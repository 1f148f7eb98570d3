"""Paper forms become surrenders with vouchers."""

import pytest

from buyback.audit.sealing import read_bodies
from buyback.campaigns import service as campaigns
from buyback.campaigns.facts import EventFacts
from buyback.db import Database
from buyback.intake import details, queries, rules
from buyback.intake.rules import ItemState, SurrenderState
from buyback.ledger import queries as ledger
from buyback.ledger.rules import ALLOTTED, OUTSTANDING, AccountRef
from buyback.paper_forms.service import ImportOutcome, import_forms, preview
from buyback.people.rules import OPERATOR
from buyback.security.access import Role
from buyback.vouchers import queries as vouchers
from buyback.vouchers.printing import papers
from buyback.vouchers.rules import Disposition
from tests.builders import NOW, make_event, make_keys, make_tags, make_user, open_surrender
from tests.paper_forms import MAGAZINES, make_blanks, make_paper_event, raw_form, raw_revolver, rows, take, written

pytestmark = pytest.mark.begins_with(build=make_paper_event)


@pytest.fixture
def event(begun: EventFacts) -> EventFacts:
    return begun


def balance(database: Database, account: AccountRef) -> int:
    with database.reading() as session:
        return ledger.balance(session, account)


def test_a_form_becomes_a_surrender_that_is_paid_out(database: Database, event: EventFacts) -> None:
    assert take(database, raw_form()) == ImportOutcome(surrenders=1, items=3, vouchers=5, awarded=170_55)
    with database.reading() as session:
        facts = queries.get_surrender(session, event=event.id, number=1)
        items = queries.items_of(session, facts.id)
        faces = [voucher.face for voucher in papers.of_surrender(session, facts.id)]
    assert (facts.state, facts.appraised, facts.award) == (SurrenderState.PAID_OUT, 170_53, 170_55)
    assert [(item.line, item.state, item.value) for item in items] == [
        (1, ItemState.RECEIVED, 150_03),
        (2, ItemState.RECEIVED, 10_50),
        (3, ItemState.RECEIVED, 10_00),
    ]
    assert faces == [50_00, 50_00, 50_00, 20_00, 55]


def test_what_was_read_off_a_weapon_is_kept(database: Database, event: EventFacts) -> None:
    (tag,) = make_tags(database, 1)
    read = {
        "make": "Colt",
        "model": "Python",
        "calibre": ".357",
        "serial": "K1",
        "serial_status": "partial",
        "tag": tag.lower().replace("-", " "),
    }
    take(database, raw_form(items=[raw_revolver(**read)]))
    with database.reading() as session:
        surrender = queries.get_surrender(session, event=event.id, number=1).id
        (item,) = queries.items_of(session, surrender)
    assert item.details == details.Details(
        make="Colt",
        model="Python",
        calibre=".357",
        serial="K1",
        serial_status=rules.SerialStatus.PARTIAL,
        tag=tag,
    )


def test_the_books_hold_what_was_issued(database: Database, event: EventFacts) -> None:
    take(database, raw_form(1), raw_form(2))
    assert balance(database, AccountRef(OUTSTANDING, event=event.id)) == 341_10
    assert balance(database, AccountRef(ALLOTTED, event=event.id)) == 20_000_00 - 341_10


def test_tickets_go_on_from_the_events_last(database: Database, event: EventFacts) -> None:
    open_surrender(database, event, make_user(database, "dora", Role.APPRAISER))
    take(database, raw_form(1), raw_form(2))
    take(database, raw_form(3))
    with database.reading() as session:
        listed = queries.queue(session, event.id, states=[SurrenderState.PAID_OUT])
    assert [queued.number for queued in listed] == [4, 3, 2]


def test_a_file_larger_than_one_portion_is_stored_whole_and_tells_how_far_it_is(
    database: Database, event: EventFacts
) -> None:
    heard: list[tuple[int, int]] = []
    content = written(*(raw_form(number, items=[MAGAZINES]) for number in range(501)))
    outcome = database.transact(
        lambda session: import_forms(
            session,
            content=content,
            by=OPERATOR,
            keys=make_keys(),
            now=NOW,
            progress=lambda done, total: heard.append((done, total)),
        )
    )
    assert outcome == ImportOutcome(surrenders=501, items=501, vouchers=501, awarded=5010_00)
    assert heard == [(250, 501), (500, 501), (501, 501)]


def test_a_second_import_of_the_same_file_changes_nothing(database: Database, event: EventFacts) -> None:
    take(database, raw_form(1), raw_form(2))
    before = rows(database)
    assert take(database, raw_form(1), raw_form(2)) == ImportOutcome(already=2)
    assert rows(database) == before


def test_a_file_that_grew_is_imported_from_where_it_was_known(database: Database, event: EventFacts) -> None:
    take(database, raw_form(1))
    grown = take(database, raw_form(1), raw_form(2, items=[MAGAZINES]))
    assert grown == ImportOutcome(surrenders=1, items=1, vouchers=1, awarded=10_00, already=1)


def test_a_known_form_is_known_even_when_its_event_is_closed_by_now(database: Database, event: EventFacts) -> None:
    take(database, raw_form())
    database.transact(lambda session: campaigns.begin_closing(session, event=event.id, by=OPERATOR, now=NOW))
    assert take(database, raw_form()) == ImportOutcome(already=1)


def test_a_preview_tells_the_outcome_and_writes_nothing(database: Database, event: EventFacts) -> None:
    serials = make_blanks(database, event, 5_00)
    forms = [raw_form(1), raw_form(2, items=[{"class": "magazine"}], serials=serials)]
    before = rows(database)
    with database.reading() as session:
        foreseen = preview(session, content=written(*forms), now=NOW)
    assert rows(database) == before
    assert take(database, *forms) == foreseen


def test_a_value_outside_the_range_is_taken_with_its_approver(database: Database, event: EventFacts) -> None:
    take(database, raw_form(approved_by="beto", items=[raw_revolver(value="260.00")]))
    with database.reading() as session:
        assert queries.get_surrender(session, event=event.id, number=1).approved_by is not None


def test_an_approver_who_was_not_needed_is_kept(database: Database, event: EventFacts) -> None:
    take(database, raw_form(approved_by="beto"))
    with database.reading() as session:
        assert queries.get_surrender(session, event=event.id, number=1).approved_by is not None


def test_a_zero_award_is_paid_out_without_a_voucher(database: Database, event: EventFacts) -> None:
    assert take(database, raw_form(items=[{"class": "printed"}])) == ImportOutcome(surrenders=1, items=1)


def test_a_file_may_use_the_float_to_the_last_cent(database: Database, event: EventFacts) -> None:
    make_event(database, "CHICA", float_cents=341_10)
    assert take(database, raw_form(1, event="CHICA"), raw_form(2, event="CHICA")).awarded == 341_10


def test_blanks_that_were_given_out_become_issued(database: Database, event: EventFacts) -> None:
    serials = make_blanks(database, event, 50_00, 50_00, 50_00, 20_00, 50_00)
    assert take(database, raw_form(serials=serials[:4])).vouchers == 5  # and a remainder of 55 cents
    with database.reading() as session:
        found = [vouchers.get_standing(session, event=event.id, serial=serial) for serial in serials]
    assert [standing.disposition for standing in found] == [Disposition.ISSUED] * 4 + [Disposition.BLANK]


def test_an_import_is_in_the_audit_log_once_for_each_event(database: Database, event: EventFacts) -> None:
    other = make_event(database, "OTRA")
    take(database, raw_form(1), raw_form(2, event="OTRA"), raw_form(3))
    with database.reading() as session:
        said = {key: list(read_bodies(session, key)) for key in (event.id, other.id)}
    assert {key: [(body["act"], body["surrenders"]) for body in bodies] for key, bodies in said.items()} == {
        event.id: [("surrender:import", 2)],
        other.id: [("surrender:import", 1)],
    }
