"""The database: engine, base class, column types and the transaction. Only this file commits.

The same schema runs on SQLite and PostgreSQL. On SQLite, each connection's pragmas are set and asserted; a
transaction that writes begins IMMEDIATE, and one lock per process lets writers through one at a time, in order of
arrival, instead of letting them poll for the file lock.
"""

import random
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, ClassVar, TypeVar
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    CursorResult,
    DateTime,
    Dialect,
    Engine,
    Enum,
    LargeBinary,
    MetaData,
    Table,
    TypeDecorator,
    Uuid,
    create_engine,
    event,
    make_url,
)
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import DeclarativeBase, Session, registry, sessionmaker

from buyback.binding import WRITTEN, UnrecordedError, Written, note
from buyback.timeouts import make_postgresql

T = TypeVar("T")
E = TypeVar("E", bound=StrEnum)

SIGNER = "signer"  # under this name a session carries the key that signs what it appends to the audit log
EVENT_KEYS = "event keys"  # and under this one the keys that seal what an event keeps for a while
AFTERWARDS = "afterwards"  # and under this one what is to be done once its transaction is committed
RETRIED_STATES = frozenset({"40001", "40P01"})  # serialization failure, deadlock
TRIES_MAX = 8
PAUSE_MAX_S = 0.05


class Instant(TypeDecorator[datetime]):
    """An aware UTC datetime; stored naive where the database knows no zones."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:  # noqa: ANN401  SQLAlchemy's own signature
        """``timestamptz`` on PostgreSQL, text on SQLite."""
        return dialect.type_descriptor(DateTime(timezone=dialect.name == "postgresql"))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive datetimes: they are a mistake somewhere above."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("naive datetime")
        value = value.astimezone(UTC)
        return value if dialect.name == "postgresql" else value.replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Always aware, always UTC."""
        if value is None:
            return None
        return value.astimezone(UTC) if dialect.name == "postgresql" else value.replace(tzinfo=UTC)


def choice(values: type[E]) -> Enum:
    """A column that holds one of an enum's values as text, guarded by a CHECK on both databases."""
    return Enum(
        values,
        native_enum=False,
        create_constraint=True,
        values_callable=lambda members: [member.value for member in members],
        length=32,
        name=snake_case(values.__name__),
    )


def snake_case(name: str) -> str:
    """``VoucherState`` as ``voucher_state``."""
    return "".join("_" + letter.lower() if letter.isupper() else letter for letter in name).lstrip("_")


