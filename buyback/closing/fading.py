"""The nightly fading: what happened in a minute is known by its day, and in the end by its month, without till.

``redemption/fading.py`` decides how well each trace may be known. Here its rows are found and written: redemptions with
what was posted, answered and undone, refused tries, wrong codes. On PostgreSQL they are written in random order and in
one transaction, so that neither place nor transaction number keeps an order; SQLite keeps these tables by random keys
and shows neither, so there a run goes in small transactions and no till waits long for its turn.

The tills' chains come after, a transaction a till: the bodies that name what has faded are emptied.

This reads and writes across domains, so it names their tables as SQL, all in one place.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
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

BATCH = 500  # redemptions in one transaction on SQLite: a till waits for a few hundredths of a second

_ENDED = text(
    """
    SELECT r.id, r.voucher, r.merchant, r.resolved_on, r.resolved_at IS NOT NULL AS timed, t.journal, f.fate,
           e.state = 'purged' AS purged, x.journal AS undoing, x.reversed_on, x.reversed_at IS NOT NULL AS undoing_timed
      FROM resolution r
      JOIN transfer t ON t.id = r.transfer
      JOIN voucher v ON v.id = r.voucher
      JOIN event e ON e.id = v.event
      LEFT JOIN resolution_fate f ON f.resolution = r.id
      LEFT JOIN reversal x ON x.resolution = r.id
     WHERE r.resolved_at IS NOT NULL OR x.reversed_at IS NOT NULL
        OR (r.resolved_on IS NOT NULL AND f.fate IS NOT NULL AND e.state = 'purged')
        OR (r.resolved_on IS NULL AND x.reversed_on IS NOT NULL)
    """
).columns(
    *(column(name, Uuid) for name in ("id", "voucher", "merchant")),
    *(column("resolved_on", Date), column("timed", Boolean), column("journal", Uuid), column("fate", String)),
    *(
        column("purged", Boolean),
        column("undoing", Uuid),
        column("reversed_on", Date),
        column("undoing_timed", Boolean),
    ),
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
_BODIES = (
    text("SELECT seq, body FROM audit_body WHERE chain = :till AND body IS NOT NULL ORDER BY seq")
    .bindparams(bindparam("till", type_=Uuid()))
    .columns(column("seq"), column("body", String))
)
_TIMED = {
    known: text(f"SELECT {key} FROM {table} WHERE {known} IS NOT NULL").columns(column(key, Uuid))  # noqa: S608  from here
    for known, table, key in (("resolved_at", "resolution", "id"), ("reversed_at", "reversal", "resolution"))
}
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

    ``tries`` are refused ones and wrong codes. ``more`` where a further transaction has to go on.
    """

    to_day: int = 0
    to_month: int = 0
    tries: int = 0
    held: int = 0
    more: bool = False

    def __add__(self, other: "FadeReport") -> "FadeReport":
        """What two transactions of a run did together; the later one knows what is held."""
        return FadeReport(
            self.to_day + other.to_day, self.to_month + other.to_month, self.tries + other.tries, other.held, other.more
        )

    @property
    def did_anything(self) -> bool:
        """Whether a row was written."""
        return bool(self.to_day or self.to_month or self.tries)


@dataclass(frozen=True)
class _Due:
    """What a redemption, or the undoing of one, fades to."""

    redemption: UUID
    journal: UUID
    left: Known


def fade(session: Session, *, shuffle: Shuffle, by: Actor, now: datetime, dry_run: bool = False) -> FadeReport:
    """Let go of what is due; run again, or by two at once, it finds nothing left.

    ``shuffle`` puts a list into random order, in place.
    """
    is_postgresql = session.get_bind().dialect.name == "postgresql"
    if is_postgresql:
        # One run at a time; nobody who redeems waits for this. A weekly rewriting does.
        session.execute(text("LOCK TABLE resolution IN SHARE UPDATE EXCLUSIVE MODE"))
    today, held = _today(session, now), held_now(session, now=now)
    redemptions, undoings, kept = _due(session, held, today)
    limit = len(redemptions) + len(undoings) if is_postgresql or dry_run else BATCH
    more = len(redemptions) > limit or len(undoings) > limit
    redemptions, undoings = redemptions[:limit], undoings[:limit]
    shuffle(redemptions)
    shuffle(undoings)
    if not dry_run:
        _write_redemptions(session, redemptions, undoings)
    tries = _fade_tries(session, held, today, shuffle=shuffle, dry_run=dry_run)
    left = [due.left for due in redemptions]
    report = FadeReport(left.count(Known.DAY), left.count(Known.MONTH), tries, kept, more)
    if report.did_anything and not dry_run:
        body = {"by": by.name, "to_day": report.to_day, "to_month": report.to_month, "tries": tries, "held": kept}
        audit.record(session, chain=by.chain, act="redemption:fade", body=body, now=now)
    return report


