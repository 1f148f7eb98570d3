"""Settlements as frozen facts, seen by those who may. Money in cents."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from buyback.errors import NotFound
from buyback.people import queries as people
from buyback.people.rules import Actor
from buyback.settlement.funder_shares import (
    Content,
    FunderShareFacts,
    PartShareFacts,
    SettlementLineFacts,
    SettlementPartFacts,
)
from buyback.settlement.rules import RETURNABLE, Official, PaymentProgress, Scope, SettlementProgress
from buyback.settlement.states import SettlementState
from buyback.settlement.tables import (
    Countersign,
    FunderShare,
    PartShare,
    Payment,
    PaymentBooking,
    Settlement,
    SettlementApproval,
    SettlementLine,
    SettlementPart,
)
from buyback.vouchers import redemptions as vouchers

_NUMBER = re.compile(r"([0-9]{4})-([0-9]{1,6})", re.ASCII)


@dataclass(frozen=True)
class SettlementFacts:
    """A settlement's own row."""

    id: UUID
    year: int
    serial: int
    merchant: UUID
    until: date
    total: int
    redemptions: int
    content_hash: bytes
    prepared_by: UUID
    prepared_at: datetime
    state: SettlementState

    @property
    def number(self) -> str:
        """``2026-0001``: how people name it."""
        return number_text(self.year, self.serial)


def number_text(year: int, serial: int) -> str:
    """``2026-0001``."""
    return f"{year}-{serial:04d}"


def read_number(text: str) -> tuple[int, int] | None:
    """Year and serial of ``2026-0001``; None for anything else."""
    match = _NUMBER.fullmatch(text)
    return None if match is None else (int(match[1]), int(match[2]))


def official(session: Session, actor: Actor) -> Official:
    """Somebody as the rules see people who take steps."""
    code = actor.organisation_code
    return Official(actor, None if code is None else people.get_organisation(session, code).kind)


def scope_of(session: Session, actor: Actor) -> Scope:
    """Whose settlements somebody sees."""
    return official(session, actor).scope()


def progress_of(session: Session, facts: SettlementFacts) -> SettlementProgress:
    """How far a settlement has come, for the rules."""
    lines, amount = _reversed_lines(session, facts)
    countersigned = select(Countersign.settlement).where(Countersign.settlement == facts.id)
    return SettlementProgress(
        number=facts.number,
        state=facts.state,
        prepared_by=facts.prepared_by,
        funders=frozenset(share.funder for share in funder_shares(session, facts.id) if share.amount or share.pays),
        approved_by=frozenset(
            session.scalars(select(SettlementApproval.funder).where(SettlementApproval.settlement == facts.id))
        ),
        reversed_lines=lines,
        reversed_amount=amount,
        is_countersigned=session.scalar(countersigned) is not None,
        payments=_payments(session, facts),
    )


def find(session: Session, number: str, *, scope: Scope) -> SettlementFacts | None:
    """The settlement with a number (``2026-0001``), where the scope reaches it."""
    read = read_number(number)
    if read is None:
        return None
    statement = settlements(scope).where(Settlement.year == read[0], Settlement.number == read[1])
    row = session.execute(statement).first()
    return None if row is None else SettlementFacts(*row)


def get(session: Session, number: str, *, scope: Scope) -> SettlementFacts:
    """The settlement with a number; NotFound where there is none, or the scope does not reach it."""
    found = find(session, number, scope=scope)
    if found is None:
        raise NotFound(field="settlement", what="la liquidación", name=number)
    return found


def by_id(session: Session, settlement: UUID, *, locked: bool = False) -> SettlementFacts:
    """A settlement by id; ``locked`` keeps others from moving it until the transaction ends."""
    statement = settlements(Scope(None)).where(Settlement.id == settlement)
    row = session.execute(statement.with_for_update() if locked else statement).first()
    if row is None:
        raise NotFound(field="settlement", what="la liquidación")
    return SettlementFacts(*row)


