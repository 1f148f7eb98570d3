"""Counting an event's vouchers by two people, and closing it over counts that agree."""

from dataclasses import dataclass
from datetime import date, timedelta

from flask import flash, redirect, url_for
from werkzeug.wrappers import Response

from buyback.campaigns import queries as review
from buyback.campaigns import service as campaign_service
from buyback.campaigns.facts import EventFacts
from buyback.campaigns.states import EventState
from buyback.closing import counts
from buyback.closing import service as closing
from buyback.closing.counts import Figures, Outcome, Tally
from buyback.closing.purge import REVIEW_DAYS
from buyback.closing.queries import outstanding, returned
from buyback.closing.states import CountMoment
from buyback.intake import queries as intake
from buyback.intake.rules import ENDED, SurrenderState
from buyback.people import queries as people
from buyback.security.access import Permission
from buyback.times import panama_day
from buyback.vouchers.queries import float_use
from buyback.web.shell.forms import Form
from buyback.web.shell.guard import permission
from buyback.web.shell.i18n import _
from buyback.web.shell.login import actor
from buyback.web.shell.pages import page
from buyback.web.shell.request import now, reading, transacting
from buyback.web.staff import words
from buyback.web.staff.blueprint import REFUSED, get_event, staff

COUNT_MAX = 1_000_000
OPENING_STATES = counts.STATES[CountMoment.OPENING]
AT_REST = frozenset({EventState.CLOSED, EventState.PURGED})


@dataclass(frozen=True)
class Round:
    """How a count stands: who has counted, without their figures until the second has; or what differed."""

    moment: CountMoment
    tally: Tally | None
    names: tuple[str, ...]
    has_counted: bool

    @property
    def is_waiting(self) -> bool:
        """Whether one person has counted and another is to."""
        return self.tally is not None and self.tally.outcome is Outcome.WAITING

    @property
    def differs(self) -> bool:
        """Whether the last two counts were not the same as each other or the records."""
        return self.tally is not None and self.tally.outcome is Outcome.DIFFERS

    @property
    def agreed(self) -> bool:
        """Whether the last two counts were the same as the records."""
        return self.tally is not None and self.tally.outcome is Outcome.AGREED


@staff.get("/<code>/cierre")
@permission(Permission.EVENT_SEE)
def counting(code: str) -> str:
    """How the counts stand, and the next step of whoever looks."""
    return _counting_page(get_event(code), Form())


@staff.post("/<code>/cierre/contar")
@permission(Permission.STOCK_COUNT)
def count(code: str) -> Response | tuple[str, int]:
    """One person's count; at the close, the one that makes two agree closes the event."""
    event, form = get_event(code), Form.posted()
    with form.refusals():
        figures = Figures(form.whole("blank", low=0, high=COUNT_MAX), form.whole("issued", low=0, high=COUNT_MAX))
        form.check()
        flash(_said(_counted(event, figures)))
        return redirect(url_for("staff.counting", code=code), 303)
    return _counting_page(get_event(code), form), REFUSED


@staff.post("/<code>/cierre/empezar")
@permission(Permission.EVENT_CLOSE)
def begin_closing(code: str) -> Response | tuple[str, int]:
    """Stop the tables for the closing counts."""
    event, form = get_event(code), Form.posted()
    with form.refusals():
        transacting(lambda session: closing.begin(session, event=event.id, by=actor(), now=now()))
        flash(_("Las mesas están detenidas. Ahora dos personas cuentan los vales, cada una por su lado."))
        return redirect(url_for("staff.counting", code=code), 303)
    return _counting_page(get_event(code), form), REFUSED


@staff.post("/<code>/cierre/reanudar")
@permission(Permission.EVENT_CLOSE)
def resume(code: str) -> Response | tuple[str, int]:
    """Go back to the tables: somebody else has come."""
    event, form = get_event(code), Form.posted()
    with form.refusals():
        transacting(lambda session: campaign_service.resume_event(session, event=event.id, by=actor(), now=now()))
        flash(_("La jornada está abierta otra vez. Al terminar se cuenta de nuevo."))
        return redirect(url_for("staff.event", code=code), 303)
    return _counting_page(get_event(code), form), REFUSED


def _counted(event: EventFacts, figures: Figures) -> Tally:
    by, at = actor(), now()
    if event.state is EventState.CLOSING:
        return transacting(
            lambda session: closing.count_and_close(session, event=event.id, figures=figures, by=by, now=at)
        )
    opening = CountMoment.OPENING
    return transacting(
        lambda session: counts.add_count(session, event=event, moment=opening, figures=figures, by=by, now=at)
    )


def _said(tally: Tally) -> str:
    if tally.outcome is Outcome.WAITING:
        return _("Su conteo está guardado. Falta el de otra persona.")
    if tally.outcome is Outcome.DIFFERS:
        return _("Su conteo está guardado, pero no coincide.")
    return _("Los dos conteos coinciden con el sistema.")


def _counting_page(event: EventFacts, form: Form) -> str:
    counting_now = event.state in OPENING_STATES or event.state is EventState.CLOSING
    return page(
        "staff/closing.html",
        event=event,
        form=form,
        round=_round(event),
        counting_now=counting_now,
        unfinished=_unfinished(event),
        use=float_use(reading(), event.id) if event.state not in AT_REST else None,
        returned=returned(reading(), event.id) if event.state in AT_REST else None,
        outstanding=outstanding(reading(), event.id) if event.state in AT_REST else None,
        counted=counts.in_records(reading(), event.id) if event.state in AT_REST else None,
        parted_on=_parted_on(event),
        may=actor().may,
        permissions=Permission,
        states=words.SURRENDER_STATES,
    )


def _round(event: EventFacts) -> Round:
    moment = CountMoment.OPENING if event.state in OPENING_STATES else CountMoment.CLOSING
    tally = counts.last(reading(), event=event.id, moment=moment)
    counted = {one.by for one in tally.counts} if tally else set()
    names = people.user_names(reading(), counted)
    in_order = tuple(names[one.by] for one in tally.counts) if tally else ()
    mine = tally is not None and tally.outcome is Outcome.WAITING and actor().id in counted
    return Round(moment, tally, in_order, mine)


def _unfinished(event: EventFacts) -> list[intake.Queued]:
    if event.state is not EventState.OPEN or not actor().may(Permission.SURRENDER_SEE):
        return []
    return intake.queue(reading(), event.id, states=set(SurrenderState) - ENDED)


def _parted_on(event: EventFacts) -> date | None:
    """The day from which the purge may part the event's items from its vouchers."""
    closed = review.closed_at(reading(), event.id)
    return None if closed is None else panama_day(closed + timedelta(days=REVIEW_DAYS))
