"""A file of paper forms with anything wrong in it is refused whole, each problem with its line and field."""

import pytest

from buyback.campaigns.facts import EventFacts
from buyback.campaigns.rules import EventNotOpen, PinNotAsked
from buyback.db import Database
from buyback.errors import InvalidInput, NotFound
from buyback.intake import offers, rules, tags
from buyback.paper_forms import errors as line_errors
from buyback.paper_forms.service import preview
from buyback.people import service as people
from buyback.people.errors import RoleMissing
from buyback.people.rules import OPERATOR
from buyback.security.access import Role
from buyback.tariff import rules as tariff
from buyback.vouchers import rules as errors
from tests.builders import (
    NOW,
    PROGRAMME,
    add_item,
    make_event,
    make_programme,
    make_tags,
    make_user,
    open_surrender,
)
from tests.paper_forms import (
    MAGAZINES,
    Raw,
    make_blanks,
    make_paper_event,
    raw_form,
    raw_revolver,
    rows,
    take,
    written,
)

pytestmark = pytest.mark.begins_with(build=make_paper_event)


@pytest.fixture
def event(begun: EventFacts) -> EventFacts:
    return begun


def refusals(database: Database, *forms: Raw) -> list[tuple[int | None, str, type]]:
    """What is wrong with a file, the same for the preview and for the import, which leaves nothing behind."""
    before = rows(database)
    with pytest.raises(InvalidInput) as previewed, database.reading() as session:
        preview(session, content=written(*forms), now=NOW)
    with pytest.raises(InvalidInput) as refused:
        take(database, *forms)
    assert rows(database) == before
    assert previewed.value.text() == refused.value.text()
    return [(problem.line, problem.field, type(problem.refusal)) for problem in refused.value.problems]


def test_an_op_id_with_other_content_is_an_error(database: Database, event: EventFacts) -> None:
    take(database, raw_form())
    assert refusals(database, raw_form(items=[MAGAZINES])) == [(1, "op_id", rules.OpIdReused)]


def test_one_wrong_line_stops_the_whole_file(database: Database, event: EventFacts) -> None:
    wrong = raw_form(2, items=[MAGAZINES, {"class": "rifle", "condition": "poor", "value": "1.00"}])
    assert refusals(database, raw_form(1), wrong) == [(2, "items[1].class", tariff.NoTariffLine)]


def test_problems_of_reading_and_of_checking_come_together_in_the_files_order(
    database: Database, event: EventFacts
) -> None:
    found = refusals(database, raw_form(1, event="NINGUNA"), raw_form(2, pin="1234"), raw_form(3, date="2026-11-23"))
    assert found == [
        (1, "event", NotFound),
        (2, "pin", PinNotAsked),
        (3, "date", rules.DayOutsideEvent),
    ]


KNOWN_BETTER: tuple[tuple[Raw, str, type], ...] = (  # changes of a form, the field, the refusal
    ({"appraised_by": "nadie"}, "appraised_by", line_errors.PersonUnknown),
    ({"appraised_by": "carla", "issued_by": "carla"}, "appraised_by", RoleMissing),
    ({"issued_by": "ana"}, "issued_by", RoleMissing),
    ({"approved_by": "carla"}, "approved_by", RoleMissing),
    ({"items": [raw_revolver(value="250.01")]}, "items[0].value", line_errors.ApprovalNeeded),
    ({"items": [raw_revolver(value=None)]}, "items[0].value", tariff.ValueNeeded),
    ({"items": [raw_revolver(condition=None)]}, "items[0].condition", tariff.ConditionNeeded),
    ({"items": [{**MAGAZINES, "value": "5.00"}]}, "items[0].value", tariff.ValueNotExpected),
    ({"items": [{"class": "ammunition"}]}, "items[0].calibre_group", tariff.CalibreGroupNeeded),
    (
        {"items": [{"class": "printed"}, {"class": "printed", "quantity": 2}]},
        "items[1].quantity",
        tariff.CapExceeded,
    ),
    ({"serials": [999_999]}, "serials[0]", errors.SerialUnknown),
)


def test_what_the_database_knows_better_is_refused_with_its_place(
    database: Database, subtests: pytest.Subtests
) -> None:
    for changes, field, refusal in KNOWN_BETTER:
        with subtests.test(refusal.__name__, field=field):
            assert (1, field, refusal) in refusals(database, raw_form(**changes))


