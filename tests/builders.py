"""Things that tests begin with, made as people make them: through the services, each in its own transaction."""

import random
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import URL
from sqlalchemy.orm import Session

from buyback.campaigns import queries as campaigns
from buyback.campaigns import service as campaign_service
from buyback.campaigns.facts import EventFacts
from buyback.campaigns.rules import EventPlan
from buyback.db import Database
from buyback.ids import new_id
from buyback.intake import offers
from buyback.intake import queries as intake
from buyback.intake import service as intake_service
from buyback.intake.details import NO_DETAILS, Details
from buyback.intake.rolls import make_roll
from buyback.keys import service as keys
from buyback.people import queries as people
from buyback.people import service as people_service
from buyback.people.rules import OPERATOR, Actor, OrganisationKind
from buyback.people.service import Employer
from buyback.security import key_folder
from buyback.security.access import Role
from buyback.security.event_keys import EventKeys
from buyback.security.keyring import KeyRing, SigningKey
from buyback.security.tokens import new_token, token_digest
from buyback.tariff.catalogue import CalibreGroup, ClassCode, Condition
from buyback.tariff.programme_section import parse
from buyback.tariff.rules import PricedThing
from buyback.tariff.service import load_programme
from buyback.vouchers.service import MintedVoucher, issue_surrender

NOW = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)  # ten in the morning in Panama
TODAY = date(2026, 11, 24)
SALT = bytes(range(32))

PROGRAMME = """
code = "PMB-TEST"
name = "Pacificando mi Barrio (prueba)"
number = 7
from = 2022-01-01
until = 2032-01-01
denominations = ["50.00", "20.00", "10.00", "5.00"]
rounding = "0.05"
voucher_days = 90
approval_over = "300.00"
pin = "optional"
categories = ["shop", "supermarket", "restaurant", "pharmacy"]
payment = "each"
funder = [{organisation = "MINSEG", weight = 70}, {organisation = "MINGOB", weight = 30}]
tariff = [
  {class = "revolver", condition = "serviceable", low = "100.00", high = "250.00"},
  {class = "revolver", condition = "poor", low = "50.00", high = "100.00"},
  {class = "pistol", condition = "serviceable", low = "150.00", high = "400.00"},
  {class = "printed", fixed = "0.00", cap_per_visit = 2},
  {class = "magazine", fixed = "5.00"},
  {class = "grenade", fixed = "100.00"},
  {class = "ammunition", calibre_group = "handgun", unit = "0.35"},
  {class = "ammunition", calibre_group = "shotgun", unit = "0.50"},
]
"""

REVOLVER = PricedThing(class_code=ClassCode.REVOLVER, condition=Condition.SERVICEABLE, value=150_00)
ROUNDS = PricedThing(class_code=ClassCode.AMMUNITION, calibre_group=CalibreGroup.HANDGUN, quantity=20)


def make_keys() -> KeyRing:
    """A ring that lives in memory, the same each time."""
    private = Ed25519PrivateKey.from_private_bytes(bytes([1]) * 32)
    signing = SigningKey(1, private.public_key(), private, date(2020, 1, 1), date(2040, 1, 1))
    return KeyRing(
        signing=(signing,),
        token_key=bytes([2]) * 32,
        code_key=bytes([3]) * 32,
        pin_key=bytes([4]) * 32,
        session_key=bytes([5]) * 32,
        operation_key=bytes([8]) * 32,
        audit=Ed25519PrivateKey.from_private_bytes(bytes([7]) * 32),
        checkpoint=Ed25519PrivateKey.from_private_bytes(bytes([6]) * 32),
        is_demonstration=True,
    )


def know_keys(session: Session) -> None:
    """Tie a database that was just migrated to that ring."""
    keys.recognise(session, keys=make_keys(), now=NOW)


def open_database(url: str) -> Database:
    """A database whose audit log is signed with that ring's key, and whose events' keys lie beside it."""
    database = Database(url)
    lend_keys(database)
    return database


def lend_keys(database: Database) -> None:
    """What whoever opens a database has to lend it."""
    database.sign_with(make_keys().audit)
    database.seal_with(EventKeys(event_keys_folder(database.engine.url)))


def event_keys_folder(url: URL) -> Path:
    """Where a test's database has its events' keys: each copy has its own."""
    if url.get_backend_name() == "sqlite":
        file = Path(str(url.database))
        return file.with_name(f"event-keys-{file.name}")
    return Path(str(url.query["host"]), f"event-keys-{url.database}")


def write_keys(folder: Path) -> None:
    """That ring as a folder, for commands: it is the tests' and no demonstration's."""
    key_folder.save(folder, replace(make_keys(), is_demonstration=False))


