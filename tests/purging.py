"""An event as it really runs, to be purged: visits on several days, by several people, and a file of paper forms."""

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from buyback.campaigns import queries as campaigns
from buyback.campaigns.facts import EventFacts
from buyback.closing import service as closing
from buyback.closing.purge import purge
from buyback.closing.rules import REVIEW_DAYS, CountMoment
from buyback.commands.rewriting import rewrite_within
from buyback.db import Database
from buyback.ids import new_id
from buyback.intake import offers
from buyback.intake import queries as intake
from buyback.intake import service as intake_service
from buyback.intake.details import Details
from buyback.paper_forms.service import import_forms
from buyback.people.rules import OPERATOR, Actor
from buyback.security.access import Role
from buyback.tariff.catalogue import CalibreGroup, ClassCode, Condition
from buyback.tariff.rules import PricedThing
from buyback.vouchers import resolutions
from buyback.vouchers.queries import stock
from buyback.vouchers.rules import VoidReason
from buyback.vouchers.service import MintedVoucher, issue_surrender
from tests.builders import make_event, make_keys, make_tags, make_user
from tests.tills import make_merchant, make_till, paper, try_to_redeem

DAYS = (date(2026, 11, 22), date(2026, 11, 23), date(2026, 11, 24))
VISITS = 60  # at the tables, shared out over the first two days; the third day's forms are imported
FORMS = 30
WINDOW_S = 20  # for rewriting: tests in other databases of the server may hold snapshots, as people do
ITEMS_MAX = 3 * (VISITS + FORMS)
CLOSES = datetime(2026, 11, 25, 20, 0, tzinfo=UTC)
PURGES = CLOSES + timedelta(days=REVIEW_DAYS)


@dataclass
class Staff:
    """Who works at the event: two desks, each with its own appraiser and issuer."""

    appraisers: tuple[Actor, Actor]
    issuers: tuple[Actor, Actor]


@dataclass
class BusyEvent:
    """The event, and what only the hand-over knows: which surrender each voucher and each item was of."""

    database: Database
    event: EventFacts
    staff: Staff
    roll: Iterator[str]
    of_voucher: dict[UUID, UUID] = field(default_factory=dict)
    of_item: dict[UUID, UUID] = field(default_factory=dict)

    def __getstate__(self) -> dict[str, object]:
        """What is the same in each copy of the database: all but the connection to it."""
        return {**vars(self), "database": None, "roll": iter(())}


def make_busy_event(database: Database) -> BusyEvent:
    """An open event with everything done but the close."""
    chance = random.Random(20261124)  # noqa: S311  the same visits each time
    staff = Staff(
        (make_user(database, "ana", Role.APPRAISER), make_user(database, "abel", Role.APPRAISER)),
        (
            make_user(database, "ines", Role.ISSUER, organisation="MINGOB"),
            make_user(database, "ivan", Role.ISSUER, organisation="MINSEG"),
        ),
    )
    event = make_event(database, "PURGA-2026", starts_on=DAYS[0], ends_on=DAYS[-1], float_cents=90_000_00)
    busy = BusyEvent(database, event, staff, iter(make_tags(database, ITEMS_MAX)))
    issued = [voucher for number in range(VISITS) for voucher in _visit(busy, number, chance)]
    _import(busy, chance)
    _spend(busy, issued)
    _read_links(busy)
    return busy


def close(busy: BusyEvent) -> None:
    """Close the event over two right counts."""

    def work(session: Session) -> None:
        event = busy.event.id
        closing.begin(session, event=event, by=OPERATOR, now=CLOSES)
        counted = stock(session, event)
        for by in busy.staff.issuers:
            closing.count(session, event=event, moment=CountMoment.CLOSING, counted=counted, by=by, now=CLOSES)

    busy.database.transact(work)


def go_on_to_the_purge(database: Database, busy: BusyEvent) -> BusyEvent:
    """The same event closed, purged, and its traces erased from the files."""
    close_and_purge(replace(busy, database=database))
    return busy


def close_and_purge(busy: BusyEvent) -> None:
    """Everything that a purge is: close, purge, erase."""
    close(busy)
    purge_links(busy)
    if rewrite_within(busy.database, WINDOW_S):
        raise RuntimeError("the traces could not be erased")


def purge_links(busy: BusyEvent) -> None:
    """Purge the closed event after its review, in the order that chance gives."""
    shuffle = random.SystemRandom().shuffle
    busy.database.transact(
        lambda session: purge(session, event=busy.event.id, shuffle=shuffle, by=OPERATOR, now=PURGES)
    )


