"""Every route against every role: who is let in is written down here, route by route.

``routes.csv`` is the matrix as an auditor reads it. A route that is not in it fails, and so does a line without a
route. What a role may do is one file, ``security/access.py``; this is the other end of it.
"""

import csv
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from buyback.db import Database
from buyback.merchants import queries as merchants
from buyback.people.service import Employer
from buyback.security.access import MERCHANT_ROLES, Permission, Role, permissions_of
from buyback.web.shell.permissions import Access, AccessKind, access_of, routes
from tests.tills import make_merchant
from tests.web.site import Browser, Site, site_over

MATRIX = Path(__file__).with_name("routes.csv")
REFUSED = {401, 403}
TILL_ROUTES = frozenset({Permission.TILL_REDEEM, Permission.TILL_SEE, Permission.ACCOUNT_OWN})

pytestmark = pytest.mark.databases("sqlite")  # who may ask is decided before any database is asked


@pytest.fixture
def site(database: Database) -> Iterator[Site]:
    with site_over(database) as site:
        yield site


def matrix() -> dict[tuple[str, str], str]:
    """(route, method) to ``open``, ``till`` or a permission, as written down."""
    with MATRIX.open(encoding="utf-8", newline="") as file:
        return {(row["route"], row["method"]): row["access"] for row in csv.DictReader(file)}


def spelled(access: Access) -> str:
    return access.permission.value if access.permission else access.kind.value


def test_the_matrix_lists_every_route_with_what_it_asks_for(site: Site) -> None:
    declared = {}
    for rule, endpoint, method in routes(site.app):
        access = access_of(site.app, endpoint, method)
        assert access is not None
        declared[rule, method] = spelled(access)

    assert declared == matrix()


@pytest.mark.parametrize("role", list(Role))
def test_a_role_is_let_in_where_its_permissions_say_and_nowhere_else(site: Site, role: Role) -> None:
    browser = signed_in(site, role)
    held = {permission.value for permission in permissions_of([role])}
    wrong = []
    for (rule, method), access in matrix().items():
        if access in {AccessKind.OPEN.value, AccessKind.TILL.value} or rule == "/salir":
            continue
        status = ask(browser, rule, method)
        if (status in REFUSED) != (access not in held):
            wrong.append((method, rule, access, status))

    assert not wrong


def test_nobody_is_let_in_without_signing_in(site: Site) -> None:
    browser = site.browser()
    let_in = [
        (method, rule)
        for (rule, method), access in matrix().items()
        if access != AccessKind.OPEN.value and ask(browser, rule, method) not in REFUSED | {303}
    ]

    assert not let_in


@pytest.mark.parametrize("role", sorted(MERCHANT_ROLES))
def test_merchants_reach_nothing_but_the_till(site: Site, role: Role) -> None:
    assert permissions_of([role]) <= TILL_ROUTES

    browser = signed_in(site, role)
    reached = [
        rule
        for (rule, method), access in matrix().items()
        if access
        not in {AccessKind.OPEN.value, AccessKind.TILL.value, *(permission.value for permission in TILL_ROUTES)}
        and ask(browser, rule, method) not in REFUSED
    ]

    assert not reached


def signed_in(site: Site, role: Role) -> Browser:
    """A browser of somebody who holds one role and no other."""
    if role not in MERCHANT_ROLES:
        return site.signed_in(site.add_official(role))
    make_merchant(site.database)
    with site.database.reading() as session:
        merchant = merchants.registered(session)[0].id
    return site.signed_in(site.add_person(role, employer=Employer(merchant=merchant)))


def ask(browser: Browser, rule: str, method: str) -> int:
    """Ask for a route about things that do not exist; the status."""
    path = filled(rule)
    if method == "POST":
        return browser.post(path).status_code
    return browser.client.open(path, method=method, base_url="https://localhost").status_code


def filled(rule: str) -> str:
    """A route's address with made-up things in the places of its variables."""
    return "/".join(_made_up(part) for part in rule.split("/"))


def _made_up(part: str) -> str:
    if not part.startswith("<"):
        return part
    return str(uuid4()) if part.startswith("<uuid:") else "1" if part.startswith("<int:") else "nada"
