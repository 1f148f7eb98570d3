"""A surrender on screen: opened, appraised, offered, answered. Items and vouchers have files of their own."""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple, Protocol
from uuid import UUID

from sqlalchemy.orm import Session

from buyback.campaigns.facts import EventFacts
from buyback.intake import offers
from buyback.intake import queries as intake
from buyback.intake import service as table
from buyback.intake.queries import SurrenderFacts
from buyback.intake.rules import MOVES, PROMISED, Step, SurrenderState, appraise, open_steps
from buyback.people import queries as people
from buyback.people.rules import Actor
from buyback.security.access import Permission
from buyback.tariff import queries as tariffs
from buyback.tariff.catalogue import CALIBRE_GROUP_NAMES, CATALOGUE, CONDITION_NAMES
from buyback.vouchers.printing import papers
from buyback.vouchers.rules import split
from buyback.web.shell import states
from buyback.web.shell.forms import Form
from buyback.web.shell.i18n import _, _l
from buyback.web.shell.login import actor
from buyback.web.shell.pages import page
from buyback.web.shell.permissions import permission
from buyback.web.shell.request import now, reading, transacting
from buyback.web.staff.blueprint import REFUSED, Answer, get_event, get_surrender, staff, to_surrender
from buyback.web.staff.events import event_page


class StepService(Protocol):
    """A service that takes a surrender one step further."""

    def __call__(self, session: Session, *, surrender: UUID, by: Actor, now: datetime) -> object:
        """Take the step."""


class StepButton(NamedTuple):
    """A step as a button: its endpoint, its address, whose permission it takes, what it does, what is said after."""

    endpoint: str
    path: str
    step: Step
    service: StepService
    done: str


BUTTONS = (
    StepButton("finish", "terminar", Step.OFFER, offers.finish_appraisal, _l("El avalúo está terminado.")),
    StepButton("reopen", "corregir", Step.REOPEN, offers.reopen, _l("Puede corregir los artículos.")),
    StepButton(
        "approve", "aprobar", Step.APPROVE, offers.approve, _l("El avalúo quedó aprobado. Ya se puede ofrecer.")
    ),
    StepButton("send_back", "devolver", Step.SEND_BACK, offers.send_back, _l("El avalúo volvió a la mesa.")),
    StepButton(
        "accept",
        "aceptar",
        Step.ACCEPT,
        offers.accept,
        _l("La oferta fue aceptada. Otra persona emite los vales ahora."),
    ),
    StepButton(
        "decline", "rechazar", Step.DECLINE, offers.decline, _l("La oferta no fue aceptada: devuelva los artículos.")
    ),
    StepButton("cancel", "cancelar", Step.CANCEL, offers.cancel, _l("La entrega se canceló: devuelva los artículos.")),
)


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
            lambda session: table.open_surrender(
                session, event=event.id, day=day, op_id=op_id, by=actor(), now=now(), resumes=True
            ),
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


def _view(button: StepButton) -> Callable[[str, int], Answer]:
    """One service in one transaction; what it refuses is shown on the surrender's page as it stands now."""

    @permission(MOVES[button.step].permission)
    def view(code: str, number: int) -> Answer:
        facts = get_surrender(get_event(code), number)
        form = Form.posted()
        with form.refusals():
            transacting(lambda session: button.service(session, surrender=facts.id, by=actor(), now=now()))
            return to_surrender(code, number, _(button.done))
        return refused_page(code, number, form)

    return view


for _button in BUTTONS:
    staff.add_url_rule(
        f"/<code>/entregas/<int:number>/{_button.path}", _button.endpoint, _view(_button), methods=["POST"]
    )


def refused_page(code: str, number: int, form: Form) -> tuple[str, int]:
    """The surrender read again, with what was refused."""
    event = get_event(code)
    return surrender_page(event, get_surrender(event, number), form), REFUSED


def surrender_page(event: EventFacts, facts: SurrenderFacts, form: Form) -> str:
    """The page of a surrender, after a refused form as well."""
    items = intake.items_of(reading(), facts.id)
    running = appraise((item.value or 0 for item in items), rounding=event.programme.rounding)
    award = running.award if facts.award is None else facts.award
    tariff = tariffs.tariff_of(reading(), event.programme)
    appraisers = {facts.appraised_by} if facts.appraised_by else set()
    return page(
        f"staff/surrender_{_TEMPLATES.get(facts.state, facts.state.value)}.html",
        event=event,
        surrender=facts,
        items=items,
        exact=running.exact,
        award=award,
        faces=_faces(award, event) if facts.state in PROMISED else [],
        vouchers=papers.of_surrender(reading(), facts.id),
        left=intake.float_of(reading(), event.id, but=facts.id).left,
        classes=[code for code in CATALOGUE if tariff.of(code)],
        names=people.user_names(reading(), appraisers),
        form=form,
        **vocabulary(facts),
    )


_TEMPLATES = {SurrenderState.DECLINED: "returned", SurrenderState.CANCELLED: "returned"}


def vocabulary(facts: SurrenderFacts) -> dict[str, object]:
    """Names that the templates of surrenders and items share, and the steps that this person may take."""
    return {
        "catalogue": CATALOGUE,
        "conditions": CONDITION_NAMES,
        "groups": CALIBRE_GROUP_NAMES,
        "states": states.SURRENDER_STATES,
        "stages": states.SURRENDER_STAGES,
        "steps": open_steps(facts.state, facts.parties, actor()),
        "may": actor().may,
        "permissions": Permission,
    }


def _faces(award: int, event: EventFacts) -> list[tuple[int, int]]:
    """(how many, face in cents) of the vouchers that pay an award, largest first."""
    faces = split(award, event.programme.denominations)
    return [(faces.count(face), face) for face in dict.fromkeys(faces)]
