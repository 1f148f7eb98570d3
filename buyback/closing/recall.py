"""From when nothing leads back: an event is parted by its purge, then rewritten, then beyond recall with the backups.

A rewriting counts for the purges that were committed when it began, which are asked for before it; no clock decides.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from buyback.audit import service as audit
from buyback.campaigns import queries as campaigns
from buyback.closing.anonymity import Measure
from buyback.closing.tables import Purge, PurgedEvent, Rewriting, RewrittenPurge
from buyback.ids import new_id
from buyback.people.rules import Actor
from buyback.times import panama_day


@dataclass(frozen=True)
class Recall:
    """What has become of an event's links.

    ``own`` measures the event by itself, ``pooled`` all events that were purged as one, of which ``together`` are the
    codes, this one's among them. ``beyond_recall_on`` is the day from which no backup or archived log of before is
    kept.
    """

    event: str
    together: tuple[str, ...]
    parted_on: date
    rewritten_on: date | None
    beyond_recall_on: date | None
    own: Measure
    pooled: Measure


def record_purge(session: Session, *, measures: Mapping[UUID, Measure], pooled: Measure, now: datetime) -> None:
    """Keep what a purge measured: by event, and of all events that were purged as one."""
    purge = new_id()
    session.execute(insert(Purge).values(id=purge, purged_at=now, **_figures(pooled)))
    rows = [{"event": event, "purge": purge, **_figures(own)} for event, own in measures.items()]
    session.execute(insert(PurgedEvent), rows)


def waiting(session: Session) -> tuple[UUID, ...]:
    """The purges after which no rewriting has begun and ended."""
    return tuple(session.scalars(select(Purge.id).where(Purge.id.not_in(select(RewrittenPurge.purge)))))


def record_rewriting(session: Session, *, purges: Sequence[UUID], began_at: datetime, by: Actor, now: datetime) -> None:
    """Note that every table was written anew; ``purges`` were waiting when that began."""
    rewriting = new_id()
    session.execute(insert(Rewriting).values(id=rewriting, began_at=began_at, ended_at=now))
    missing = sorted(set(purges) & set(waiting(session)))
    if missing:  # two at once: the first has them
        session.execute(insert(RewrittenPurge), [{"purge": purge, "rewriting": rewriting} for purge in missing])
    body = {"by": by.name, "purges": len(missing)}
    audit.record(session, chain=by.chain, act="storage:rewrite", body=body, now=now)


def last_rewriting(session: Session) -> datetime | None:
    """When the newest rewriting ended."""
    return session.scalars(select(Rewriting.ended_at).order_by(Rewriting.ended_at.desc()).limit(1)).first()


def find_recall(session: Session, *, event: UUID, backup_days: int) -> Recall | None:
    """What has become of an event's links; None before its purge."""
    purge = session.scalars(select(PurgedEvent.purge).where(PurgedEvent.event == event)).first()
    found = [] if purge is None else _recalls(session, [purge], backup_days=backup_days)
    return next((recall for key, recall in found if key == event), None)


def all_recalls(session: Session, *, backup_days: int) -> tuple[Recall, ...]:
    """Of every purged event, the newest purge first."""
    purges = session.scalars(select(Purge.id).order_by(Purge.purged_at.desc(), Purge.id)).all()
    return tuple(recall for _, recall in _recalls(session, purges, backup_days=backup_days))


def beyond_recall(rewritten_on: date | None, *, backup_days: int) -> date | None:
    """The first day on which neither a backup nor an archived log of before the rewriting is kept."""
    return None if rewritten_on is None else rewritten_on + timedelta(days=backup_days)


def _recalls(session: Session, purges: Sequence[UUID], *, backup_days: int) -> list[tuple[UUID, Recall]]:
    by_purge: dict[UUID, list[PurgedEvent]] = defaultdict(list)
    for row in session.scalars(select(PurgedEvent).where(PurgedEvent.purge.in_(purges))):
        by_purge[row.purge].append(row)
    found: list[tuple[UUID, Recall]] = []
    statement = (
        select(Purge, Rewriting.ended_at)
        .outerjoin(RewrittenPurge, RewrittenPurge.purge == Purge.id)
        .outerjoin(Rewriting, Rewriting.id == RewrittenPurge.rewriting)
        .where(Purge.id.in_(purges))
        .order_by(Purge.purged_at.desc(), Purge.id)
    )
    for purge, ended_at in session.execute(statement):
        codes = {row.event: campaigns.get_event_by_id(session, row.event).code for row in by_purge[purge.id]}
        rewritten_on = _day(ended_at)
        for row in sorted(by_purge[purge.id], key=lambda row: codes[row.event]):
            recall = Recall(
                event=codes[row.event],
                together=tuple(sorted(codes.values())),
                parted_on=panama_day(purge.purged_at),
                rewritten_on=rewritten_on,
                beyond_recall_on=beyond_recall(rewritten_on, backup_days=backup_days),
                own=Measure(row.visits, row.awards, row.sharing),
                pooled=Measure(purge.visits, purge.awards, purge.sharing),
            )
            found.append((row.event, recall))
    return found


def _day(instant: datetime | None) -> date | None:
    return None if instant is None else panama_day(instant)


def _figures(measure: Measure) -> dict[str, int]:
    return {"visits": measure.visits, "awards": measure.awards, "sharing": measure.sharing}