def content_of(session: Session, facts: SettlementFacts) -> Content:
    """What a settlement says now, from its rows."""
    key = facts.id
    lines = session.execute(
        select(SettlementLine.resolution, SettlementLine.event, SettlementLine.amount).where(
            SettlementLine.settlement == key
        )
    )
    parts = session.execute(
        select(SettlementPart.event, SettlementPart.amount, SettlementPart.terms_hash)
        .where(SettlementPart.settlement == key)
        .order_by(SettlementPart.event)
    )
    return Content(
        year=facts.year,
        number=facts.serial,
        merchant=facts.merchant,
        until=facts.until,
        prepared_by=facts.prepared_by,
        lines=tuple(SettlementLineFacts(*row) for row in lines),
        parts=tuple(SettlementPartFacts(*row) for row in parts),
        part_shares=part_shares(session, key),
        funder_shares=funder_shares(session, key),
    )


def of_other_content(session: Session) -> tuple[str, ...]:
    """The numbers of settlements whose content is not what was hashed: somebody touched the rows."""
    every = (SettlementFacts(*row) for row in session.execute(settlements(Scope(None))).all())
    return tuple(facts.number for facts in every if content_of(session, facts).hash() != facts.content_hash)


def part_shares(session: Session, settlement: UUID) -> tuple[PartShareFacts, ...]:
    """Who bears how much of each event's part."""
    rows = session.execute(
        select(PartShare.event, PartShare.funder, PartShare.amount, PartShare.paid_by)
        .where(PartShare.settlement == settlement)
        .order_by(PartShare.event, PartShare.funder)
    )
    return tuple(PartShareFacts(*row) for row in rows)


def funder_shares(session: Session, settlement: UUID) -> tuple[FunderShareFacts, ...]:
    """Who bears and pays how much, largest share first."""
    rows = session.execute(
        select(FunderShare.funder, FunderShare.amount, FunderShare.pays)
        .where(FunderShare.settlement == settlement)
        .order_by(FunderShare.amount.desc(), FunderShare.funder)
    )
    return tuple(FunderShareFacts(*row) for row in rows)


def redemptions_in_settlements(session: Session, merchant: UUID) -> frozenset[UUID]:
    """A merchant's redemptions that are in a settlement which was not returned."""
    return frozenset(
        session.scalars(
            select(SettlementLine.resolution)
            .join(Settlement, Settlement.id == SettlementLine.settlement)
            .where(Settlement.merchant == merchant, SettlementLine.active)
        )
    )


def lines_of(session: Session, settlement: UUID) -> tuple[UUID, ...]:
    """The redemptions in a settlement."""
    return tuple(session.scalars(select(SettlementLine.resolution).where(SettlementLine.settlement == settlement)))


def organisation_codes(session: Session, ids: Collection[UUID]) -> dict[UUID, str]:
    """Codes of organisations, for lists."""
    return {key: facts.code for key, facts in people.organisations_by_id(session, ids).items()}


def settlements(scope: Scope) -> Select[UUID, int, int, UUID, date, int, int, bytes, UUID, datetime, SettlementState]:
    """The statement that finds what a scope reaches; its rows are the fields of ``SettlementFacts``."""
    statement = select(
        Settlement.id,
        Settlement.year,
        Settlement.number,
        Settlement.merchant,
        Settlement.until,
        Settlement.total,
        Settlement.redemptions,
        Settlement.content_hash,
        Settlement.prepared_by,
        Settlement.prepared_at,
        Settlement.state,
    )
    if scope.funder is not None:
        reached = select(FunderShare.settlement).where(FunderShare.funder == scope.funder)
        statement = statement.where(Settlement.id.in_(reached))
    return statement


def _reversed_lines(session: Session, facts: SettlementFacts) -> tuple[int, int]:
    """How many lines tills undid while it was prepared, and their cents: what is approved cannot be undone."""
    if facts.state not in RETURNABLE:
        return 0, 0
    rows = session.execute(
        select(SettlementLine.resolution, SettlementLine.amount).where(SettlementLine.settlement == facts.id)
    )
    amounts = {row.resolution: row.amount for row in rows}
    undone = vouchers.reversed_among(session, amounts)
    return len(undone), sum(amounts[redemption] for redemption in undone)


def _payments(session: Session, facts: SettlementFacts) -> dict[UUID, PaymentProgress]:
    rows = session.execute(
        select(Payment.id, Payment.funder, PaymentBooking.reference)
        .outerjoin(PaymentBooking, PaymentBooking.payment == Payment.id)
        .where(Payment.settlement == facts.id)
    ).all()
    codes = organisation_codes(session, {row.funder for row in rows})
    return {row.id: PaymentProgress(row.funder, codes[row.funder], row.reference) for row in rows}
