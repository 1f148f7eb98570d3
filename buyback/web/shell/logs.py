"""Logs: one line a request with its route, never its address, body, token or the caller's network address.

A route is logged as its rule (``/jornadas/<code>``). Who asked is logged by user name, and only once signed in.
"""

import logging
import sys
import time
from typing import cast
from uuid import uuid4

import structlog
from flask import Flask, Response, g, request

from buyback.web.shell import login

logger = structlog.get_logger(__name__)

QUIET = frozenset({"public.healthz", "public.readyz"})


def configure(shape: str) -> None:
    """Write log lines to stderr, ``json`` for machines or ``text`` for people."""
    renderer = structlog.processors.JSONRenderer() if shape == "json" else structlog.dev.ConsoleRenderer(colors=False)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=lambda *_names: structlog.WriteLogger(sys.stderr),
    )


def request_id() -> str:
    """What finds a request's log line again; random, and told to the person when something failed."""
    if "request_id" not in g:
        g.request_id = uuid4().hex[:12]
    return cast("str", g.request_id)


def init(app: Flask) -> None:
    """Log each request when it is answered."""

    @app.before_request
    def _begin() -> None:
        g.begun = time.perf_counter()

    @app.after_request
    def _answered(response: Response) -> Response:
        if request.endpoint not in QUIET:
            logger.info("request", **_line(response))
        return response


def _line(response: Response) -> dict[str, object]:
    rule = request.url_rule.rule if request.url_rule else None
    spent = time.perf_counter() - g.begun if "begun" in g else 0.0
    line: dict[str, object] = {
        "request": request_id(),
        "method": request.method,
        "rule": rule,
        "status": response.status_code,
        "ms": round(spent * 1000, 1),
    }
    known = login.known_actor()
    return line | {"user": known.name} if known else line
