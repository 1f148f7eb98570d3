"""The demonstration shows what was published, is sound, says that its details are invented, and leaves work to do."""

from collections.abc import Iterable
from datetime import timedelta
from functools import partial
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from buyback import demo
from buyback.campaigns import queries as campaigns
from buyback.campaigns.states import EventState
from buyback.db import Database
from buyback.ids import new_id
from buyback.intake import queries as intake
from buyback.intake.rules import SurrenderState
from buyback.merchants import queries as merchants
from buyback.people import queries as people
from buyback.redemption import service
from buyback.redemption.service import TillRequest
from buyback.security.access import Role
from buyback.settlement import payments
from buyback.settlement import queries as settlements
from buyback.settlement import service as settling
from buyback.totals.figures import Figure
from buyback.totals.queries import totals
from buyback.totals.rules import By, Query, Row
from buyback.vouchers.printing import papers
from tests.builders import NOW, TODAY, make_keys
from tests.databases import Grow
from tests.demonstration import make_demonstration
from tests.linkage import by_common_values, read_copy
from tests.soundness import assert_sound

pytestmark = pytest.mark.long

# As newspapers published them: arms, rounds, magazines, explosives, accessories (0: not reported), cents.
PUBLISHED = {
    "DEMO-CHORRILLO-2010": (101, 7158, 0, 0, 0, 17_135_00),
    "DEMO-COLON-2022": (78, 8919, 118, 45, 24, 29_620_35),
    "DEMO-DAVID-2022": (37, 1727, 15, 10, 0, 10_543_80),
    "DEMO-PEDREGAL-2025": (28, 4860, 17, 45, 7, 11_020_00),
    "DEMO-LOS-ANDES-2025": (56, 2903, 27, 234, 16, 24_925_00),
}
PLACES = {
    "DEMO-CHORRILLO-2010": "080802",
    "DEMO-COLON-2022": "030115",
    "DEMO-DAVID-2022": "040601",
    "DEMO-PEDREGAL-2025": "080813",
    "DEMO-LOS-ANDES-2025": "081008",
}
ARMS = {
    "DEMO-PEDREGAL-2025": {"pistol": 11, "revolver": 6, "shotgun": 6, "rifle": 1, "air_gun": 4},
    "DEMO-LOS-ANDES-2025": {"pistol": 18, "revolver": 15, "shotgun": 5, "rifle": 2, "air_gun": 16},
}
FIGURES = (
    Figure.ARMS,
    Figure.AMMUNITION,
    Figure.MAGAZINES,
    Figure.EXPLOSIVES,
    Figure.ACCESSORIES,
    Figure.ISSUED,
)


@pytest.fixture
def database(grow: Grow) -> Database:
    return grow(make_demonstration)[0]


def by_event(database: Database) -> dict[str, Row]:
    with database.reading() as session:
        return {row.code: row for row in totals(session, Query(by=By.EVENT)).rows}


def test_the_totals_show_every_published_figure_to_the_cent_and_the_round(database: Database) -> None:
    rows = by_event(database)
    assert {code: tuple(rows[code][column] for column in FIGURES) for code in PUBLISHED} == PUBLISHED


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("event", ARMS)
def test_the_arms_are_of_the_published_types(database: Database, event: str) -> None:
    with database.reading() as session:
        rows = totals(session, Query(by=By.CLASS, event=event)).rows
    counts = {row.code: row[Figure.ITEMS] for row in rows}
    assert {code: counts[code] for code in ARMS[event]} == ARMS[event]
    assert sum(ARMS[event].values()) == PUBLISHED[event][0]


@pytest.mark.databases("sqlite")
def test_each_event_lies_in_the_corregimiento_that_was_published(database: Database) -> None:
    with database.reading() as session:
        found = {event.code: event.corregimiento for event in campaigns.events(session)}
    assert {code: found[code] for code in PLACES} == PLACES


def test_the_demonstration_is_sound(database: Database) -> None:
    assert_sound(database)


@pytest.mark.databases("sqlite")
def test_past_events_are_purged_and_the_one_of_today_is_open(database: Database) -> None:
    with database.reading() as session:
        states = {event.code: event.state for event in campaigns.events(session)}
    assert states == {demo.EVENT: EventState.OPEN} | dict.fromkeys(PUBLISHED, EventState.PURGED)


@pytest.mark.databases("sqlite")
def test_nothing_leads_from_a_voucher_of_the_past_to_a_surrender(database: Database) -> None:
    with database.engine.connect() as connection:
        query = "SELECT v.id FROM voucher v JOIN event e ON e.id = v.event WHERE e.state = 'purged'"
        vouchers = [UUID(key) for key in connection.scalars(text(query))]
        assert len(vouchers) > 2000
        assert by_common_values(read_copy(connection), vouchers) == {}


@pytest.mark.databases("sqlite")
def test_no_day_of_the_past_had_one_visit_only(database: Database) -> None:
    query = (
        "SELECT count(*) FROM surrender s JOIN event e ON e.id = s.event WHERE e.state = 'purged' GROUP BY s.day, e.id"
    )
    with database.engine.connect() as connection:
        assert min(connection.scalars(text(query))) >= 5


