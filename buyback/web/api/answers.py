"""From what a service says to an HTTP answer. Only here do the till's codes have statuses."""

from http import HTTPStatus
from uuid import UUID

from flask import Response

from buyback.redemption.rules import AGREEMENTS, Code, TillAnswer
from buyback.redemption.wording import wording
from buyback.web.shell.i18n import _
from buyback.web.shell.problems import problem

Body = dict[str, object]  # what a view's schema makes its answer from
Reply = Response | tuple[Body, int]

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


def reply(answer: TillAnswer, *, op_id: UUID | None = None) -> Reply:
    """A yes for the view's schema, a no as a problem with its sentence."""
    if answer.code not in AGREEMENTS:
        return refusal(answer)
    is_made = answer.code is not Code.REDEEMABLE and not answer.replayed
    return body(answer, op_id), HTTPStatus.CREATED if is_made else HTTPStatus.OK


def body(answer: TillAnswer, op_id: UUID | None) -> Body:
    """What a schema makes an answer from."""
    return {"code": answer.code.value, **answer.facts, "op_id": op_id, "replayed": answer.replayed}


def refusal(answer: TillAnswer) -> Response:
    """A no as a problem."""
    words = wording(answer.code)
    replayed = {"replayed": True} if answer.replayed else {}
    return problem(
        STATUS.get(answer.code, HTTPStatus.CONFLICT),
        answer.code.value,
        f"{_(words.sentence)} {_(words.advice)}",
        whose=words.responsible.value,
        headers=_headers(answer),
        **answer.facts,
        **replayed,
    )


def _headers(answer: TillAnswer) -> dict[str, str]:
    if answer.code is Code.TILL_REVOKED:
        return {"WWW-Authenticate": "Bearer"}
    return {"Retry-After": answer.facts["retry_after_s"]} if answer.code is Code.SLOW_DOWN else {}
