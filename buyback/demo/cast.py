"""Who plays in the demonstration: organisations, people and merchants. All invented, all named as such."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from buyback.merchants import queries as merchants
from buyback.merchants import service as merchant_service
from buyback.merchants import tills
from buyback.merchants.rules import MerchantEntry
from buyback.merchants.states import RucKind
from buyback.merchants.tax_numbers import check_digits
from buyback.people import queries as people
from buyback.people import service as accounts
from buyback.people.rules import OPERATOR, OrganisationKind
from buyback.people.service import Employer
from buyback.security.access import Role
from buyback.security.tokens import new_token, token_digest

_K, _R = OrganisationKind, Role


@dataclass(frozen=True)
class LocalOffice:
    """A local organisation; ``district`` by its INEC code."""

    code: str
    kind: OrganisationKind
    name: str
    district: str


OFFICES = (
    LocalOffice("MUPA-DEMO", _K.MUNICIPALITY, "Municipio de Panamá (demostración)", "0808"),
    LocalOffice("MUSM-DEMO", _K.MUNICIPALITY, "Municipio de San Miguelito (demostración)", "0810"),
    LocalOffice("MUCO-DEMO", _K.MUNICIPALITY, "Municipio de Colón (demostración)", "0301"),
    LocalOffice("MUDA-DEMO", _K.MUNICIPALITY, "Municipio de David (demostración)", "0406"),
    LocalOffice("GOPA-DEMO", _K.GOVERNORATE, "Gobernación de Panamá (demostración)", "0808"),
    LocalOffice("GOCO-DEMO", _K.GOVERNORATE, "Gobernación de Colón (demostración)", "0301"),
    LocalOffice("GOCH-DEMO", _K.GOVERNORATE, "Gobernación de Chiriquí (demostración)", "0406"),
    LocalOffice("JCBE-DEMO", _K.COMMUNITY_BOARD, "Junta Comunal de Betania (demostración)", "0808"),
)


@dataclass(frozen=True)
class Person:
    """A user of the demonstration, and what a visitor can do as that person."""

    name: str
    roles: tuple[Role, ...]
    organisation: str
    does: str


_SHARE = (_R.FUNDER_APPROVER, _R.TREASURER)  # in a municipality one person does both

PEOPLE = (
    Person("avaluo.demo", (_R.RECEIVER, _R.APPRAISER), "PN", "registers a surrender and values it"),
    Person("aprueba.demo", (_R.APPROVER,), "MINSEG", "approves values over the threshold or outside the range"),
    Person("emite.demo", (_R.ISSUER,), "MINGOB", "issues and prints the vouchers"),
    Person("jefe.demo", (_R.EVENT_CHIEF,), "MINGOB", "opens and closes the event"),
    Person("custodia.demo", (_R.CUSTODY_OFFICER,), "PN", "keeps what was handed in"),
    Person("programa.demo", (_R.PROGRAMME_MANAGER,), "MINSEG", "manages the programme"),
    Person("concilia.demo", (_R.RECONCILER,), "MINSEG", "sees the totals of every neighbourhood, prepares settlements"),
    Person("minseg.demo", (_R.FUNDER_APPROVER,), "MINSEG", "approves the ministry of security's share"),
    Person("mingob.demo", (_R.FUNDER_APPROVER,), "MINGOB", "approves the ministry of government's share"),
    Person("municipio.demo", (_R.RECONCILER, *_SHARE), "MUPA-DEMO", "Panamá: sees its district, approves its share"),
    Person("sanmiguelito.demo", _SHARE, "MUSM-DEMO", "San Miguelito: sees its district, approves its share"),
    Person("colon.demo", _SHARE, "MUCO-DEMO", "Colón: sees its district, approves its share"),
    Person("david.demo", _SHARE, "MUDA-DEMO", "David: sees its district, approves its share"),
    Person("gobernacion.demo", (_R.EVENT_CHIEF, _R.PROGRAMME_MANAGER), "GOPA-DEMO", "hosts events in its province"),
    Person("junta.demo", (_R.RECONCILER,), "JCBE-DEMO", "a community board: the totals of its district"),
    Person("tesoro.demo", (_R.TREASURER,), "MINSEG", "pays the ministry of security's share"),
    Person("tesoro2.demo", (_R.TREASURER,), "MINGOB", "pays the ministry of government's share"),
    Person("contralor.demo", (_R.AUDITOR,), "CGR", "reads, changes nothing"),
    Person("testigo.demo", (_R.WITNESS,), "CGR", "witnesses a destruction"),
    Person("cuentas.demo", (_R.ADMINISTRATOR,), "MINSEG", "administers accounts"),
    Person("operador.demo", (_R.OPERATOR,), "MINSEG", "runs the software"),
)


@dataclass(frozen=True)
class Shop:
    """A merchant with its branches, each with one till; whoever signs in works at the first."""

    ruc: str
    name: str
    category: str
    branches: tuple[tuple[str, str], ...]  # name and corregimiento
    cashier: str
    roles: tuple[Role, ...] = field(default=(_R.CASHIER,))


# The first two tax numbers are published examples of the check digit's rule. Those of the year 2099 are nobody's.
SHOPS = (
    Shop(
        "15565624-2-2017",
        "Súper Ejemplo (demostración)",
        "supermarket",
        (("El Dorado", "080806"), ("Pedregal", "080813"), ("Cristóbal Este", "030115"), ("David Centro", "040601")),
        "caja.demo",
        (_R.CASHIER, _R.MERCHANT_MANAGER),
    ),
    Shop(
        "155720753-2-2022",
        "Farmacia Ejemplo (demostración)",
        "pharmacy",
        (("Calle 50", "080807"), ("Omar Torrijos", "081008"), ("Cristóbal Este", "030115"), ("David", "040601")),
        "farmacia.demo",
    ),
    Shop(
        "900000001-1-2099",
        "Tienda Ejemplo (demostración)",
        "shop",
        (("El Chorrillo", "080802"), ("Los Andes", "081008")),
        "tienda.demo",
    ),
    Shop(
        "900000002-1-2099",
        "Fonda Ejemplo (demostración)",
        "restaurant",
        (("Santa Ana", "080803"), ("David", "040601")),
        "fonda.demo",
    ),
)


def sign_ins() -> list[tuple[str, str]]:
    """Names to sign in with, and what each may do."""
    shops = [(shop.cashier, f"redeems vouchers at the till of {shop.name}") for shop in SHOPS]
    return [(person.name, person.does) for person in PEOPLE] + shops


def add_cast(session: Session, *, password_hash: str, now: datetime) -> None:
    """Everybody, each with the same password."""
    for office in OFFICES:
        accounts.add_organisation(session, **vars(office), by=OPERATOR, now=now)
    for person in PEOPLE:
        employer = Employer(organisation=people.get_organisation(session, person.organisation).id)
        _add_person(session, person.name, employer, person.roles, password_hash=password_hash, now=now)
    for shop in SHOPS:
        _add_shop(session, shop, password_hash=password_hash, now=now)


def _add_person(
    session: Session, name: str, employer: Employer, roles: tuple[Role, ...], *, password_hash: str, now: datetime
) -> None:
    invitation = token_digest(new_token())
    accounts.add_user(
        session, name=name, employer=employer, roles=roles, invitation_hash=invitation, by=OPERATOR, now=now
    )
    accounts.accept_invitation(session, invitation_hash=invitation, password_hash=password_hash, now=now)


def _add_shop(session: Session, shop: Shop, *, password_hash: str, now: datetime) -> None:
    (first, corregimiento), *others = shop.branches
    entry = MerchantEntry(
        kind=RucKind.JURIDICA,
        ruc=shop.ruc,
        dv=check_digits(RucKind.JURIDICA, shop.ruc),
        name=shop.name,
        category=shop.category,
        branch=first,
        corregimiento=corregimiento,
    )
    merchant = merchant_service.add_merchant(session, entry=entry, by=OPERATOR, now=now)
    for name, place in others:
        merchant_service.add_branch(session, merchant=merchant, name=name, corregimiento=place, by=OPERATOR, now=now)
    for name, _place in shop.branches:
        branch = merchants.get_branch(session, merchant, name).id
        token = token_digest(new_token())
        tills.enrol_till(session, branch=branch, name="Caja 1", token_hash=token, by=OPERATOR, now=now)
    employer = Employer(merchant=merchant, branch=merchants.get_branch(session, merchant, first).id)
    _add_person(session, shop.cashier, employer, shop.roles, password_hash=password_hash, now=now)
