"""Events in several neighbourhoods and what was handed in there: what tests of the totals begin with."""

import json
from datetime import date
from typing import Any
from uuid import uuid4

from buyback.campaigns.facts import EventFacts
from buyback.db import Database
from buyback.paper_forms.service import import_forms
from buyback.people.rules import OPERATOR
from buyback.security.access import Role
from buyback.security.keyring import KeyRing
from buyback.vouchers.printing import papers
from buyback.vouchers.service import MintedVoucher
from tests.builders import NOW, PROGRAMME, make_event, make_keys, make_programme, make_user
from tests.tills import Paper, paper

BETANIA, CURUNDU, CATIVA = "080806", "080805", "030104"  # two of the district of Panamá, one of Colón
OCTOBER, NOVEMBER = date(2026, 10, 31), date(2026, 11, 2)

RULES = PROGRAMME.replace(
    "tariff = [",
    """tariff = [
  {class = "air_gun", fixed = "10.00"},
  {class = "part", fixed = "1.00"},
  {class = "accessory", fixed = "2.00"},
""",
)

PISTOL = {"class": "pistol", "condition": "serviceable", "value": "250.00"}
REVOLVER = {"class": "revolver", "condition": "poor", "value": "75.00"}
AIR_GUN = {"class": "air_gun"}
PRINTED = {"class": "printed"}
GRENADE = {"class": "grenade", "made_safe_by": "UTOA"}


def some(kind: str, quantity: int) -> dict[str, Any]:
    """So many of a class without a condition."""
    group = {"calibre_group": "handgun"} if kind == "ammunition" else {}
    return {"class": kind, **group, "quantity": quantity}


def add_staff(database: Database) -> None:
    """The people whom forms name."""
    make_user(database, "ana", Role.APPRAISER)
    make_user(database, "beto", Role.APPROVER)
    make_user(database, "carla", Role.ISSUER, organisation="MINGOB")


def add_event(database: Database, code: str, corregimiento: str = BETANIA, *, rules: str = RULES) -> EventFacts:
    """An open event of two sessions and more, from the last day of October to the second of November."""
    programme = make_programme(database, rules)
    return make_event(
        database, code, starts_on=OCTOBER, ends_on=NOVEMBER, corregimiento=corregimiento, programme=programme
    )


def hand_in(
    database: Database, event: EventFacts, *items: dict[str, Any], day: date = NOVEMBER, keys: KeyRing | None = None
) -> None:
    """One surrender, paid out."""
    form = {
        "op_id": str(uuid4()),
        "event": event.code,
        "date": day.isoformat(),
        "appraised_by": "ana",
        "approved_by": "beto",
        "issued_by": "carla",
        "items": items,
    }
    content = json.dumps(form).encode()
    ring = keys or make_keys()
    database.transact(lambda session: import_forms(session, content=content, by=OPERATOR, keys=ring, now=NOW))


def papers_of(database: Database, event: EventFacts, *, keys: KeyRing | None = None) -> list[Paper]:
    """The vouchers of an event as people hold them, largest first."""
    with database.reading() as session:
        stored = papers.issued(session, event.id)
    found = [
        paper(event, MintedVoucher(voucher.id, voucher.serial, voucher.face), keys or make_keys()) for voucher in stored
    ]
    return sorted(found, key=lambda voucher: voucher.face, reverse=True)
