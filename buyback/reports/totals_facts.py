"""The facts that totals are made of, counted in one statement.

The tables of four domains are named as SQL on purpose. One statement sees one snapshot on both databases, so that
vouchers and weapons of a surrender that is being paid out are in the totals together or not at all. It reads nothing
that the purge deletes.
"""

from datetime import date
from typing import Any

from sqlalchemy import BigInteger, Date, Row, String, bindparam, column, text
from sqlalchemy.orm import Session

from buyback.reports.totals_figures import Fact, Kind, Question

_SQL = """
WITH wanted AS (
  SELECT e.id, e.code, e.site, e.corregimiento
    FROM event e
    JOIN programme_version pv ON pv.id = e.version
    JOIN programme p ON p.id = pv.programme
   WHERE e.corregimiento LIKE :place
     AND (:programme = '' OR p.code = :programme)
     AND (:event = '' OR e.code = :event)
), facts AS (
  SELECT 'item' AS kind, i.event, i.day, i.catalogue_class AS what,
         CAST(sum(i.quantity) AS BIGINT) AS number, CAST(sum(i.value) AS BIGINT) AS cents
    FROM item i
    JOIN wanted w ON w.id = i.event
   WHERE i.state = 'received' AND i.day BETWEEN :since AND :until
   GROUP BY i.event, i.day, i.catalogue_class
   UNION ALL
  SELECT 'surrender', s.event, s.day, NULL, count(*), 0
    FROM surrender s
    JOIN wanted w ON w.id = s.event
   WHERE s.state = 'paid_out' AND s.day BETWEEN :since AND :until
   GROUP BY s.event, s.day
   UNION ALL
  SELECT 'voucher', v.event, j.effective_on, r.kind, count(*), CAST(sum(n.face) AS BIGINT)
    FROM voucher v
    JOIN wanted w ON w.id = v.event
    JOIN issuance n ON n.voucher = v.id
    JOIN transfer t ON t.id = n.transfer
    JOIN journal j ON j.id = t.journal
    LEFT JOIN resolution r ON r.voucher = v.id
     AND NOT EXISTS (SELECT 1 FROM reversal x WHERE x.resolution = r.id)
   WHERE j.effective_on BETWEEN :since AND :until
   GROUP BY v.event, j.effective_on, r.kind
)
SELECT f.kind, w.code, w.site, w.corregimiento, f.day, f.what, f.number, f.cents
  FROM facts f
  JOIN wanted w ON w.id = f.event
"""

_STATEMENT = (
    text(_SQL)
    .bindparams(
        bindparam("place", type_=String()),
        bindparam("programme", type_=String()),
        bindparam("event", type_=String()),
        bindparam("since", type_=Date()),
        bindparam("until", type_=Date()),
    )
    .columns(
        column("kind", String),
        column("code", String),
        column("site", String),
        column("corregimiento", String),
        column("day", Date),
        column("what", String),
        column("number", BigInteger),
        column("cents", BigInteger),
    )
)


def read_facts(session: Session, question: Question, *, place: str) -> list[Fact]:
    """What was received, paid out and issued, by event and day; of places whose code begins with ``place``."""
    rows = session.execute(
        _STATEMENT,
        {
            "place": f"{place}%",
            "programme": question.programme or "",
            "event": question.event or "",
            "since": question.since or date.min,
            "until": question.until or date.max,
        },
    )
    return [_fact(row) for row in rows]


def _fact(row: Row[Any]) -> Fact:
    return Fact(
        kind=Kind(row.kind),
        event=row.code,
        site=row.site,
        corregimiento=row.corregimiento,
        day=row.day,
        what=row.what,
        number=row.number,
        cents=row.cents,
    )
