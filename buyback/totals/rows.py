"""The totals, read from what is kept of each day: rows by what the question asks for, and all of them together.

One statement sees one snapshot on both databases, so that days and the deltas that are not folded into them yet are
added up as they belong together, and vouchers and weapons of a surrender that is being paid out are in the totals
together or not at all. The tables of several domains are named as SQL on purpose.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Date, Row, TextClause, bindparam, text
from sqlalchemy.orm import Session

from buyback.totals.figures import PLACE_DIGITS, By, Column, Question
from buyback.totals.rules import FIGURES, OF_DELTA, Figure

# What is folded and what is not are each added up by key first, which is quicker than all of it at once. An event
# counts among the deltas only where nothing of it is folded.
_SQL = """
WITH wanted AS MATERIALIZED (
  SELECT e.id, e.code, e.site, e.corregimiento
    FROM event e{events}
), parts AS (
  SELECT {key_of_days} AS code, {site}, COUNT(DISTINCT r.event) AS events, {sums}
    FROM wanted w
    JOIN rollup_day r ON r.event = w.id{of_days}
   GROUP BY 1
   UNION ALL
  SELECT w.code, {site}, COUNT(DISTINCT w.fresh), {sums}
    FROM (
    SELECT {key_of_deltas} AS code, w.site, w.corregimiento, {of_delta},
           CASE WHEN NOT EXISTS (SELECT 1 FROM rollup_day r WHERE r.event = d.event{of_days}{same_key})
                THEN d.event END AS fresh
      FROM wanted w
      JOIN rollup_delta d ON d.event = w.id{of_deltas}) w
   GROUP BY 1
), counted AS MATERIALIZED (
  SELECT code, MIN(site) AS site, MIN(corregimiento) AS corregimiento,
         CAST(SUM(events) AS BIGINT) AS events, {sums}
    FROM parts
   GROUP BY 1
)
{rows}
 UNION ALL
SELECT NULL, NULL, NULL, {all_events}, {sums}
  FROM counted
"""
_OF_DAYS = "SELECT code, site, corregimiento, events, {figures} FROM counted"
_OF_CLASSES = """
SELECT catalogue_class, NULL, NULL, 0, {sums_of_class}
  FROM (
  SELECT r.catalogue_class, r.items, r.appraised_value
    FROM wanted w
    JOIN rollup_class r ON r.event = w.id{of_days}
   UNION ALL
  SELECT d.catalogue_class, d.number, d.cents
    FROM wanted w
    JOIN rollup_delta d ON d.event = w.id AND d.kind = 'item'{of_deltas}
  ) c
 GROUP BY catalogue_class
"""
_EVENTS_OF_MONTHS = """(
  SELECT COUNT(*)
    FROM wanted w
   WHERE EXISTS (SELECT 1 FROM rollup_day r WHERE r.event = w.id{of_days})
      OR w.id IN (SELECT d.event FROM rollup_delta d WHERE d.event = d.event{of_deltas}))"""
_SUMS = ", ".join(f"CAST(SUM({figure.value}) AS BIGINT) AS {figure.value}" for figure in Figure)
_SUMS_OF_CLASS = ", ".join(
    f"CAST(SUM({figure.value}) AS BIGINT)" if figure in {Figure.ITEMS, Figure.APPRAISED_VALUE} else "0"
    for figure in Figure
)
_KEPT, _ALL = tuple(Column(figure.value) for figure in Figure), tuple(Column)
_PROGRAMME = """
    JOIN programme_version pv ON pv.id = e.version
    JOIN programme p ON p.id = pv.programme AND p.code = :programme"""


@dataclass(frozen=True)
class Counted:
    """The figures of one row; where it is an event's, its ``site`` and ``corregimiento`` too."""

    code: str
    site: str
    corregimiento: str
    figures: Mapping[Column, int]


def read(session: Session, question: Question, *, place: str) -> tuple[list[Counted], Counted]:
    """A question's rows in the order of their codes, and their sum; of places whose code begins with ``place``."""
    values = {
        "place": place,
        "beyond": f"{place}:",  # what comes after the digits
        "programme": question.programme,
        "event": question.event,
        "since": question.since,
        "until": question.until,
    }
    asked = {name: value for name, value in values.items() if value and (place or name != "beyond")}
    *rows, total = session.execute(_statement(question.by, frozenset(asked)), asked)
    return sorted(map(_counted, rows), key=lambda row: row.code), _counted(total)


def _statement(by: By, asked: frozenset[str]) -> TextClause:
    """Only the conditions that are asked for: PostgreSQL plans a statement once, whatever its values."""
    rows = _OF_CLASSES if by is By.CLASS else _OF_DAYS
    all_events = _EVENTS_OF_MONTHS if by is By.MONTH else "CAST(SUM(events) AS BIGINT)"
    sql = _SQL.replace("{rows}", rows).replace("{all_events}", all_events)
    month = "substr(CAST({}.day AS TEXT), 1, 7)"
    pieces = {
        "events": _events(asked),
        "of_days": _between("r", asked),
        "of_deltas": _between("d", asked),
        "key_of_days": month.format("r") if by is By.MONTH else _key(by),
        "key_of_deltas": month.format("d") if by is By.MONTH else _key(by),
        "same_key": f" AND {month.format('r')} = {month.format('d')}" if by is By.MONTH else "",
        "site": ", ".join(f"{_named(by, one)} AS {one}" for one in ("site", "corregimiento")),
        "figures": FIGURES,
        "of_delta": OF_DELTA,
        "sums": _SUMS,
        "sums_of_class": _SUMS_OF_CLASS,
    }
    statement = text(sql.format(**pieces))
    days = [bindparam(name, type_=Date()) for name in ("since", "until") if name in asked]
    return statement.bindparams(*days) if days else statement


def _key(by: By) -> str:
    if by in PLACE_DIGITS:
        return f"substr(w.corregimiento, 1, {PLACE_DIGITS[by]})"
    return "w.code" if by is By.EVENT else "''"


def _named(by: By, column: str) -> str:
    return f"MIN(w.{column})" if by is By.EVENT else "''"


def _events(asked: frozenset[str]) -> str:
    joined = _PROGRAMME if "programme" in asked else ""
    conditions = ["e.corregimiento >= :place AND e.corregimiento < :beyond"] if "place" in asked else []
    conditions += ["e.code = :event"] if "event" in asked else []
    return joined + (f"\n   WHERE {' AND '.join(conditions)}" if conditions else "")


def _between(table: str, asked: frozenset[str]) -> str:
    since = f" AND {table}.day >= :since" if "since" in asked else ""
    return since + (f" AND {table}.day <= :until" if "until" in asked else "")


def _counted(row: Row[Any]) -> Counted:
    code, site, corregimiento, events, *figures = tuple(row)
    kept = dict(zip(_KEPT, (int(figure or 0) for figure in figures), strict=True))
    ended = kept[Column.REDEEMED] + kept[Column.VOID] + kept[Column.EXPIRED]
    kept |= {Column.EVENTS: int(events or 0), Column.OUTSTANDING: kept[Column.ISSUED] - ended}
    return Counted(code or "", site or "", corregimiento or "", {column: kept[column] for column in _ALL})
