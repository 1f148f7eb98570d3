"""What templates can use without importing it: the components as ``ui.…``, addresses of static files, the reader."""

from functools import cache
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from flask import Flask
from jinja2.environment import TemplateModule

from buyback.paths import STATIC
from buyback.web.shell import i18n, login
from buyback.web.shell.audiences import Audience, navigation_for
from buyback.web.shell.cells import Cells

COMPONENTS = "components/"
STATIC_URL = "/static/"
VERSION_DIGITS = 12


@cache
def _version(path: Path, _changed_at: float) -> str:
    return sha256(path.read_bytes()).hexdigest()[:VERSION_DIGITS]


def static(name: str) -> str:
    """The address of a file under ``static/``, with its content's hash so that browsers never show an old one."""
    path = STATIC / name
    return f"{STATIC_URL}{name}?v={_version(path, path.stat().st_mtime)}"


def _components(app: Flask) -> SimpleNamespace:
    """Every macro of ``templates/components/*.html`` by its name; two of one name stop the start."""
    found: dict[str, Any] = {}
    for name in app.jinja_env.list_templates(filter_func=lambda name: name.startswith(COMPONENTS)):
        for macro, body in _public(app.jinja_env.get_template(name).module).items():
            if macro in found:
                raise RuntimeError(f"two components are called {macro}")
            found[macro] = body
    return SimpleNamespace(**found)


def _public(module: TemplateModule) -> dict[str, Any]:
    return {name: value for name, value in vars(module).items() if not name.startswith("_")}


def init(app: Flask, audiences: tuple[Audience, ...], *, demonstration: bool) -> None:
    """Give every template its vocabulary."""
    app.jinja_env.globals.update(
        static=static, languages=i18n.LANGUAGES, demonstration=demonstration, cells_of_a_row=Cells
    )
    app.jinja_env.globals["ui"] = _components(app)

    @app.context_processor
    def _reader() -> dict[str, object]:
        person = login.known_actor()
        return {
            "person": person,
            "navigation": navigation_for(audiences, person),
            "language": i18n.language(),
        }
