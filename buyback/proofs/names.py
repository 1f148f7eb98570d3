"""How people know rows and chains: by names, codes, serials and tags, not by ids alone."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import Column, RowMapping, Table, select
from sqlalchemy.orm import Session

from buyback.binding import binding_of, key_of, spell
from buyback.db import Base
from buyback.people.rules import OPERATOR

_CHAINS_OF = ("organisation", "till")  # a chain has the id of whose it is


def names_of_chains(session: Session, chains: Iterable[UUID]) -> dict[UUID, str]:
    """Whose each chain is."""
    wanted = {str(chain): chain for chain in chains}
    found = {wanted[key]: name for table in _CHAINS_OF for key, name in names_of_rows(session, table, wanted).items()}
    return {OPERATOR.chain: OPERATOR.name} | found


def names_of_rows(session: Session, table: str, keys: Iterable[str]) -> dict[str, str]:
    """What some rows of a table are called, by their keys; a row that is not there has no name."""
    wanted, found = set(keys), Base.metadata.tables[table]
    if not wanted:
        return {}
    rows = session.connection().execute(select(found)).mappings().all()
    return {key: _name(session, found, row) for row in rows if (key := spell(key_of(found, row))) in wanted}


def _name(session: Session, table: Table, row: RowMapping) -> str:
    binding = binding_of(table)
    named_by = binding.named_by if binding else [column.name for column in table.primary_key]
    parts = (_part(session, table.columns[name], row[name]) for name in named_by)
    return " ".join(part for part in parts if part)


def _part(session: Session, column: Column[Any], value: Any) -> str:  # noqa: ANN401  whatever a column holds
    if value is None:
        return ""
    referred = _referred(column, seen=set())
    if referred is None:
        return spell((value,))
    (key,) = referred.primary_key
    row = session.connection().execute(select(referred).where(key == value)).mappings().first()
    return spell((value,)) if row is None else _name(session, referred, row)


def _referred(column: Column[Any], *, seen: set[Column[Any]]) -> Table | None:
    """The bound table whose single key a column holds, however many tables name it on the way."""
    for foreign in column.foreign_keys:
        target = foreign.column
        if target in seen:
            continue
        if list(target.table.primary_key) == [target] and not target.foreign_keys and binding_of(target.table):
            return target.table
        further = _referred(target, seen=seen | {target})
        if further is not None:
            return further
    return None
