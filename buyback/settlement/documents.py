"""What is written on the papers and files of settlements: in Spanish on paper, by key in files."""

from collections.abc import Sequence
from datetime import datetime

from buyback.files.writing.documents import Document, Signed
from buyback.files.writing.tabular import Cell, Column, Kind, Table, with_sum
from buyback.money import screen_text, words
from buyback.settlement.listing import SettlementRow
from buyback.settlement.record import SettlementLineEntry, SettlementRecord
from buyback.settlement.statements import FunderDebt, FunderStatement, MerchantStatement
from buyback.settlement.states import STATE_NAMES
from buyback.times import PANAMA

STEPS = {"prepare": "Preparación", "submit": "Presentación a los aportantes"}

_LIST = (
    Column("settlement", "Liquidación"),
    Column("merchant", "Comercio", width=2),
    Column("ruc", "RUC", width=1.5),
    Column("until", "Hasta", kind=Kind.DAY),
    Column("redemptions", "Canjes", kind=Kind.COUNT),
    Column("total", "Total", kind=Kind.MONEY),
    Column("share", "Parte", kind=Kind.MONEY),
    Column("state", "Estado", words=STATE_NAMES),
)
_LINES = (
    Column("day", "Día", kind=Kind.DAY, width=1.1),
    Column("branch", "Sucursal", width=1.6),
    Column("till", "Caja", width=1.1),
    Column("event", "Jornada", width=2.2),
    Column("amount", "Monto", kind=Kind.MONEY),
)
_SHARES = (
    Column("funder", "Aportante", width=3),
    Column("share", "Parte", kind=Kind.MONEY, width=1.2),
    Column("pays", "Paga", kind=Kind.MONEY, width=1.2),
    Column("reference", "Referencia del pago", width=2),
)
_REDEMPTIONS = (
    *_LINES,
    Column("settlement", "Liquidación", width=1.3),
    Column("state", "Estado", width=1.4, words=STATE_NAMES),
    Column("references", "Referencias de los pagos", width=2.4),
)
_PAYMENTS = (
    Column("settlement", "Liquidación"),
    Column("funder", "Paga", width=1.6),
    Column("reference", "Referencia del pago", width=2.4),
    Column("paid_on", "Pagado el", kind=Kind.DAY),
    Column("amount", "Monto", kind=Kind.MONEY),
)
_FUNDER_ROWS = (
    Column("settlement", "Liquidación", width=1.25),
    Column("merchant", "Comercio", width=1.9),
    Column("ruc", "RUC", width=1.9),
    Column("until", "Hasta", kind=Kind.DAY, width=1.25),
    Column("total", "Total", kind=Kind.MONEY, width=1.45),
    Column("share", "Parte", kind=Kind.MONEY, width=1.45),
    Column("pays", "Paga", kind=Kind.MONEY, width=1.45),
    Column("state", "Estado", width=1.3, words=STATE_NAMES),
    Column("reference", "Referencia", width=2.2),
    Column("paid_on", "Pagado el", kind=Kind.DAY, width=1.25),
)
_DEBTS = (
    Column("debtor", "Debe", width=2),
    Column("creditor", "A", width=2),
    Column("settlements", "Liquidaciones", kind=Kind.COUNT),
    Column("amount", "Monto", kind=Kind.MONEY),
)


def list_table(listed: Sequence[SettlementRow]) -> Table:
    """A list of settlements; ``share`` is empty where all shares are seen."""
    rows: list[tuple[Cell, ...]] = [
        (
            row.facts.number,
            row.merchant,
            row.ruc,
            row.facts.until,
            row.facts.redemptions,
            row.facts.total,
            row.share,
            row.facts.state.value,
        )
        for row in listed
    ]
    return Table("Liquidaciones", _LIST, tuple(rows))


def lines_table(lines: Sequence[SettlementLineEntry]) -> Table:
    """The redemptions of a settlement, without codes."""
    rows: list[tuple[Cell, ...]] = [(row.day, row.branch, row.till, row.event, row.amount) for row in lines]
    return with_sum("Canjes", _LINES, rows)