def _things(chance: random.Random) -> list[PricedThing]:
    """What people bring: an arm, often with rounds in the numbers that boxes and magazines hold."""
    things = []
    if chance.random() < 0.8:
        arm = chance.choice([ClassCode.REVOLVER, ClassCode.PISTOL])
        value = chance.randrange(150, 251, 5) * 100
        things.append(PricedThing(class_code=arm, condition=Condition.SERVICEABLE, value=value))
    if chance.random() < 0.6 or not things:
        rounds, group = chance.choice([5, 10, 15, 20, 30, 50]), chance.choice(["handgun", "shotgun"])
        things.append(PricedThing(class_code=ClassCode.AMMUNITION, calibre_group=CalibreGroup(group), quantity=rounds))
    if chance.random() < 0.3:
        things.append(PricedThing(class_code=ClassCode.MAGAZINE, quantity=chance.randint(1, 3)))
    return things


def _visit(busy: BusyEvent, number: int, chance: random.Random) -> tuple[MintedVoucher, ...]:
    """One visit from the open ticket to the vouchers, four minutes after the one before at the other desk."""
    database, event = busy.database, busy.event
    day = DAYS[number * 2 // VISITS]
    at = datetime(day.year, day.month, day.day, 13, 0, tzinfo=UTC) + timedelta(minutes=4 * (number % (VISITS // 2)))
    appraiser, issuer = busy.staff.appraisers[number % 2], busy.staff.issuers[number % 2]

    def register(session: Session) -> UUID:
        ticket = intake_service.open_surrender(session, event=event.id, day=day, op_id=new_id(), by=appraiser, now=at)
        surrender = intake.get_surrender(session, event=event.id, number=ticket).id
        for line, thing in enumerate(_things(chance), start=1):
            intake_service.add_item(
                session,
                surrender=surrender,
                line=line,
                thing=thing,
                details=Details(tag=next(busy.roll)),
                by=appraiser,
                now=at + timedelta(seconds=20 * line),
            )
        return surrender

    def agree(session: Session, surrender: UUID) -> None:
        offers.finish_appraisal(session, surrender=surrender, by=appraiser, now=at + timedelta(minutes=2))
        offers.accept(session, surrender=surrender, by=appraiser, now=at + timedelta(minutes=2, seconds=30))

    surrender = database.transact(register)
    database.transact(lambda session: agree(session, surrender))
    return database.transact(
        lambda session: issue_surrender(
            session, surrender=surrender, by=issuer, keys=make_keys(), now=at + timedelta(minutes=3)
        )
    )


def _import(busy: BusyEvent, chance: random.Random) -> None:
    appraiser, issuer = busy.staff.appraisers[0], busy.staff.issuers[0]
    forms = [
        {
            "op_id": str(new_id()),
            "event": busy.event.code,
            "date": DAYS[2].isoformat(),
            "appraised_by": appraiser.name,
            "issued_by": issuer.name,
            "items": [_form_item(thing, next(busy.roll)) for thing in _things(chance)],
        }
        for _number in range(FORMS)
    ]
    content = "".join(json.dumps(form) + "\n" for form in forms).encode()
    busy.database.transact(
        lambda session: import_forms(
            session, content=content, by=OPERATOR, keys=make_keys(), now=CLOSES - timedelta(hours=1)
        )
    )


def _form_item(thing: PricedThing, tag: str) -> dict[str, object]:
    item: dict[str, object] = {"class": thing.class_code.value, "quantity": thing.quantity, "tag": tag}
    if thing.condition is not None and thing.value is not None:
        item |= {"condition": thing.condition.value, "value": f"{thing.value // 100}.00"}
    if thing.calibre_group is not None:
        item |= {"calibre_group": thing.calibre_group.value}
    return item


def _spend(busy: BusyEvent, issued: list[MintedVoucher]) -> None:
    """Two tills take every third voucher; another is replaced, another void."""
    database, event, keys = busy.database, busy.event, make_keys()
    merchant = make_merchant(database)
    tills = [make_till(database, merchant, f"Caja {number}") for number in (1, 2)]
    for number, voucher in enumerate(issued[::3]):
        answer = try_to_redeem(
            database, tills[number % 2], paper(event, voucher, keys).qr, now=CLOSES - timedelta(hours=2)
        )
        assert answer.code == "redeemed", answer
    database.transact(
        lambda session: resolutions.replace(
            session, event=event, serial=issued[1].serial, by=OPERATOR, keys=keys, now=CLOSES - timedelta(hours=3)
        )
    )
    database.transact(
        lambda session: resolutions.void(
            session,
            event=event,
            serial=issued[2].serial,
            reason=VoidReason.MISPRINT,
            by=OPERATOR,
            now=CLOSES - timedelta(hours=3),
        )
    )


def _read_links(busy: BusyEvent) -> None:
    with busy.database.reading() as session:
        busy.event = campaigns.get_event_by_id(session, busy.event.id)
        vouchers = session.execute(text("SELECT CAST(voucher AS TEXT), CAST(surrender AS TEXT) FROM handover_voucher"))
        busy.of_voucher = {UUID(voucher): UUID(surrender) for voucher, surrender in vouchers}
        items = session.execute(text("SELECT CAST(item AS TEXT), CAST(surrender AS TEXT) FROM handover_item"))
        busy.of_item = {UUID(item): UUID(surrender) for item, surrender in items}
