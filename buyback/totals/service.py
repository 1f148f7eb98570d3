"""The fold: deltas into the rows of their days, and gone.

Whoever reads meanwhile sees the deltas or their fold, never both and never neither. Two folds at once: the second one
waits for the first and finds what is left.
"""

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from buyback.db import affected
from buyback.totals.rules import MANY, SUMS, Figure
from buyback.totals.tables import RollupDelta


def _upsert(table: str, keys: str, sums: str, figures: tuple[str, ...], *, where: str, deltas: str) -> str:
    added = ", ".join(f"{figure} = {table}.{figure} + excluded.{figure}" for figure in figures)
    return (
        f"INSERT INTO {table} ({keys}, {', '.join(figures)})"  # noqa: S608  constants of this package
        f" SELECT {keys}, {sums} FROM {deltas} d WHERE {where} GROUP BY {keys} ORDER BY {keys}"
        f" ON CONFLICT ({keys}) DO UPDATE SET {added}"
    )


def _upserts(deltas: str) -> tuple[str, str]:
    days = _upsert("rollup_day", "event, day", SUMS, tuple(Figure), where="1 = 1", deltas=deltas)
    sums = "SUM(d.number) AS items, SUM(d.cents) AS appraised_value"
    figures = (Figure.ITEMS.value, Figure.APPRAISED_VALUE.value)
    classes = _upsert(
        "rollup_class", "event, day, catalogue_class", sums, figures, where="d.kind = 'item'", deltas=deltas
    )
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


def fold_many(session: Session) -> int:
    """The same where so many deltas wait that readers would notice; gives how many were folded."""
    waiting = session.scalars(select(func.count()).select_from(RollupDelta)).one()
    return fold(session) if waiting > MANY else 0