@pytest.mark.databases("sqlite")
def test_past_vouchers_were_spent_at_every_kind_of_merchant_or_void_or_expired(database: Database) -> None:
    for row in (by_event(database)[code] for code in PUBLISHED):
        assert row[Figure.OUTSTANDING] == 0
        assert 0.75 < row[Figure.REDEEMED] / row[Figure.ISSUED] < 0.95
        assert row[Figure.EXPIRED] > 0
        assert row[Figure.VOID] > 0
    query = """
        SELECT m.category, substr(b.corregimiento, 1, 4) FROM resolution r JOIN till t ON t.id = r.till
          JOIN branch b ON b.id = t.branch JOIN merchant m ON m.id = t.merchant WHERE r.kind = 'redeem'
    """
    with database.engine.connect() as connection:
        where = {tuple(row) for row in connection.execute(text(query))}
        undone = connection.scalar(text("SELECT count(*) FROM reversal"))
    assert {category for category, _district in where} == {"shop", "supermarket", "restaurant", "pharmacy"}
    assert {district for _category, district in where} == {"0301", "0406", "0808", "0810"}
    assert undone


@pytest.mark.databases("sqlite")
def test_everything_that_was_made_up_says_so(database: Database) -> None:
    """Makes, models, serials, units, merchants, sites and local organisations."""
    with database.engine.connect() as connection:

        def words(query: str) -> Iterable[str]:
            return [word for row in connection.execute(text(query)) for word in row if word is not None]

        for word in words("SELECT make, model, serial, made_safe_by FROM item"):
            assert "inventad" in word.lower(), word
        told = (
            "SELECT name FROM merchant",
            "SELECT site FROM event",
            "SELECT name FROM organisation WHERE district > ''",
        )
        for word in (word for query in told for word in words(query)):
            assert word.endswith("(demostración)"), word
        for word in words("SELECT name FROM programme_version"):
            assert "EJEMPLO" in word, word


@pytest.mark.databases("sqlite")
def test_the_event_of_today_has_work_for_everybody(database: Database) -> None:
    with database.reading() as session:
        states = intake.counts_by_state(session, campaigns.get_event(session, demo.EVENT).id)
    wanted = {"paid_out", "accepted", "offered", "awaiting_approval", "open"}
    assert {SurrenderState(state) for state in wanted} <= set(states)


@pytest.mark.databases("sqlite")
def test_a_voucher_of_today_is_taken_at_a_till(database: Database) -> None:
    keys = make_keys()
    with database.reading() as session:
        event = campaigns.get_event(session, demo.EVENT)
        printed = list(papers.lay_out(event, papers.issued(session, event.id), keys=keys, base_url=""))
        (shop,) = (merchant for merchant in merchants.registered(session) if merchant.category == "shop")
        till = merchants.enrolled(session, merchant=shop.id)[0].id
    at = NOW + timedelta(hours=1)
    requests = [TillRequest(till, new_id(), paper.qr_text) for paper in printed]
    answers = [
        database.transact(partial(service.redeem, request=request, keys=keys, now=at)).code.value
        for request in requests
    ]
    assert sorted(set(answers)) == ["already_redeemed", "redeemed"]
    assert answers.count("already_redeemed") == 1
    assert_sound(database)


@pytest.mark.databases("sqlite")
def test_every_role_has_somebody_to_sign_in_as(database: Database) -> None:
    with database.reading() as session:
        held = {role for name, _does in demo.sign_ins() for role in people.actor_by_name(session, name).roles}
    assert held == set(Role)


@pytest.mark.databases("sqlite")
def test_old_settlements_are_paid_and_others_are_on_their_way(database: Database) -> None:
    with database.engine.connect() as connection:
        rows = connection.execute(text("SELECT year, state FROM settlement")).all()
    assert {state for year, state in rows if year < NOW.year} == {"paid"}
    assert sorted(state for year, state in rows if year == NOW.year) == ["approved", "draft", "submitted"]


@pytest.mark.databases("sqlite")
def test_a_visitor_can_take_each_settlement_on(database: Database) -> None:
    """The draft is submitted, the submitted one gets its missing signatures, the approved one is ordered and paid."""
    with database.reading() as session:
        preparer = people.actor_by_name(session, "concilia.demo")
        scope = settlements.scope_of(session, preparer)
        approved, submitted, draft = (
            settlements.get(session, settlements.number_text(NOW.year, number), scope=scope) for number in (1, 2, 3)
        )
        signers = [people.actor_by_name(session, f"{name}.demo") for name in ("minseg", "municipio", "sanmiguelito")]
        payers = [people.actor_by_name(session, f"{name}.demo") for name in ("tesoro", "tesoro2")] + signers[1:]

    def work(session: Session) -> list[bool]:
        settling.submit(session, settlement=draft.id, by=preparer, now=NOW)
        signed = [settling.approve(session, settlement=submitted.id, by=by, now=NOW) for by in signers]
        payments.countersign(session, settlement=approved.id, number="R-1", on=TODAY, by=preparer, now=NOW)
        ordered = {
            payment.funder: payment for payment in payments.order(session, settlement=approved.id, by=preparer, now=NOW)
        }
        booked = [
            payments.book(
                session,
                payment=ordered[by.organisation].id,
                amount=ordered[by.organisation].amount,
                reference=f"TRX-{at}",
                booked_on=TODAY,
                by=by,
                now=NOW,
            )
            for at, by in enumerate(payers)
            if by.organisation is not None
        ]
        return [*signed, *booked]

    assert database.transact(work) == [False, False, True, False, False, False, True]
    assert_sound(database)
