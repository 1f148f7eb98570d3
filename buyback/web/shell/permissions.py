"""Deny by default. Each view says who may ask for it; the app does not start while one says nothing.

    @blueprint.get("/jornadas")
    @permission(Permission.EVENT_SEE)
    def events() -> str: ...

The declaration is read before the view runs, so that no view can forget to check it. Whether an *object* is in the
person's scope is for services and queries: another organisation's object raises NotFound there.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar, cast

from flask import Flask, g, request
from werkzeug.exceptions import Unauthorized
from werkzeug.wrappers import Response

from buyback.errors import Forbidden
from buyback.security.access import Permission
from buyback.web.shell import login

V = TypeVar("V", bound=Callable[..., Any])

_MARK = "buyback_access"
_DECLARED = "buyback_declared"
_AUTOMATIC = frozenset({"OPTIONS"})  # answered by the framework with a list of methods, and nothing else


class AccessKind(StrEnum):
    """The three ways of asking."""

    OPEN = "open"
    PERSON = "person"
    TILL = "till"


@dataclass(frozen=True)
class Access:
    """Who may ask: anybody, a person whose roles carry ``permission``, or a till with its bearer token."""

    kind: AccessKind
    permission: Permission | None = None


class UnguardedViewError(RuntimeError):
    """A view does not say who may ask for it; the app refuses to start."""


def permission(needed: Permission) -> Callable[[V], V]:
    """The view is for signed-in people whose roles carry this permission; for the others it is forbidden."""
    return _marking(Access(AccessKind.PERSON, needed))


def open_to_all(view: V) -> V:
    """The view is for anybody, signed in or not."""
    return _marking(Access(AccessKind.OPEN))(view)


def till_token(view: V) -> V:
    """The view is for tills that send a bearer token; cookies are not looked at, so no CSRF token is asked for.

    Only the token's presence is checked here: the redemption's own transaction looks it up, so that a till that was
    revoked a moment ago is refused. The view gets it from ``bearer()``.
    """
    return _marking(Access(AccessKind.TILL))(view)


def declare(app: Flask, endpoint: str, access: Access) -> None:
    """For a view that a library adds and that cannot carry a decorator."""
    app.extensions.setdefault(_DECLARED, {})[endpoint] = access


def bearer() -> str:
    """The till's token of this request."""
    return cast("str", g.bearer)


def access_of(app: Flask, endpoint: str, method: str) -> Access | None:
    """What a view declares for an HTTP method, or None."""
    declared: dict[str, Access] = app.extensions.get(_DECLARED, {})
    if endpoint in declared:
        return declared[endpoint]
    view = app.view_functions[endpoint]
    view_class = getattr(view, "view_class", None)
    if view_class is not None:
        view = getattr(view_class, "get" if method == "HEAD" else method.lower(), None) or view
    return getattr(view, _MARK, None)


def routes(app: Flask) -> Iterator[tuple[str, str, str]]:
    """Every (rule, endpoint, method) the app answers, without the framework's own OPTIONS."""
    for rule in app.url_map.iter_rules():
        for method in sorted((rule.methods or set()) - _AUTOMATIC):
            yield rule.rule, rule.endpoint, method


def refuse_unguarded(app: Flask) -> None:
    """Raise UnguardedViewError, naming them, when a view does not declare who may ask for it."""
    bare = sorted(
        {f"{endpoint} ({rule})" for rule, endpoint, method in routes(app) if not access_of(app, endpoint, method)}
    )
    if bare:
        raise UnguardedViewError("no permission declared: " + ", ".join(bare))


def init(app: Flask) -> None:
    """Check each request against its view's declaration, before the view runs."""

    @app.before_request
    def _check() -> Response | None:
        if request.endpoint is None or request.method in _AUTOMATIC:
            return None  # no such page, or no view of ours
        access = access_of(app, request.endpoint, request.method)
        if access is None:
            raise UnguardedViewError(request.endpoint)
        if access.kind is AccessKind.TILL:
            g.bearer = _bearer_or_refuse()
            return None
        return _check_person(access.permission) if access.permission else None


def _check_person(needed: Permission) -> Response | None:
    actor = login.find_actor()
    if actor is None:
        return login.ask_to_sign_in()
    if not actor.may(needed):
        raise Forbidden
    return None


def _bearer_or_refuse() -> str:
    sent = request.authorization
    if sent is None or sent.type != "bearer" or not sent.token:
        raise Unauthorized
    return sent.token


def _marking(access: Access) -> Callable[[V], V]:
    def mark(view: V) -> V:
        setattr(view, _MARK, access)
        return view

    return mark
