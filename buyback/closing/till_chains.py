"""What the tills' chains say of redemptions that have faded: those bodies are emptied, a transaction a till.

A till that redeems meanwhile waits for its own chain only. A later row of the chain says which bodies went, and why.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Uuid, column, text
from sqlalchemy.orm import Session

from buyback.audit import queries
from buyback.audit import service as audit
from buyback.audit.emptying import keep_together
from buyback.audit.queries import BodyFacts
from buyback.closing.fading import BATCH, earlier_day
from buyback.people.rules import OPERATOR
from buyback.redemption.fading import Known, Traces, how_well
from buyback.redemption.holds import held_now
from buyback.times import panama_day

FADED = "faded"
_TIMED = {
    known: text(f"SELECT {key} FROM {table} WHERE {known} IS NOT NULL").columns(column(key, Uuid))  # noqa: S608  from here
    for known, table, key in (("resolved_at", "resolution", "id"), ("reversed_at", "reversal", "resolution"))
}


def keep_proofs(session: Session, *, now: datetime) -> list[tuple[UUID, list[int]]]:
    """What the tills' chains say of redemptions that have faded and of refusals of more than a week ago, to be emptied.

    The redemptions' hashes, of all tills and of all nights, come into one list, which says neither when nor where.
    NotVerified where a redemption is not as its till took it. Gives tills with numbers of rows, some hundred at a time.
    """
    audit.hold(session, OPERATOR.chain)  # a second run waits here, and then reads the list that the first has made
    timed = {known: set(session.scalars(statement)) for known, statement in _TIMED.items()}
    held, today = held_now(session, now=now), earlier_day(session, now=now)
    due: list[BodyFacts] = []
    for till, merchant in _tills(session).items():
        refusals = Traces(date.min, is_held=held.holds(merchant, None))
        bodies = queries.bodies(session, chain=till)
        due += [body for body in bodies if _names_what_faded(body.said, timed, refusals, today)]
    keep_together(session, due, reason=FADED, chain=OPERATOR.chain, now=now)
    by_till: dict[UUID, list[int]] = defaultdict(list)
    for body in due:
        by_till[body.chain].append(body.seq)
    return [(till, seqs[at : at + BATCH]) for till, seqs in by_till.items() for at in range(0, len(seqs), BATCH)]


def empty_bodies(session: Session, *, till: UUID, seqs: Sequence[int], now: datetime) -> None:
    """Empty these bodies of a till's chain, whose proofs are kept."""
    audit.empty_rows(session, chain=till, seqs=seqs, reason=FADED, now=now)


def _tills(session: Session) -> dict[UUID, UUID]:
    """Every till, and its merchant."""
    rows = session.execute(text("SELECT id, merchant FROM till").columns(column("id", Uuid), column("merchant", Uuid)))
    return {row.id: row.merchant for row in rows}


def _names_what_faded(body: dict[str, Any], timed: dict[str, set[UUID]], refusals: Traces, today: date) -> bool:
    named = body.get("redemption")
    if named is not None:
        kept = timed["reversed_at" if body["act"] == "voucher:reverse" else "resolved_at"]
        return UUID(named) not in kept
    if body["act"] != "voucher:refuse":
        return False
    refused = replace(refusals, day=panama_day(datetime.fromisoformat(body["at"])))
    return how_well(refused, today=today)[0] is not Known.TIME
