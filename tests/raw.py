"""Rows written straight into tables, past the services: what somebody with the database in hand could try.

A forbidden act is tried twice. With the schema as it is it must be refused, by the rule the act names; and with only
that rule taken away it must go through, which shows that nothing but the rule stood in its way. SQLite cannot drop a
table's UNIQUE and PRIMARY KEY rules: there the trigger in front of them is dropped, and the rule itself must refuse.
"""

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, Generic, TypeVar

from sqlalchemy import (
    CheckConstraint,
    Connection,
    Constraint,
    ForeignKeyConstraint,
    Index,
    PrimaryKeyConstraint,
    UniqueConstraint,
    text,
)
from sqlalchemy.exc import IntegrityError

from buyback import triggers
from buyback.db import Database
from buyback.schema import GUARDS, metadata

H = TypeVar("H")


TRIGGERS_SAY = frozenset(rule.why for rule in GUARDS if isinstance(rule, triggers.Guard))


class Kind(Enum):
    """What sort of rule a guard is."""

    CHECK = auto()
    FOREIGN_KEY = auto()
    UNIQUE = auto()
    INDEX = auto()
    TRIGGER = auto()


@dataclass(frozen=True)
class Guard:
    """A rule of the schema by name, and the table it stands on."""

    name: str
    table: str
    kind: Kind
    columns: tuple[str, ...] = ()

    def told(self, error: IntegrityError) -> bool:
        """Whether it was this rule that refused. SQLite names neither foreign keys nor triggers."""
        diagnosis = getattr(error.orig, "diag", None)
        if diagnosis is not None:
            inside = f"function {self.name}()" in (diagnosis.context or "") and "RAISE" in diagnosis.context
            return inside if self.kind is Kind.TRIGGER else diagnosis.constraint_name == self.name
        return str(error.orig) in self._sqlite_says()

    def _sqlite_says(self) -> set[str]:
        keys = "UNIQUE constraint failed: " + ", ".join(f"{self.table}.{column}" for column in self.columns)
        return {
            Kind.CHECK: {f"CHECK constraint failed: {self.name}"},
            Kind.FOREIGN_KEY: {"FOREIGN KEY constraint failed"},
            Kind.UNIQUE: {f"{self.table}: this key exists", keys},
            Kind.INDEX: {f"{self.table}: this key exists", keys},
            Kind.TRIGGER: {f"{self.table}: {why}" for why in TRIGGERS_SAY},
        }[self.kind]


@dataclass(frozen=True)
class Act(Generic[H]):
    """A forbidden act, in a sentence, and the rules that forbid it."""

    sentence: str
    do: Callable[[H], None]
    guards: tuple[Guard, ...]


class Acts(list[Act[H]]):
    """Acts, collected by decorating functions with the rules that forbid them."""

    def forbidden_by(self, *names: str) -> Callable[[Callable[[H], None]], Callable[[H], None]]:
        """Rules by name; a name that no table knows is a trigger's, written ``table.trigger``."""

        def add(do: Callable[[H], None]) -> Callable[[H], None]:
            self.append(Act(do.__name__.replace("_", " "), do, tuple(guard(name) for name in names)))
            return do

        return add


@functools.cache
def _rules() -> dict[str, Guard]:
    rules: list[tuple[str, Any]] = [
        (table.name, rule) for table in metadata.tables.values() for rule in (*table.constraints, *table.indexes)
    ]
    return {str(rule.name): Guard(str(rule.name), table, *_described(rule)) for table, rule in rules if rule.name}


def _described(rule: Constraint | Index) -> tuple[Kind, tuple[str, ...]]:
    columns = tuple(column.name for column in getattr(rule, "columns", ()))
    for sort, kind in (
        (CheckConstraint, Kind.CHECK),
        (ForeignKeyConstraint, Kind.FOREIGN_KEY),
        (PrimaryKeyConstraint, Kind.UNIQUE),
        (UniqueConstraint, Kind.UNIQUE),
    ):
        if isinstance(rule, sort):
            return kind, columns
    return Kind.INDEX, columns


def guard(name: str) -> Guard:
    """The rule with a name; ``table.trigger`` for a trigger."""
    table, dot, trigger = name.partition(".")
    return Guard(f"{table}_{trigger}", table, Kind.TRIGGER) if dot else _rules()[name]


def put(connection: Connection, table: str, **values: Any) -> None:  # noqa: ANN401  whatever a column holds
    """Insert one row."""
    connection.execute(metadata.tables[table].insert().values(values))


def refusal(connection: Connection, do: Callable[[], None]) -> IntegrityError | None:
    """Try something, take it back, and tell what refused it; None when it went through."""
    savepoint = connection.begin_nested()
    try:
        do()
    except IntegrityError as error:
        return error
    else:
        return None
    finally:
        savepoint.rollback()


@contextmanager
def lawless(database: Database, *guards: Guard) -> Iterator[Connection]:
    """A connection on which some rules do not hold. At the end all is as it was before."""
    with database.engine.connect() as connection:
        pragmas = _pragmas(guards) if database.is_sqlite else {}
        driver = connection.connection.driver_connection
        for name, (off, _) in pragmas.items():
            driver.execute(f"PRAGMA {name}={off}")  # type: ignore[union-attr]  # SQLite's connection
        with connection.begin() as transaction:
            for statement in _drops(guards, is_sqlite=database.is_sqlite):
                connection.execute(text(statement))
            yield connection
            transaction.rollback()
        for name, (_, on) in pragmas.items():
            driver.execute(f"PRAGMA {name}={on}")  # type: ignore[union-attr]  # as above


def _pragmas(guards: tuple[Guard, ...]) -> dict[str, tuple[int, int]]:
    kinds = {guard.kind for guard in guards}
    keys = {"foreign_keys": (0, 1)} if Kind.FOREIGN_KEY in kinds else {}
    return keys | ({"ignore_check_constraints": (1, 0)} if Kind.CHECK in kinds else {})


def _drops(guards: tuple[Guard, ...], *, is_sqlite: bool) -> Iterator[str]:
    for guard in guards:
        if guard.kind is Kind.INDEX:
            yield f"DROP INDEX {guard.name}"
        elif guard.kind is Kind.TRIGGER:
            yield f"DROP TRIGGER {guard.name}" + ("" if is_sqlite else f" ON {guard.table}")
        elif not is_sqlite:
            yield f"ALTER TABLE {guard.table} DROP CONSTRAINT {guard.name} CASCADE"
    if is_sqlite:
        for table in {guard.table for guard in guards if guard.kind in {Kind.INDEX, Kind.UNIQUE}}:
            yield f"DROP TRIGGER {table}_no_replace"


def problem_with(database: Database, act: Act[H], hand: Callable[[Connection], H]) -> str | None:
    """What is wrong with how an act is forbidden: it goes through, or not its rules (alone) refuse it."""
    with lawless(database) as connection:
        refused = refusal(connection, lambda: act.do(hand(connection)))
    if refused is None:
        return "went through"
    if not any(guard.told(refused) for guard in act.guards):
        return f"refused by another rule: {refused.orig}"
    with lawless(database, *act.guards) as connection:
        still = refusal(connection, lambda: act.do(hand(connection)))
    if still is None:
        return None
    stays = [guard for guard in act.guards if database.is_sqlite and guard.kind is Kind.UNIQUE]
    return None if any(guard.told(still) for guard in stays) else f"refused without its rule as well: {still.orig}"
