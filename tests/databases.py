"""Fresh databases for tests: copies of one that was migrated once."""

import fcntl
import os
import pickle
import re
import shutil
import tempfile
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar, overload

from sqlalchemy import URL, make_url

from buyback import migrate
from buyback.db import Database
from tests.builders import event_keys_folder, know_keys, lend_keys, open_database
from tests.postgres import Server, quick_folder, running_server

T = TypeVar("T")
Then = TypeVar("Then")

KINDS = ("sqlite", "postgresql")
TEMPLATE = "template_buyback"
SQLITE_FILE = "buyback.sqlite3"
NESTED_MAX = 50  # databases that are there at the same time in one process
NAME_MAX = 63  # letters of a database's name, to PostgreSQL


@dataclass(frozen=True)
class Grown(Generic[T]):
    """A database to copy, its file or its name, and what its builder gave back."""

    where: str
    gave: T


class Grow(Protocol):
    """Give a copy of the database that ``build`` made, of its own, and what ``build`` gave back.

    ``then`` goes on from a copy of what ``build`` made, and is built once as well.

    Both are called once in a run, whichever worker asks first. They must be plain functions, by whose names they
    are known again, and what they give must be picklable.
    """

    @overload
    def __call__(self, build: Callable[[Database], T], then: None = None) -> tuple[Database, T]: ...

    @overload
    def __call__(
        self, build: Callable[[Database], T], then: Callable[[Database, T], Then]
    ) -> tuple[Database, Then]: ...


