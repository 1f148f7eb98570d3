"""A page of another site cannot make a signed-in browser do anything (OWASP ASVS 5.0, V3.5.1).

Every POST needs the token that our own pages carry, except the till API's: its callers send a bearer token, never a
cookie. Browsers also say where a request comes from (``Sec-Fetch-Site``); what comes from elsewhere is refused even
with a token. The ``Referer`` is no help, since our pages ask browsers not to send one.
"""

from flask import Flask, request
from flask_wtf.csrf import CSRFError, CSRFProtect

from buyback.web.shell import guard

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
OWN_SITE = frozenset({"same-origin", "none"})

FIELD = "csrf_token"
HEADER = "X-CSRF-Token"


def init(app: Flask) -> None:
    """Check each request that may change something, before anything else looks at it."""
    app.config["WTF_CSRF_CHECK_DEFAULT"] = False  # we call it, for every view but the tills'
    app.config["WTF_CSRF_TIME_LIMIT"] = None  # as long as the browser's session: a form left open must not fail
    app.config["WTF_CSRF_SSL_STRICT"] = False
    app.config["WTF_CSRF_FIELD_NAME"] = FIELD
    app.config["WTF_CSRF_HEADERS"] = [HEADER]
    protection = CSRFProtect(app)

    @app.before_request
    def _check() -> None:
        if request.method in SAFE or request.endpoint is None:
            return
        access = guard.access_of(app, request.endpoint, request.method)
        if access is not None and access.kind is guard.Kind.TILL:
            return
        if request.headers.get("Sec-Fetch-Site", "same-origin") not in OWN_SITE:
            raise CSRFError
        protection.protect()
