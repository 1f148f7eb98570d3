"""The people of one open event at their screens: what tests of the tables' pages begin with."""

import re
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from werkzeug.test import TestResponse

from buyback.campaigns.facts import EventFacts
from buyback.db import Database
from buyback.ids import new_id
from buyback.intake import queries as intake
from buyback.intake.queries import ItemFacts, SurrenderFacts
from buyback.intake.rules import SurrenderState
from buyback.schema import metadata
from buyback.security.access import Role
from tests.builders import TODAY, make_event
from tests.web.site import Browser, Site

CODE = "BETANIA-2026-11-24"
EVENT = f"/jornadas/{CODE}"
REFUSED = 422
GONE_ON = 303

# What opening a session writes; nothing of it belongs to the work.
_SESSIONS = frozenset({"login_session", "sign_in_failure"})

_NUMBER = re.compile(r"/entregas/(\d+)")


@dataclass
class Desk:
    """An open event; the browsers of an appraiser, an approver and an issuer; the surrender that was opened last."""

    site: Site
    event: EventFacts
    appraiser: Browser
    approver: Browser
    issuer: Browser
    visit: str = f"{EVENT}/entregas/1"

    def open(self, **fields: str) -> TestResponse:
        """Register a surrender today, unless told otherwise."""
        form = {"op_id": str(new_id()), "date": TODAY.isoformat(), **fields}
        answer = self.appraiser.post(f"{EVENT}/entregas", form)
        if answer.status_code == GONE_ON:
            self.visit = answer.location
        return answer

    def add(self, kind: str, **fields: str) -> TestResponse:
        """Type an item into the form of its class."""
        form = {"line": "1", "quantity": "1", **fields}
        return self.appraiser.post(f"{self.visit}/articulos/{kind}", form)

    def tap(self, kind: str, key: str, *, line: int = 1) -> TestResponse:
        """Tap one of the choices of a class."""
        return self.appraiser.post(f"{self.visit}/articulos/{kind}", {"line": str(line), "quick": key})

    def step(self, name: str, by: Browser | None = None, **fields: str) -> TestResponse:
        """Press one of the buttons of the surrender's page; the appraiser does unless told otherwise."""
        return (by or self.appraiser).post(f"{self.visit}/{name}", fields)

    def see(self, by: Browser | None = None) -> str:
        """The surrender's page."""
        return (by or self.appraiser).get(self.visit).text

    def offer(self, value: str = "150.00") -> None:
        """A new surrender of a revolver, its appraisal finished."""
        for answer in (self.open(), self.add_revolver(value), self.step("terminar")):
            assert answer.status_code == GONE_ON, answer.text

    def add_revolver(self, value: str = "150.00", **fields: str) -> TestResponse:
        """A revolver in order; the tariff's range for it goes from 100 to 250 balboas."""
        return self.add("revolver", condition="serviceable", value=value, **fields)

    def accept(self, value: str = "150.00") -> None:
        """A new surrender of a revolver, its offer accepted."""
        self.offer(value)
        assert self.step("aceptar").status_code == GONE_ON

    def facts(self) -> SurrenderFacts:
        """The surrender as it is stored."""
        found = _NUMBER.search(self.visit)
        assert found
        with self.site.database.reading() as session:
            return intake.get_surrender(session, event=self.event.id, number=int(found.group(1)))

    @property
    def state(self) -> SurrenderState:
        """Where the surrender stands."""
        return self.facts().state

    def items(self) -> list[ItemFacts]:
        """The items that are stored."""
        with self.site.database.reading() as session:
            return intake.items_of(session, self.facts().id)


def make_desk(site: Site, *, float_cents: int = 20_000_00) -> Desk:
    """An event open today, and three people at its tables."""
    event = make_event(site.database, CODE, float_cents=float_cents)
    return Desk(
        site,
        event,
        appraiser=site.signed_in_as(Role.APPRAISER),
        approver=site.signed_in_as(Role.APPROVER),
        issuer=site.signed_in_as(Role.ISSUER),
    )


def stored(database: Database) -> dict[str, list[Any]]:
    """Every row of every table but the sessions, to be held beside what is there later."""
    with database.reading() as session:
        return {
            table.name: sorted(session.execute(select(table)).all(), key=repr)
            for table in metadata.sorted_tables
            if table.name not in _SESSIONS
        }


def said_at(answer: TestResponse, field: str) -> str:
    """The sentence that stands beside a field; empty where there is none."""
    found = re.search(rf'<p class="error" id="{field}-error">(.*?)</p>', answer.text, re.DOTALL)
    return re.sub(r"<[^>]+>|\s+", " ", found.group(1)).strip() if found else ""
