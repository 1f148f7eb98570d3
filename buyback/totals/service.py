"""The fold: deltas into the rows of their days, and gone. And what is taken away as a file, on record.

Whoever reads while a fold runs sees the deltas or their fold, never both and never neither. Two folds at once: the
second one waits for the first and finds what is left.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, select, text
from sqlalchemy.orm import Session

from buyback.audit import service as audit
from buyback.db import affected, core
from buyback.files.writing.tabular import NothingToExport
from buyback.people.rules import Actor
from buyback.totals.figures import KEPT, OF_CLASSES, Figure, sums_of_deltas
from buyback.totals.queries import Totals, totals
from buyback.totals.rules import Query
from buyback.totals.tables import RollupClass, RollupDelta

MANY = 2_000  # deltas: reading so many takes a few milliseconds


def _upsert(table: str, keys: str, figures: Sequence[Figure], *, where: str, deltas: str) -> str:
    added = ", ".join(f"{figure} = {table}.{figure} + excluded.{figure}" for figure in figures)
    return (
        f"INSERT INTO {table} ({keys}, {', '.join(figures)})"  # noqa: S608  constants of this package
        f" SELECT {keys}, {sums_of_deltas(figures)} FROM {deltas} d WHERE {where} GROUP BY {keys} ORDER BY {keys}"
        f" ON CONFLICT ({keys}) DO UPDATE SET {added}"
    )


def _upserts(deltas: str) -> tuple[str, str]:
    days = _upsert("rollup_day", "event, day", tuple(KEPT), where="1 = 1", deltas=deltas)
    keys = "event, day, catalogue_class"
    classes = _upsert("rollup_class", keys, OF_CLASSES, where="d.kind = 'item'", deltas=deltas)
    return days, classes


_SQLITE = (*_upserts("rollup_delta"), "DELETE FROM rollup_delta")
_DAYS, _CLASSES = _upserts("gone")
# One statement: what it deletes is exactly what it adds, whatever is written meanwhile.
_POSTGRESQL = (
    f"WITH gone AS (DELETE FROM rollup_delta RETURNING *), days AS ({_DAYS}), classes AS ({_CLASSES})"  # noqa: S608  as above
    " SELECT count(*) FROM gone"
)


def fold(session: Session) -> int:
    """Add all deltas to the rows of their days; gives how many there were."""
    if session.get_bind().dialect.name == "postgresql":
        return int(session.scalars(text(_POSTGRESQL)).one())
    return [affected(session.execute(text(statement))) for statement in _SQLITE][-1]


def fold_purged(session: Session, *, event: UUID) -> None:
    """Fold what a purge took out and put in; what is left of nothing goes, for it would say what had been there."""
    fold(session)
    kept = core(RollupClass)
    session.execute(delete(kept).where(kept.c["event"] == event, *(kept.c[figure.value] == 0 for figure in OF_CLASSES)))


def fold_many(session: Session) -> int:
    """The same where so many deltas wait that readers would notice; gives how many were folded."""
    waiting = session.scalars(select(func.count()).select_from(RollupDelta)).one()
    return fold(session) if waiting > MANY else 0


def take(session: Session, query: Query, *, shape: str, by: Actor, now: datetime) -> Totals:
    """The totals to be taken away as a file of a ``shape`` (csv, xlsx): the audit log keeps who took what.

    Raises NothingToExport, and what ``totals`` raises.
    """
    answer = totals(session, query, within=by.district)
    if not answer.rows:
        raise NothingToExport
    audit.record(session, chain=by.chain, act="totals:export", body=_body(query, shape, by), now=now)
    return answer


def _body(query: Query, shape: str, by: Actor) -> dict[str, str]:
    parts = {
        "by": by.name,
        "rows": query.by.value,
        "from": query.since.isoformat() if query.since else None,
        "to": query.until.isoformat() if query.until else None,
        "programme": query.programme,
        "place": query.place,
        "event": query.event,
        "class": query.item_class and query.item_class.value,
        "words": query.words or None,
        "shape": shape,
    }
    return {name: value for name, value in parts.items() if value is not None}
