"""Counting an event's vouchers by two people, and closing it over counts that agree."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from flask import flash, redirect, url_for
from sqlalchemy.orm import Session

from buyback.campaigns import queries as campaigns
from buyback.campaigns import service as campaign_service
from buyback.campaigns.facts import EventFacts
from buyback.campaigns.states import EventState
from buyback.closing import queries as closings
from buyback.closing import recall
from buyback.closing import service as closing
from buyback.closing.rules import MOMENTS, CountMoment, Tally, TallyOutcome, review_end
from buyback.intake import queries as intake
from buyback.intake.rules import UNFINISHED
from buyback.people import queries as people
from buyback.security.access import Permission
from buyback.times import panama_day
from buyback.vouchers.queries import float_use
from buyback.vouchers.rules import Stock
from buyback.web.shell import states
from buyback.web.shell.forms import Form
from buyback.web.shell.i18n import _
from buyback.web.shell.login import actor
from buyback.web.shell.pages import page
from buyback.web.shell.permissions import permission
from buyback.web.shell.request import now, reading, settings, transacting
from buyback.web.staff import words
from buyback.web.staff.blueprint import REFUSED, Answer, get_event, staff

COUNT_MAX = 1_000_000


@dataclass(frozen=True)
class Round:
    """How a count stands: who has counted, without their figures until the second has; or what differed."""

    moment: CountMoment
    tally: Tally | None
    names: tuple[str, ...]
    has_counted: bool

    @property
    def outcome(self) -> TallyOutcome | None:
        """What the last counts came to; None before the first."""
        return None if self.tally is None else self.tally.outcome


@staff.get("/<code>/cierre")
@permission(Permission.EVENT_SEE)
def counting(code: str) -> str:
    """How the counts stand, and the next step of whoever looks."""
    return _counting_page(get_event(code), Form())


@staff.post("/<code>/cierre/contar")
@permission(Permission.STOCK_COUNT)
def count(code: str) -> Answer:
    """One person's count; at the close, the one that makes two agree closes the event."""
    event, form = get_event(code), Form.posted()
    moment = MOMENTS.get(event.state, CountMoment.CLOSING)
    with form.refusals():
        counted = Stock(form.whole("blank", low=0, high=COUNT_MAX), form.whole("issued", low=0, high=COUNT_MAX))
        form.check()
        tally = transacting(
            lambda session: closing.count(
                session, event=event.id, moment=moment, counted=counted, by=actor(), now=now()
            )
        )
        flash(_(words.TALLY_OUTCOMES[tally.outcome]))
        return redirect(url_for("staff.counting", code=code), 303)
    return _counting_page(get_event(code), form), REFUSED


@staff.post("/<code>/cierre/empezar")
@permission(Permission.EVENT_CLOSE)
def begin_closing(code: str) -> Answer:
    """Stop the tables for the closing counts."""
    event = get_event(code)
    return _change(
        code,
        lambda session: closing.begin(session, event=event.id, by=actor(), now=now()),
        lambda: _("Las mesas están detenidas. Ahora dos personas cuentan los vales, cada una por su lado."),
        then="staff.counting",
    )


@staff.post("/<code>/cierre/reanudar")
@permission(Permission.EVENT_CLOSE)
def resume(code: str) -> Answer:
    """Go back to the tables: somebody else has come."""
    event = get_event(code)
    return _change(
        code,
        lambda session: campaign_service.resume_event(session, event=event.id, by=actor(), now=now()),
        lambda: _("La jornada está abierta otra vez. Al terminar se cuenta de nuevo."),
        then="staff.event",
    )


def _change(code: str, work: Callable[[Session], None], done: Callable[[], str], *, then: str) -> Answer:
    form = Form.posted()
    with form.refusals():
        transacting(work)
        flash(done())
        return redirect(url_for(then, code=code), 303)
    return _counting_page(get_event(code), form), REFUSED


def _counting_page(event: EventFacts, form: Form) -> str:
    is_closed = event.state in {EventState.CLOSED, EventState.PURGED}
    return page(
        "staff/closing.html",
        event=event,
        form=form,
        round=_round(event),
        counting_now=event.state in MOMENTS,
        unfinished=_unfinished(event),
        use=None if is_closed else float_use(reading(), event.id),
        balance=closings.get_balance(reading(), event.id) if is_closed else None,
        purged_from=_purged_from(event),
        recall=recall.find_recall(reading(), event=event.id, backup_days=settings().backup_days),
        may=actor().may,
        permissions=Permission,
        states=states.SURRENDER_STATES,
        event_stages=states.EVENT_STAGES,
        event_stage=states.EVENT_STAGE[event.state],
    )


def _round(event: EventFacts) -> Round:
    moment = MOMENTS.get(event.state, CountMoment.CLOSING)
    tally = closings.last_tally(reading(), event=event.id, moment=moment)
    counters = tally.counters if tally else ()
    names = people.user_names(reading(), set(counters))
    is_waiting = tally is not None and tally.outcome is TallyOutcome.WAITING
    return Round(moment, tally, tuple(names[counter] for counter in counters), is_waiting and actor().id in counters)


def _unfinished(event: EventFacts) -> list[intake.Queued]:
    if event.state is not EventState.OPEN or not actor().may(Permission.SURRENDER_SEE):
        return []
    return intake.queue(reading(), event.id, states=UNFINISHED)


def _purged_from(event: EventFacts) -> date | None:
    """The day from which the purge may delete what leads from the event's items to its vouchers."""
    closed = campaigns.closed_at(reading(), event.id)
    return None if closed is None else panama_day(review_end(closed))
