"""Load a programme file: the programme's version and its tariff, in one step."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.orm import Session

from buyback.audit import service as audit
from buyback.campaigns import programmes
from buyback.campaigns.programmes import LoadedVersion
from buyback.ids import new_id
from buyback.people.rules import Actor
from buyback.tariff.programme_section import ProgrammeFile, content_hash
from buyback.tariff.rules import PriceKind, TariffEntry
from buyback.tariff.tables import TariffRow


def load_programme(session: Session, *, file: ProgrammeFile, by: Actor, now: datetime) -> LoadedVersion:
    """Create a programme from a file, or a new version of it; a file that says nothing new changes nothing.

    Events keep the version they were created under. Raises as ``campaigns.programmes.store_version``.
    """
    content = content_hash(file)
    loaded = programmes.store_version(session, rules=file.rules, content_hash=content, by=by, now=now)
    if loaded.is_new:
        session.execute(insert(TariffRow), [_row(loaded.id, entry) for entry in file.lines])
        body = {"by": by.name, "programme": loaded.programme, "version": loaded.version, "content": content.hex()}
        audit.record(session, chain=by.chain, act="programme:load", body=body, now=now)
    return loaded


def _row(version: UUID, entry: TariffEntry) -> dict[str, object]:
    price = entry.price
    is_range = price.kind is PriceKind.RANGE
    return {
        "id": new_id(),
        "version": version,
        "catalogue_class": entry.class_code.value,
        "condition": entry.condition.value if entry.condition else "",
        "calibre_group": entry.calibre_group.value if entry.calibre_group else "",
        "low": price.low if is_range else None,
        "high": price.high if is_range else None,
        "unit": price.low if price.kind is PriceKind.UNIT else None,
        "fixed": price.low if price.kind is PriceKind.FIXED else None,
        "cap_per_visit": entry.cap_per_visit,
    }
