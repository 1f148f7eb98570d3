"""Errors as answers: a page for a person, ``application/problem+json`` (RFC 9457) for a machine.

Only this file knows which refusal has which HTTP status. What is shown never holds more than the refusal's own
sentence: no trace, no path, no value from the database.
"""

import http
from dataclasses import dataclass
from typing import Any

import structlog
from flask import Flask, Response, current_app, request
from sqlalchemy.exc import InterfaceError, OperationalError, StatementError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from werkzeug.exceptions import HTTPException

from buyback.errors import Forbidden, InvalidInput, NotFound, Refused
from buyback.files.reading.refusals import InvalidJson, TooIntricate
from buyback.web.shell import login, logs
from buyback.web.shell.csrf import CsrfError
from buyback.web.shell.i18n import _l, sentence
from buyback.web.shell.pages import page
from buyback.web.shell.problems import problem
from buyback.web.shell.request import is_api, wiring

logger = structlog.get_logger(__name__)

RETRY_SECONDS = 2

# Beginnings of SQLSTATE (PostgreSQL, appendix A) and of SQLite's names for a database that cannot answer now: the line
# is cut, it is out of space or connections, it is stopping, a lock did not come in time.
SILENT = (
    "08",
    "40",
    "53",
    "55",
    "57",
    "58",
    "SQLITE_BUSY",
    "SQLITE_CANTOPEN",
    "SQLITE_FULL",
    "SQLITE_IOERR",
    "SQLITE_LOCKED",
)

STATUS: dict[type[Refused], int] = {
    Refused: http.HTTPStatus.CONFLICT,
    InvalidInput: http.HTTPStatus.UNPROCESSABLE_ENTITY,
    NotFound: http.HTTPStatus.NOT_FOUND,
    Forbidden: http.HTTPStatus.FORBIDDEN,
    InvalidJson: http.HTTPStatus.BAD_REQUEST,
    TooIntricate: http.HTTPStatus.BAD_REQUEST,
}


@dataclass(frozen=True)
class Words:
    """What a page says about a status: what happened, and what to do now; ``scene`` is its drawing."""

    title: str
    advice: str
    scene: str = "paper"


WORDS: dict[int, Words] = {
    400: Words(_l("No entendimos la solicitud"), _l("Vuelva a la página anterior e inténtelo otra vez.")),
    401: Words(_l("Hace falta identificarse"), _l("Inicie sesión e inténtelo otra vez."), "closed"),
    403: Words(
        _l("No tiene permiso para esto"),
        _l("Si lo necesita para su trabajo, pida el permiso a quien administra los usuarios de su institución."),
        "closed",
    ),
    404: Words(
        _l("No encontramos esta página"),
        _l("Puede que la dirección esté incompleta o que no le corresponda verla. Empiece desde el inicio."),
        "lost",
    ),
    405: Words(_l("Eso no se puede hacer aquí"), _l("Vuelva a la página anterior e inténtelo otra vez.")),
    409: Words(_l("No se puede hacer"), _l("No se guardó nada. Vuelva a la página anterior para corregirlo.")),
    413: Words(
        _l("Lo que envió es demasiado grande"),
        _l("No se guardó nada. El límite es de 1 MB: envíe un archivo más pequeño o divídalo en partes."),
        "heavy",
    ),
    422: Words(_l("Hay algo que corregir"), _l("No se guardó nada. Vuelva a la página anterior para corregirlo.")),
    429: Words(_l("Demasiados intentos"), _l("Espere unos minutos e inténtelo otra vez."), "wait"),
    500: Words(
        _l("Algo falló de nuestro lado"),
        _l("No es culpa suya. Inténtelo otra vez; si se repite, avise a soporte con la referencia."),
        "storm",
    ),
    503: Words(
        _l("El sistema no responde en este momento"),
        _l("Espere unos segundos e inténtelo otra vez. Repetir el mismo paso no lo duplica."),
        "storm",
    ),
}

FORM_TOO_OLD = Words(
    _l("Esta página estuvo abierta demasiado tiempo"),
    _l("Por seguridad no se guardó nada. Abra la página de nuevo y repita el último paso."),
    "wait",
)


def status_of(refusal: Refused) -> int:
    """The HTTP status of a refusal: that of its class, or of the nearest class above it."""
    return next(STATUS[kind] for kind in type(refusal).__mro__ if kind in STATUS)


def error_page(status: int, words: Words | None = None, *, detail: str = "", reference: str = "") -> Response:
    """An error for a person. ``detail`` is a sentence of the refusal, ``reference`` finds the log line."""
    words = words or WORDS.get(status) or WORDS[500 if status >= http.HTTPStatus.INTERNAL_SERVER_ERROR else 400]
    text = page("errors/error.html", words=words, detail=detail, reference=reference, status=status)
    return Response(text, status, mimetype="text/html")


