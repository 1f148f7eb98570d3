"""The nightly fading: what happened in a minute is known by its day, and in the end by its month, without till.

``redemption/fading.py`` decides how well each trace may be known. Here its rows are found and written: redemptions with
what was posted, answered and undone, refused tries, wrong codes. On PostgreSQL they are written in random order and in
one transaction, so that neither place nor transaction number keeps an order; SQLite keeps these tables by random keys
and shows neither, so there a run goes in small transactions and no till waits long for its turn.

What the tills' chains say of it goes after that (``till_chains``).

This reads and writes across domains, so it names their tables as SQL, all in one place.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, Date, LargeBinary, String, Uuid, bindparam, column, text
from sqlalchemy.orm import Session

from buyback.audit import service as audit
from buyback.closing.erasure import Shuffle
from buyback.people.rules import Actor
from buyback.redemption.fading import Because, Known, Traces, how_well
from buyback.redemption.holds import Held, held_now
from buyback.times import panama_day

BATCH = 500  # redemptions in one transaction on SQLite: a till waits for a tenth of a second
ALL = 2**62
FROM_THE_FIRST = UUID(int=0)

_ENDED = (
    text(
        """
        SELECT r.id, r.voucher, r.merchant, r.resolved_on, r.resolved_at IS NOT NULL AS timed, t.journal, f.fate,
               e.state = 'purged' AS purged, x.journal AS undoing, x.reversed_on,
               x.reversed_at IS NOT NULL AS undoing_timed
          FROM resolution r
          JOIN transfer t ON t.id = r.transfer
          JOIN voucher v ON v.id = r.voucher
          JOIN event e ON e.id = v.event
          LEFT JOIN resolution_fate f ON f.resolution = r.id
          LEFT JOIN reversal x ON x.resolution = r.id
         WHERE r.id > :after
           AND (r.resolved_at IS NOT NULL OR x.reversed_at IS NOT NULL
                OR (r.resolved_on IS NOT NULL AND f.fate IS NOT NULL AND e.state = 'purged')
                OR (r.resolved_on IS NULL AND x.reversed_on IS NOT NULL))
         ORDER BY r.id
         LIMIT :limit
        """
    )
    .bindparams(bindparam("after", type_=Uuid()))
    .columns(
        *(column(name, Uuid) for name in ("id", "voucher", "merchant")),
        *(column("resolved_on", Date), column("timed", Boolean), column("journal", Uuid), column("fate", String)),
        *(column("purged", Boolean), column("undoing", Uuid), column("reversed_on", Date)),
        column("undoing_timed", Boolean),
    )
)
_REFUSED = text(
    """
    SELECT a.op_hash, a.asker_hash, a.decided_on, a.decided_at IS NOT NULL AS timed, t.merchant, r.voucher,
           r.id IS NOT NULL AS about, r.resolved_at IS NOT NULL AS about_timed, r.resolved_on IS NOT NULL AS about_dated
      FROM attempt a
      JOIN till t ON t.id = a.till
      LEFT JOIN resolution r ON r.id = a.spent_by
     WHERE a.resolution IS NULL AND (a.decided_at IS NOT NULL OR (a.spent_by IS NOT NULL AND r.resolved_on IS NULL))
    """
).columns(
    *(column("op_hash", LargeBinary), column("asker_hash", LargeBinary), column("decided_on", Date)),
    *(column("timed", Boolean), column("merchant", Uuid), column("voucher", Uuid)),
    *(column(name, Boolean) for name in ("about", "about_timed", "about_dated")),
)
_WRONG = text(
    "SELECT w.id, w.tried_on, t.merchant FROM wrong_code w JOIN till t ON t.id = w.till WHERE w.tried_at IS NOT NULL"
).columns(column("id", Uuid), column("tried_on", Date), column("merchant", Uuid))
_TODAY = {
    "postgresql": text("SELECT (now() AT TIME ZONE 'America/Panama')::date").columns(column("today", Date)),
    "sqlite": text("SELECT date('now', '-5 hours')").columns(column("today", Date)),
}

_NO_TIME = {
    "resolution": "resolved_at = NULL",
    "reversal": "reversed_at = NULL",
    "journal": "recorded_at = NULL",
    "attempt": "decided_at = NULL, claimed_at = NULL, op_id = NULL",
}
_NO_DAY = {
    "resolution": "resolved_at = NULL, resolved_on = NULL, till = NULL, actor = NULL",
    "reversal": "reversed_at = NULL, reversed_on = NULL, till = NULL, actor = NULL",
    "journal": "recorded_at = NULL, effective_on = NULL, actor = NULL",
    "attempt": "decided_at = NULL, claimed_at = NULL, op_id = NULL, decided_on = NULL, till = NULL, cashier = NULL",
}
_LEFT = {Known.DAY: _NO_TIME, Known.MONTH: _NO_DAY}


@dataclass(frozen=True)
class FadeReport:
    """What a run did: redemptions known by their day from now on, by their month, held for an investigation.

    ``tries`` are refused ones and wrong codes. Where a further transaction has to go on, it does ``after`` this one.
    """

    to_day: int = 0
    to_month: int = 0
    tries: int = 0
    held: int = 0
    after: UUID | None = None

    def __add__(self, later: "FadeReport") -> "FadeReport":
        """What two transactions of a run did together."""
        to_day, to_month = self.to_day + later.to_day, self.to_month + later.to_month
        return FadeReport(to_day, to_month, self.tries + later.tries, self.held + later.held, later.after)

    @property
    def rows(self) -> int:
        """How many redemptions and tries it was about."""
        return self.to_day + self.to_month + self.tries


@dataclass(frozen=True)
class _Due:
    """What a redemption, or the undoing of one, fades to."""

    redemption: UUID
    journal: UUID
    left: Known


@dataclass(frozen=True)
class _Try:
    """A refused try, by its two hashes, or a wrong code."""

    left: Known
    hashes: tuple[bytes, bytes] | None = None
    wrong_code: UUID | None = None


def find_due(session: Session, *, now: datetime) -> FadeReport:
    """What a run would let go of; nothing is written."""
    today, held = earlier_day(session, now=now), held_now(session, now=now)
    found = session.execute(_ENDED, {"after": FROM_THE_FIRST, "limit": ALL}).all()
    redemptions, _, kept = _due(found, held, today)
    return _report(redemptions, len(_due_tries(session, held, today)), kept)


def fade(session: Session, *, shuffle: Shuffle, by: Actor, now: datetime, after: UUID = FROM_THE_FIRST) -> FadeReport:
    """Let go of what is due; run again, or by two at once, it finds nothing left.

    ``shuffle`` puts a list into random order, in place. ``after`` is where a run's earlier transaction came to.
    """
    is_postgresql = session.get_bind().dialect.name == "postgresql"
    if is_postgresql:
        # One run at a time; nobody who redeems waits for this. A weekly rewriting does.
        session.execute(text("LOCK TABLE resolution IN SHARE UPDATE EXCLUSIVE MODE"))
        # Rows are reached by their random keys only, in the order of these or of the shuffle, never as they lie.
        session.execute(text("SET LOCAL enable_seqscan = off"))
        session.execute(text("SET LOCAL enable_bitmapscan = off"))
    today, held = earlier_day(session, now=now), held_now(session, now=now)
    limit = ALL if is_postgresql else BATCH
    found = session.execute(_ENDED, {"after": after, "limit": limit}).all()
    redemptions, undoings, kept = _due(found, held, today)
    shuffle(redemptions)
    shuffle(undoings)
    _write_redemptions(session, redemptions, undoings)
    goes_on = len(found) == limit
    tries = [] if goes_on else _due_tries(session, held, today)
    shuffle(tries)
    _write_tries(session, tries)
    report = _report(redemptions, len(tries), kept, after=found[-1].id if goes_on else None)
    if report.rows:
        body = {"by": by.name, "to_day": report.to_day, "to_month": report.to_month, "tries": len(tries), "held": kept}
        audit.record(session, chain=by.chain, act="redemption:fade", body=body, now=now)
    return report


def _report(redemptions: Sequence[_Due], tries: int, held: int, *, after: UUID | None = None) -> FadeReport:
    left = [due.left for due in redemptions]
    return FadeReport(left.count(Known.DAY), left.count(Known.MONTH), tries, held, after)


def earlier_day(session: Session, *, now: datetime) -> date:
    """The day by the clock that is behind: what the database's guards refuse is not tried."""
    its_own: date = session.scalars(_TODAY[session.get_bind().dialect.name]).one()
    return min(panama_day(now), its_own)


