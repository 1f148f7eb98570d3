"""Fresh databases for tests: copies of one that was migrated once."""

import os
import shutil
import tempfile
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

from buyback import migrate
from buyback.db import Database
from tests.postgres import Server, running_server

T = TypeVar("T")

KINDS = ("sqlite", "postgresql")
TEMPLATE = "template_buyback"
SQLITE_FILE = "buyback.sqlite3"
NESTED_MAX = 50  # databases that are there at the same time in one process, grown ones among them


@dataclass(frozen=True)
class Grown(Generic[T]):
    """A database to copy, its file or its name, and what its builder gave back."""

    where: str
    gave: T


class Grow(Protocol):
    """Give a copy of the database that ``build`` made, of its own, and what ``build`` gave back."""

    def __call__(self, build: Callable[[Database], T]) -> tuple[Database, T]:
        """``build`` is called once in a run; it must be a plain function, by which it is known again."""


class Databases:
    """Templates, migrated when first asked for, and copies of them. Whoever starts them removes them."""

    def __init__(self) -> None:
        self._cleanup = ExitStack()
        self._sqlite: Path | None = None
        self._server: Server | None = None
        self._names = deque(f"t{os.getpid()}_{number}" for number in range(NESTED_MAX))
        self._opened: dict[str, Database] = {}
        self._grown: dict[tuple[str, Callable[[Database], Any]], Grown[Any]] = {}

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
    def fresh(self, kind: str, *, like: str | None = None) -> Iterator[str]:
        """The URL of a new copy of the template, or of a database that was grown from it; removed afterwards."""
        name = self._names.popleft()
        try:
            with self._cloned(name, like) if kind == "postgresql" else self._copied(name, like) as url:
                yield url
        finally:
            self._names.appendleft(name)

    @contextmanager
    def _cloned(self, name: str, like: str | None) -> Iterator[str]:
        try:
            yield self.server.clone(like or TEMPLATE, name)
        finally:
            self.server.drop(name)

    @contextmanager
    def _copied(self, name: str, like: str | None) -> Iterator[str]:
        folder = self._folder / name
        folder.mkdir()
        try:
            yield f"sqlite:///{shutil.copy(like or self.sqlite_template, folder / SQLITE_FILE)}"
        finally:
            shutil.rmtree(folder)

    @contextmanager
    def opened(self, kind: str, *, like: str | None = None) -> Iterator[Database]:
        """The same, open.

        Where a later copy takes an earlier one's place, its engine is used again: it has compiled the statements.
        """
        with self.fresh(kind, like=like) as url:
            if url not in self._opened:
                self._opened[url] = Database(url)
            database = self._opened[url]
            try:
                yield database
            finally:
                database.dispose()

    def grown(self, kind: str, build: Callable[[Database], T]) -> "Grown[T]":
        """The database that ``build`` made of a fresh one: built when first asked for, then only copied."""
        known = self._grown.get((kind, build))
        if known is None:
            database = self._cleanup.enter_context(self.opened(kind))
            gave = build(database)
            database.dispose()  # a database that somebody is connected to is not copied
            known = self._grown[kind, build] = Grown(str(database.engine.url.database), gave)
        return known

    @cached_property
    def _folder(self) -> Path:
        return Path(self._cleanup.enter_context(tempfile.TemporaryDirectory(prefix="buyback-tests-")))

    @property
    def sqlite_template(self) -> Path:
        """The migrated SQLite file."""
        if self._sqlite is None:
            self._sqlite = self._folder / SQLITE_FILE
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
