"""A surrender on screen: opened, appraised, offered, answered. Items and vouchers have files of their own."""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol
from uuid import UUID

from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from buyback.campaigns.facts import EventFacts
from buyback.intake import offers
from buyback.intake import queries as intake
from buyback.intake import service as table
from buyback.intake.queries import SurrenderFacts
from buyback.intake.rules import SurrenderState, appraise
from buyback.people import queries as people
from buyback.people.rules import Actor
from buyback.security.access import Permission
from buyback.tariff import queries as tariffs
from buyback.tariff.catalogue import CALIBRE_GROUP_NAMES, CATALOGUE, CONDITION_NAMES
from buyback.vouchers.printing import papers
from buyback.vouchers.rules import split
from buyback.web.shell.forms import Form
from buyback.web.shell.guard import permission
from buyback.web.shell.i18n import _
from buyback.web.shell.login import actor
from buyback.web.shell.pages import page
from buyback.web.shell.request import now, reading, transacting
from buyback.web.staff import words
from buyback.web.staff.blueprint import REFUSED, get_event, get_surrender, staff, to_surrender
from buyback.web.staff.events import event_page

Answer = Response | tuple[str, int]

PRICED = frozenset({SurrenderState.OFFERED, SurrenderState.AWAITING_APPROVAL, SurrenderState.ACCEPTED})


class Step(Protocol):
    """A service that takes a surrender one step further."""

    def __call__(self, session: Session, *, surrender: UUID, by: Actor, now: datetime) -> object:
        """Take the step."""


@staff.post("/<code>/entregas")
@permission(Permission.SURRENDER_REGISTER)
def open_surrender(code: str) -> Answer:
    """Open a surrender on today's session, or on the day chosen where the event is not today."""
    event = get_event(code)
    form = Form.posted()
    with form.refusals():
        day, op_id = form.day("date"), form.id("op_id")
        form.check()
        number = transacting(
            lambda session: table.open_surrender(session, event=event.id, day=day, op_id=op_id, by=actor(), now=now()),
            again_on_conflict=True,
        )
        return to_surrender(code, number)
    return event_page(get_event(code), form), REFUSED


@staff.get("/<code>/entregas/<int:number>")
@permission(Permission.SURRENDER_SEE)
def surrender(code: str, number: int) -> str:
    """A surrender as it stands, with what this person can do about it now."""
    event = get_event(code)
    return surrender_page(event, get_surrender(event, number), Form())


@staff.post("/<code>/entregas/<int:number>/terminar")
@permission(Permission.SURRENDER_APPRAISE)
def finish(code: str, number: int) -> Answer:
    """The appraisal is finished."""
    return take_step(code, number, offers.finish_appraisal, lambda: _("El avalúo está terminado."))


@staff.post("/<code>/entregas/<int:number>/corregir")
@permission(Permission.SURRENDER_APPRAISE)
def reopen(code: str, number: int) -> Answer:
    """The appraiser takes the offer back to correct it."""
    return take_step(code, number, offers.reopen, lambda: _("Puede corregir los artículos."))


@staff.post("/<code>/entregas/<int:number>/aprobar")
@permission(Permission.SURRENDER_APPROVE)
def approve(code: str, number: int) -> Answer:
    """A second person agrees."""
    return take_step(code, number, offers.approve, lambda: _("El avalúo quedó aprobado. Ya se puede ofrecer."))


@staff.post("/<code>/entregas/<int:number>/devolver")
@permission(Permission.SURRENDER_APPROVE)
def send_back(code: str, number: int) -> Answer:
    """A second person does not agree."""
    return take_step(code, number, offers.send_back, lambda: _("El avalúo volvió a la mesa."))


@staff.post("/<code>/entregas/<int:number>/aceptar")
@permission(Permission.SURRENDER_REGISTER)
def accept(code: str, number: int) -> Answer:
    """The offer is taken."""
    return take_step(
        code, number, offers.accept, lambda: _("La oferta fue aceptada. Otra persona emite los vales ahora.")
    )


@staff.post("/<code>/entregas/<int:number>/rechazar")
@permission(Permission.SURRENDER_REGISTER)
def decline(code: str, number: int) -> Answer:
    """The offer is not taken."""
    return take_step(code, number, offers.decline, lambda: _("La oferta no fue aceptada: devuelva los artículos."))


@staff.post("/<code>/entregas/<int:number>/cancelar")
@permission(Permission.SURRENDER_REGISTER)
def cancel(code: str, number: int) -> Answer:
    """The visit ends without vouchers."""
    return take_step(code, number, offers.cancel, lambda: _("La entrega se canceló: devuelva los artículos."))


def take_step(code: str, number: int, step: Step, said: Callable[[], str]) -> Answer:
    """One service in one transaction; what it refuses is shown on the surrender's page as it stands now."""
    event = get_event(code)
    facts = get_surrender(event, number)
    form = Form.posted()
    with form.refusals():
        transacting(lambda session: step(session, surrender=facts.id, by=actor(), now=now()))
        return to_surrender(code, number, said())
    return refused_page(code, number, form)


def refused_page(code: str, number: int, form: Form) -> tuple[str, int]:
    """The surrender read again, with what was refused."""
    event = get_event(code)
    return surrender_page(event, get_surrender(event, number), form), REFUSED


def surrender_page(event: EventFacts, facts: SurrenderFacts, form: Form) -> str:
    """The page of a surrender, after a refused form as well."""
    items = intake.items_of(reading(), facts.id)
    counted = [item for item in items if item.value is not None]
    running = appraise((item.value or 0 for item in counted), rounding=event.programme.rounding)
    award = running.award if facts.award is None else facts.award
    people_named = {facts.appraised_by, facts.approved_by, facts.issued_by} - {None}
    return page(
        f"staff/surrender_{_template(facts.state)}.html",
        event=event,
        surrender=facts,
        items=items,
        exact=running.exact,
        award=award,
        faces=_faces(award, event) if facts.state in PRICED else [],
        vouchers=papers.of_surrender(reading(), facts.id),
        left=intake.float_of(reading(), event.id, but=facts.id).left if facts.state in PRICED | _AT_TABLE else 0,
        classes=[code for code in CATALOGUE if tariffs.tariff_of(reading(), event.programme).of(code)],
        is_mine=facts.appraised_by in {None, actor().id},
        took_part=actor().id in {facts.appraised_by, facts.approved_by},
        names=people.user_names(reading(), {one for one in people_named if one is not None}),
        form=form,
        **vocabulary(),
    )


_AT_TABLE = frozenset({SurrenderState.OPEN, SurrenderState.APPRAISED})


def vocabulary() -> dict[str, object]:
    """Names that the templates of surrenders and items share."""
    return {
        "catalogue": CATALOGUE,
        "conditions": CONDITION_NAMES,
        "groups": CALIBRE_GROUP_NAMES,
        "states": words.SURRENDER_STATES,
        "stages": words.SURRENDER_STAGES,
        "may": actor().may,
        "permissions": Permission,
    }


def _template(state: SurrenderState) -> str:
    if state in _AT_TABLE:
        return "open"
    return state.value if state in PRICED or state is SurrenderState.PAID_OUT else "returned"


def _faces(award: int, event: EventFacts) -> list[tuple[int, int]]:
    """(how many, face in cents) of the vouchers that pay an award, largest first."""
    faces = split(award, event.programme.denominations)
    return [(faces.count(face), face) for face in dict.fromkeys(faces)]
