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
from buyback.people.rules import Actor
from buyback.schema import metadata
from buyback.security.access import Role
from tests.builders import TODAY, make_event
from tests.web.site import Browser, Site, make_site

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


Tables = tuple[EventFacts, tuple[Actor, Actor, Actor]]


def fill_tables(database: Database, *, float_cents: int = 20_000_00) -> Tables:
    """An event open today, and an appraiser, an approver and an issuer at its tables."""
    site = make_site(database)
    event = make_event(database, CODE, float_cents=float_cents)
    first, second, third = map(site.add_official, (Role.APPRAISER, Role.APPROVER, Role.ISSUER))
    return event, (first, second, third)


def make_desk(database: Database, tables: Tables) -> Desk:
    """The three of them signed in."""
    event, (appraiser, approver, issuer) = tables
    site = make_site(database)
    site.people += [appraiser, approver, issuer]
    return Desk(site, event, site.signed_in(appraiser), site.signed_in(approver), site.signed_in(issuer))


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
