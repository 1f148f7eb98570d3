"""What is written on the papers and files of settlements: in Spanish on paper, by key in files."""

from collections.abc import Sequence
from datetime import datetime

from buyback.files.documents import Document, Signed
from buyback.files.sheets import Cell, Column, Sheet
from buyback.money import screen_text, words
from buyback.settlement.listing import Listed
from buyback.settlement.record import Dossier, LineEntry
from buyback.settlement.statements import WAITING, Debt, FunderStatement, MerchantStatement
from buyback.times import PANAMA

STATES = {
    WAITING: "Por liquidar",
    "draft": "Borrador",
    "submitted": "Presentada",
    "approved": "Aprobada",
    "ordered": "Enviada a pago",
    "paid": "Pagada",
    "returned": "Devuelta",
}
STEPS = {"prepare": "Preparación", "submit": "Presentación a los aportantes"}

_LIST = (
    Column("settlement", "Liquidación"),
    Column("merchant", "Comercio", width=2),
    Column("ruc", "RUC", width=1.5),
    Column("until", "Hasta"),
    Column("redemptions", "Canjes"),
    Column("total", "Total", is_money=True),
    Column("share", "Parte", is_money=True),
    Column("state", "Estado", words=STATES),
)
_LINES = (
    Column("day", "Día", width=1.1),
    Column("branch", "Sucursal", width=1.6),
    Column("till", "Caja", width=1.1),
    Column("event", "Jornada", width=2.2),
    Column("amount", "Monto", is_money=True),
)
_SHARES = (
    Column("funder", "Aportante", width=3),
    Column("share", "Parte", is_money=True, width=1.2),
    Column("pays", "Paga", is_money=True, width=1.2),
    Column("reference", "Referencia del pago", width=2),
)
_TAKEN = (
    *_LINES,
    Column("settlement", "Liquidación", width=1.3),
    Column("state", "Estado", width=1.4, words=STATES),
    Column("references", "Referencias de los pagos", width=2.4),
)
_PAID = (
    Column("settlement", "Liquidación"),
    Column("funder", "Paga", width=1.6),
    Column("reference", "Referencia del pago", width=2.4),
    Column("paid_on", "Pagado el"),
    Column("amount", "Monto", is_money=True),
)
_BORNE = (
    Column("settlement", "Liquidación", width=1.25),
    Column("merchant", "Comercio", width=1.9),
    Column("ruc", "RUC", width=1.9),
    Column("until", "Hasta", width=1.25),
    Column("total", "Total", is_money=True, width=1.45),
    Column("share", "Parte", is_money=True, width=1.45),
    Column("pays", "Paga", is_money=True, width=1.45),
    Column("state", "Estado", width=1.3, words=STATES),
    Column("reference", "Referencia", width=2.2),
    Column("paid_on", "Pagado el", width=1.25),
)
_DEBTS = (
    Column("debtor", "Debe", width=2),
    Column("creditor", "A", width=2),
    Column("settlements", "Liquidaciones"),
    Column("amount", "Monto", is_money=True),
)


def list_sheet(listed: Sequence[Listed]) -> Sheet:
    """A list of settlements; ``share`` is empty where all shares are seen."""
    rows: list[tuple[Cell, ...]] = [
        (
            one.facts.number,
            one.merchant,
            one.ruc,
            one.facts.until,
            one.facts.redemptions,
            one.facts.total,
            one.share,
            one.facts.state.value,
        )
        for one in listed
    ]
    return Sheet("Liquidaciones", _LIST, tuple(rows))


def lines_sheet(lines: Sequence[LineEntry]) -> Sheet:
    """The redemptions of a settlement, without codes."""
    rows: list[tuple[Cell, ...]] = [(one.day, one.branch, one.till, one.event, one.amount) for one in lines]
    total = ("Total", "", "", "", sum(one.amount for one in lines))
    return Sheet("Canjes", _LINES, tuple(rows), total)


def merchant_sheet(statement: MerchantStatement) -> Sheet:
    """A merchant's redemptions, each to the payments' references."""
    rows: list[tuple[Cell, ...]] = [
        (one.day, one.branch, one.till, one.event, one.amount, one.settlement, one.state, ", ".join(one.references))
        for one in statement.rows
    ]
    total = ("Total", "", "", "", sum(one.amount for one in statement.rows), "", "", "")
    return Sheet("Canjes", _TAKEN, tuple(rows), total)


