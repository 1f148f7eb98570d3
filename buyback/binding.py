"""Rows that may not change unseen: which they are, how they are hashed, and what a transaction wrote of them.

A table says so with ``bound(…)`` among its arguments. From then on each transaction notes which of its rows it writes,
the act that it records next takes their hashes into its body, and a transaction that wrote one without an act is
refused. Times that fade are left out (``but``): a hash of them could never be compared again.

The hash of a row is SHA-256 over canonical JSON (RFC 8785) of ``{"table", "row"}``: ids and days as text, bytes as
hexadecimal, instants in UTC to the microsecond.
"""

import functools
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import Enum
from typing import Any
from uuid import UUID

import rfc8785
from sqlalchemy import Connection, RowMapping, Select, Table, Update, and_, select

WRITTEN = "written"  # under this name a connection's options carry what its transaction wrote

_BOUND = "bound"

Key = tuple[Any, ...]
Row = Mapping[str, Any] | RowMapping
Bound = dict[str, dict[str, list[str | None]]]  # table: key: hash before (None: there was no row), hash after


class UnrecordedError(RuntimeError):
    """A transaction wrote rows that no act on record accounts for: a mistake in the code."""


@dataclass(frozen=True)
class Binding:
    """What is bound of a table, and by which columns (or what they refer to) people know its rows."""

    named_by: tuple[str, ...]
    but: tuple[str, ...]


def bound(*named_by: str, but: Iterable[str] = ()) -> dict[str, Any]:
    """An argument of a table: its rows, all columns but some, are bound to the acts that write them."""
    return {"info": {_BOUND: Binding(named_by, tuple(but))}}


def binding_of(table: Table) -> Binding | None:
    """What is bound of a table; None where nothing is."""
    found: Binding | None = table.info.get(_BOUND)
    return found


def row_hash(table: Table, row: Row) -> str:
    """The hash of a row by its columns' names, as 64 hexadecimal digits; a column that is missing is null."""
    content = {name: _plain(row.get(name)) for name in _columns(table)}
    return hashlib.sha256(rfc8785.dumps({"table": table.name, "row": content})).hexdigest()


def key_of(table: Table, row: Row) -> Key:
    """The values of a row's primary key."""
    return tuple(row[column.name] for column in table.primary_key)


def spell(key: Key) -> str:
    """A key as bodies name it."""
    return "/".join(str(_plain(value)) for value in key)


def rows_of(table: Table) -> Select[Any]:
    """A query of all that is bound of a table."""
    return select(*(table.columns[name] for name in _columns(table)))


@dataclass
class Written:
    """The bound rows that a transaction wrote and no act has taken yet, with their hashes before and after."""

    _before: dict[tuple[Table, Key], str | None] = field(default_factory=dict)
    _after: dict[tuple[Table, Key], str | None] = field(default_factory=dict)  # None: to be read

    def __bool__(self) -> bool:
        return bool(self._after)

    def add(self, table: Table, row: Row) -> None:
        """A row that is new."""
        here = table, key_of(table, row)
        self._before.setdefault(here, None)
        self._after[here] = row_hash(table, row)

    def touch(self, table: Table, row: Row) -> None:
        """A row, as it was, that is about to change."""
        here = table, key_of(table, row)
        self._before.setdefault(here, row_hash(table, row))
        self._after[here] = None

    def clear(self) -> None:
        """Forget what was written: whoever says this lists the rows in another way."""
        self._before.clear()
        self._after.clear()

    def take(self, connection: Connection) -> Bound:
        """What the next act accounts for; afterwards nothing is left to account for."""
        taken: Bound = {}
        for here, after in self._after.items():
            table, key = here
            hashed = after or _read(connection, table, key)
            if hashed != self._before[here]:
                taken.setdefault(table.name, {})[spell(key)] = [self._before[here], hashed]
        self.clear()
        return taken


def note(
    connection: Connection,
    _cursor: object,
    _statement: str,
    _parameters: object,
    context: Any,  # noqa: ANN401  SQLAlchemy's own
    _many: object,
) -> None:
    """Before a statement: note which bound rows it writes, where the connection keeps account."""
    written: Written | None = connection.get_execution_options().get(WRITTEN)
    if written is None or context.compiled is None or not (context.isinsert or context.isupdate):
        return
    statement = context.invoked_statement  # what was compiled may be an earlier one with other values
    table = statement.table.metadata.tables[statement.table.name]  # the ORM's copy of a table is not it
    if binding_of(table) is None:
        return
    if context.isinsert:
        for row in context.compiled_parameters:
            written.add(table, row)
    else:
        for row in _about_to_change(connection, table, statement):
            written.touch(table, row)


def _about_to_change(connection: Connection, table: Table, statement: Update) -> Sequence[RowMapping]:
    rows = rows_of(table).with_for_update()
    if statement.whereclause is not None:
        rows = rows.where(statement.whereclause)
    return connection.execute(rows).mappings().all()


def _read(connection: Connection, table: Table, key: Key) -> str:
    here = and_(*(column == value for column, value in zip(table.primary_key, key, strict=True)))
    return row_hash(table, connection.execute(rows_of(table).where(here)).mappings().one())


@functools.cache
def _columns(table: Table) -> list[str]:
    binding = binding_of(table)
    return [column.name for column in table.columns if binding is None or column.name not in binding.but]


def _plain(value: Any) -> Any:  # noqa: ANN401  whatever a column holds
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    return value.isoformat() if isinstance(value, date) else value
