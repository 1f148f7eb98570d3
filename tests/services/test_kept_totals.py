"""The totals that are kept agree with the rows at every commit: before a fold, after it, and while one runs."""

import json
import threading
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from buyback.campaigns.facts import EventFacts
from buyback.closing import expiry
from buyback.commands.base import Context
from buyback.commands.checks import checkpoint
from buyback.commands.totals import fold
from buyback.db import Database
from buyback.ids import new_id
from buyback.people.rules import OPERATOR
from buyback.redemption import reversal
from buyback.security.access import Role
from buyback.security.tokens import token_digest
from buyback.tariff.catalogue import CATALOGUE, ClassCode
from buyback.totals import service
from buyback.totals.figures import KEPT, Figure
from buyback.totals.queries import totals
from buyback.totals.rules import By, Query
from buyback.vouchers import resolutions
from tests.builders import NOW, make_keys, make_user
from tests.databases import Grow
from tests.handed_in import (
    AIR_GUN,
    CATIVA,
    CURUNDU,
    GRENADE,
    NOVEMBER,
    OCTOBER,
    PISTOL,
    PRINTED,
    REVOLVER,
    RULES,
    add_event,
    add_staff,
    hand_in,
    papers_of,
    some,
)
from tests.soundness import assert_sound
from tests.tills import Paper, TillInHand, make_merchant, make_till, try_to_redeem
from tests.totals_by_rows import by_rows, of_totals

pytestmark = pytest.mark.long

OTHER_PROGRAMME = RULES.replace("PMB-TEST", "PMB-OTRO").replace("= 7", "= 9").replace('"0.05"', '"1.00"')
QUESTIONS: list[dict[str, Any]] = [
    {},
    {"place": "08"},
    {"place": "0301"},
    {"place": CURUNDU},
    {"place": "09"},
    {"programme": "PMB-OTRO"},
    {"event": f"J-{CATIVA}"},
    {"since": NOVEMBER},
    {"until": OCTOBER},
    {"item_class": ClassCode.PISTOL, "place": "08"},
    {"item_class": ClassCode.AMMUNITION, "programme": "PMB-TEST", "since": OCTOBER, "until": OCTOBER},
    {"since": OCTOBER, "until": NOVEMBER, "place": "08", "programme": "PMB-TEST"},
]


@dataclass(frozen=True)
class World:
    """Three events, two months, two programmes; vouchers spent and undone at a till."""

    database: Database
    till: TillInHand
    unspent: Paper


def fill(database: Database) -> tuple[TillInHand, Paper]:
    add_staff(database)
    events = [add_event(database, f"J-{place}", place) for place in (CATIVA, CURUNDU)]
    events.append(add_event(database, "OTRA", CURUNDU, rules=OTHER_PROGRAMME))
    for event in events:
        hand_in(database, event, PISTOL, some("ammunition", 30), some("magazine", 2), day=OCTOBER)
        hand_in(database, event, REVOLVER, AIR_GUN, GRENADE, PRINTED, some("part", 3), day=NOVEMBER)
    till = make_till(database, make_merchant(database))
    for voucher in papers_of(database, events[0])[:3]:
        assert try_to_redeem(database, till, voucher.typed).code == "redeemed"
    unspent, lost = papers_of(database, events[1])[:2]
    replace_voucher(database, events[1], lost.serial)
    spend_and_undo(World(database, till, unspent))
    return till, unspent


@pytest.fixture
def world(grow: Grow) -> World:
    database, (till, unspent) = grow(fill)
    return World(database, till, unspent)


def replace_voucher(database: Database, event: EventFacts, serial: int) -> None:
    chief = make_user(database, "jefa", Role.EVENT_CHIEF, organisation="MINGOB")
    database.transact(
        lambda session: resolutions.replace(session, event=event, serial=serial, by=chief, keys=make_keys(), now=NOW)
    )


def spend_and_undo(world: World) -> None:
    op_id, hashed = new_id(), token_digest(world.till.token)
    assert try_to_redeem(world.database, world.till, world.unspent.typed, op_id=op_id).code == "redeemed"
    world.database.transact(
        lambda session: reversal.undo(session, till=hashed, op_id=op_id, cashier=None, keys=make_keys(), now=NOW)
    )


def deltas(database: Database) -> int:
    with database.reading() as session:
        return int(session.scalars(text("SELECT count(*) FROM rollup_delta")).one())


def disagreements(session: Session, **asked: Any) -> list[By]:  # noqa: ANN401  a question's own fields
    """By what the kept totals and the rows give two answers to a question."""
    return [by for by in By if not agree(session, Query(by=by, **asked))]


def agree(session: Session, query: Query) -> bool:
    return of_totals(totals(session, query)) == by_rows(session, query)


