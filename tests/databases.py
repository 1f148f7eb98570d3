"""Fresh databases for tests: copies of one that was migrated once."""

import itertools
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from buyback import migrate
from tests.postgres import Server, running_server

KINDS = ("sqlite", "postgresql")
TEMPLATE = "template_buyback"


class Databases:
    """Templates, migrated when first asked for, and copies of them. Whoever starts them removes them."""

    def __init__(self) -> None:
        self._cleanup = ExitStack()
        self._sqlite: Path | None = None
        self._server: Server | None = None
        self._names = itertools.count(1)

    @classmethod
    def started_elsewhere(cls, where: Mapping[str, str]) -> "Databases":
        """Those that the main process of a parallel run has started."""
        databases = cls()
        if "sqlite" in where:
            databases._sqlite = Path(where["sqlite"])
        if "postgresql" in where:
            databases._server = Server(Path(where["postgresql"]))
        return databases

    def start(self, kinds: Iterable[str]) -> dict[str, str]:
        """Start the kinds named; gives what ``started_elsewhere`` needs."""
        starts = {"sqlite": lambda: self.sqlite_template, "postgresql": lambda: self.server.sockets}
        return {kind: str(starts[kind]()) for kind in kinds}

    @contextmanager
    def fresh(self, kind: str) -> Iterator[str]:
        """The URL of a new copy, removed afterwards."""
        name = f"t{os.getpid()}_{next(self._names)}"
        if kind == "postgresql":
            try:
                yield self.server.clone(TEMPLATE, name)
            finally:
                self.server.drop(name)
        else:
            with tempfile.TemporaryDirectory(prefix=f"buyback-{name}-") as folder:
                yield f"sqlite:///{shutil.copy(self.sqlite_template, folder)}"

    @property
    def sqlite_template(self) -> Path:
        """The migrated SQLite file."""
        if self._sqlite is None:
            folder = self._cleanup.enter_context(tempfile.TemporaryDirectory(prefix="buyback-sqlite-"))
            self._sqlite = Path(folder) / "buyback.sqlite3"
            migrate.upgrade(f"sqlite:///{self._sqlite}")
        return self._sqlite

    @property
    def server(self) -> Server:
        """The PostgreSQL server, with the migrated template in it."""
        if self._server is None:
            self._server = self._cleanup.enter_context(running_server())
            self._server.run(f"CREATE DATABASE {TEMPLATE}")
            migrate.upgrade(self._server.url(TEMPLATE))
        return self._server

    def close(self) -> None:
        """Stop and remove what this object started."""
        self._cleanup.close()