class Databases:
    """Templates, migrated when first asked for, and copies of them. Whoever starts them removes them."""

    def __init__(self) -> None:
        self._cleanup = ExitStack()
        self._sqlite: Path | None = None
        self._server: Server | None = None
        self._names = deque(f"t{os.getpid()}_{number}" for number in range(NESTED_MAX))
        self._opened: dict[str, Database] = {}
        self._shared: Path | None = None
        self._grown: dict[str, Grown[Any]] = {}

    @classmethod
    def started_elsewhere(cls, where: Mapping[str, str]) -> "Databases":
        """Those that the main process of a parallel run has started."""
        databases = cls()
        if "shared" in where:
            databases._shared = Path(where["shared"])
        if "sqlite" in where:
            databases._sqlite = Path(where["sqlite"])
        if "postgresql" in where:
            databases._server = Server(Path(where["postgresql"]))
        return databases

    def start(self, kinds: Iterable[str]) -> dict[str, str]:
        """Start the kinds named; gives what ``started_elsewhere`` needs."""
        starts = {"sqlite": lambda: self.sqlite_template, "postgresql": lambda: self.server.sockets}
        return {"shared": str(self.shared), **{kind: str(starts[kind]()) for kind in kinds}}

    @contextmanager
    def fresh(self, kind: str, *, like: str | None = None) -> Iterator[str]:
        """The URL of a new copy of the template, or of a database that was grown from it; removed afterwards."""
        name = self._names.popleft()
        try:
            cloned = self._cloned(name, like) if kind == "postgresql" else self._copied(name, like)
            with cloned as url, self._event_keys(kind, url, like):
                yield url
        finally:
            self._names.appendleft(name)

    @contextmanager
    def _event_keys(self, kind: str, url: str, like: str | None) -> Iterator[None]:
        """The keys of the events in a copy, copied as well: to close an event in one leaves it open in another."""
        folder = event_keys_folder(make_url(url))
        if like is not None:
            _copy_folder(event_keys_folder(self._url(kind, like)), folder)
        try:
            yield
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _url(self, kind: str, where: str) -> URL:
        return make_url(f"sqlite:///{where}" if kind == "sqlite" else self.server.url(where))

    @contextmanager
    def _cloned(self, name: str, like: str | None) -> Iterator[str]:
        try:
            yield self.server.clone(like or TEMPLATE, name)
        finally:
            self.server.drop(name)

    @contextmanager
    def _copied(self, name: str, like: str | None) -> Iterator[str]:
        try:
            yield self._copy(self._folder, name, like)
        finally:
            shutil.rmtree(self._folder / name)

    def _copy(self, folder: Path, name: str, like: str | None) -> str:
        (folder / name).mkdir()
        return f"sqlite:///{shutil.copy(like or self.sqlite_template, folder / name / SQLITE_FILE)}"

    @contextmanager
    def opened(self, kind: str, *, like: str | None = None) -> Iterator[Database]:
        """The same, open.

        Where a later copy takes an earlier one's place, its engine is used again: it has compiled the statements.
        """
        with self.fresh(kind, like=like) as url:
            if url not in self._opened:
                self._opened[url] = Database(url)
            database = self._opened[url]
            lend_keys(database)  # a test may have lent others
            try:
                yield database
            finally:
                database.dispose()

    def grown(
        self, kind: str, build: Callable[[Database], Any], then: Callable[[Database, Any], Any] | None = None
    ) -> "Grown[Any]":
        """The database that ``build`` made of a fresh one, and ``then`` of a copy of that: built once, then copied."""
        name = _name(build, *(() if then is None else (then,)), kind)
        if name not in self._grown:
            with _waited_for(self.shared / f"{name}.lock"):
                self._grown[name] = self._found(name) or self._built(kind, name, build, then)
        return self._grown[name]

    def _found(self, name: str) -> "Grown[Any] | None":
        """What another worker has built."""
        kept = self.shared / f"{name}.pickle"
        return pickle.loads(kept.read_bytes()) if kept.exists() else None  # noqa: S301  our own file

    def _built(
        self, kind: str, name: str, build: Callable[[Database], Any], then: Callable[[Database, Any], Any] | None
    ) -> "Grown[Any]":
        before = self.grown(kind, build) if then is not None else None
        like = None if before is None else before.where
        url = self.server.clone(like or TEMPLATE, name) if kind == "postgresql" else self._copy(self.shared, name, like)
        database = open_database(url)
        if like is not None:
            _copy_folder(event_keys_folder(self._url(kind, like)), event_keys_folder(make_url(url)))
        gave = build(database) if before is None or then is None else then(database, before.gave)
        database.dispose()  # a database that somebody is connected to is not copied
        grown = Grown(str(database.engine.url.database), gave)
        (self.shared / f"{name}.pickle").write_bytes(pickle.dumps(grown))
        return grown

    @cached_property
    def _folder(self) -> Path:
        made = tempfile.TemporaryDirectory(prefix="buyback-tests-", dir=quick_folder())
        return Path(self._cleanup.enter_context(made))

    @property
    def shared(self) -> Path:
        """The folder in which all workers find what one of them has built."""
        if self._shared is None:
            self._shared = self._folder
        return self._shared

    @property
    def sqlite_template(self) -> Path:
        """The migrated SQLite file."""
        if self._sqlite is None:
            self._sqlite = self._folder / SQLITE_FILE
            migrate.upgrade(f"sqlite:///{self._sqlite}", then=know_keys)
        return self._sqlite

    @property
    def server(self) -> Server:
        """The PostgreSQL server, with the migrated template in it."""
        if self._server is None:
            self._server = self._cleanup.enter_context(running_server())
            self._server.run(f"CREATE DATABASE {TEMPLATE}")
            migrate.upgrade(self._server.url(TEMPLATE), then=know_keys)
        return self._server

    def close(self) -> None:
        """Stop and remove what this object started."""
        if self._server is not None:
            self._server.leave()
        self._cleanup.close()


def _name(*parts: str | Callable[..., Any]) -> str:
    """A name for what some functions make, that each worker finds alike."""
    told = [part if isinstance(part, str) else f"{part.__module__}.{part.__qualname__}" for part in parts]
    return re.sub(r"[^a-z0-9]+", "_", ".".join(told).lower().replace("tests.", ""))[-NAME_MAX:]


def _copy_folder(source: Path, folder: Path) -> None:
    if source.exists():
        shutil.copytree(source, folder, dirs_exist_ok=True)


@contextmanager
def _waited_for(lock: Path) -> Iterator[None]:
    """One worker at a time."""
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