def tills(session: Session) -> dict[UUID, UUID]:
    """Every till, and its merchant."""
    rows = session.execute(text("SELECT id, merchant FROM till").columns(column("id", Uuid), column("merchant", Uuid)))
    return {row.id: row.merchant for row in rows}


def empty_bodies(session: Session, *, till: UUID, merchant: UUID, now: datetime) -> int:
    """Empty what a till's chain says of redemptions that have faded and of refusals of more than a week ago."""
    bodies = session.execute(_BODIES, {"till": till}).all()
    if not bodies:
        return 0
    timed = {known: set(session.scalars(statement)) for known, statement in _TIMED.items()}
    refusals = Traces(date.min, is_held=held_now(session, now=now).holds(merchant, None))
    today = _today(session, now)
    seqs = [seq for seq, body in bodies if _names_what_faded(json.loads(body), timed, refusals, today)]
    audit.empty_rows(session, chain=till, seqs=seqs, reason="faded", now=now)
    return len(seqs)


def _today(session: Session, now: datetime) -> date:
    """The day by the clock that is behind: what the database's guards refuse is not tried."""
    its_own: date = session.scalars(_TODAY[session.get_bind().dialect.name]).one()
    return min(panama_day(now), its_own)


def _due(session: Session, held: Held, today: date) -> tuple[list[_Due], list[_Due], int]:
    redemptions: list[_Due] = []
    undoings: list[_Due] = []
    kept = 0
    for row in session.execute(_ENDED):
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


def _fade_tries(session: Session, held: Held, today: date, *, shuffle: Shuffle, dry_run: bool) -> int:
    refused: dict[Known, list[tuple[bytes, bytes]]] = {Known.DAY: [], Known.MONTH: []}
    for row in session.execute(_REFUSED):
        left = _of_refused(row, held, today)
        if left is Known.MONTH or (left is Known.DAY and row.timed):
            refused[left].append((row.op_hash, row.asker_hash))
    wrong = [row.id for row in session.execute(_WRONG) if _is_over(row.tried_on, row.merchant, held, today)]
    shuffle(wrong)
    if not dry_run:
        for left, keys in refused.items():
            shuffle(keys)
            hashes = {"op_hash": [key[0] for key in keys], "asker_hash": [key[1] for key in keys]}
            _write(session, "attempt", _LEFT[left]["attempt"], hashes)
        _write(session, "wrong_code", "tried_at = NULL", {"id": wrong})
    return sum(len(keys) for keys in refused.values()) + len(wrong)


def _of_refused(row: Any, held: Held, today: date) -> Known:  # noqa: ANN401  a row
    """A refusal that speaks of a redemption is known no better than that one, and none better than for a week."""
    if held.holds(row.merchant, row.voucher):
        return Known.TIME
    if row.about and not row.about_timed:
        return Known.DAY if row.about_dated else Known.MONTH
    return how_well(Traces(row.decided_on), today=today)[0]


def _is_over(day: date, merchant: UUID, held: Held, today: date) -> bool:
    return how_well(Traces(day, is_held=held.holds(merchant, None)), today=today)[0] is not Known.TIME


def _names_what_faded(body: dict[str, Any], timed: dict[str, set[UUID]], refusals: Traces, today: date) -> bool:
    named = body.get("redemption")
    if named is not None:
        kept = timed["reversed_at" if body["act"] == "voucher:reverse" else "resolved_at"]
        return UUID(named) not in kept
    if body["act"] != "voucher:refuse":
        return False
    refused = replace(refusals, day=panama_day(datetime.fromisoformat(body["at"])))
    return how_well(refused, today=today)[0] is not Known.TIME


def _write(session: Session, table: str, values: str, keys: dict[str, list[Any]]) -> None:
    """Set values in the rows with these keys, in the order of the keys."""
    names = list(keys)
    count = len(keys[names[0]])
    if not count:
        return
    if session.get_bind().dialect.name == "postgresql":
        session.execute(_on_postgresql(table, values, names), keys)
        return
    where = " AND ".join(f"{name} = :{name}" for name in names)
    statement = text(f"UPDATE {table} SET {values} WHERE {where}")  # noqa: S608  names from above
    typed = statement.bindparams(*(bindparam(name, type_=_type_of(name)) for name in names))
    session.execute(typed, [dict(zip(names, row, strict=True)) for row in zip(*keys.values(), strict=True)])


def _on_postgresql(table: str, values: str, names: Iterable[str]) -> Any:  # noqa: ANN401  a statement
    """An array joins row by row, by index, in its own order: the planner takes it for a short one."""
    arrays = ", ".join(f"CAST(:{name} AS {'bytea' if name.endswith('_hash') else 'uuid'}[])" for name in names)
    due = ", ".join(names)
    where = " AND ".join(f"{table}.{name} = due.{name}" for name in names)
    return text(f"UPDATE {table} SET {values} FROM unnest({arrays}) AS due ({due}) WHERE {where}")  # noqa: S608  as above


def _type_of(name: str) -> Any:  # noqa: ANN401  a type
    return LargeBinary() if name.endswith("_hash") else Uuid()
