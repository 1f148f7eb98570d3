"""The whole demonstration, for tests that look at it: give this to ``grow``, so that it loads once a run."""

from buyback import demo
from buyback.db import Database
from tests.builders import NOW, make_keys


def make_demonstration(database: Database) -> None:
    """Load it as ``buyback demo`` does, on the day that the tests live in."""
    demo.load_all(database, keys=make_keys(), now=NOW)
