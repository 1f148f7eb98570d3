"""What a view may ask for: who asks, what time it is, a session to read from, a transaction to write in.

Views never touch ``flask.g`` themselves; these functions are its typed door.
"""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar, cast

from flask import Flask, Request, current_app, g, has_request_context, request
from sqlalchemy.orm import Session

from buyback.db import Database
from buyback.security.keyring import KeyRing
from buyback.settings import Settings

T = TypeVar("T")

EXTENSION = "buyback"
API_PREFIX = "/api/"


@dataclass(frozen=True)
class Wiring:
    """What the app was built from. ``clock`` gives the present as an aware UTC datetime."""

    settings: Settings
    database: Database
    keys: KeyRing
    clock: Callable[[], datetime]
    traced: set[str] = field(default_factory=set)  # kinds of faults whose trace is in the log already


def wiring() -> Wiring:
    """What the app that answers this request was built from."""
    return cast("Wiring", current_app.extensions[EXTENSION])


def settings() -> Settings:
    """The settings of this installation."""
    return wiring().settings


def keys() -> KeyRing:
    """The keys of this installation."""
    return wiring().keys


def now() -> datetime:
    """The instant of this request: one and the same for everything that it does."""
    if "now" not in g:
        g.now = wiring().clock()
    return cast("datetime", g.now)


def reading() -> Session:
    """The request's session for queries: one snapshot, opened at the first use, rolled back at the end."""
    if "reading" not in g:
        stack = ExitStack()
        g.reading_ends = stack
        g.reading = stack.enter_context(wiring().database.reading())
    return cast("Session", g.reading)


def end_reading() -> None:
    """Give the connection back, so that a write does not hold two and later reads see what was written."""
    stack: ExitStack | None = g.pop("reading_ends", None)
    g.pop("reading", None)
    if stack is not None:
        stack.close()


def transacting(
    work: Callable[[Session], T], *, again_on_conflict: bool = False, turn: Callable[[Session], None] | None = None
) -> T:
    """Do ``work`` in one transaction, commit, give back its result. A refusal inside rolls all of it back."""
    end_reading()
    return wiring().database.transact(work, again_on_conflict=again_on_conflict, turn=turn)


def is_api(asked: Request | None = None) -> bool:
    """Whether the answer is JSON for a machine rather than a page for a person."""
    return has_request_context() and (asked or request).path.startswith(API_PREFIX)


def _at_the_end(_error: BaseException | None = None) -> None:
    end_reading()


def init(app: Flask, wired: Wiring) -> None:
    """Tie an app to what it is built from."""
    app.extensions[EXTENSION] = wired
    app.teardown_request(_at_the_end)
