"""Items on screen: a class is tapped, then a price or a quantity; the rest can be typed."""

from uuid import UUID

from flask import redirect, url_for
from werkzeug.wrappers import Response

from buyback.campaigns.facts import EventFacts
from buyback.errors import NotFound
from buyback.intake import queries as intake
from buyback.intake import service as table
from buyback.intake.queries import SurrenderFacts
from buyback.intake.rules import SurrenderState
from buyback.security.access import Permission
from buyback.tariff import queries as tariffs
from buyback.tariff.catalogue import ClassCode
from buyback.web.shell.forms import Form
from buyback.web.shell.i18n import _
from buyback.web.shell.login import actor
from buyback.web.shell.pages import page
from buyback.web.shell.permissions import permission
from buyback.web.shell.request import now, reading, transacting
from buyback.web.staff import words
from buyback.web.staff.blueprint import REFUSED, Answer, get_event, get_surrender, staff, to_surrender
from buyback.web.staff.item_form import ItemForm
from buyback.web.staff.surrenders import refused_page, vocabulary


@staff.get("/<code>/entregas/<int:number>/articulos/<class_code>")
@permission(Permission.SURRENDER_APPRAISE)
def item(code: str, number: int, class_code: str) -> str | Response:
    """The choices of a class; back to the surrender where its appraisal is finished."""
    event = get_event(code)
    facts = get_surrender(event, number)
    if facts.state is not SurrenderState.OPEN:
        return redirect(url_for("staff.surrender", code=code, number=number), 303)
    return _item_page(event, facts, _item_form(event, class_code), Form({"quantity": "1"}))


@staff.post("/<code>/entregas/<int:number>/articulos/<class_code>")
@permission(Permission.SURRENDER_APPRAISE)
def add_item(code: str, number: int, class_code: str) -> Answer:
    """Register an item, by one tap or as typed. What was typed stays, whatever another tablet did meanwhile."""
    event = get_event(code)
    surrender, fields, form = get_surrender(event, number).id, _item_form(event, class_code), Form.posted()
    with form.refusals():
        line = form.whole("line")
        thing, details = fields.read(form)
        form.check()
        transacting(
            lambda session: table.add_item(
                session, surrender=surrender, line=line, thing=thing, details=details, by=actor(), now=now()
            )
        )
        return to_surrender(code, number)
    return _item_page(event, get_surrender(event, number), fields, form), REFUSED


@staff.post("/<code>/entregas/<int:number>/renglones/<uuid:item_id>/quitar")
@permission(Permission.SURRENDER_APPRAISE)
def strike_item(code: str, number: int, item_id: UUID) -> Answer:
    """Undo an entry in one tap."""
    surrender, form = get_surrender(get_event(code), number).id, Form.posted()
    with form.refusals():
        transacting(
            lambda session: table.strike_item(session, surrender=surrender, item=item_id, by=actor(), now=now())
        )
        return to_surrender(code, number, _("El artículo se quitó de la lista."))
    return refused_page(code, number, form)


def _item_form(event: EventFacts, class_code: str) -> ItemForm:
    """The form of a class that the event's tariff has; NotFound otherwise."""
    tariff = tariffs.tariff_of(reading(), event.programme)
    if class_code not in set(ClassCode) or not tariff.of(ClassCode(class_code)):
        raise NotFound(what="la clase")
    return ItemForm(tariff, ClassCode(class_code))


def _item_page(event: EventFacts, facts: SurrenderFacts, fields: ItemForm, form: Form) -> str:
    items = intake.items_of(reading(), facts.id)
    line = str(len(items) + 1)
    return page(
        "staff/item.html",
        event=event,
        surrender=facts,
        items=items,
        fields=fields,
        line=line,
        has_moved=facts.state is not SurrenderState.OPEN or form["line"] not in {"", line},
        left=intake.float_of(reading(), event.id, but=facts.id).left,
        running=sum(item.value or 0 for item in items if item.counts),
        form=form,
        serial_statuses=words.SERIAL_STATUSES,
        units=words.UNITS,
        **vocabulary(facts),
    )
