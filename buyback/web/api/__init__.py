"""The tills' API, and its description at ``/api/v1/openapi.json``."""

from flask import Flask
from flask_smorest import Api

from buyback.web.api.redemptions import redemptions
from buyback.web.shell.audiences import Audience
from buyback.web.shell.permissions import Access, AccessKind, declare


class _Api(Api):  # type: ignore[misc]  # the library has no types
    def _register_error_handlers(self) -> None:
        """The shell answers errors, for the API too."""


def _setup(app: Flask) -> None:
    app.config.update(
        API_TITLE="Pacificando mi Barrio: tills",
        API_VERSION="v1",
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX="/api/v1",
        OPENAPI_JSON_PATH="openapi.json",
        API_SPEC_OPTIONS={
            "components": {"securitySchemes": {"till": {"type": "http", "scheme": "bearer"}}},
            "security": [{"till": []}],
        },
    )
    _Api(app).register_blueprint(redemptions)
    declare(app, "api-docs.openapi_json", Access(AccessKind.OPEN))


AUDIENCE = Audience("api", setup=_setup)
