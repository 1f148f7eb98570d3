"""A portal in which everything goes wrong, on purpose."""

import sqlite3

from flask import Blueprint, abort, render_template_string
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from buyback.errors import Forbidden, NotFound, Refused
from buyback.security.access import Permission
from buyback.web.shell.audiences import Audience
from buyback.web.shell.permissions import open_to_all, permission, till_token
from buyback.web.shell.request import reading

SECRET = "hunter2-in-a-traceback"

faults = Blueprint("faults", __name__)


class TooLate(Refused):
    """A refusal that the table of statuses does not name."""

    sentence = "La jornada {event} ya cerró."


@faults.get("/faults/bug")
@faults.get("/api/faults/bug")
@open_to_all
def bug() -> str:
    """A mistake of ours."""
    raise RuntimeError(SECRET)


@faults.get("/faults/locked")
@faults.get("/api/faults/locked")
@open_to_all
def locked_database() -> str:
    """A database that cannot answer."""
    cause = sqlite3.OperationalError("database is locked")
    cause.sqlite_errorname = "SQLITE_BUSY"
    raise OperationalError("UPDATE t SET a = :typed", {"typed": SECRET}, cause)


@faults.get("/faults/code/<code>")
@open_to_all
def coded_database(code: str) -> str:
    """A database that fails with a code: an SQLSTATE or a name of SQLite's."""
    cause = sqlite3.OperationalError("no answer")
    cause.sqlite_errorname = code
    raise OperationalError("SELECT 1", {}, cause)


@faults.get("/faults/database")
@faults.get("/api/faults/database")
@open_to_all
def broken_database() -> str:
    """A database that answers with an error."""
    return str(reading().execute(text("SELECT 1 FROM nowhere WHERE :typed = 1"), {"typed": SECRET}))


@faults.get("/faults/refused")
@faults.get("/api/faults/refused")
@open_to_all
def refused() -> str:
    """A rule says no."""
    raise TooLate(event="BETANIA")


@faults.get("/faults/status/<int:status>")
@open_to_all
def status(status: int) -> str:
    """An answer that the framework gives."""
    abort(status)


@faults.get("/faults/missing")
@open_to_all
def missing() -> str:
    """Somebody else's object."""
    raise NotFound(what="la entrega 12")


@faults.get("/faults/forbidden")
@open_to_all
def forbidden() -> str:
    """A step that the roles do not allow."""
    raise Forbidden


@faults.get("/faults/undefined")
@open_to_all
def undefined() -> str:
    """A template that asks for a name nobody gave."""
    return render_template_string("{{ nobody_gave_this }}")


@faults.get("/faults/guarded")
@permission(Permission.EVENT_SEE)
def guarded() -> str:
    """For people with a role."""
    return "inside"


@faults.post("/faults/posted")
@open_to_all
def posted() -> str:
    """A form."""
    return "posted"


@faults.post("/api/faults/till")
@till_token
def till() -> str:
    """For tills."""
    return "till"


AUDIENCE = Audience("faults", blueprints=(faults,))
