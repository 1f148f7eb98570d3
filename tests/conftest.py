"""What every test may ask for: a database of its own on SQLite and on PostgreSQL; no network but loopback."""

import ipaddress
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, suppress
from typing import Any

import pytest

from buyback.db import Database
from tests.databases import KINDS, Databases, Grow

Build = Callable[[Database], Any]

SHARED = pytest.StashKey[Databases]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--databases",
        choices=[*KINDS, "both"],
        default="both",
        help="run the tests that ask for a database on SQLite, on PostgreSQL or on both",
    )
    parser.addoption(
        "--rehearsal", type=int, default=40, metavar="N", help="surrenders in the rehearsal of the whole job"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Close the network, and find the databases: a worker takes those that the main process has started."""
    sys.addaudithook(_refuse_the_network)
    given: Mapping[str, str] | None = getattr(config, "workerinput", None)
    config.stash[SHARED] = Databases() if given is None else Databases.started_elsewhere(given)


def pytest_unconfigure(config: pytest.Config) -> None:
    config.stash[SHARED].close()


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:  # noqa: ANN401  xdist publishes no types
    """In the main process of a parallel run, before a worker starts: one server, one template serve all."""
    config: pytest.Config = node.config
    node.workerinput.update(config.stash[SHARED].start(_kinds(config)))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run what asks for a database on each kind, or on those that its mark ``databases`` names."""
    if "database_kind" not in metafunc.fixturenames:
        return
    mark = metafunc.definition.get_closest_marker("databases")
    wanted = KINDS if mark is None else mark.args
    chosen = _kinds(metafunc.config)
    left_out = pytest.mark.skip(reason="--databases leaves this kind out")
    kinds = [kind for kind in wanted if kind in chosen] or [pytest.param(kind, marks=left_out) for kind in wanted]
    metafunc.parametrize("database_kind", kinds, indirect=True)


@pytest.fixture
def database_kind(request: pytest.FixtureRequest) -> str:
    """Which kind of database this run of the test is for."""
    return str(request.param)


@pytest.fixture
def database(request: pytest.FixtureRequest, database_kind: str) -> Iterator[Database]:
    """A fresh, migrated database that nobody else uses, open; what ``begins_with`` names was done to it."""
    shared, build = request.config.stash[SHARED], _beginning(request)
    like = None if build is None else shared.grown(database_kind, build).where
    with shared.opened(database_kind, like=like) as database:
        yield database


@pytest.fixture
def begun(request: pytest.FixtureRequest, database_kind: str) -> Any:  # noqa: ANN401  whatever it made
    """What the function gave back that ``begins_with`` names."""
    build = _beginning(request)
    if build is None:
        raise ValueError("no mark begins_with")
    return request.config.stash[SHARED].grown(database_kind, build).gave


@pytest.fixture
def database_url(database: Database) -> str:
    """Its URL."""
    return database.engine.url.render_as_string(hide_password=False)


@pytest.fixture
def grow(request: pytest.FixtureRequest, database_kind: str) -> Iterator[Grow]:
    """For tests that share a costly beginning: built once, then copied for each of them."""
    shared = request.config.stash[SHARED]
    with ExitStack() as copies:

        def copy(build: Build, then: Callable[[Database, Any], Any] | None = None) -> tuple[Database, Any]:
            grown = shared.grown(database_kind, build, then)
            return copies.enter_context(shared.opened(database_kind, like=grown.where)), grown.gave

        yield copy


def _beginning(request: pytest.FixtureRequest) -> Build | None:
    mark = request.node.get_closest_marker("begins_with")
    return mark.kwargs["build"] if mark else None


def _kinds(config: pytest.Config) -> tuple[str, ...]:
    chosen: str = config.getoption("--databases")
    return KINDS if chosen == "both" else (chosen,)


def _refuse_the_network(event: str, args: tuple[object, ...]) -> None:
    if event not in {"socket.connect", "socket.getaddrinfo"}:
        return
    address = args[1] if event == "socket.connect" else args
    host = address[0] if isinstance(address, tuple) else None  # a Unix socket's address is a path
    if host in {None, "", "localhost"}:
        return
    with suppress(ValueError):
        if ipaddress.ip_address(str(host)).is_loopback:
            return
    raise RuntimeError(f"A test wants to reach {host}: only loopback is allowed")
