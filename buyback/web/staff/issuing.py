"""The issuer's part: paying out an accepted surrender, and printing its vouchers, as often as the paper jams."""

from io import BytesIO

from flask import request
from werkzeug.wrappers import Response

from buyback.files.reading.values import verbatim
from buyback.files.writing.downloads import PDF, Download
from buyback.security.access import Permission
from buyback.vouchers.printing import papers
from buyback.vouchers.printing.sheets import NothingToPrint, Paper, render
from buyback.vouchers.serials import serial_of
from buyback.vouchers.service import issue_surrender
from buyback.web.shell.downloads import send
from buyback.web.shell.forms import Form
from buyback.web.shell.i18n import _
from buyback.web.shell.login import actor
from buyback.web.shell.permissions import permission
from buyback.web.shell.request import keys, now, reading, settings, transacting
from buyback.web.staff.blueprint import Answer, get_event, get_surrender, staff, to_surrender
from buyback.web.staff.surrenders import refused_page

SERIALS_LENGTH_MAX = 1500


@staff.post("/<code>/entregas/<int:number>/emitir")
@permission(Permission.VOUCHER_ISSUE)
def issue(code: str, number: int) -> Answer:
    """Issue the vouchers of an accepted surrender, some of them from a book where its serials are given."""
    event = get_event(code)
    facts = get_surrender(event, number)
    form = Form.posted()
    with form.refusals():
        serials = _serials(form)
        form.check()
        transacting(
            lambda session: issue_surrender(
                session, surrender=facts.id, by=actor(), keys=keys(), now=now(), serials=serials
            ),
            again_on_conflict=True,
        )
        return to_surrender(code, number, _("Los vales están emitidos. Imprímalos y entréguelos."))
    return refused_page(code, number, form)


@staff.get("/<code>/entregas/<int:number>/vales.pdf")
@permission(Permission.VOUCHER_ISSUE)
def print_vouchers(code: str, number: int) -> Response:
    """The vouchers of a surrender as a PDF; each printing is counted in the audit log."""
    event = get_event(code)
    facts = get_surrender(event, number)
    asked = request.args.get("formato", Paper.A4)
    paper = Paper(asked) if asked in set(Paper) else Paper.A4
    stored = papers.of_surrender(reading(), facts.id)
    if not stored:
        raise NothingToPrint
    buffer = BytesIO()
    count = render(papers.lay_out(event, stored, keys=keys(), base_url=settings().base_url), paper, buffer)
    transacting(
        lambda session: papers.record_print(
            session, event=event, count=count, by=actor(), now=now(), surrender=facts.id
        )
    )
    return send(Download(f"vales-{number}.pdf", PDF, buffer.getvalue()))


def _serials(form: Form) -> tuple[int, ...]:
    return form.read("serials", _separate, ()) if form.has("serials") else ()


def _separate(typed: object) -> tuple[int, ...]:
    separated = verbatim(typed, limit=SERIALS_LENGTH_MAX).replace(",", " ").replace(";", " ")
    return tuple(serial_of(serial) for serial in separated.split())
