"""A site for each test of the pages, and a till for each test of the API."""

import pytest
from argon2 import PasswordHasher

from buyback.db import Database
from buyback.security import passwords
from tests.databases import Grow
from tests.web.desk import Desk, fill_tables, make_desk
from tests.web.site import Site, make_site
from tests.web.till_api import Api, fill_hands, make_api


@pytest.fixture(autouse=True)
def _quick_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Argon2 at its least cost: what a page does with a password is the same; the rules' tests hold the real cost."""
    monkeypatch.setattr(passwords, "_HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


@pytest.fixture
def site(database: Database) -> Site:
    """The whole app over a fresh database, as if reached over TLS."""
    return make_site(database)


@pytest.fixture
def api(grow: Grow) -> Api:
    """A till in front of the API over a database of its own."""
    return make_api(*grow(fill_hands))


@pytest.fixture
def desk(grow: Grow) -> Desk:
    """The tables of an open event over a database of their own."""
    return make_desk(*grow(fill_tables))
