"""Events: the list, one event with its surrenders, and opening it."""

from flask import flash, request
from werkzeug.wrappers import Response

from buyback.campaigns import queries as campaigns
from buyback.campaigns import service as campaign_service
from buyback.campaigns.facts import EventFacts
from buyback.campaigns.states import EventState
from buyback.ids import new_id
from buyback.intake import queries as intake
from buyback.intake.rules import ENDED, MOVES, UNFINISHED, Step, SurrenderState
from buyback.places import queries as places
from buyback.security.access import Permission
from buyback.times import panama_day
from buyback.vouchers.queries import float_use, float_uses
from buyback.web.shell import states
from buyback.web.shell.forms import Form
from buyback.web.shell.i18n import _, show_day
from buyback.web.shell.login import actor
from buyback.web.shell.pages import ROWS_A_PAGE, Listing, offset, page, page_number
from buyback.web.shell.permissions import permission
from buyback.web.shell.request import now, reading, transacting
from buyback.web.staff.blueprint import REFUSED, get_event, staff, to_event

BUDGETED = frozenset({EventState.PLANNED, EventState.OPEN, EventState.CLOSING})

# Whose turn it is: what each state waits for, in the order of the list.
TURNS = (Step.APPROVE, Step.PAY_OUT, Step.OFFER, Step.ACCEPT)
WAITS_FOR = {state: MOVES[step].permission for step in TURNS for state in MOVES[step].sources}


@staff.get("")
@permission(Permission.EVENT_SEE)
def events() -> str:
    """All events that a person may see, with what their floats have left."""
    found = campaigns.events(reading(), district=actor().district)
    number = page_number()
    start = offset(number)
    shown = found[start : start + ROWS_A_PAGE]
    return page(
        "staff/events.html",
        listing=Listing(shown, number, len(found)),
        floats=float_uses(reading(), [event.id for event in shown if event.state in BUDGETED]),
        states=states.EVENT_STATES,
    )


@staff.get("/<code>")
@permission(Permission.EVENT_SEE)
def event(code: str) -> str:
    """One event: its float, and its surrenders by whose turn it is."""
    return event_page(get_event(code), Form())


@staff.post("/<code>/abrir")
@permission(Permission.EVENT_OPEN)
def open_event(code: str) -> Response | tuple[str, int]:
    """An official opens the tables."""
    found = get_event(code)
    form = Form.posted()
    with form.refusals():
        transacting(lambda session: campaign_service.open_event(session, event=found.id, by=actor(), now=now()))
        flash(_("La jornada está abierta: las mesas ya pueden recibir."))
        return to_event(code)
    return event_page(get_event(code), form), REFUSED


def event_page(found: EventFacts, form: Form) -> str:
    """The page of an event, after a refused form as well."""
    sees_surrenders = actor().may(Permission.SURRENDER_SEE) and found.state is not EventState.PURGED
    counts = intake.counts_by_state(reading(), found.id)
    today = panama_day(now())
    days = [day for day in found.days if day <= today]
    return page(
        "staff/event.html",
        event=found,
        place=places.get_corregimiento(reading(), found.corregimiento),
        use=float_use(reading(), found.id) if found.state in BUDGETED else None,
        form=form,
        op_id=form["op_id"] or str(new_id()),
        days=days,
        day_options=[(day.isoformat(), show_day(day)) for day in days],
        day=today if today in days else None,
        waiting=_waiting(found) if sees_surrenders else [],
        ended=_ended(found, counts) if sees_surrenders else None,
        may=actor().may,
        permissions=Permission,
        states=states.SURRENDER_STATES,
        event_states=states.EVENT_STATES,
    )


def _waiting(found: EventFacts) -> list[tuple[SurrenderState, bool, list[intake.Queued]]]:
    """The unfinished surrenders by state, those that wait for this person first."""
    unfinished = intake.queue(reading(), found.id, states=UNFINISHED)
    mine = {state for state, needed in WAITS_FOR.items() if actor().may(needed)}
    order = sorted(WAITS_FOR, key=lambda state: state not in mine)
    of_state = {state: [surrender for surrender in unfinished if surrender.state is state] for state in order}
    return [(state, state in mine, waiting) for state, waiting in of_state.items() if waiting]


def _ended(found: EventFacts, counts: dict[SurrenderState, int]) -> Listing[intake.Queued]:
    total = sum(counts.get(state, 0) for state in ENDED)
    number = page_number() if request.method == "GET" else 1
    rows = intake.queue(reading(), found.id, states=ENDED, limit=ROWS_A_PAGE, offset=offset(number))
    return Listing(rows, number, total)