def make_organisation(database: Database, code: str, kind: OrganisationKind, district: str | None = None) -> UUID:
    """An organisation beside the four that every installation has (MINSEG, MINGOB, PN, CGR)."""
    return database.transact(
        lambda session: people_service.add_organisation(
            session, code=code, kind=kind, name=f"Organización {code}", district=district, by=OPERATOR, now=NOW
        )
    )


def make_user(database: Database, name: str, *roles: Role, organisation: str = "PN") -> Actor:
    """An official with roles, who has not accepted the invitation yet."""
    token = new_token()
    with database.reading() as session:
        employer = Employer(organisation=people.get_organisation(session, organisation).id)
    database.transact(
        lambda session: people_service.add_user(
            session,
            name=name,
            employer=employer,
            roles=roles,
            invitation_hash=token_digest(token),
            by=OPERATOR,
            now=NOW,
        )
    )
    return actor(database, name)


def actor(database: Database, name: str) -> Actor:
    """A user with the roles held now."""
    with database.reading() as session:
        return people.actor_by_name(session, name)


def make_programme(database: Database, text: str = PROGRAMME) -> str:
    """A programme from the text of its file; gives its code. The same text again changes nothing."""
    file = parse(text.encode())
    database.transact(lambda session: load_programme(session, file=file, by=OPERATOR, now=NOW))
    return file.rules.code


def make_tags(database: Database, count: int, *, programme: str | None = None) -> tuple[str, ...]:
    """Tags of a new roll of the test programme, unless told of another."""
    wanted = programme or make_programme(database)
    return database.transact(
        lambda session: make_roll(
            session,
            programme=campaigns.get_programme(session, wanted),
            count=count,
            sample=random.Random().sample,  # noqa: S311  any tags
            by=OPERATOR,
            now=NOW,
        )
    )


def make_event(
    database: Database,
    code: str = "BETANIA-2026-11-24",
    *,
    float_cents: int = 20_000_00,
    starts_on: date = TODAY,
    ends_on: date = TODAY,
    corregimiento: str = "080806",
    is_open: bool = True,
    programme: str | None = None,
    salt: bytes = SALT,
    site: str = "Escuela República",
) -> EventFacts:
    """An event of the test programme, open unless told otherwise."""
    wanted = programme or make_programme(database)
    plan = EventPlan(code=code, site=site, starts_on=starts_on, ends_on=ends_on, float_cents=float_cents)

    def work(session: Session) -> None:
        event = campaign_service.add_event(
            session, programme=wanted, plan=plan, corregimiento=corregimiento, salt=salt, by=OPERATOR, now=NOW
        )
        if is_open:
            campaign_service.open_event(session, event=event, by=OPERATOR, now=NOW)

    database.transact(work)
    with database.reading() as session:
        return campaigns.get_event(session, code)


def open_surrender(database: Database, event: EventFacts, by: Actor, *, op_id: UUID | None = None) -> UUID:
    """A surrender without items on the event's last day; gives its id."""

    def work(session: Session) -> UUID:
        number = intake_service.open_surrender(
            session, event=event.id, day=event.ends_on, op_id=op_id or new_id(), by=by, now=NOW
        )
        return intake.get_surrender(session, event=event.id, number=number).id

    return database.transact(work)


def add_item(
    database: Database, surrender: UUID, by: Actor, thing: PricedThing = REVOLVER, details: Details = NO_DETAILS
) -> UUID:
    """An item at the end of a surrender's list; gives its id."""

    def work(session: Session) -> UUID:
        line = len(intake.items_of(session, surrender)) + 1
        return intake_service.add_item(
            session, surrender=surrender, line=line, thing=thing, details=details, by=by, now=NOW
        )

    return database.transact(work)


def make_accepted(database: Database, event: EventFacts, appraiser: Actor, *things: PricedThing) -> UUID:
    """A surrender whose offer was accepted, of a revolver at B/. 150.00 unless told otherwise; gives its id."""
    surrender = open_surrender(database, event, appraiser)
    for thing in things or (REVOLVER,):
        add_item(database, surrender, appraiser, thing)

    def work(session: Session) -> None:
        offers.finish_appraisal(session, surrender=surrender, by=appraiser, now=NOW)
        offers.accept(session, surrender=surrender, by=appraiser, now=NOW)

    database.transact(work)
    return surrender


def make_paid_out(
    database: Database, event: EventFacts, appraiser: Actor, issuer: Actor, *things: PricedThing
) -> tuple[MintedVoucher, ...]:
    """The vouchers that a surrender was paid: 50, 50 and 50 balboas unless told otherwise."""
    surrender = make_accepted(database, event, appraiser, *things)
    return database.transact(
        lambda session: issue_surrender(session, surrender=surrender, by=issuer, keys=make_keys(), now=NOW)
    )
