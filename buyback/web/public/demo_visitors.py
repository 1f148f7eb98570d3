"""Who a visitor of the demonstration may be: every account of it, by where it works, with what it does there."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from buyback.merchants import queries as merchants
from buyback.people import queries as people
from buyback.people.queries import AccountFacts
from buyback.security.access import MERCHANT_ROLES, Permission, Role, permissions_of
from buyback.web.shell.i18n import N_

ENDING = ".demo"  # of the demonstration's names: whoever else was added has another password
AT_EVENTS = frozenset({Role.RECEIVER, Role.APPRAISER, Role.APPROVER, Role.ISSUER, Role.EVENT_CHIEF})

TASKS = {
    Role.RECEIVER: N_("Registra lo que se entrega"),
    Role.APPRAISER: N_("Avalúa los artículos con la tarifa"),
    Role.APPROVER: N_("Aprueba los valores altos o fuera de la tarifa"),
    Role.ISSUER: N_("Emite e imprime los vales"),
    Role.EVENT_CHIEF: N_("Abre y cierra la jornada"),
    Role.CUSTODY_OFFICER: N_("Guarda lo que se recibió"),
    Role.PROGRAMME_MANAGER: N_("Lleva el programa y sus jornadas"),
    Role.RECONCILER: N_("Mira los totales y las liquidaciones"),
    Role.FUNDER_APPROVER: N_("Aprueba lo que paga su institución"),
    Role.TREASURER: N_("Anota los pagos de su institución"),
    Role.AUDITOR: N_("Lee todo y no cambia nada"),
    Role.WITNESS: N_("Presencia la destrucción"),
    Role.ADMINISTRATOR: N_("Administra las cuentas"),
    Role.OPERATOR: N_("Mantiene el sistema"),
    Role.MERCHANT_MANAGER: N_("Lleva el comercio"),
    Role.CASHIER: N_("Canjea vales en la caja"),
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
        (N_("En la jornada"), AT_EVENTS),
        (N_("En la caja"), MERCHANT_ROLES),
        (N_("En las instituciones"), frozenset(Role) - AT_EVENTS - MERCHANT_ROLES),
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
