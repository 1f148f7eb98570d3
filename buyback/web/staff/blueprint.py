"""The blueprint of the tables' pages, and what their views share."""

from http import HTTPStatus

from flask import Blueprint, flash, redirect, url_for
from werkzeug.wrappers import Response

from buyback.campaigns import queries as campaigns
from buyback.campaigns.facts import EventFacts
from buyback.errors import NotFound
from buyback.intake import queries as intake
from buyback.intake.queries import SurrenderFacts
from buyback.web.shell.login import actor
from buyback.web.shell.request import reading

staff = Blueprint("staff", __name__, url_prefix="/jornadas")

Answer = Response | tuple[str, int]
REFUSED = HTTPStatus.UNPROCESSABLE_ENTITY


def get_event(code: str) -> EventFacts:
    """The event of an address; NotFound for one outside the district of whoever works for a municipality."""
    event = campaigns.get_event(reading(), code)
    district = actor().district
    if district is not None and not event.corregimiento.startswith(district):
        raise NotFound(what="la jornada", name=code)
    return event


def get_surrender(event: EventFacts, number: int) -> SurrenderFacts:
    """The surrender of an address; NotFound otherwise."""
    return intake.get_surrender(reading(), event=event.id, number=number)


def to_event(code: str) -> Response:
    """On to an event's page."""
    return redirect(url_for("staff.event", code=code), 303)


def to_surrender(code: str, number: int, said: str = "") -> Response:
    """On to a surrender's page, where what was done is said once."""
    if said:
        flash(said)
    return redirect(url_for("staff.surrender", code=code, number=number), 303)