def _due(found: Iterable[Any], held: Held, today: date) -> tuple[list[_Due], list[_Due], int]:
    redemptions: list[_Due] = []
    undoings: list[_Due] = []
    kept = 0
    for row in found:
        known, why = Known.MONTH, Because.EVENT_PURGED
        if row.resolved_on is not None:
            known, why = how_well(_traces(row, row.resolved_on, held, is_settled=row.fate == "settled"), today=today)
            kept += why is Because.HELD
            if known is Known.MONTH or (known is Known.DAY and row.timed):
                redemptions.append(_Due(row.id, row.journal, known))
        if row.reversed_on is not None:
            undone, _ = how_well(_traces(row, row.reversed_on, held, is_settled=False), today=today)
            left = max(known, undone)  # an undoing keeps its day as long as what it undid
            if left is Known.MONTH or (left is Known.DAY and row.undoing_timed):
                undoings.append(_Due(row.id, row.undoing, left))
    return redemptions, undoings, kept


def _traces(row: Any, day: date, held: Held, *, is_settled: bool) -> Traces:  # noqa: ANN401  a row
    return Traces(
        day,
        is_settled=is_settled,
        has_ended=row.fate is not None,
        event_purged=row.purged,
        is_held=held.holds(row.merchant, row.voucher),
    )


