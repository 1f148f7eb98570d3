"""What tests of commands begin with: a person at a shell in front of a migrated database."""

from pathlib import Path

import pytest

from buyback.db import Database
from tests.builders import event_keys_folder, write_keys
from tests.commands.shell import Shell


@pytest.fixture
def shell(tmp_path: Path, database: Database, database_url: str) -> Shell:
    """A shell in a folder of its own, with keys. ``database`` is what the commands work on, to look at."""
    environ = {
        "BUYBACK_DATABASE_URL": database_url,
        "BUYBACK_KEYS": str(tmp_path / "keys"),
        "BUYBACK_EVENT_KEYS": str(event_keys_folder(database.engine.url)),
        "LANG": "en_US.UTF-8",
    }
    write_keys(tmp_path / "keys")
    return Shell(tmp_path, environ)