def merchant_table(statement: MerchantStatement) -> Table:
    """A merchant's redemptions, each to the payments' references."""
    rows: list[tuple[Cell, ...]] = [
        (row.day, row.branch, row.till, row.event, row.amount, row.settlement, row.state, ", ".join(row.references))
        for row in statement.rows
    ]
    return with_sum("Canjes", _REDEMPTIONS, rows)


def funder_table(statement: FunderStatement) -> Table:
    """A funder's shares of settlements."""
    rows: list[tuple[Cell, ...]] = [
        (
            row.settlement,
            row.merchant,
            row.ruc,
            row.until,
            row.total,
            row.amount,
            row.pays,
            row.state,
            row.reference,
            row.booked_on,
        )
        for row in statement.rows
    ]
    return with_sum("Liquidaciones", _FUNDER_ROWS, rows)


def debts_table(debts: Sequence[FunderDebt]) -> Table:
    """What funders owe each other."""
    rows: list[tuple[Cell, ...]] = [(row.debtor, row.creditor, row.settlements, row.amount) for row in debts]
    return with_sum("Deudas entre aportantes", _DEBTS, rows)


def settlement_document(record: SettlementRecord, lines: Sequence[SettlementLineEntry]) -> Document:
    """A settlement's file: what is owed, who bears it, who signed it, and each redemption."""
    facts, merchant = record.facts, record.merchant
    shares: list[tuple[Cell, ...]] = [
        (
            f"{share.code} · {share.name}",
            share.amount,
            share.pays,
            (share.payment.reference or "pendiente") if share.payment else "",
        )
        for share in record.shares
    ]
    refrendo = record.countersign
    return Document(
        title="Liquidación de vales canjeados",
        number=f"Liquidación {facts.number}",
        lead=f"El Estado reconoce a {merchant.name} la suma de {screen_text(facts.total)} ({words(facts.total)}).",
        facts=(
            ("Comercio", f"{merchant.name}, RUC {merchant.ruc} DV {merchant.dv}"),
            ("Canjes", f"{facts.redemptions:,}, hasta el {facts.until:%d/%m/%Y}"),
            ("Estado", STATE_NAMES[facts.state]),
            ("Refrendo", f"{refrendo.number}, {refrendo.on:%d/%m/%Y}" if refrendo else "pendiente"),
        ),
        tables=(Table("Partes de los aportantes", _SHARES, tuple(shares)),),
        signatures=(
            *(Signed(STEPS[entry.act], entry.by, _at(entry.at)) for entry in record.history if entry.act in STEPS),
            *(
                Signed(
                    f"{share.code}, por su parte de {screen_text(share.amount)}",
                    share.signature.by if share.signature else "",
                    _at(share.signature.at) if share.signature else "",
                )
                for share in record.shares
            ),
        ),
        annexes=(lines_table(lines),),
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
        tables=(_payments_table(statement), _redemptions_table(statement)),
    )


def _payments_table(statement: MerchantStatement) -> Table:
    rows: list[tuple[Cell, ...]] = [
        (row.settlement, row.funder, row.reference or "ordenado", row.booked_on, row.amount)
        for row in statement.payments
    ]
    return with_sum("Pagos de cada liquidación", _PAYMENTS, rows)


def _redemptions_table(statement: MerchantStatement) -> Table:
    """Its redemptions with their settlements: the payments of each settlement stand in a table of their own."""
    whole = merchant_table(statement)
    return with_sum(whole.title, whole.columns[:-1], (row[:-1] for row in whole.rows))


def funder_document(statement: FunderStatement, made_at: datetime) -> Document:
    """A funder's statement."""
    funder = statement.funder
    return Document(
        title="Estado de cuenta del aportante",
        number=funder.code,
        lead=f"{funder.name}. Hecho el {_at(made_at)}.",
        tables=(funder_table(statement),),
    )


def debts_document(debts: Sequence[FunderDebt], made_at: datetime) -> Document:
    """What funders owe each other, on paper."""
    return Document(
        title="Deudas entre aportantes",
        number="Deudas entre aportantes",
        lead=f"Por liquidaciones que un aportante pagó completas. Hecho el {_at(made_at)}.",
        tables=(debts_table(debts),),
    )


def _at(instant: datetime) -> str:
    return f"{instant.astimezone(PANAMA):%d/%m/%Y %H:%M}"