def _write_redemptions(session: Session, redemptions: Sequence[_Due], undoings: Sequence[_Due]) -> None:
    for known, columns in _LEFT.items():
        ended = [due for due in redemptions if due.left is known]
        undone = [due for due in undoings if due.left is known]
        ids, undone_ids = [due.redemption for due in ended], [due.redemption for due in undone]
        _write(session, "resolution", columns["resolution"], {"id": ids})
        _write(session, "reversal", columns["reversal"], {"resolution": undone_ids})
        journals = [due.journal for due in ended] + [due.journal for due in undone]
        _write(session, "journal", columns["journal"], {"id": journals})
        _write(session, "attempt", columns["attempt"], {"resolution": ids})
        if session.get_bind().dialect.name == "postgresql":  # these say no time, and lie where their transaction wrote
            _write(session, "transfer", "line = line", {"journal": journals})
            _write(session, "resolution_fate", "fate = fate", {"resolution": undone_ids})


def _due_tries(session: Session, held: Held, today: date) -> list[_Try]:
    tries = [
        _Try(left, (row.op_hash, row.asker_hash))
        for row in session.execute(_REFUSED)
        if (left := _of_refused(row, held, today)) is Known.MONTH or (left is Known.DAY and row.timed)
    ]
    tries += [
        _Try(Known.DAY, wrong_code=row.id)
        for row in session.execute(_WRONG)
        if how_well(Traces(row.tried_on, is_held=held.holds(row.merchant, None)), today=today)[0] is not Known.TIME
    ]
    return tries


def _write_tries(session: Session, tries: Sequence[_Try]) -> None:
    for left, columns in _LEFT.items():
        keys = [due.hashes for due in tries if due.left is left and due.hashes]
        hashes = {"op_hash": [key[0] for key in keys], "asker_hash": [key[1] for key in keys]}
        _write(session, "attempt", columns["attempt"], hashes)
    wrong = [due.wrong_code for due in tries if due.wrong_code]
    _write(session, "wrong_code", "tried_at = NULL", {"id": wrong})


def _of_refused(row: Any, held: Held, today: date) -> Known:  # noqa: ANN401  a row
    """A refusal that speaks of a redemption is known no better than that one, and none better than for a week."""
    if held.holds(row.merchant, row.voucher):
        return Known.TIME
    if row.about and not row.about_timed:
        return Known.DAY if row.about_dated else Known.MONTH
    return how_well(Traces(row.decided_on), today=today)[0]


def _write(session: Session, table: str, values: str, keys: dict[str, list[Any]]) -> None:
    """Set values in the rows with these keys, in the order of the keys."""
    names = list(keys)
    count = len(keys[names[0]])
    if not count:
        return
    if session.get_bind().dialect.name == "postgresql":
        session.execute(_on_postgresql(table, values, names), keys)
        return
    if keys.keys() <= {"id", "resolution"}:  # as one list: a statement a row takes three times as long
        listed = json.dumps([key.hex for key in keys[names[0]]])
        among = f"{names[0]} IN (SELECT value FROM json_each(:listed))"  # noqa: S608  names from above
        session.execute(text(f"UPDATE {table} SET {values} WHERE {among}"), {"listed": listed})  # noqa: S608  names from above
        return
    where = " AND ".join(f"{name} = :{name}" for name in names)
    statement = text(f"UPDATE {table} SET {values} WHERE {where}")  # noqa: S608  names from above
    typed = statement.bindparams(*(bindparam(name, type_=_type_of(name)) for name in names))
    session.execute(typed, [dict(zip(names, row, strict=True)) for row in zip(*keys.values(), strict=True)])


def _on_postgresql(table: str, values: str, names: Iterable[str]) -> Any:  # noqa: ANN401  a statement
    """An array is joined by index, and for what the planner thinks row by row: it takes any array for a short one."""
    arrays = ", ".join(f"CAST(:{name} AS {'bytea' if name.endswith('_hash') else 'uuid'}[])" for name in names)
    due = ", ".join(names)
    where = " AND ".join(f"{table}.{name} = due.{name}" for name in names)
    return text(f"UPDATE {table} SET {values} FROM unnest({arrays}) AS due ({due}) WHERE {where}")  # noqa: S608  as above


def _type_of(name: str) -> Any:  # noqa: ANN401  a type
    return LargeBinary() if name.endswith("_hash") else Uuid()
