"""How many things of one class were taken in, and their value, by the rows of any question.

From what is kept of each day and the deltas that are not in it yet, as in ``totals_rows``.
"""

from datetime import date

from sqlalchemy import BigInteger, Date, String, bindparam, column, text
from sqlalchemy.orm import Session

from buyback.tariff.catalogue import ClassCode
from buyback.totals.figures import PLACE_DIGITS, By, Column, Question

_SQL = """
SELECT {key} AS code, CAST(sum(i.quantity) AS BIGINT) AS number, CAST(sum(i.value) AS BIGINT) AS cents
  FROM (
  SELECT event, day, catalogue_class, items AS quantity, appraised_value AS value
    FROM rollup_class
   WHERE catalogue_class = :class
   UNION ALL
  SELECT event, day, catalogue_class, number, cents
    FROM rollup_delta
   WHERE catalogue_class = :class
  ) i
  JOIN event e ON e.id = i.event
  JOIN programme_version pv ON pv.id = e.version
  JOIN programme p ON p.id = pv.programme
 WHERE i.day BETWEEN :since AND :until
   AND e.corregimiento LIKE :place
   AND (:programme = '' OR p.code = :programme)
   AND (:event = '' OR e.code = :event)
 GROUP BY {key}
"""


def of_class(session: Session, question: Question, wanted: ClassCode, *, place: str) -> dict[str, dict[str, int]]:
    """Pieces (of ammunition rounds) and cents by a row's code; of places whose code begins with ``place``."""
    statement = (
        text(_SQL.format(key=_key(question.by)))  # the key is one of ours
        .bindparams(
            *(bindparam(name, type_=String()) for name in ("class", "place", "programme", "event")),
            *(bindparam(name, type_=Date()) for name in ("since", "until")),
        )
        .columns(column("code", String), column("number", BigInteger), column("cents", BigInteger))
    )
    asked = {
        "class": wanted.value,
        "place": f"{place}%",
        "programme": question.programme or "",
        "event": question.event or "",
        "since": question.since or date.min,
        "until": question.until or date.max,
    }
    rows = session.execute(statement, asked)
    return {row.code: {Column.ITEMS: row.number, Column.APPRAISED_VALUE: row.cents} for row in rows}


def _key(by: By) -> str:
    if by in PLACE_DIGITS:
        return f"substr(e.corregimiento, 1, {PLACE_DIGITS[by]})"
    keys = {By.EVENT: "e.code", By.MONTH: "substr(CAST(i.day AS TEXT), 1, 7)", By.CLASS: "i.catalogue_class"}
    return keys[by]
