"""An error for a machine: ``application/problem+json`` (RFC 9457), made and described by one schema."""

import http
from collections.abc import Mapping

from flask import Response, jsonify
from marshmallow import INCLUDE, Schema, fields, validate

from buyback.redemption.rules import Responsible


class Problem(Schema):
    """An error (RFC 9457): ``detail`` is for the cashier, ``whose`` says who has to act. Some codes say more."""

    class Meta:
        """An answer may say more later: a till ignores what it does not know."""

        unknown = INCLUDE

    type = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    code = fields.String(required=True)
    detail = fields.String(required=True)
    whose = fields.String(required=True, validate=validate.OneOf([someone.value for someone in Responsible]))
    replayed = fields.Boolean(metadata={"description": "The op id was answered before, in the same way."})
    redeemed_at = fields.String(metadata={"description": "already_redeemed: when; its day once the time has faded."})
    branch = fields.String(metadata={"description": "already_redeemed: where, if at this merchant."})
    expired_on = fields.String(metadata={"format": "date", "description": "expired: its last day."})
    retry_after_s = fields.String(
        validate=validate.Regexp(r"^[0-9]+$"), metadata={"description": "slow_down: seconds to wait."}
    )
    reason = fields.String(metadata={"description": "key_revoked: why its vouchers are refused."})
    errors = fields.Dict(
        keys=fields.String(),
        values=fields.List(fields.String()),
        metadata={"description": "invalid_request: what is wrong, in sentences for the cashier, by path."},
    )
    reference = fields.String(metadata={"description": "internal_server_error: where the operator finds it."})
    fault = fields.String(metadata={"description": "internal_server_error: the database's own code."})


_PROBLEM = Problem()


def problem(
    status: int, code: str, detail: str, *, whose: str, headers: Mapping[str, str] | None = None, **more: object
) -> Response:
    """An error for a machine. ``whose`` says who has to act: voucher, merchant, till, programme or system."""
    facts = {"type": "about:blank", "title": http.HTTPStatus(status).phrase, "status": status, "code": code}
    answer = jsonify(_PROBLEM.dump({**facts, "detail": detail, "whose": whose, **more}))
    answer.status_code = status
    answer.mimetype = "application/problem+json"
    answer.headers.extend(headers or {})
    return answer
