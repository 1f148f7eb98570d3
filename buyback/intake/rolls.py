"""Rolls of tags: each tag is stored, and nowhere the order in which they were printed."""

from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from buyback.audit import service as audit
from buyback.campaigns.facts import ProgrammeFacts
from buyback.ids import new_id
from buyback.intake import tags
from buyback.intake.tables import Tag
from buyback.people.rules import Actor


def make_roll(
    session: Session, *, programme: ProgrammeFacts, count: int, sample: tags.Sample, by: Actor, now: datetime
) -> tuple[str, ...]:
    """Draw so many new tags for a programme; they come in the order of the roll, which is to be forgotten.

    TooManyTags where the programme would have too many. Two rolls drawn at once may meet in a tag: the second
    transaction fails on it and is run again.
    """
    taken = session.scalars(select(Tag.code).where(Tag.programme == programme.id)).all()
    roll = tags.draw(count, taken=set(taken), sample=sample)
    rows = [{"id": new_id(), "programme": programme.id, "code": code} for code in roll]
    # By their random ids: rows stay on the disk in the order in which they were written.
    session.execute(insert(Tag), sorted(rows, key=lambda row: str(row["id"])))
    body = {"by": by.name, "programme": programme.code, "count": count}
    audit.record(session, chain=by.chain, act="tag:print", body=body, now=now)
    return roll
