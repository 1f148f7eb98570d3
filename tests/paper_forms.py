"""Paper forms for tests: as the lines of a file, and taken over into a database."""

import json
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from buyback.campaigns.facts import EventFacts
from buyback.db import Database
from buyback.paper_forms.service import ImportOutcome, import_forms
from buyback.people.rules import OPERATOR
from buyback.schema import metadata
from buyback.security.access import Role
from buyback.vouchers import service as voucher_service
from tests.builders import NOW, make_event, make_keys, make_user

Raw = dict[str, Any]
FORM_IDS = UUID("6f0c3f8e-2f0e-4d0f-9a55-0e7f5f4a7a11")
MAGAZINES = {"class": "magazine", "quantity": 2}


def make_paper_event(database: Database) -> EventFacts:
    """The open event E, and the three people whom the forms name."""
    for name, role in (("ana", Role.APPRAISER), ("beto", Role.APPROVER), ("carla", Role.ISSUER)):
        make_user(database, name, role)
    return make_event(database, "E")


def raw_form(number: int = 1, **changes: object) -> Raw:
    form: Raw = {
        "op_id": str(uuid5(FORM_IDS, str(number))),
        "event": "E",
        "date": "2026-11-24",
        "appraised_by": "ana",
        "issued_by": "carla",
        "items": [raw_revolver(), {"class": "ammunition", "calibre_group": "handgun", "quantity": 30}, MAGAZINES],
    }
    return {**form, **changes}


def raw_revolver(**changes: object) -> Raw:
    return {"class": "revolver", "condition": "serviceable", "value": "150.03", **changes}


def written(*forms: Raw) -> bytes:
    return "".join(json.dumps(form) + "\n" for form in forms).encode()


def take(database: Database, *forms: Raw) -> ImportOutcome:
    """Import a file of these forms."""
    content = written(*forms)
    return database.transact(
        lambda session: import_forms(session, content=content, by=OPERATOR, keys=make_keys(), now=NOW)
    )


def rows(database: Database) -> dict[str, int]:
    with database.reading() as session:
        return {
            name: session.scalar(select(func.count()).select_from(table)) or 0
            for name, table in metadata.tables.items()
        }


def make_blanks(database: Database, event: EventFacts, *faces: int) -> list[int]:
    def mint(session: Session, face: int) -> int:
        (minted,) = voucher_service.mint_book(
            session, event=event, face=face, count=1, by=OPERATOR, keys=make_keys(), now=NOW
        )
        return minted.serial

    return database.transact(lambda session: [mint(session, face) for face in faces])