def test_the_same_person_is_not_named_for_two_steps(database: Database, event: EventFacts) -> None:
    make_user(database, "todo", Role.APPRAISER, Role.APPROVER, Role.ISSUER)
    assert refusals(database, raw_form(appraised_by="todo", approved_by="todo", issued_by="todo")) == [
        (1, "approved_by", rules.SamePerson),
        (1, "issued_by", rules.SamePerson),
    ]


def test_a_disabled_account_takes_no_part(database: Database, event: EventFacts) -> None:
    database.transact(lambda session: people.disable_user(session, name="carla", by=OPERATOR, now=NOW))
    assert refusals(database, raw_form()) == [(1, "issued_by", line_errors.PersonUnknown)]


def test_a_role_that_was_taken_away_does_not_count(database: Database, event: EventFacts) -> None:
    database.transact(
        lambda session: people.revoke_role(session, name="ana", role=Role.APPRAISER, by=OPERATOR, now=NOW)
    )
    assert refusals(database, raw_form()) == [(1, "appraised_by", RoleMissing)]


def test_an_event_that_is_not_open_takes_no_forms(database: Database, event: EventFacts) -> None:
    make_event(database, "PLANEADA", is_open=False)
    assert refusals(database, raw_form(event="PLANEADA")) == [(1, "event", EventNotOpen)]


def test_a_file_over_the_float_by_a_cent_is_refused_at_its_line(database: Database, event: EventFacts) -> None:
    make_event(database, "CHICA", float_cents=341_09)
    forms = [raw_form(number, event="CHICA") for number in (1, 2, 3)]
    assert refusals(database, *forms) == [(2, "items", rules.FloatExceeded)]


def test_what_is_promised_at_the_tables_is_not_taken_by_a_file(database: Database, event: EventFacts) -> None:
    dora = make_user(database, "dora", Role.APPRAISER)
    chica = make_event(database, "CHICA", float_cents=200_00)
    surrender = open_surrender(database, chica, dora)
    add_item(database, surrender, dora)
    database.transact(lambda session: offers.finish_appraisal(session, surrender=surrender, by=dora, now=NOW))
    assert refusals(database, raw_form(event="CHICA")) == [(1, "items", rules.FloatExceeded)]


def test_a_tag_that_is_on_another_item_of_the_programme_is_refused(database: Database, event: EventFacts) -> None:
    (tag,) = make_tags(database, 1)
    make_event(database, "OTRA")
    take(database, raw_form(1, items=[raw_revolver(tag=tag)]))
    assert refusals(database, raw_form(2, event="OTRA", items=[MAGAZINES, raw_revolver(tag=tag)])) == [
        (1, "items[1].tag", tags.TagInUse)
    ]


def test_a_tag_that_stands_twice_in_a_file_is_refused(database: Database, event: EventFacts) -> None:
    (tag,) = make_tags(database, 1)
    make_event(database, "OTRA")
    tagged = [raw_revolver(tag=tag)]
    assert refusals(database, raw_form(items=tagged * 2)) == [(1, "items[1].tag", line_errors.TagTwice)]
    assert refusals(database, raw_form(1, items=tagged), raw_form(2, event="OTRA", items=tagged)) == [
        (2, "items[0].tag", line_errors.TagTwice)
    ]


def test_a_tag_of_no_roll_or_of_another_programmes_is_refused(database: Database, event: EventFacts) -> None:
    other = make_programme(database, PROGRAMME.replace("PMB-TEST", "OTRO").replace("number = 7", "number = 8"))
    (foreign,) = make_tags(database, 1, programme=other)
    for tag in (foreign, tags.spell(0)):
        assert refusals(database, raw_form(items=[raw_revolver(tag=tag)])) == [(1, "items[0].tag", tags.TagUnknown)]


def test_blanks_that_are_not_worth_the_award_are_refused(database: Database, event: EventFacts) -> None:
    serials = make_blanks(database, event, 5_00)
    short_by_the_smallest_denomination = raw_form(items=[MAGAZINES], serials=serials)
    assert refusals(database, short_by_the_smallest_denomination) == [(1, "serials", errors.BlanksDoNotFit)]


def test_a_blank_is_not_given_out_twice(database: Database, event: EventFacts) -> None:
    serials = make_blanks(database, event, 5_00)
    changes = {"items": [{"class": "magazine"}], "serials": serials}
    take(database, raw_form(1, **changes))
    assert refusals(database, raw_form(2, **changes)) == [(1, "serials[0]", errors.SerialNotBlank)]
