"""The first page, the language, and two questions of machines: does the process live, can it work."""

from functools import cache

from flask import Blueprint, redirect, request, session
from werkzeug.wrappers import Response

from buyback import migrate
from buyback.campaigns import key_care
from buyback.keys import queries as known_keys
from buyback.web.shell import i18n, login
from buyback.web.shell.pages import page
from buyback.web.shell.permissions import open_to_all
from buyback.web.shell.request import keys, reading, wiring

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
    """The database answers, its schema is this code's, and the keys are its own; else 503.

    Keys of events that are lost are counted.
    """
    problem = _problem()
    return f"{problem or 'ok'}\n{'' if problem else _loss()}", (503 if problem else 200), {"Content-Type": "text/plain"}


def _problem() -> str:
    if migrate.current(wiring().database.engine) != _head():
        return "schema"
    refusal = known_keys.find_refusal(reading(), keys())
    if refusal is not None:
        return f"keys: {i18n.sentence(refusal)}"
    return "event keys" if key_care.look(reading()).is_all_missing else ""


def _loss() -> str:
    """A lost key stops the tables of its event, not the tills: the server stays ready and says so."""
    missing = len(key_care.look(reading()).missing)
    return f"event keys missing: {missing}\n" if missing else ""


@cache
def _head() -> str | None:
    return migrate.head()
