"""A page with every component on it, for looking at them and for measuring them."""

from datetime import UTC, date, datetime

from flask import Blueprint

from buyback.web.shell.audiences import Audience
from buyback.web.shell.forms import Form
from buyback.web.shell.guard import open_to_all
from buyback.web.shell.pages import Listing, page

gallery = Blueprint("gallery", __name__, template_folder=".")

VERDICTS = ("yes", "no", "wait")


@gallery.get("/gallery")
@open_to_all
def show() -> str:
    """Everything at rest."""
    return _page(Form({"name": "Ana", "condition": "b", "sure": "yes"}))


@gallery.post("/gallery")
@open_to_all
def show_wrong() -> str:
    """Everything gone wrong."""
    form = Form.posted()
    with form.refusals():
        form.text("name")
        form.money("value")
        form.whole("quantity")
        form.day("day")
        form.choice("class", ["pistol"])
        form.choice("condition", ["a"])
        form.check()
    return _page(form)


@gallery.get("/gallery/<kind>")
@open_to_all
def verdict(kind: str) -> str:
    """One of the till's answers."""
    return page("verdict.html", kind=kind)


def _page(form: Form) -> str:
    return page(
        "gallery.html",
        form=form,
        rows=["E-0038", "E-0037", "E-0036"],
        day=date(2026, 11, 24),
        instant=datetime(2026, 11, 24, 15, 4, tzinfo=UTC),
        listing=Listing(rows=[1], number=2, total=120),
    )


AUDIENCE = Audience("gallery", blueprints=(gallery,))
