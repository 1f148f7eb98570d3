"""The totals another way: counted from the rows of vouchers, items and surrenders each time, without what is kept.

What tests hold the kept totals against, and what the benchmark measures beside it.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, Date, Row, String, bindparam, column, text
from sqlalchemy.orm import Session

from buyback.tariff.catalogue import CATALOGUE, ClassCode
from buyback.totals.figures import Figure
from buyback.totals.queries import Totals
from buyback.totals.rules import PLACE_DIGITS, By, Query
from buyback.vouchers.rules import ResolutionKind

_STANDING = {
    None: Figure.OUTSTANDING,
    ResolutionKind.REDEEM: Figure.REDEEMED,
    ResolutionKind.VOID: Figure.VOID,
    ResolutionKind.EXPIRE: Figure.EXPIRED,
}

_NOT_ADDED = {Figure.NEIGHBOURHOODS, Figure.POPULATION, Figure.ARMS_RATE, Figure.SURRENDERS_RATE, Figure.ITEMS_RATE}
ADDED_UP = tuple(figure for figure in Figure if figure not in _NOT_ADDED)


class Kind(StrEnum):
    """What was counted."""

    ITEM = "item"
    SURRENDER = "surrender"
    VOUCHER = "voucher"
    REPLACEMENT = "replacement"


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
   UNION ALL
  SELECT 'replacement', v.event, j.effective_on, NULL, count(*), CAST(sum(n.face) AS BIGINT)
    FROM replacement p
    JOIN voucher v ON v.id = p.replaced_by
    JOIN wanted w ON w.id = v.event
    JOIN issuance n ON n.voucher = v.id
    JOIN transfer t ON t.id = n.transfer
    JOIN journal j ON j.id = t.journal
   WHERE j.effective_on BETWEEN :since AND :until
   GROUP BY v.event, j.effective_on
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


def read_facts(session: Session, query: Query, *, place: str) -> list[Fact]:
    """What was received, paid out and issued, by event and day; of places whose code begins with ``place``."""
    return [_fact(row) for row in fetch(session, query, place=place)]


def fetch(session: Session, query: Query, *, place: str) -> Sequence[Row[Any]]:
    """The same as the database gives it."""
    rows = session.execute(
        _STATEMENT,
        {
            "place": f"{place}%",
            "programme": query.programme or "",
            "event": query.event or "",
            "since": query.since or date.min,
            "until": query.until or date.max,
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


def add_up(facts: Iterable[Fact]) -> dict[str, int]:
    """The figures of some facts; an event is counted once, however many of its days are among them."""
    sums: Counter[str] = Counter()
    events = set()
    for fact in facts:
        sums.update(figures_of(fact))
        events.add(fact.event)
    sums[Figure.EVENTS] = len(events)
    sums[Figure.ROUNDING] = sums[Figure.ISSUED] - sums[Figure.REPLACED] - sums[Figure.APPRAISED_VALUE]
    return {figure: sums[figure] for figure in ADDED_UP}


def figures_of(fact: Fact) -> dict[str, int]:
    """Which columns a fact adds to. Arms are the bulletin's count, firearms SDG 16.4.2's (``tariff.catalogue``)."""
    if fact.kind is Kind.SURRENDER:
        return {Figure.SURRENDERS: fact.number}
    if fact.kind is Kind.REPLACEMENT:
        return {Figure.REPLACED: fact.cents}
    if fact.kind is Kind.VOUCHER:
        standing = _STANDING[ResolutionKind(fact.what) if fact.what else None]
        return {Figure.VOUCHERS: fact.number, Figure.ISSUED: fact.cents, standing: fact.cents}
    entry = CATALOGUE[ClassCode(fact.what or "")]
    figures: dict[str, int] = {
        Figure[entry.total.name]: fact.number,
        Figure.ITEMS: fact.number,
        Figure.APPRAISED_VALUE: fact.cents,
    }
    return figures | {Figure.FIREARMS: fact.number} if entry.firearm else figures


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


def by_rows(session: Session, query: Query) -> tuple[dict[str, dict[str, int]], dict[str, int]]:
    """The figures of every row by its code, and of all together, as ``totals.queries`` tells them."""
    facts = read_facts(session, query, place=query.place or "")
    if query.item_class is not None:
        facts = [fact for fact in facts if fact.what == query.item_class]
    groups: dict[str, list[Fact]] = defaultdict(list)
    for fact in facts:
        if fact.kind is Kind.ITEM or query.by is not By.CLASS:
            groups[key_of(query.by)(fact)].append(fact)
    rows = {code: _only(add_up(group), query.counted) for code, group in groups.items()}
    return rows, _only(add_up(facts), _known(query))


def of_totals(answer: Totals) -> tuple[dict[str, dict[str, int]], dict[str, int]]:
    """What ``by_rows`` tells, of an answer of the kept totals."""
    rows = {row.code: _only(row.figures, answer.query.counted) for row in answer.rows}
    return rows, _only(answer.headline, _known(answer.query))


def _known(query: Query) -> tuple[Figure, ...]:
    return ADDED_UP if query.item_class is None else query.counted


def _only(figures: Mapping[str, int], wanted: Iterable[Figure]) -> dict[str, int]:
    return {figure: figures[figure] for figure in wanted}