class Base(DeclarativeBase):
    """All tables. Names of constraints follow one pattern, so that errors and migrations can speak of them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    registry: ClassVar[registry] = registry(
        type_annotation_map={
            int: BigInteger(),
            UUID: Uuid(),
            datetime: Instant(),
            bytes: LargeBinary(),
        }
    )


def month_of_day(day: str, month: str) -> CheckConstraint:
    """The rule that a column holds the month of the day that stands beside it, as long as that day is known."""
    return CheckConstraint(f"{day} IS NULL OR {month} = substr(CAST({day} AS TEXT), 1, 7)", name="month_of_day")


def core(model: type[Base]) -> Table:
    """A model's table, to write to without the ORM's bookkeeping where a path counts its microseconds."""
    table = model.__table__
    if not isinstance(table, Table):
        raise TypeError(model)
    return table


# Rows of these tables carry no rowid on SQLite: a hidden counter would keep the order of surrenders.
UNORDERED = {"sqlite_with_rowid": False}

SQLITE_PRAGMAS = {
    "foreign_keys": 1,
    "journal_mode": "wal",
    "synchronous": 2,  # FULL: a commit that was answered survives a power cut
    "busy_timeout": 5000,
    "recursive_triggers": 1,  # INSERT OR REPLACE must fire the triggers that refuse a delete
    "secure_delete": 1,  # what the purge deletes is overwritten, not just unlinked
}


def after_commit(session: Session, act: Callable[[], None]) -> None:
    """Do something outside the database once the transaction is committed, and nothing where it is not."""
    session.info.setdefault(AFTERWARDS, []).append(act)


def affected(result: object) -> int:
    """How many rows a conditional write touched."""
    if not isinstance(result, CursorResult):
        raise TypeError(result)
    return int(result.rowcount)


class Database:
    """An engine with its two kinds of transaction: ``reading`` and ``transact``."""

    def __init__(self, url: str, *, pool_size: int = 5, answer_s: float | None = None) -> None:
        self.engine = make_engine(url, pool_size=pool_size, answer_s=answer_s)
        self.is_sqlite = self.engine.dialect.name == "sqlite"
        self._carried: dict[str, Any] = {}
        self._sessions = sessionmaker(self.engine, expire_on_commit=False, info=self._carried)
        self._one_writer = threading.Lock() if self.is_sqlite else None

    def sign_with(self, key: Ed25519PrivateKey) -> None:
        """Let every transaction from now on sign with this key what it appends to the audit log."""
        self._carried[SIGNER] = key

    def seal_with(self, keys: object) -> None:
        """Let every transaction from now on seal with these keys what its event keeps for a while."""
        self._carried[EVENT_KEYS] = keys

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session for queries; what it might have written is rolled back."""
        with self._sessions() as session:
            yield session
            session.rollback()

    def transact(
        self,
        work: Callable[[Session], T],
        *,
        again_on_conflict: bool = False,
        turn: Callable[[Session], None] | None = None,
    ) -> T:
        """Run ``work`` in one transaction, commit, and give back its result.

        Serialization failures and deadlocks run it again, a bounded number of times with jitter; with
        ``again_on_conflict`` an integrity error does too (``work`` then reads again and decides anew). ``turn`` goes
        before each further try: it waits for a lock, so that those who collided go on one after the other.
        """
        waits = turn or _no_turn
        for attempt in range(1, TRIES_MAX + 1):
            try:
                return self._once(work if attempt == 1 else lambda session: (waits(session), work(session))[1])
            except DBAPIError as error:
                if attempt == TRIES_MAX or not _worth_another_try(error, again_on_conflict=again_on_conflict):
                    raise
                time.sleep(random.uniform(0, min(PAUSE_MAX_S, 0.002 * 2**attempt)))  # noqa: S311  jitter, not a secret
        raise AssertionError("unreachable")

    def _once(self, work: Callable[[Session], T]) -> T:
        written = Written()
        with self._one_writer or nullcontext(), self._sessions() as session:
            session.connection(execution_options={"sqlite_begin": "IMMEDIATE", WRITTEN: written})
            result = work(session)
            if written and (left := written.take(session.connection())):
                raise UnrecordedError(left)
            session.commit()
            for act in session.info.get(AFTERWARDS, ()):
                act()
            return result

    def dispose(self) -> None:
        """Close all connections."""
        self.engine.dispose()


def _no_turn(_session: Session) -> None:
    """Nothing to wait for."""


def _worth_another_try(error: DBAPIError, *, again_on_conflict: bool) -> bool:
    if isinstance(error, IntegrityError):
        return again_on_conflict
    return getattr(error.orig, "sqlstate", None) in RETRIED_STATES


def make_engine(url: str, *, pool_size: int = 5, answer_s: float | None = None) -> Engine:
    """An engine for either database; on SQLite every connection gets its pragmas, and they are asserted.

    With ``answer_s`` a silent PostgreSQL is given up after so many seconds.
    """
    if url.startswith("sqlite"):
        engine = _make_sqlite(url)
    else:
        engine = make_postgresql(url, pool_size=pool_size, answer_s=answer_s)
    event.listen(engine, "before_cursor_execute", note)
    return engine


def _make_sqlite(url: str) -> Engine:
    _keep_private(make_url(url).database)
    engine = create_engine(url, connect_args={"check_same_thread": False, "timeout": 5})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _keep_private(file: str | None) -> None:
    """Whoever serves may read the file, and nobody else; its log takes the same rights from it."""
    if file and Path(file).parent.is_dir():
        Path(file).touch(0o600)
        if Path(file).stat().st_mode & 0o077:
            Path(file).chmod(0o600)


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # we begin ourselves
    for name, value in SQLITE_PRAGMAS.items():
        connection.execute(f"PRAGMA {name}={value}")
        (found,) = connection.execute(f"PRAGMA {name}").fetchone()
        if found != value:
            raise RuntimeError(f"SQLite refused PRAGMA {name}={value}: it is {found}")


def _begin_sqlite(connection: Any) -> None:  # noqa: ANN401  a Connection; the event passes it untyped
    mode = connection.get_execution_options().get("sqlite_begin", "DEFERRED")
    connection.exec_driver_sql(f"BEGIN {mode}")
