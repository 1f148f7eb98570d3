"""From what a service says to an HTTP answer. Only here do the till's codes have statuses."""

from http import HTTPStatus
from uuid import UUID

from flask import Response, jsonify

from buyback.redemption.rules import Code
from buyback.redemption.sentences import advice_of, sentence_of, whose
from buyback.redemption.service import Answer
from buyback.web.shell.errors import problem
from buyback.web.shell.i18n import _

STATUS = {
    Code.OP_ID_REUSED: HTTPStatus.UNPROCESSABLE_ENTITY,
    Code.UNREADABLE: HTTPStatus.UNPROCESSABLE_ENTITY,
    Code.WRONG_CHECK_CHARACTER: HTTPStatus.UNPROCESSABLE_ENTITY,
    Code.BAD_SIGNATURE: HTTPStatus.UNPROCESSABLE_ENTITY,
    Code.UNKNOWN_VOUCHER: HTTPStatus.NOT_FOUND,
    Code.UNKNOWN_OPERATION: HTTPStatus.NOT_FOUND,
    Code.TILL_REVOKED: HTTPStatus.UNAUTHORIZED,
    Code.MERCHANT_SUSPENDED: HTTPStatus.FORBIDDEN,
    Code.CATEGORY_NOT_ALLOWED: HTTPStatus.FORBIDDEN,
    Code.SLOW_DOWN: HTTPStatus.TOO_MANY_REQUESTS,
}
YES = frozenset({Code.REDEEMED, Code.REDEEMABLE, Code.REVERSED})


def told(answer: Answer, *, op_id: UUID | None = None) -> Response:
    """A yes as JSON, a no as a problem with its sentence."""
    if answer.code in YES:
        return _yes(answer, op_id)
    headers = {}
    if answer.retry_after_s is not None:
        headers["Retry-After"] = str(answer.retry_after_s)
    if answer.code is Code.TILL_REVOKED:
        headers["WWW-Authenticate"] = "Bearer"
    facts: dict[str, object] = {**answer.facts, **({"replayed": True} if answer.replayed else {})}
    return problem(
        STATUS.get(answer.code, HTTPStatus.CONFLICT),
        answer.code.value,
        f"{_(sentence_of(answer.code))} {_(advice_of(answer.code))}",
        whose=whose(answer.code).value,
        headers=headers,
        **facts,
    )


def _yes(answer: Answer, op_id: UUID | None) -> Response:
    body: dict[str, object] = {"code": answer.code.value, **answer.facts}
    if op_id is not None:
        body |= {"op_id": str(op_id), "replayed": answer.replayed}
    response = jsonify(body)
    made = answer.code in {Code.REDEEMED, Code.REVERSED} and not answer.replayed
    response.status_code = HTTPStatus.CREATED if made else HTTPStatus.OK
    return response
