"""An app over a test's database, and people who use it: what tests of pages begin with."""

import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cache
from typing import cast
from urllib.parse import urlsplit
from uuid import UUID

from flask.sessions import SecureCookieSessionInterface
from jinja2.bccache import Bucket, BytecodeCache
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from buyback.app import AUDIENCES, App, create_app
from buyback.db import Database
from buyback.people import queries, service, sessions
from buyback.people.rules import OPERATOR, Actor
from buyback.people.service import Employer
from buyback.security.access import Role
from buyback.security.passwords import hash_password
from buyback.security.tokens import new_token, token_digest
from buyback.settings import Settings
from buyback.web.shell import csrf, login
from buyback.web.shell.audiences import Audience
from buyback.web.shell.request import EXTENSION, Wiring
from tests.builders import make_keys


class _Compiled(BytecodeCache):
    """Templates that one test's app has compiled, for the apps of the next tests."""

    def __init__(self) -> None:
        self._of: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give what is known of a template; its key holds the source's hash."""
        if bucket.key in self._of:
            bucket.bytecode_from_string(self._of[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep it."""
        self._of[bucket.key] = bucket.bytecode_to_string()


App.jinja_options = {**App.jinja_options, "bytecode_cache": _Compiled()}

PASSWORD = "cuatro barcos entran a la bahía"
NOON = datetime(2026, 11, 24, 17, 0, tzinfo=UTC)  # noon in Panama
SECURE = "https://localhost"
LOOPBACK = "http://127.0.0.1:8000"

_CSRF = re.compile(r'name="csrf_token" value="([^"]+)"')


@dataclass
class Clock:
    """A clock that stands where the test puts it."""

    at: datetime = NOON

    def __call__(self) -> datetime:
        return self.at


class Browser:
    """A browser: keeps cookies, and sends the token that pages carry with what it posts."""

    def __init__(self, app: App, base_url: str) -> None:
        self.client = app.test_client()
        self.base_url = base_url
        self._app = app
        self._tokens: dict[str | None, str] = {}

    def get(self, path: str, **headers: str) -> TestResponse:
        """Open a page."""
        return self.client.get(path, base_url=self.base_url, headers=headers)

    def post(self, path: str, fields: dict[str, str] | None = None, **headers: str) -> TestResponse:
        """Send a form with its token."""
        return self.post_bare(path, {"csrf_token": self.csrf_token(), **(fields or {})}, **headers)

    def post_bare(self, path: str, fields: dict[str, str] | None = None, **headers: str) -> TestResponse:
        """Send a form as another site would: without the token."""
        return self.client.post(path, base_url=self.base_url, data=fields or {}, headers=headers)

    def csrf_token(self) -> str:
        """The token in the pages of this browser's session; a page is opened for it once in a session."""
        if self._secret() not in self._tokens:
            found = _CSRF.search(self.get("/").text)
            assert found, "no page without the language's form"
            self._tokens[self._secret()] = found.group(1)
        return self._tokens[self._secret()]

    def _secret(self) -> str | None:
        """What the tokens of this browser's session are made from."""
        domain = urlsplit(self.base_url).hostname or ""
        cookie = self.client.get_cookie(self._app.config["SESSION_COOKIE_NAME"], domain=domain)
        reads = SecureCookieSessionInterface().get_signing_serializer(self._app)
        return reads.loads(cookie.value).get(csrf.OWN) if cookie and reads else None

    def hold(self, token: str) -> None:
        """Be the browser of a session."""
        with self.client.session_transaction(base_url=self.base_url) as cookie:
            cookie[login.TOKEN] = token

    def held(self) -> str | None:
        """The token of this browser's session."""
        with self.client.session_transaction(base_url=self.base_url) as cookie:
            return cookie.get(login.TOKEN)


@dataclass
class Site:
    """An app, what it stands on, and who may use it."""

    app: App
    database: Database
    clock: Clock
    settings: Settings
    people: list[Actor] = field(default_factory=list)

    def browser(self) -> Browser:
        """A browser in which nobody is signed in."""
        return Browser(self.app, self.settings.base_url)

    def add_official(self, *roles: Role, organisation: str = "MINSEG", name: str = "") -> Actor:
        """A public servant with a password (``PASSWORD``)."""
        return self.add_person(*roles, employer=self._employer(organisation), name=name)

    def add_person(self, *roles: Role, employer: Employer, name: str = "") -> Actor:
        """Somebody with a password (``PASSWORD``)."""
        name = name or f"persona{len(self.people) + 1}"
        digest = token_digest(self._invite(*roles, employer=employer, name=name))

        def work(session: Session) -> Actor:
            service.accept_invitation(session, invitation_hash=digest, password_hash=_password_hash(), now=self.clock())
            return queries.actor_by_name(session, name)

        person = self.database.transact(work)
        self.people.append(person)
        return person

    def invite(self, *roles: Role, name: str, organisation: str = "MINSEG") -> str:
        """The one-time invitation of somebody new."""
        return self._invite(*roles, employer=self._employer(organisation), name=name)

    def signed_in(self, person: Actor, *, till: UUID | None = None) -> Browser:
        """A browser in which a person is signed in, without the time that a password takes."""
        token = new_token()
        device = sessions.SignInKeys(account=secrets.token_bytes(32), device=secrets.token_bytes(32))

        def work(session: Session) -> None:
            sessions.sign_in(
                session,
                name=person.name,
                password_matches=True,
                token_hash=token_digest(token),
                keys=device,
                now=self.clock(),
            )
            found = queries.find_session(session, token_digest(token), now=self.clock())
            if till is not None and found is not None:
                sessions.choose_till(session, login=found.id, till=till)

        self.database.transact(work)
        visitor = self.browser()
        visitor.hold(token)
        return visitor

    def signed_in_as(self, *roles: Role) -> Browser:
        """A browser in which a new official with these roles is signed in."""
        return self.signed_in(self.add_official(*roles))

    def _employer(self, organisation: str) -> Employer:
        with self.database.reading() as session:
            return Employer(organisation=queries.get_organisation(session, organisation).id)

    def _invite(self, *roles: Role, employer: Employer, name: str) -> str:
        token = new_token()
        self.database.transact(
            lambda session: service.add_user(
                session,
                name=name,
                employer=employer,
                roles=roles,
                invitation_hash=token_digest(token),
                by=OPERATOR,
                now=self.clock(),
            )
        )
        return token


def make_site(
    database: Database,
    *more: Audience,
    base_url: str = SECURE,
    demonstration: bool = False,
    clock: Clock | None = None,
) -> Site:
    """A site over an open, migrated database, with all portals and those that a test adds."""
    clock = clock or Clock()
    given = {
        "BUYBACK_DATABASE_URL": database.engine.url.render_as_string(hide_password=False),
        "BUYBACK_BASE_URL": base_url,
        "BUYBACK_TRUSTED_PROXIES": "1" if base_url == SECURE else "0",
    }
    settings = Settings.read(given, demonstration=demonstration)
    return Site(app_over(database, settings, clock, more), database, clock, settings)


def app_over(database: Database, settings: Settings, clock: Clock, more: tuple[Audience, ...] = ()) -> App:
    """An app over an open database.

    Half of a page's test would be spent on building it: one of a kind is built once, and tied anew each time, so that
    the one that was asked for before answers from the new database too.
    """
    keys = make_keys()
    app = _app_like(replace(settings, database_url="", migrate_database_url=""), more)
    app.extensions[EXTENSION] = Wiring(settings=settings, database=database, keys=keys, clock=clock)
    return app


@cache
def _app_like(settings: Settings, more: tuple[Audience, ...]) -> App:
    nowhere = cast("Database", None)
    return create_app(settings, database=nowhere, keys=make_keys(), clock=Clock(), audiences=(*AUDIENCES, *more))


@cache
def _password_hash() -> str:
    return hash_password(PASSWORD)


@contextmanager
def site_over(database: Database, *more: Audience) -> Iterator[Site]:
    """A site for the length of a ``with``."""
    yield make_site(database, *more)
