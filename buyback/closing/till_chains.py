"""What the tills' chains say of redemptions that have faded: those bodies are emptied, a transaction a till.

A till that redeems meanwhile waits for its own chain only. A later row of the chain says which bodies went, and why.
"""

import json
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import String, Uuid, bindparam, column, text
from sqlalchemy.orm import Session

from buyback.audit import service as audit
from buyback.closing.fading import BATCH, earlier_day
from buyback.redemption.fading import Known, Traces, how_well
from buyback.redemption.holds import held_now
from buyback.times import panama_day

_BODIES = (
    text(
        "SELECT seq, body FROM audit_body WHERE chain = :till AND seq > :after AND body IS NOT NULL"
        " ORDER BY seq LIMIT :limit"
    )
    .bindparams(bindparam("till", type_=Uuid()))
    .columns(column("seq"), column("body", String))
)
_TIMED = {
    known: text(f"SELECT {key} FROM {table} WHERE {known} IS NOT NULL").columns(column(key, Uuid))  # noqa: S608  from here
    for known, table, key in (("resolved_at", "resolution", "id"), ("reversed_at", "reversal", "resolution"))
}


def tills(session: Session) -> dict[UUID, UUID]:
    """Every till, and its merchant."""
    rows = session.execute(text("SELECT id, merchant FROM till").columns(column("id", Uuid), column("merchant", Uuid)))
    return {row.id: row.merchant for row in rows}


@dataclass(frozen=True)
class Emptied:
    """How many bodies went; where more rows follow, the next transaction goes on ``after`` this row."""

    count: int = 0
    after: int | None = None


def empty_bodies(session: Session, *, till: UUID, merchant: UUID, now: datetime, after: int = -1) -> Emptied:
    """Empty what a till's chain says of redemptions that have faded and of refusals of more than a week ago.

    Some hundred rows at a time: the till waits for its chain.
    """
    bodies = session.execute(_BODIES, {"till": till, "after": after, "limit": BATCH}).all()
    if not bodies:
        return Emptied()
    timed = {known: set(session.scalars(statement)) for known, statement in _TIMED.items()}
    refusals = Traces(date.min, is_held=held_now(session, now=now).holds(merchant, None))
    today = earlier_day(session, now=now)
    seqs = [seq for seq, body in bodies if _names_what_faded(json.loads(body), timed, refusals, today)]
    audit.empty_rows(session, chain=till, seqs=seqs, reason="faded", now=now)
    return Emptied(len(seqs), bodies[-1].seq if len(bodies) == BATCH else None)


def _names_what_faded(body: dict[str, Any], timed: dict[str, set[UUID]], refusals: Traces, today: date) -> bool:
    named = body.get("redemption")
    if named is not None:
        kept = timed["reversed_at" if body["act"] == "voucher:reverse" else "resolved_at"]
        return UUID(named) not in kept
    if body["act"] != "voucher:refuse":
        return False
    refused = replace(refusals, day=panama_day(datetime.fromisoformat(body["at"])))
    return how_well(refused, today=today)[0] is not Known.TIME
