"""The tills' API. A till is known by its bearer token, which the deciding transaction itself looks up."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from flask import Response
from flask_smorest import Blueprint

from buyback.redemption import queries, reversal, service
from buyback.redemption.facts import UnknownTill
from buyback.redemption.queries import TillDay
from buyback.redemption.rules import Code, refuse
from buyback.redemption.service import TillRequest
from buyback.security.tokens import token_digest
from buyback.times import panama_day
from buyback.web.api import answer_bodies, request_bodies
from buyback.web.api.answers import Body, Reply, body, refusal, reply
from buyback.web.shell.permissions import bearer, till_token
from buyback.web.shell.problems import Problem
from buyback.web.shell.request import keys, now, reading, transacting

redemptions = Blueprint(
    "redemptions", __name__, url_prefix="/api/v1/redemptions", description="Take vouchers, ask about them, undo."
)
redemptions.ARGUMENTS_PARSER = request_bodies.BodyParser()


@redemptions.errorhandler(UnknownTill)
def _unknown_till(_error: UnknownTill) -> Response:
    return refusal(refuse(Code.TILL_REVOKED))


def _refusals(view: Any) -> Any:  # noqa: ANN401  flask-smorest's decorators have no types
    """Document the refusals that every operation may answer."""
    for status, words in (
        (400, "Not JSON"),
        (401, "The till is not enrolled or was revoked"),
        (403, "The merchant or its category may not"),
        (404, "Unknown"),
        (409, "The voucher or the operation stands otherwise"),
        (413, "Larger than 1 MB"),
        (422, "Not a voucher, or not a request"),
        (429, "Too many wrong codes; see Retry-After"),
        (500, "A fault of the system's; see reference"),
        (503, "The database cannot answer; try again with the same op id"),
    ):
        view = redemptions.alt_response(
            status, schema=Problem, description=words, content_type="application/problem+json"
        )(view)
    return view


@redemptions.post("")
@till_token
@redemptions.arguments(request_bodies.RedemptionRequest)
@redemptions.response(201, answer_bodies.Redeemed)
@redemptions.alt_response(200, schema=answer_bodies.Redeemed, description="The same op id again")
@_refusals
def redeem(sent: dict[str, Any]) -> Reply:
    """Take a voucher.

    The same op id with the same voucher gets the same answer at any later time.
    """
    till = token_digest(bearer())
    request = TillRequest(till, sent["op_id"], sent["voucher"], claimed_at=_storable(sent["occurred_at"]))
    answer = transacting(
        lambda session: service.redeem(session, request, keys=keys(), now=now()),
        again_on_conflict=True,
        turn=lambda session: service.take_turn(session, till),
    )
    return reply(answer, op_id=request.op_id)


@redemptions.post("/check")
@till_token
@redemptions.arguments(request_bodies.CheckRequest)
@redemptions.response(200, answer_bodies.Redeemable)
@_refusals
def check(sent: dict[str, Any]) -> Reply:
    """Ask whether a voucher would be taken; nothing is taken."""
    till = token_digest(bearer())
    return reply(
        transacting(lambda session: service.check(session, till=till, voucher=sent["voucher"], keys=keys(), now=now()))
    )


@redemptions.get("/<uuid:op_id>")
@till_token
@redemptions.response(200, answer_bodies.AttemptOutcome)
@_refusals
def look_up(op_id: UUID) -> Response | Body:
    """What became of a try, whatever it was answered."""
    answer = queries.look_up(reading(), till=token_digest(bearer()), op_id=op_id, keys=keys())
    return refusal(answer) if answer.code is Code.UNKNOWN_OPERATION else body(answer, op_id)


@redemptions.post("/<uuid:op_id>/reversal")
@till_token
@redemptions.response(201, answer_bodies.Reversed)
@redemptions.alt_response(200, schema=answer_bodies.Reversed, description="Undone before")
@_refusals
def undo(op_id: UUID) -> Reply:
    """Undo what this till took within the last 15 minutes, by the server's clock."""
    till = token_digest(bearer())
    answer = transacting(
        lambda session: reversal.undo(session, till=till, op_id=op_id, cashier=None, keys=keys(), now=now()),
        again_on_conflict=True,
        turn=lambda session: service.take_turn(session, till),
    )
    return reply(answer, op_id=op_id)


@redemptions.get("")
@till_token
@redemptions.arguments(request_bodies.DayQuery, location="query")
@redemptions.response(200, answer_bodies.TillDayBody)
@_refusals
def till_day(query: dict[str, Any]) -> TillDay:
    """What this till was answered on a day."""
    day: date = query["day"] or panama_day(now())
    return queries.till_day(reading(), till=token_digest(bearer()), day=day, keys=keys())


def _storable(claimed: datetime | None) -> datetime | None:
    """A device's clock may say anything; what no database can hold is left out."""
    try:
        return None if claimed is None else claimed.astimezone(UTC)
    except OverflowError:
        return None
