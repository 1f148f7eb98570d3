"""The first page, the language, and two questions of machines: does the process live, can it work."""

from functools import cache

from flask import Blueprint, redirect, request, session
from werkzeug.wrappers import Response

from buyback import migrate
from buyback.web.shell import i18n, login
from buyback.web.shell.guard import open_to_all
from buyback.web.shell.pages import page
from buyback.web.shell.request import wiring

public = Blueprint("public", __name__)


@public.get("/")
@open_to_all
def home() -> str:
    """What this is; for whoever is signed in, the way to their work."""
    login.find_actor()
    return page("public/home.html")


@public.post("/idioma")
@open_to_all
def switch_language() -> Response:
    """Show everything in another language from now on, and return to the page that was open."""
    chosen = request.form.get("lang")
    if chosen in i18n.LANGUAGES:
        session[i18n.SESSION_KEY] = chosen
    return redirect(login.safe_next(request.form.get(login.NEXT)), 303)


@public.get("/healthz")
@open_to_all
def healthz() -> tuple[str, dict[str, str]]:
    """The process lives."""
    return "ok\n", {"Content-Type": "text/plain"}


@public.get("/readyz")
@open_to_all
def readyz() -> tuple[str, int, dict[str, str]]:
    """The database answers and its schema is the one this code was written for; 503 otherwise."""
    ready = migrate.current(wiring().database.engine) == _head()
    return ("ok\n" if ready else "schema\n"), (200 if ready else 503), {"Content-Type": "text/plain"}


@cache
def _head() -> str | None:
    return migrate.head()
