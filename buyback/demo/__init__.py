"""The demonstration: everything in it is invented and says so.

It is made through the same services as the real thing. One event is open for a month from the day it is loaded on,
so that a visitor can do the whole job; everybody's password is printed, and the keys are marked, so that
``buyback serve`` refuses them.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy.orm import Session

from buyback.campaigns import queries as campaigns
from buyback.campaigns import service as events
from buyback.campaigns.rules import EventPlan
from buyback.db import Database
from buyback.people import queries as people
from buyback.people import service as accounts
from buyback.people.rules import OPERATOR, OrganisationKind
from buyback.people.service import Employer
from buyback.redemption import merchants, tills
from buyback.redemption.merchants import MerchantEntry
from buyback.redemption.states import RucKind
from buyback.security.access import Role
from buyback.security.passwords import hash_password
from buyback.security.tokens import new_salt, new_token, token_digest
from buyback.tariff.programme_file import parse
from buyback.tariff.service import load_programme
from buyback.times import panama_day

PASSWORD = "paz en mi barrio 2026"  # noqa: S105  printed for visitors; refused keys keep it out of real use
PROGRAMME_FILE = Path(__file__).parent / "programme-example.toml"
EVENT = "DEMO-BETANIA"
EVENT_DAYS = 30
FLOAT_CENTS = 20_000_00


@dataclass(frozen=True)
class Person:
    """A user of the demonstration, and what a visitor can do as that person."""

    name: str
    roles: tuple[Role, ...]
    organisation: str
    does: str


PEOPLE = (
    Person("avaluo.demo", (Role.RECEIVER, Role.APPRAISER), "PN", "registers a surrender and values it"),
    Person("aprueba.demo", (Role.APPROVER,), "MINSEG", "approves values over the threshold or outside the range"),
    Person("emite.demo", (Role.ISSUER,), "MINGOB", "issues and prints the vouchers"),
    Person("jefe.demo", (Role.EVENT_CHIEF,), "MINGOB", "opens and closes the event"),
    Person("custodia.demo", (Role.CUSTODY_OFFICER,), "PN", "keeps what was handed in"),
    Person("programa.demo", (Role.PROGRAMME_MANAGER,), "MINSEG", "manages the programme"),
    Person("concilia.demo", (Role.RECONCILER,), "MINSEG", "sees the totals of every neighbourhood"),
    Person("municipio.demo", (Role.RECONCILER, Role.FUNDER_APPROVER), "MUPA-DEMO", "sees the totals of its district"),
    Person("tesoro.demo", (Role.TREASURER,), "MINSEG", "pays"),
    Person("contralor.demo", (Role.AUDITOR,), "CGR", "reads, changes nothing"),
    Person("testigo.demo", (Role.WITNESS,), "CGR", "witnesses a destruction"),
    Person("cuentas.demo", (Role.ADMINISTRATOR,), "MINSEG", "administers accounts"),
    Person("operador.demo", (Role.OPERATOR,), "MINSEG", "runs the software"),
)


@dataclass(frozen=True)
class Shop:
    """A merchant of the demonstration with one till."""

    ruc: str
    dv: str
    name: str
    category: str
    branch: str
    corregimiento: str
    cashier: str
    roles: tuple[Role, ...]


# The tax numbers are published examples of the check digit's rule, not those of any shop.
SHOPS = (
    Shop(
        "15565624-2-2017",
        "63",
        "Súper Ejemplo (demostración)",
        "supermarket",
        "El Dorado",
        "080806",
        "caja.demo",
        (Role.CASHIER, Role.MERCHANT_MANAGER),
    ),
    Shop(
        "155720753-2-2022",
        "39",
        "Farmacia Ejemplo (demostración)",
        "pharmacy",
        "Calle 50",
        "080807",
        "farmacia.demo",
        (Role.CASHIER,),
    ),
)


def load(database: Database, *, now: datetime) -> None:
    """Fill a database that has the schema and nothing else; in one transaction, whole or not at all."""
    password_hash = hash_password(PASSWORD)
    database.transact(lambda session: _load(session, password_hash=password_hash, now=now))


def is_loaded(database: Database) -> bool:
    """Whether there is a programme already: then the data is kept as it is."""
    with database.reading() as session:
        return bool(campaigns.programmes(session))


def sign_ins() -> list[tuple[str, str]]:
    """Names to sign in with, and what each may do."""
    shops = [(shop.cashier, f"redeems vouchers at the till of {shop.name}") for shop in SHOPS]
    return [(person.name, person.does) for person in PEOPLE] + shops


def _load(session: Session, *, password_hash: str, now: datetime) -> None:
    accounts.add_organisation(
        session,
        code="MUPA-DEMO",
        kind=OrganisationKind.MUNICIPALITY,
        name="Municipio de Panamá (demostración)",
        district="0808",
        by=OPERATOR,
        now=now,
    )
    programme = load_programme(session, file=parse(PROGRAMME_FILE.read_bytes()), by=OPERATOR, now=now)
    _open_event(session, programme.programme, now=now)
    for person in PEOPLE:
        employer = Employer(organisation=people.get_organisation(session, person.organisation).id)
        _add_person(session, person.name, employer, person.roles, password_hash=password_hash, now=now)
    for shop in SHOPS:
        _add_shop(session, shop, password_hash=password_hash, now=now)


def _open_event(session: Session, programme: str, *, now: datetime) -> None:
    today = panama_day(now)
    plan = EventPlan(
        code=EVENT,
        site="Escuela de Betania (demostración)",
        starts_on=today,
        ends_on=today + timedelta(days=EVENT_DAYS),
        float_cents=FLOAT_CENTS,
    )
    event = events.add_event(
        session,
        programme=programme,
        plan=plan,
        corregimiento="080806",
        barrio="El Dorado",
        salt=new_salt(),
        by=OPERATOR,
        now=now,
    )
    events.open_event(session, event=event, by=OPERATOR, now=now)


def _add_person(
    session: Session, name: str, employer: Employer, roles: tuple[Role, ...], *, password_hash: str, now: datetime
) -> None:
    invitation = token_digest(new_token())
    accounts.add_user(
        session, name=name, employer=employer, roles=roles, invitation_hash=invitation, by=OPERATOR, now=now
    )
    accounts.accept_invitation(session, invitation_hash=invitation, password_hash=password_hash, now=now)


def _add_shop(session: Session, shop: Shop, *, password_hash: str, now: datetime) -> None:
    entry = MerchantEntry(
        kind=RucKind.JURIDICA,
        ruc=shop.ruc,
        dv=shop.dv,
        name=shop.name,
        category=shop.category,
        branch=shop.branch,
        corregimiento=shop.corregimiento,
    )
    merchant = merchants.add_merchant(session, entry=entry, by=OPERATOR, now=now)
    branch = merchants.get_branch(session, merchant, shop.branch).id
    tills.enrol_till(session, branch=branch, name="Caja 1", token_hash=token_digest(new_token()), by=OPERATOR, now=now)
    employer = Employer(merchant=merchant, branch=branch)
    _add_person(session, shop.cashier, employer, shop.roles, password_hash=password_hash, now=now)
