"""The statement that answers a question of the totals, from what is kept of each day and the deltas since a fold.

One statement sees one snapshot on both databases, so that days and the deltas that are not folded into them yet are
added up as they belong together, and vouchers and weapons of a surrender that is being paid out are in the totals
together or not at all. Only the conditions that are asked for stand in it: PostgreSQL plans a statement once, whatever
its values. The tables of several domains are named as SQL on purpose.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Date, TextClause, TextualSelect, bindparam, text

from buyback.totals.figures import KEPT, OF_CLASSES, Figure, of_delta
from buyback.totals.rules import PLACE_DIGITS, By, Query


@dataclass(frozen=True)
class _Table:
    """A table of kept figures, and which deltas belong to it."""

    name: str
    figures: tuple[Figure, ...]
    of_deltas: str = ""

    @property
    def sums(self) -> str:
        """Each of the figures, added up."""
        return ", ".join(_sum(figure) for figure in self.figures)

    @property
    def of_delta(self) -> str:
        """What one delta ``d`` adds to each."""
        return of_delta(self.figures)

    @property
    def all_figures(self) -> str:
        """Every figure, zero where the table has none."""
        return ", ".join(figure.value if figure in self.figures else "0" for figure in KEPT)

    @property
    def all_sums(self) -> str:
        """The sum of every figure, zero where the table has none."""
        return ", ".join(_sum(figure) if figure in self.figures else "0" for figure in KEPT)


def _sum(figure: Figure) -> str:
    return f"CAST(SUM({figure.value}) AS BIGINT) AS {figure.value}"


_DAYS = _Table("rollup_day", tuple(KEPT))
_CLASSES = _Table("rollup_class", OF_CLASSES, " AND d.kind = 'item'")

# What is folded and what is not are each added up by key first, which is quicker than all of it at once. An event
# counts among the deltas only where nothing of it is folded.
_COUNTED = """{name} AS MATERIALIZED (
  SELECT code, MIN(site) AS site, MIN(corregimiento) AS corregimiento, CAST(SUM(events) AS BIGINT) AS events, {sums}
    FROM (
    SELECT {key_of_days} AS code, {site}, COUNT(DISTINCT r.event) AS events, {sums}
      FROM wanted w
      JOIN {table} r ON r.event = w.id{of_days}
     GROUP BY 1
     UNION ALL
    SELECT w.code, {site}, COUNT(DISTINCT w.fresh), {sums}
      FROM (
      SELECT {key_of_deltas} AS code, w.site, w.corregimiento, {of_delta},
             CASE WHEN NOT EXISTS (SELECT 1 FROM {table} r WHERE r.event = d.event{of_days}{same_key})
                  THEN d.event END AS fresh
        FROM wanted w
        JOIN rollup_delta d ON d.event = w.id{of_deltas}) w
     GROUP BY 1) parts
   GROUP BY 1
)"""
_SQL = """
WITH wanted AS MATERIALIZED (
  SELECT e.id, e.code, e.site, e.corregimiento
    FROM event e{events}
), {counted}
SELECT code, site, corregimiento, events, {figures}
  FROM by_key
 UNION ALL
SELECT NULL, NULL, NULL, {all_events}, {total_sums}
  FROM {total}
"""
_EVENTS_OF_MONTHS = """(
  SELECT COUNT(*)
    FROM wanted w
   WHERE EXISTS (SELECT 1 FROM {table} r WHERE r.event = w.id{of_days})
      OR w.id IN (SELECT d.event FROM rollup_delta d WHERE d.event = d.event{of_deltas}))"""
_LAST_DAY = """
WITH wanted AS MATERIALIZED (
  SELECT e.id
    FROM event e{events}
)
SELECT MAX(day) AS day
  FROM (
  SELECT MAX(r.day) AS day FROM wanted w JOIN rollup_day r ON r.event = w.id
   UNION ALL
  SELECT MAX(d.day) FROM wanted w JOIN rollup_delta d ON d.event = w.id) days