def funder_sheet(statement: FunderStatement) -> Sheet:
    """A funder's shares of settlements."""
    rows: list[tuple[Cell, ...]] = [
        (
            one.settlement,
            one.merchant,
            one.ruc,
            one.until,
            one.total,
            one.amount,
            one.pays,
            one.state,
            one.reference,
            one.booked_on,
        )
        for one in statement.rows
    ]
    total: tuple[Cell, ...] = (
        "Total",
        "",
        "",
        "",
        sum(one.total for one in statement.rows),
        sum(one.amount for one in statement.rows),
        sum(one.pays for one in statement.rows),
        "",
        "",
        "",
    )
    return Sheet("Liquidaciones", _BORNE, tuple(rows), total)


def debts_sheet(debts: Sequence[Debt]) -> Sheet:
    """What funders owe each other."""
    rows: list[tuple[Cell, ...]] = [(one.debtor, one.creditor, one.settlements, one.amount) for one in debts]
    return Sheet("Deudas entre aportantes", _DEBTS, tuple(rows), ("Total", "", "", sum(one.amount for one in debts)))


def settlement_document(dossier: Dossier, lines: Sequence[LineEntry]) -> Document:
    """A settlement's file: what is owed, who bears it, who signed it, and each redemption."""
    facts, merchant = dossier.facts, dossier.merchant
    shares: list[tuple[Cell, ...]] = [
        (
            f"{share.code} · {share.name}",
            share.amount,
            share.pays,
            (share.payment.reference or "pendiente") if share.payment else "",
        )
        for share in dossier.shares
    ]
    refrendo = dossier.countersign
    return Document(
        title="Liquidación de vales canjeados",
        number=f"Liquidación {facts.number}",
        lead=f"El Estado reconoce a {merchant.name} la suma de {screen_text(facts.total)} ({words(facts.total)}).",
        facts=(
            ("Comercio", f"{merchant.name}, RUC {merchant.ruc} DV {merchant.dv}"),
            ("Canjes", f"{facts.redemptions:,}, hasta el {facts.until:%d/%m/%Y}"),
            ("Estado", STATES[facts.state.value]),
            ("Refrendo", f"{refrendo.number}, {refrendo.on:%d/%m/%Y}" if refrendo else "pendiente"),
        ),
        sheets=(Sheet("Partes de los aportantes", _SHARES, tuple(shares)),),
        signatures=(
            *(Signed(STEPS[one.act], one.by, _at(one.at)) for one in dossier.history if one.act in STEPS),
            *(
                Signed(
                    f"{share.code}, por su parte de {screen_text(share.amount)}",
                    share.signature.by if share.signature else "",
                    _at(share.signature.at) if share.signature else "",
                )
                for share in dossier.shares
            ),
        ),
        annexes=(lines_sheet(lines),),
        hash=facts.content_hash.hex(),
        closing="Cada firma es de la huella del contenido: un contenido distinto tiene otra huella y ninguna firma.",
    )


def merchant_document(statement: MerchantStatement, made_at: datetime) -> Document:
    """A merchant's statement."""
    merchant = statement.merchant
    return Document(
        title="Estado de cuenta del comercio",
        number=f"RUC {merchant.ruc}",
        lead=f"{merchant.name}, RUC {merchant.ruc} DV {merchant.dv}. Hecho el {_at(made_at)}.",
        sheets=(_paid_sheet(statement), _taken_sheet(statement)),
    )


def _paid_sheet(statement: MerchantStatement) -> Sheet:
    rows: list[tuple[Cell, ...]] = [
        (one.settlement, one.funder, one.reference or "ordenado", one.booked_on, one.amount)
        for one in statement.payments
    ]
    total = ("Total", "", "", "", sum(one.amount for one in statement.payments))
    return Sheet("Pagos de cada liquidación", _PAID, tuple(rows), total)


def _taken_sheet(statement: MerchantStatement) -> Sheet:
    """Its redemptions with their settlements: the payments of each settlement stand in a table of their own."""
    whole = merchant_sheet(statement)
    return Sheet(
        whole.title,
        whole.columns[:-1],
        tuple(row[:-1] for row in whole.rows),
        whole.total[:-1] if whole.total else None,
    )


def funder_document(statement: FunderStatement, made_at: datetime) -> Document:
    """A funder's statement."""
    funder = statement.funder
    return Document(
        title="Estado de cuenta del aportante",
        number=funder.code,
        lead=f"{funder.name}. Hecho el {_at(made_at)}.",
        sheets=(funder_sheet(statement),),
    )


def debts_document(debts: Sequence[Debt], made_at: datetime) -> Document:
    """What funders owe each other, on paper."""
    return Document(
        title="Deudas entre aportantes",
        number="Deudas entre aportantes",
        lead=f"Por liquidaciones que un aportante pagó completas. Hecho el {_at(made_at)}.",
        sheets=(debts_sheet(debts),),
    )


def _at(instant: datetime) -> str:
    return f"{instant.astimezone(PANAMA):%d/%m/%Y %H:%M}"
