"""Items on screen: a class is tapped, then a price or a quantity; the rest can be typed."""

from uuid import UUID

from flask import flash, redirect, url_for
from werkzeug.wrappers import Response

from buyback.campaigns.facts import EventFacts
from buyback.errors import NotFound
from buyback.files.refusals import NotOneOf
from buyback.intake import queries as intake
from buyback.intake import service as table
from buyback.intake.details import DETAIL_LENGTHS, Details
from buyback.intake.queries import SurrenderFacts
from buyback.intake.rules import SerialStatus, SurrenderState
from buyback.security.access import Permission
from buyback.tariff import queries as tariffs
from buyback.tariff.catalogue import (
    CALIBRE_GROUP_NAMES,
    CATALOGUE,
    CONDITION_NAMES,
    CalibreGroup,
    ClassCode,
    Condition,
    TotalColumn,
)
from buyback.tariff.rules import PricedThing, PriceKind, Tariff
from buyback.web.shell.forms import Form
from buyback.web.shell.guard import permission
from buyback.web.shell.i18n import _
from buyback.web.shell.login import actor
from buyback.web.shell.pages import page
from buyback.web.shell.request import now, reading, transacting
from buyback.web.staff import words
from buyback.web.staff.blueprint import REFUSED, get_event, get_surrender, staff, to_surrender
from buyback.web.staff.choices import Row, find_choice, rows_of
from buyback.web.staff.surrenders import Answer, refused_page, vocabulary

READ_OFF = ("make", "model", "calibre", "serial", "tag")


@staff.get("/<code>/entregas/<int:number>/articulos/<class_code>")
@permission(Permission.SURRENDER_APPRAISE)
def item(code: str, number: int, class_code: str) -> str | Response:
    """The choices of a class; back to the surrender where its appraisal is finished."""
    event = get_event(code)
    facts = get_surrender(event, number)
    if facts.state is not SurrenderState.OPEN:
        return redirect(url_for("staff.surrender", code=code, number=number), 303)
    return _item_page(event, facts, _class(class_code), Form({"quantity": "1"}))


@staff.post("/<code>/entregas/<int:number>/articulos/<class_code>")
@permission(Permission.SURRENDER_APPRAISE)
def add_item(code: str, number: int, class_code: str) -> Answer:
    """Register an item, by one tap or as typed."""
    event, kind = get_event(code), _class(class_code)
    facts = get_surrender(event, number)
    form = Form.posted()
    with form.refusals():
        tariff = tariffs.tariff_of(reading(), event.programme)
        line = form.whole("line")
        thing = _tapped(form, rows_of(tariff, kind)) if "quick" in form else _typed(form, tariff, kind)
        details = Details() if "quick" in form else _details(form, kind)
        form.check()
        transacting(
            lambda session: table.add_item(
                session, surrender=facts.id, line=line, thing=thing, details=details, by=actor(), now=now()
            )
        )
        return to_surrender(code, number)
    facts = get_surrender(event, number)
    if facts.state is not SurrenderState.OPEN or form["line"] != _next_line(facts):
        return refused_page(code, number, form)  # the list has changed: show it before anything is typed again
    return _item_page(event, facts, kind, form), REFUSED


@staff.post("/<code>/entregas/<int:number>/renglones/<uuid:item_id>/quitar")
@permission(Permission.SURRENDER_APPRAISE)
def strike_item(code: str, number: int, item_id: UUID) -> Answer:
    """Undo an entry in one tap."""
    event = get_event(code)
    facts = get_surrender(event, number)
    form = Form.posted()
    with form.refusals():
        transacting(lambda session: table.strike_item(session, surrender=facts.id, item=item_id, by=actor(), now=now()))
        flash(_("El artículo se quitó de la lista."))
        return to_surrender(code, number)
    return refused_page(code, number, form)


def _class(text: str) -> ClassCode:
    try:
        return ClassCode(text)
    except ValueError as error:
        raise NotFound(what="la clase") from error


def _tapped(form: Form, rows: tuple[Row, ...]) -> PricedThing:
    thing = find_choice(rows, form["quick"])
    if thing is None:
        raise NotOneOf(choices=", ".join(choice.key for row in rows for choice in row.choices))
    return thing


def _typed(form: Form, tariff: Tariff, kind: ClassCode) -> PricedThing:
    needs_condition, entry = tariff.needs_condition(kind), CATALOGUE[kind]
    return PricedThing(
        class_code=kind,
        condition=form.choice("condition", Condition) if needs_condition else None,
        calibre_group=form.choice("calibre_group", CalibreGroup) if entry.has_calibre_group else None,
        quantity=form.whole("quantity"),
        value=form.amount("value") if _has_range(tariff, kind) else None,
    )


def _details(form: Form, kind: ClassCode) -> Details:
    texts = {name: form.text(name, required=False, limit=DETAIL_LENGTHS[name]) or None for name in READ_OFF}
    is_explosive = not CATALOGUE[kind].reaches_the_desk
    return Details(
        **texts,
        serial_status=form.choice("serial_status", SerialStatus) if form.has("serial_status") else None,
        made_safe_by=form.choice("made_safe_by", words.UNITS) if is_explosive else None,
    )


def _known(tariff: Tariff, kind: ClassCode) -> set[Condition | None]:
    return {line.condition for line in tariff.of(kind)}


def _groups(tariff: Tariff, kind: ClassCode) -> list[CalibreGroup]:
    priced = {line.calibre_group for line in tariff.of(kind)}
    return [group for group in CalibreGroup if group in priced or None in priced]


def _next_line(facts: SurrenderFacts) -> str:
    return str(len(intake.items_of(reading(), facts.id)) + 1)


def _has_range(tariff: Tariff, kind: ClassCode) -> bool:
    return any(line.price.kind is PriceKind.RANGE for line in tariff.of(kind))


def _item_page(event: EventFacts, facts: SurrenderFacts, kind: ClassCode, form: Form) -> str:
    tariff = tariffs.tariff_of(reading(), event.programme)
    if not tariff.of(kind):
        raise NotFound(what="la clase")
    items = intake.items_of(reading(), facts.id)
    return page(
        "staff/item.html",
        event=event,
        surrender=facts,
        entry=CATALOGUE[kind],
        rows=rows_of(tariff, kind),
        condition_options=[(one.value, _(CONDITION_NAMES[one])) for one in Condition if one in _known(tariff, kind)],
        group_options=[(one.value, _(CALIBRE_GROUP_NAMES[one])) for one in _groups(tariff, kind)],
        has_range=_has_range(tariff, kind),
        needs_condition=tariff.needs_condition(kind),
        is_arm=CATALOGUE[kind].total is TotalColumn.ARMS,
        cap=tariff.cap(kind),
        line=_next_line(facts),
        left=intake.float_of(reading(), event.id, but=facts.id).left,
        running=sum(item.value or 0 for item in items if item.counts),
        form=form,
        serial_statuses=words.SERIAL_STATUSES,
        units=words.UNITS,
        **vocabulary(),
    )