def init(app: Flask) -> None:
    """Answer every error in the shape that the asker reads."""
    app.register_error_handler(Refused, _refused)
    app.register_error_handler(CsrfError, _csrf)
    app.register_error_handler(HTTPException, _http)
    for unavailable in (OperationalError, InterfaceError, PoolTimeoutError):
        app.register_error_handler(unavailable, _unavailable)
    app.register_error_handler(Exception, _fault)


def _refused(refusal: Refused) -> Response:
    status = status_of(refusal)
    if is_api():
        more: dict[str, Any] = {"errors": _by_place(refusal)} if isinstance(refusal, InvalidInput) else {}
        return problem(status, refusal.code, sentence(refusal), whose="till", **more)
    said_by_the_title = type(refusal) is Forbidden
    return error_page(status, detail="" if said_by_the_title else sentence(refusal))


def _by_place(refusal: InvalidInput) -> dict[str, list[str]]:
    """Every sentence of an input at its path; what is wrong with the whole is at the empty one."""
    places: dict[str, list[str]] = {}
    for found in refusal.problems:
        places.setdefault(found.field, []).append(sentence(found.refusal))
    return places


def _csrf(_error: CsrfError) -> Response:
    return error_page(http.HTTPStatus.FORBIDDEN, FORM_TOO_OLD)


def _http(error: HTTPException) -> Response:
    status = error.code or http.HTTPStatus.INTERNAL_SERVER_ERROR
    if page_above := _page_above() if status == http.HTTPStatus.METHOD_NOT_ALLOWED else None:
        return Response(status=http.HTTPStatus.SEE_OTHER, headers={"Location": page_above})
    kept = {name: value for name, value in error.get_headers() if name in {"Allow", "Location", "Retry-After"}}
    if http.HTTPStatus.MULTIPLE_CHOICES <= status < http.HTTPStatus.BAD_REQUEST:
        return Response(status=status, headers=kept)
    answer = _http_problem(status) if is_api() else error_page(status)
    answer.headers.extend(kept)
    return answer


def _page_above() -> str | None:
    """Where the form is that is sent to the address which somebody opens: the nearest page above it.

    A refused form is shown at the address that it was sent to; whoever loads that anew asks for a page there.
    """
    if request.method not in {"GET", "HEAD"} or is_api():
        return None
    routes, path = current_app.create_url_adapter(request), request.path
    while routes and path:
        path = path.rpartition("/")[0]
        if routes.test(path or "/", method="GET"):
            return path or "/"
    return None


def _http_problem(status: int) -> Response:
    words = WORDS.get(status) or WORDS[400]
    headers = {"WWW-Authenticate": "Bearer"} if status == http.HTTPStatus.UNAUTHORIZED else None
    code = http.HTTPStatus(status).name.lower()
    return problem(status, code, str(words.title), whose="till", headers=headers)


def _unavailable(error: StatementError | PoolTimeoutError) -> Response:
    if _can_answer(error):
        return _fault(error)
    _log(error, known=True)
    login.ask_nobody()
    retry = {"Retry-After": str(RETRY_SECONDS)}
    if is_api():
        return problem(503, "try_again", str(WORDS[503].title), whose="system", headers=retry)
    answer = error_page(503)
    answer.headers.extend(retry)
    return answer


def _fault(error: Exception) -> Response:
    _log(error)
    login.ask_nobody()
    reference, code = logs.request_id(), _code(error)
    if is_api():
        more: dict[str, Any] = {"fault": code} if code else {}
        title = str(WORDS[500].title)
        return problem(500, "internal_server_error", title, whose="system", reference=reference, **more)
    return error_page(500, reference=" · ".join(filter(None, [reference, code])))


def _can_answer(error: Exception) -> bool:
    """Whether the database did answer, with an error that no other try would mend."""
    code = _code(error)
    return bool(code) and not code.startswith(SILENT)


def _log(error: Exception, *, known: bool = False) -> None:
    """One line a fault; with its trace the first time only, since a fault that repeats would fill the disk.

    ``known`` ones, such as a database that does not answer, need no trace.
    """
    code = _code(error)
    kind = f"{type(error).__name__} {code}".strip()
    if isinstance(error, StatementError):
        error.hide_parameters = True  # they hold what people typed
    traced: set[str] = wiring().traced
    trace = None if known or kind in traced else error
    if not known:
        traced.add(kind)
    logger.error("fault", request=logs.request_id(), kind=kind, exc_info=trace)


def _code(error: Exception) -> str:
    """PostgreSQL's SQLSTATE or SQLite's name of an error of the database; empty for others."""
    cause = getattr(error, "orig", None)
    return str(getattr(cause, "sqlstate", None) or getattr(cause, "sqlite_errorname", None) or "")
