"""A site for each test of the pages, and a till for each test of the API."""

import pytest

from buyback.db import Database
from tests.web.site import Site, make_site
from tests.web.till_api import Api, make_api


@pytest.fixture
def site(database: Database) -> Site:
    """The whole app over a fresh database, as if reached over TLS."""
    return make_site(database)


@pytest.fixture
def api(database: Database) -> Api:
    """A till in front of the API over a fresh database."""
    return make_api(database)
