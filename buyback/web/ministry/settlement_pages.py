"""One settlement: its page, its paper and its redemptions."""

from flask import request
from werkzeug.wrappers import Response

from buyback.security.access import Permission
from buyback.settlement import documents, queries, record, rules
from buyback.settlement.queries import SettlementFacts
from buyback.web.ministry import settlement_words as words
from buyback.web.ministry.settlements import csv, official, pdf, scope, settlements
from buyback.web.shell import states
from buyback.web.shell.forms import Form
from buyback.web.shell.pages import ROWS_A_PAGE, Listing, offset, page, page_number
from buyback.web.shell.permissions import permission
from buyback.web.shell.request import reading


@settlements.get("/<number>")
@permission(Permission.SETTLEMENT_SEE)
def detail(number: str) -> str:
    """A settlement: what is in it, who bears it, who did what, and what the person who looks may do."""
    return settlement_page(get_settlement(number), Form())


@settlements.get("/<number>/expediente.pdf")
@permission(Permission.SETTLEMENT_SEE)
def paper(number: str) -> Response:
    """The settlement as a document."""
    found = get_settlement(number)
    whole = record.build_record(reading(), found, scope=scope())
    return pdf(documents.settlement_document(whole, record.lines(reading(), found)), f"liquidacion-{number}")


@settlements.get("/<number>/canjes.csv")
@permission(Permission.SETTLEMENT_SEE)
def lines_csv(number: str) -> Response:
    """The redemptions in it, without codes."""
    found = get_settlement(number)
    return csv(documents.lines_table(record.lines(reading(), found)), f"liquidacion-{number}")


def get_settlement(number: str) -> SettlementFacts:
    """The settlement of an address; NotFound where the person's organisation has no share in it."""
    return queries.get(reading(), number, scope=scope())


def settlement_page(found: SettlementFacts, form: Form) -> str:
    """The page of a settlement, after a refused form as well: it offers the steps that the rules leave open."""
    asker, progress = official(), queries.progress_of(reading(), found)
    seen = asker.scope()
    rows = record.lines(reading(), found)
    number = page_number() if request.method == "GET" else 1
    start = offset(number)
    size = ROWS_A_PAGE if request.method == "GET" else max(ROWS_A_PAGE, len(rows))  # a refused form has no other pages
    return page(
        "ministry/settlement.html",
        form=form,
        record=record.build_record(reading(), found, scope=seen),
        facts=found,
        listing=Listing(rows[start : start + ROWS_A_PAGE], number, len(rows), size),
        undone=[line for line in rows if line.is_reversed],
        open_acts=rules.open_acts(progress, asker),
        open_payments=rules.open_payments(progress, asker),
        states=states.SETTLEMENT_STATES,
        stages=states.SETTLEMENT_STAGES,
        reached=states.SETTLEMENT_STAGE.get(found.state),
        reasons=list(words.REASONS.items()),
        reason_words=words.REASONS,
        acts=words.ACTS,
        sees_all=seen.is_whole,
    )