"""
_PROGRAMME = """
    JOIN programme_version pv ON pv.id = e.version
    JOIN programme p ON p.id = pv.programme AND p.code = :programme"""


def statement(query: Query, *, place: str) -> tuple[TextClause, dict[str, Any]]:
    """The rows of a question and, in the one without a code, all of them together; and the values to bind.

    Each has its code, site, corregimiento, events and kept figures, in this order. ``place`` is what the code of every
    place begins with.
    """
    values = _values(query, place)
    return _text(query.by, frozenset(values)), values


@cache
def _text(by: By, asked: frozenset[str]) -> TextClause:
    """Made once for each kind of question."""
    table = _CLASSES if by is By.CLASS or "class" in asked else _DAYS
    pieces = {
        "events": _events(asked),
        "counted": _counted("by_key", by, table, asked),
        "figures": table.all_figures,
        "total_sums": table.all_sums,
        "total": "by_key",
        "all_events": "CAST(SUM(events) AS BIGINT)",
    }
    if by is By.MONTH:
        pieces["all_events"] = _EVENTS_OF_MONTHS.format(**_conditions(table, asked))
    elif by is By.CLASS and "class" not in asked:  # together with what vouchers know
        together = _counted("together", None, _DAYS, asked)
        pieces |= {"counted": f"{pieces['counted']}, {together}", "total_sums": _DAYS.all_sums, "total": "together"}
    return _bound(_SQL.format(**pieces), asked)


def last_day_statement(*, place: str, programme: str | None) -> tuple[TextualSelect, dict[str, Any]]:
    """The last day of a surrender that counts, and the values to bind."""
    values = _values(Query(by=By.MONTH, programme=programme), place)
    return _bound(_LAST_DAY.format(events=_events(values)), values).columns(day=Date()), values


def _values(query: Query, place: str) -> dict[str, Any]:
    values = {
        "place": place,
        "beyond": place and f"{place}:",  # what comes after the digits
        "programme": query.programme,
        "event": query.event,
        "since": query.since,
        "until": query.until,
        "class": query.item_class and query.item_class.value,
    }
    return {name: value for name, value in values.items() if value}


def _bound(sql: str, asked: Iterable[str]) -> TextClause:
    return text(sql).bindparams(*(bindparam(name, type_=Date()) for name in ("since", "until") if name in asked))


def _counted(name: str, by: By | None, table: _Table, values: Iterable[str]) -> str:
    conditions = _conditions(table, values)
    days, deltas = _key(by, "r"), _key(by, "d")
    return _COUNTED.format(
        name=name,
        key_of_days=days,
        key_of_deltas=deltas,
        same_key="" if by is None or by in PLACE_DIGITS or by is By.EVENT else f" AND {days} = {deltas}",
        site=", ".join(f"{_named(by, column)} AS {column}" for column in ("site", "corregimiento")),
        sums=table.sums,
        of_delta=table.of_delta,
        **conditions,
    )


def _conditions(table: _Table, values: Iterable[str]) -> dict[str, str]:
    days, deltas = _between("r", values), _between("d", values)
    return {"table": table.name, "of_days": days, "of_deltas": deltas + table.of_deltas}


def _key(by: By | None, row: str) -> str:
    """A row's code, of a kept row or a delta of the wanted event ``w``."""
    if by is None:
        return "''"
    if by in PLACE_DIGITS:
        return f"substr(w.corregimiento, 1, {PLACE_DIGITS[by]})"
    keys = {By.EVENT: "w.code", By.MONTH: f"substr(CAST({row}.day AS TEXT), 1, 7)", By.CLASS: f"{row}.catalogue_class"}
    return keys[by]


def _named(by: By | None, column: str) -> str:
    return f"MIN(w.{column})" if by is By.EVENT else "''"


def _events(values: Iterable[str]) -> str:
    joined = _PROGRAMME if "programme" in values else ""
    conditions = ["e.corregimiento >= :place AND e.corregimiento < :beyond"] if "place" in values else []
    conditions += ["e.code = :event"] if "event" in values else []
    return joined + (f"\n   WHERE {' AND '.join(conditions)}" if conditions else "")


def _between(row: str, values: Iterable[str]) -> str:
    conditions = {
        "since": f" AND {row}.day >= :since",
        "until": f" AND {row}.day <= :until",
        "class": f" AND {row}.catalogue_class = :class",
    }
    return "".join(condition for name, condition in conditions.items() if name in values)
