"""The totals another way: counted from the rows of vouchers, items and surrenders each time, without the roll-up.

What tests hold the roll-up against, and what the benchmark measures beside it.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, Date, Row, String, bindparam, column, text
from sqlalchemy.orm import Session

from buyback.tariff.catalogue import CATALOGUE, ClassCode
from buyback.totals.figures import PLACE_DIGITS, By, Column, Question
from buyback.vouchers.rules import ResolutionKind

_STANDING = {
    None: Column.OUTSTANDING,
    ResolutionKind.REDEEM: Column.REDEEMED,
    ResolutionKind.VOID: Column.VOID,
    ResolutionKind.EXPIRE: Column.EXPIRED,
}


class Kind(StrEnum):
    """What was counted."""

    ITEM = "item"
    SURRENDER = "surrender"
    VOUCHER = "voucher"


@dataclass(frozen=True, kw_only=True)
class Fact:
    """So many like things of one event and one day.

    ``what`` is an item's class, or how a voucher ended (None while it is outstanding). ``number`` is in pieces, rounds,
    surrenders or vouchers; ``cents`` is the items' value or the vouchers' face.
    """

    kind: Kind
    event: str
    site: str
    corregimiento: str
    day: date
    what: str | None
    number: int
    cents: int


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
    return [_fact(row) for row in fetch(session, question, place=place)]


def fetch(session: Session, question: Question, *, place: str) -> Sequence[Row[Any]]:
    """The same as the database gives it."""
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
    return rows.all()


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


def fold(facts: Iterable[Fact], key: Callable[[Fact], str], columns: Iterable[Column]) -> dict[str, dict[Column, int]]:
    """Facts of one key added up, column by column; keys in their order."""
    groups: dict[str, list[Fact]] = defaultdict(list)
    for fact in facts:
        groups[key(fact)].append(fact)
    wanted = tuple(columns)
    return {code: add_up(groups[code], wanted) for code in sorted(groups)}


def add_up(facts: Iterable[Fact], columns: Iterable[Column]) -> dict[Column, int]:
    """The figures of some facts; an event is counted once, however many of its days are among them."""
    sums: Counter[Column] = Counter()
    events = set()
    for fact in facts:
        sums.update(figures_of(fact))
        events.add(fact.event)
    sums[Column.EVENTS] = len(events)
    return {column: sums[column] for column in columns}


def figures_of(fact: Fact) -> dict[Column, int]:
    """Which columns a fact adds to. Arms are the bulletin's count, firearms SDG 16.4.2's (``tariff.catalogue``)."""
    if fact.kind is Kind.SURRENDER:
        return {Column.SURRENDERS: fact.number}
    if fact.kind is Kind.VOUCHER:
        standing = _STANDING[ResolutionKind(fact.what) if fact.what else None]
        return {Column.VOUCHERS: fact.number, Column.ISSUED: fact.cents, standing: fact.cents}
    entry = CATALOGUE[ClassCode(fact.what or "")]
    figures = {
        Column(entry.total.value): fact.number,
        Column.ITEMS: fact.number,
        Column.APPRAISED_VALUE: fact.cents,
    }
    return figures | {Column.FIREARMS: fact.number} if entry.firearm else figures


def key_of(by: By) -> Callable[[Fact], str]:
    """The code of the row that a fact belongs to."""
    if by in PLACE_DIGITS:
        digits = PLACE_DIGITS[by]
        return lambda fact: fact.corregimiento[:digits]
    if by is By.EVENT:
        return lambda fact: fact.event
    if by is By.MONTH:
        return lambda fact: fact.day.isoformat()[:7]
    return lambda fact: fact.what or ""


def by_rows(session: Session, question: Question) -> tuple[dict[str, dict[Column, int]], dict[Column, int]]:
    """The figures of every row by its code, and of all together, as ``reports.totals`` tells them."""
    facts = read_facts(session, question, place=question.place or "")
    counted = [fact for fact in facts if fact.kind is Kind.ITEM] if question.by is By.CLASS else facts
    return fold(counted, key_of(question.by), question.columns), add_up(facts, Column)