@pytest.mark.parametrize("asked", QUESTIONS, ids=str)
def test_kept_totals_and_rows_give_one_answer_before_after_and_between_folds(
    world: World, asked: dict[str, Any]
) -> None:
    def differing() -> list[By]:
        with world.database.reading() as session:
            return disagreements(session, **asked)

    assert deltas(world.database) > 0
    assert differing() == []
    assert world.database.transact(service.fold) > 0
    assert deltas(world.database) == 0
    assert differing() == []
    spend_and_undo(world)
    assert deltas(world.database) == 2
    assert differing() == []
    world.database.transact(service.fold)
    assert differing() == []
    assert_sound(world.database)


def test_what_was_appraised_rounded_and_replaced_is_what_was_issued(world: World) -> None:
    """The rounding is told apart by what is left; until the purge the tables' own awards say the same."""
    with world.database.reading() as session:
        known = totals(session, Query(by=By.CLASS)).headline
        tables = "handover h JOIN surrender s ON s.id = h.surrender WHERE s.state = 'paid_out'"
        rounded = session.scalars(text(f"SELECT SUM(h.award - h.appraised) FROM {tables}")).one()  # noqa: S608  above
    assert known["rounding"] == rounded != 0
    assert known["replaced"] == 50_00
    assert known["appraised_value"] + known["rounding"] + known["replaced"] == known["issued"]
    assert known["redeemed"] + known["void"] + known["expired"] + known["outstanding"] == known["issued"]


def test_a_fold_that_is_taken_back_leaves_the_totals_as_they_were(world: World) -> None:
    waiting = deltas(world.database)
    with world.database.reading() as session:
        assert service.fold(session) == waiting
    assert deltas(world.database) == waiting
    assert_sound(world.database)


def test_while_tills_redeem_and_folds_run_every_reader_sees_totals_that_are_the_rows(world: World) -> None:
    """Each reader holds both ways against each other on one snapshot, as often as it can."""
    database, done = world.database, threading.Event()
    seen: list[list[By]] = []

    def read() -> None:
        with database.engine.connect() as connection:
            snapshot = {} if database.is_sqlite else {"isolation_level": "REPEATABLE READ"}
            while not done.is_set():
                with Session(connection.execution_options(**snapshot)) as session:
                    seen.append([by for by in (By.EVENT, By.CLASS) if not agree(session, Query(by=by))])

    def fold() -> None:
        while not done.is_set():
            database.transact(service.fold)

    threads = [threading.Thread(target=work) for work in (read, fold, fold)]
    for thread in threads:
        thread.start()
    for _ in range(25):
        spend_and_undo(world)
    done.set()
    for thread in threads:
        thread.join()
    assert len(seen) > 5
    assert [differing for differing in seen if differing] == []
    assert_sound(database)


def test_what_writes_many_deltas_folds_them(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    database = world.database
    with database.reading() as session:
        assert service.fold_many(session) == 0
    late = NOW + timedelta(days=400)
    monkeypatch.setattr(service, "MANY", 0)
    database.transact(lambda session: expiry.expire_due(session, today=late.date(), by=OPERATOR, now=late))
    assert deltas(database) == 0
    hand_in(database, add_event(database, "MAS"), PISTOL)
    assert deltas(database) == 0
    assert_sound(database)


def test_the_totals_are_folded_by_a_command_and_with_each_checkpoint(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = Context({"BUYBACK_DATABASE_URL": str(world.database.engine.url)})
    monkeypatch.setattr(Context, "keys", make_keys())
    waiting = deltas(world.database)
    said = CliRunner().invoke(fold, ["--json"], obj=context, standalone_mode=False)
    assert json.loads(said.output) == {"folded": waiting}
    assert deltas(world.database) == 0
    spend_and_undo(world)
    CliRunner().invoke(checkpoint, ["-o", str(tmp_path / "c.json")], obj=context, catch_exceptions=False)
    assert deltas(world.database) == 0
    context.database.dispose()


def test_the_classes_of_the_catalogue_are_all_counted_somewhere() -> None:
    """A class that no figure of a day takes would be missing from every total but its own."""
    figures = (Figure.ARMS, Figure.AMMUNITION, Figure.MAGAZINES, Figure.EXPLOSIVES, Figure.ACCESSORIES)
    counting = " ".join(KEPT[figure].condition for figure in figures)
    assert [code for code in CATALOGUE if counting.count(f"'{code}'") != 1] == []


def test_a_delta_has_a_class_exactly_when_it_is_of_an_item(world: World) -> None:
    with world.database.engine.connect() as connection:
        row = dict(connection.execute(text("SELECT * FROM rollup_delta WHERE kind = 'item'")).mappings().first() or {})
        put = text("INSERT INTO rollup_delta VALUES (:id, :event, :day, 'item', NULL, :number, :cents)")
        with pytest.raises(IntegrityError, match="class_of_items"):
            connection.execute(put, {**row, "id": str(new_id())})
