"""Who is signed in. The browser's cookie holds a random token; the session itself is a row that can be ended.

Flask-Login asks for the person once a request, through ``request_loader``. Its own way of signing in is not used: it
would keep a user's id in the cookie, which nobody can end, beside a hash of address and browser.

The token lies in Flask's signed cookie together with the CSRF secret and the language, so there is one cookie. A new
sign-in empties it first: whoever planted a cookie before learns nothing (OWASP ASVS 5.0, V7.2.4).
"""

from typing import cast

from flask import Flask, Request, g, redirect, request, session, url_for
from flask_login import LoginManager, UserMixin, current_user
from werkzeug.wrappers import Response

from buyback.people import queries, sessions
from buyback.people.queries import SessionFacts
from buyback.people.rules import SEEN_EVERY, Actor
from buyback.security.tokens import token_digest
from buyback.settings import Settings
from buyback.web.shell.request import is_api, now, reading, transacting

TOKEN = "who"  # noqa: S105  the name of the cookie's field, not a token
NEXT = "next"
KEPT_AT_SIGN_IN = ("lang", "theme")


class LoginUser(UserMixin):  # type: ignore[misc]  # the library has no types
    """Whoever is signed in, as Flask-Login has them: its ``current_user``."""

    def __init__(self, found: SessionFacts) -> None:
        self.session = found


def find_session() -> SessionFacts | None:
    """The live session of this request, looked up once; None when nobody is signed in."""
    if g.get("nobody") or not current_user.is_authenticated:
        return None
    return cast("SessionFacts", current_user.session)


def find_actor() -> Actor | None:
    """The signed-in person; None when nobody is."""
    found = find_session()
    return found.actor if found else None


def known_actor() -> Actor | None:
    """The person as far as this request has looked already: for the log and for error pages."""
    found: SessionFacts | None = g.get("found")
    return found.actor if found else None


def current_session() -> SessionFacts:
    """The session, in a view that asks for a permission."""
    found = find_session()
    if found is None:
        raise LookupError("no one is signed in: the view must declare a permission")
    return found


def actor() -> Actor:
    """The signed-in person, in a view that asks for a permission: the ``by`` of every service."""
    return current_session().actor


def ask_nobody() -> None:
    """Treat this request as nobody's from here on: the database may be what failed."""
    g.nobody = True


def begin(token: str) -> None:
    """Tie the browser to a session row, by its token."""
    _empty()
    session[TOKEN] = token


def end() -> None:
    """Untie the browser. Ending the row is the service's work."""
    _empty()
    g.nobody = True


def ask_to_sign_in() -> Response:
    """Send a person to the sign-in page, and afterwards back to the page they asked for."""
    wanted = request.full_path.rstrip("?") if request.method == "GET" and not is_api() else None
    return redirect(url_for("account.sign_in", next=wanted), 303)


def safe_next(wanted: str | None) -> str:
    """A path of our own to go on to; the first page for anything else, above all for another site's address."""
    if wanted and wanted.startswith("/") and not wanted.startswith(("//", "/\\")) and wanted.isprintable():
        return wanted
    return url_for("public.home")


def _load(_request: Request) -> LoginUser | None:
    token = session.get(TOKEN)
    g.found = _look_up(token) if isinstance(token, str) else None
    return LoginUser(g.found) if g.found else None


def _look_up(token: str) -> SessionFacts | None:
    found = queries.find_session(reading(), token_digest(token), now=now())
    if found is not None and now() - found.seen_at >= SEEN_EVERY:
        seen = found
        transacting(lambda writing: sessions.touch(writing, login=seen.id, seen_at=seen.seen_at, now=now()))
    return found


def _empty() -> None:
    kept = {name: session[name] for name in KEPT_AT_SIGN_IN if name in session}
    session.clear()
    session.update(kept)


def init(app: Flask, settings: Settings, session_key: bytes) -> None:
    """One cookie, out of reach for scripts and other sites; ``__Host-`` where the site is served over TLS."""
    app.config.update(
        SECRET_KEY=session_key,
        SESSION_COOKIE_NAME="__Host-session" if settings.is_https else "session",
        SESSION_COOKIE_SECURE=settings.is_https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_PATH="/",
    )
    # The library would not ask us who a browser is while it has a cookie of this name, which another site under the
    # same domain could plant: with this prefix browsers take it from nobody but us, and we never set it.
    app.config["REMEMBER_COOKIE_NAME"] = "__Host-unused"
    manager = LoginManager()
    manager.session_protection = None
    manager.request_loader(_load)
    manager.init_app(app, add_context_processor=False)
