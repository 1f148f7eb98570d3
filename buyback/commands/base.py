"""What every command shares: settings, database, keys and the clock, read when first asked for."""

import json
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TypeVar

import click
from sqlalchemy.orm import Session

from buyback.db import Database
from buyback.errors import InvalidInput, Refused
from buyback.files.reading import values
from buyback.files.reading.values import Dialect
from buyback.keys import queries, service
from buyback.keys.rules import KeysUnknown
from buyback.languages import translator
from buyback.migrate import require_current
from buyback.people import queries as people
from buyback.people.rules import OPERATOR, Actor
from buyback.security import key_folder
from buyback.security.event_keys import EventKeys
from buyback.security.keyring import KeyRing
from buyback.settings import Settings

T = TypeVar("T")


class DatabaseSilent(Refused):
    """The database is not there, or not writable, or busy for too long."""

    sentence = "La base de datos no responde. No se hizo nada; inténtelo otra vez."


@dataclass
class Context:
    """Passed to commands as ``ctx.obj``; nothing is opened that a command does not need."""

    environ: dict[str, str] = field(default_factory=lambda: dict(os.environ))

    @cached_property
    def settings(self) -> Settings:
        """The environment, read once."""
        return Settings.read(self.environ)

    @cached_property
    def database(self) -> Database:
        """The database, with a current schema."""
        database = Database(self.settings.database_url)
        database.seal_with(EventKeys(self.settings.event_keys))
        try:
            require_current(database.engine)
        except Refused:
            database.dispose()
            raise
        return database

    @cached_property
    def keys(self) -> KeyRing:
        """The keys of the folder that the environment names, if they are the database's; the first become so."""
        database = self.database  # first: what is wrong with it explains more than a folder that is missing
        ring = key_folder.load(self.settings.keys)
        database.sign_with(ring.audit)
        with database.reading() as session:
            refusal = queries.find_refusal(session, ring)
        if isinstance(refusal, KeysUnknown):
            database.transact(lambda session: service.recognise(session, keys=ring, now=self.now()))
        elif refusal is not None:
            raise refusal
        return ring

    @staticmethod
    def now() -> datetime:
        """The present."""
        return datetime.now(UTC)

    def close(self) -> None:
        """Close what was opened."""
        if "database" in self.__dict__:
            self.database.dispose()

    def transact(self, work: Callable[[Session], T]) -> T:
        """One transaction, run again where it collided with another."""
        _ = self.keys  # whatever changes something signs its row of the audit log
        return self.database.transact(work, again_on_conflict=True)

    def actor(self, session: Session, name: str | None) -> Actor:
        """The person a command acts for; the operator where none is named."""
        return OPERATOR if name is None else people.actor_by_name(session, name)


class Typed(click.ParamType[T]):
    """An option that is written as in a form, and refused in the same words."""

    def __init__(self, name: str, read: Callable[[str, Dialect], T]) -> None:
        self.name = name
        self._read = read

    def convert(self, value: str | T, param: click.Parameter | None, ctx: click.Context | None) -> T:
        """The value, or a usage error in the language of the terminal."""
        if not isinstance(value, str):
            return value
        try:
            return self._read(value, Dialect.TYPED)
        except Refused as refusal:
            asked = ctx.find_object(Context) if ctx else None
            self.fail(refusal.text(translator(asked.environ if asked else {})), param, ctx)


CENTS = Typed("amount", values.amount)
DAY = Typed("date", values.day)
as_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON document instead of text.")
by_whom = click.option("--by", help="Name of the user who does it; the operator where nobody is named.")


def print_json(document: object) -> None:
    """One JSON document on stdout."""
    click.echo(json.dumps(document, ensure_ascii=False))


def report(document: dict[str, object], text: str, *, as_json: bool) -> None:
    """The result of a command: for people, or for programs."""
    if as_json:
        print_json(document)
    else:
        click.echo(text)


def print_refusal(refusal: Refused, environ: dict[str, str]) -> None:
    """Why nothing was done, on stderr, in the language of the terminal."""
    translate = translator(environ)
    lines: Iterable[str] = [refusal.text(translate)]
    if isinstance(refusal, InvalidInput):
        lines = [*lines, *(problem.text(translate) for problem in refusal.problems)]
    for line in lines:
        click.echo(line, err=True)


def write_new(path: Path, content: bytes) -> None:
    """Write a file whole: a reader never sees half of it."""
    fresh = path.with_name(path.name + ".part")
    fresh.write_bytes(content)
    fresh.replace(path)
