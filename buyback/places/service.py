"""Name barrios. Corregimientos come with migrations, as the law changes them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.orm import Session

from buyback.audit import service as audit
from buyback.errors import InvalidInput
from buyback.ids import new_id
from buyback.places import queries
from buyback.places.rules import barrio_problems, fold
from buyback.places.tables import Barrio


def add_barrio(session: Session, *, corregimiento: str, name: str, chain: UUID, by: str, now: datetime) -> UUID:
    """The barrio of that name in a corregimiento, created where it is new.

    Places lie below people, so that whoever asks is given as the audit ``chain`` and a name. Raises NotFound or
    InvalidInput (``barrio``).
    """
    tidy = " ".join(name.split())
    if problems := barrio_problems(tidy):
        raise InvalidInput(problems)
    place = queries.get_corregimiento(session, corregimiento)
    known = queries.find_barrio(session, place.code, tidy)
    if known is not None:
        return known.id
    barrio = new_id()
    session.execute(insert(Barrio).values(id=barrio, corregimiento=place.code, name=tidy, folded=fold(tidy)))
    body = {"by": by, "corregimiento": place.code, "barrio": tidy}
    audit.record(session, chain=chain, act="barrio:add", body=body, now=now)
    return barrio
