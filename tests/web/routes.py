"""Every route of the app, with an address that fits it: for tests that walk them all."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from flask import Flask
from werkzeug.routing import Rule

from buyback.web.shell.permissions import Access, access_of, routes

SAMPLES = {"UUIDConverter": UUID(int=7), "ShortNumber": 7, "UnicodeConverter": "x", "PathConverter": "x"}


@dataclass(frozen=True)
class Route:
    """One method of one address."""

    method: str
    path: str
    endpoint: str
    access: Access


def every_route(app: Flask) -> Iterator[Route]:
    """All routes but HEAD, which answers what GET answers."""
    rules = {rule.rule: rule for rule in app.url_map.iter_rules()}
    for text, endpoint, method in routes(app):
        access = access_of(app, endpoint, method)
        assert access is not None, endpoint
        if method != "HEAD":
            yield Route(method, _path(rules[text]), endpoint, access)


def _path(rule: Rule) -> str:
    values = {name: SAMPLES[type(converter).__name__] for name, converter in rule._converters.items()}
    built = rule.build(values)
    assert built is not None, rule.rule
    return built[1]
