"""A page of another site cannot make a signed-in browser do anything (OWASP ASVS 5.0, V3.5.1).

Every POST needs the token that our own pages carry, except the till API's: its callers send a bearer token, never a
cookie. The token is random, of one browser's session, and kept in Flask's signed cookie, which scripts cannot read;
signing in empties that, and the next page carries another. It lasts as long as the session: a form left open must not
fail. Browsers also say where a request comes from (``Sec-Fetch-Site``); what comes from elsewhere is refused even with
a token. The ``Referer`` is no help, since our pages ask browsers not to send one.
"""

from secrets import compare_digest
from typing import cast

from flask import Flask, request, session

from buyback.security.tokens import new_token
from buyback.web.shell import permissions

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
OWN_SITE = frozenset({"same-origin", "none"})

FIELD = "csrf_token"
HEADER = "X-CSRF-Token"
OWN = "csrf"  # the cookie's field


class CsrfError(Exception):
    """The request does not come from a page that this session was given."""


def token() -> str:
    """What the pages of this browser's session carry in their forms."""
    if OWN not in session:
        session[OWN] = new_token()
    return cast("str", session[OWN])


def init(app: Flask) -> None:
    """Check each request that may change something, before anything else looks at it."""
    app.jinja_env.globals[FIELD] = token

    @app.before_request
    def _check() -> None:
        if request.method in SAFE or request.endpoint is None:
            return
        access = permissions.access_of(app, request.endpoint, request.method)
        if access is not None and access.kind is permissions.AccessKind.TILL:
            return
        sent = request.form.get(FIELD) or request.headers.get(HEADER, "")
        from_here = request.headers.get("Sec-Fetch-Site", "same-origin") in OWN_SITE
        if not from_here or not compare_digest(sent.encode(), token().encode()):
            raise CsrfError
