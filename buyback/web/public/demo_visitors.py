"""Who a visitor of the demonstration may be: every account of it, by where it works, with what it does there."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from buyback.merchants import queries as merchants
from buyback.people import queries as people
from buyback.people.queries import AccountFacts
from buyback.security.access import MERCHANT_ROLES, Permission, Role, permissions_of
from buyback.web.shell.i18n import _l

ENDING = ".demo"  # of the demonstration's names: whoever else was added has another password
AT_EVENTS = frozenset({Role.RECEIVER, Role.APPRAISER, Role.APPROVER, Role.ISSUER, Role.EVENT_CHIEF})

TASKS = {
    Role.RECEIVER: _l("Registra lo que se entrega"),
    Role.APPRAISER: _l("Avalúa los artículos con la tarifa"),
    Role.APPROVER: _l("Aprueba los valores altos o fuera de la tarifa"),
    Role.ISSUER: _l("Emite e imprime los vales"),
    Role.EVENT_CHIEF: _l("Abre y cierra la jornada"),
    Role.CUSTODY_OFFICER: _l("Guarda lo que se recibió"),
    Role.PROGRAMME_MANAGER: _l("Lleva el programa y sus jornadas"),
    Role.RECONCILER: _l("Mira los totales y las liquidaciones"),
    Role.FUNDER_APPROVER: _l("Aprueba lo que paga su institución"),
    Role.TREASURER: _l("Anota los pagos de su institución"),
    Role.AUDITOR: _l("Lee todo y no cambia nada"),
    Role.WITNESS: _l("Presencia la destrucción"),
    Role.ADMINISTRATOR: _l("Administra las cuentas"),
    Role.OPERATOR: _l("Mantiene el sistema"),
    Role.MERCHANT_MANAGER: _l("Lleva el comercio"),
    Role.CASHIER: _l("Canjea vales en la caja"),
}


@dataclass(frozen=True)
class Visitor:
    """An account to sign in with: its ``name``, whom it works for, its tasks, and whether it has a screen yet."""

    name: str
    employer: str
    tasks: tuple[str, ...]
    has_screen: bool


@dataclass(frozen=True)
class Group:
    """Accounts that work at one place."""

    title: str
    visitors: tuple[Visitor, ...]


def groups(session: Session) -> tuple[Group, ...]:
    """All accounts of the demonstration, in the order of the job; none where it is not loaded."""
    shops = {merchant.id: merchant.name for merchant in merchants.registered(session)}
    accounts = sorted(people.accounts(session, ending=ENDING), key=_order)
    titled = (
        (_l("En la jornada"), AT_EVENTS),
        (_l("En la caja"), MERCHANT_ROLES),
        (_l("En las instituciones"), frozenset(Role) - AT_EVENTS - MERCHANT_ROLES),
    )
    return tuple(
        Group(title, found)
        for title, roles in titled
        if (found := tuple(_visitors([each for each in accounts if each.roles and each.roles[0] in roles], shops)))
    )


def _order(account: AccountFacts) -> tuple[int, str]:
    roles = list(Role)
    return min((roles.index(role) for role in account.roles), default=len(roles)), account.name


def _visitors(accounts: list[AccountFacts], shops: dict[UUID, str]) -> Iterator[Visitor]:
    for account in accounts:
        has_screen = bool(permissions_of(account.roles) - {Permission.ACCOUNT_OWN})
        employer = account.organisation or (shops[account.merchant] if account.merchant else "")
        yield Visitor(account.name, employer, tuple(TASKS[role] for role in account.roles), has_screen)
