"""The one place that wires everything: from settings to an app that answers."""

from collections.abc import Callable
from datetime import datetime

from flask import Flask
from jinja2 import StrictUndefined
from werkzeug.middleware.proxy_fix import ProxyFix
from whitenoise import WhiteNoise

from buyback.db import Database
from buyback.paths import STATIC, TEMPLATES
from buyback.security.keyring import KeyRing
from buyback.settings import Settings
from buyback.web import api, merchant, ministry, public, staff
from buyback.web.shell import audiences as portals
from buyback.web.shell import components, csrf, errors, headers, i18n, limits, login, logs, permissions, request
from buyback.web.shell.audiences import Audience

AUDIENCES: tuple[Audience, ...] = (
    public.AUDIENCE,
    staff.AUDIENCE,
    merchant.AUDIENCE,
    ministry.AUDIENCE,
    api.AUDIENCE,
)

STATIC_SECONDS = 300  # modules name each other without a version, so they are asked for again soon


class App(Flask):
    """Flask, with templates in which a name that nobody gave is an error instead of an empty space."""

    jinja_options = {  # noqa: RUF012  Flask's own way of saying it
        "undefined": StrictUndefined,
        "trim_blocks": True,
        "lstrip_blocks": True,
    }


def create_app(
    settings: Settings,
    *,
    database: Database,
    keys: KeyRing,
    clock: Callable[[], datetime],
    audiences: tuple[Audience, ...] = AUDIENCES,
) -> App:
    """An app over an open database. ``clock`` gives the present as an aware UTC datetime.

    Raises UnguardedViewError when a view does not say who may ask for it.
    """
    logs.configure(settings.log)
    app = App("buyback", template_folder=str(TEMPLATES), static_folder=None)
    request.init(app, request.Wiring(settings=settings, database=database, keys=keys, clock=clock))
    login.init(app, settings, keys.session_key)
    i18n.init(app)
    logs.init(app)
    limits.init(app)
    csrf.init(app)
    permissions.init(app)
    errors.init(app)
    _add(app, audiences)
    portals.init(app, audiences)
    components.init(app, audiences, demonstration=settings.demonstration)
    permissions.refuse_unguarded(app)
    _wrap(app, settings)
    return app


def _add(app: App, audiences: tuple[Audience, ...]) -> None:
    for audience in audiences:
        for blueprint in audience.blueprints:
            app.register_blueprint(blueprint)
        if audience.setup is not None:
            audience.setup(app)


def _wrap(app: App, settings: Settings) -> None:
    hops = settings.trusted_proxies
    answering = WhiteNoise(app.wsgi_app, root=str(STATIC), prefix="static/", max_age=STATIC_SECONDS)
    guarded = headers.with_headers(answering, https=settings.is_https)
    outermost = ProxyFix(guarded, x_for=hops, x_proto=hops, x_host=0) if hops else guarded
    app.wsgi_app = outermost  # type: ignore[assignment, method-assign]  # Flask's own way of adding a layer
