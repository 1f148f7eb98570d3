"""Every component in its states, with the name by which templates call it: for whoever makes a page.

In demonstration mode only; elsewhere there is no such page.
"""

from flask import Blueprint, abort

from buyback.tariff.catalogue import CATALOGUE
from buyback.web.shell import states
from buyback.web.shell.forms import Form
from buyback.web.shell.i18n import _l
from buyback.web.shell.login import find_actor
from buyback.web.shell.pages import Listing, page
from buyback.web.shell.permissions import open_to_all
from buyback.web.shell.request import now, settings

showcase = Blueprint("showcase", __name__)

ICONS = (
    ("good", "bad", "warning", "wait", "info", "plain", "moving", "up", "down", "same", "next", "previous", "menu"),
    ("open", "person", "language", "leave", "search", "filter", "download", "print", "add", "undo", "lock", "scan"),
    ("events", "totals", "till", "overview", "neighbourhoods", "map", "settlements", "voucher", "audit", "users"),
)
SCENES = ("table", "events", "till", "totals", "person", "lost", "closed", "storm", "wait", "heavy", "paper")
STATES = {
    _l("Entrega"): tuple(states.SURRENDER_STATES.values()),
    _l("Jornada"): tuple(states.EVENT_STATES.values()),
    _l("Vale"): (
        (_l("En blanco"), "plain"),
        (_l("Emitido"), "info"),
        (_l("Canjeado"), "good"),
        (_l("Anulado"), "bad"),
        (_l("Vencido"), "plain"),
    ),
    _l("Liquidación"): tuple(states.SETTLEMENT_STATES.values()),
}


@showcase.get("/components")
@open_to_all
def components() -> str:
    """Everything at rest."""
    return _page(Form({"name": "Ana", "condition": "poor", "sure": "yes"}))


@showcase.post("/components")
@open_to_all
def components_posted() -> tuple[str, int]:
    """The form sent: whatever is wrong with it stands beside its field. Nothing is kept."""
    form = Form.posted()
    with form.refusals():
        form.text("name", limit=60)
        form.amount("value")
        form.whole("quantity")
        form.day("day")
        form.choice("class", CATALOGUE)
        form.choice("condition", ("serviceable", "poor"))
        form.check()
    return _page(form), 422


def _page(form: Form) -> str:
    find_actor()
    if not settings().demonstration:
        abort(404)
    return page(
        "public/components.html",
        form=form,
        now=now(),
        catalogue=CATALOGUE,
        icons=ICONS,
        scenes=SCENES,
        states=STATES,
        listing=Listing(rows=[1], number=2, total=120),
    )
