"""A site for each test of the pages."""

import pytest

from buyback.db import Database
from tests.web.site import Site, make_site


@pytest.fixture
def site(database: Database) -> Site:
    """The whole app over a fresh database, as if reached over TLS."""
    return make_site(database)
