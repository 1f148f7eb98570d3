"""What a request may be: not too large, and text and numbers that a database can hold.

A body over the limit is answered with 413 before anybody parses it. PostgreSQL's text has no NUL, so an address or a
form with one in it is answered with 400 wherever it was going. Its integers have 32 bits, so an address with a longer
number leads nowhere.
"""

from flask import Flask, request
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge
from werkzeug.routing import IntegerConverter

BODY_BYTES_MAX = 1_000_000
FORM_FIELDS_MAX = 1_000
DRAINED_BYTES_MAX = 8_000_000
_PIECE = 65_536
NUL = "\0"


class ShortNumber(IntegerConverter):
    """``<int:…>`` in a route."""

    regex = r"[0-9]{1,9}"


def init(app: Flask) -> None:
    """Set the limits and refuse what says that it is larger."""
    app.config["MAX_CONTENT_LENGTH"] = BODY_BYTES_MAX
    app.config["MAX_FORM_MEMORY_SIZE"] = BODY_BYTES_MAX
    app.config["MAX_FORM_PARTS"] = FORM_FIELDS_MAX
    app.url_map.converters["int"] = ShortNumber

    @app.before_request
    def _refuse_large() -> None:
        length = request.content_length or 0
        if length <= BODY_BYTES_MAX:
            return
        _drain(min(length, DRAINED_BYTES_MAX))
        raise RequestEntityTooLarge

    @app.before_request
    def _refuse_nul() -> None:
        sent = (request.view_args or {}).values(), *request.args.listvalues(), *request.form.listvalues()
        if any(NUL in value for values in sent for value in values if isinstance(value, str)):
            raise BadRequest


def _drain(length: int) -> None:
    # A server that closes with unread input resets the connection, and the sender never sees why.
    source = request.environ["wsgi.input"]
    while length > 0:
        piece = source.read(min(_PIECE, length))
        if not piece:
            return
        length -= len(piece)
