"""Statements of merchants, of funders, and of what funders owe each other: as page, PDF and CSV."""

from uuid import UUID

from flask import url_for
from werkzeug.wrappers import Response

from buyback.merchants import queries as merchants
from buyback.security.access import Permission
from buyback.settlement import documents, statements
from buyback.settlement.statements import FunderStatement, MerchantStatement, by_state
from buyback.web.ministry.settlements import csv, pdf, scope, settlements
from buyback.web.shell import states
from buyback.web.shell.pages import ROWS_A_PAGE, Listing, offset, page, page_number
from buyback.web.shell.permissions import permission
from buyback.web.shell.request import now, reading


@settlements.get("/estados")
@permission(Permission.SETTLEMENT_SEE)
def all_statements() -> str:
    """Where each statement is."""
    seen = scope()
    return page(
        "ministry/statements.html",
        merchants=merchants.registered(reading()) if seen.is_whole else (),
        funders=statements.funders(reading(), scope=seen),
        debts=statements.debts(reading(), scope=seen),
    )


@settlements.get("/estados/comercios/<uuid:merchant>")
@permission(Permission.SETTLEMENT_SEE)
def merchant_statement(merchant: UUID) -> str:
    """A merchant's redemptions, each to the reference of what paid it."""
    found = _of_merchant(merchant)
    number = page_number()
    start = offset(number)
    return page(
        "ministry/statement_merchant.html",
        statement=found,
        listing=Listing(found.rows[start : start + ROWS_A_PAGE], number, len(found.rows)),
        sums=by_state(found.rows),
        states=states.SETTLEMENT_STATES,
        files=_files("merchant", merchant=merchant),
    )


@settlements.get("/estados/comercios/<uuid:merchant>/estado.csv")
@permission(Permission.SETTLEMENT_SEE)
def merchant_csv(merchant: UUID) -> Response:
    """The same as a file."""
    found = _of_merchant(merchant)
    return csv(documents.merchant_table(found), f"comercio-{found.merchant.ruc}")


@settlements.get("/estados/comercios/<uuid:merchant>/estado.pdf")
@permission(Permission.SETTLEMENT_SEE)
def merchant_pdf(merchant: UUID) -> Response:
    """The same on paper."""
    found = _of_merchant(merchant)
    return pdf(documents.merchant_document(found, now()), f"comercio-{found.merchant.ruc}")


@settlements.get("/estados/aportantes/<code>")
@permission(Permission.SETTLEMENT_SEE)
def funder_statement(code: str) -> str:
    """What a funder bears and has paid."""
    found = _of_funder(code)
    number = page_number()
    start = offset(number)
    return page(
        "ministry/statement_funder.html",
        statement=found,
        listing=Listing(found.rows[start : start + ROWS_A_PAGE], number, len(found.rows)),
        sums=by_state(found.rows),
        states=states.SETTLEMENT_STATES,
        debts=[
            debt
            for debt in statements.debts(reading(), scope=scope())
            if found.funder.code in (debt.debtor, debt.creditor)
        ],
        files=_files("funder", code=code),
    )


@settlements.get("/estados/aportantes/<code>/estado.csv")
@permission(Permission.SETTLEMENT_SEE)
def funder_csv(code: str) -> Response:
    """The same as a file."""
    return csv(documents.funder_table(_of_funder(code)), f"aportante-{code}")


@settlements.get("/estados/aportantes/<code>/estado.pdf")
@permission(Permission.SETTLEMENT_SEE)
def funder_pdf(code: str) -> Response:
    """The same on paper."""
    return pdf(documents.funder_document(_of_funder(code), now()), f"aportante-{code}")


@settlements.get("/estados/deudas")
@permission(Permission.SETTLEMENT_SEE)
def debts_statement() -> str:
    """What funders owe each other."""
    return page(
        "ministry/statement_debts.html",
        debts=statements.debts(reading(), scope=scope()),
        files=_files("debts"),
    )


@settlements.get("/estados/deudas/estado.csv")
@permission(Permission.SETTLEMENT_SEE)
def debts_csv() -> Response:
    """The same as a file."""
    return csv(documents.debts_table(statements.debts(reading(), scope=scope())), "deudas-entre-aportantes")


@settlements.get("/estados/deudas/estado.pdf")
@permission(Permission.SETTLEMENT_SEE)
def debts_pdf() -> Response:
    """The same on paper."""
    found = statements.debts(reading(), scope=scope())
    return pdf(documents.debts_document(found, now()), "deudas-entre-aportantes")


def _of_merchant(merchant: UUID) -> MerchantStatement:
    return statements.of_merchant(reading(), merchant, scope=scope(), now=now())


def _of_funder(code: str) -> FunderStatement:
    return statements.of_funder(reading(), code, scope=scope())


def _files(kind: str, **of: object) -> tuple[str, str]:
    return url_for(f"settlements.{kind}_pdf", **of), url_for(f"settlements.{kind}_csv", **of)  # type: ignore[arg-type]  # parts of the address
