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
from buyback.people.rules import Actor, OrganisationKind
from buyback.security.access import Permission, Role
from buyback.settlement.rules import Content, FunderShare, Line, Part, PartShare
from buyback.settlement.states import SettlementState
from buyback.settlement.tables import (
    FunderShare as FunderShareRow,
)
from buyback.settlement.tables import (
    PartShare as PartShareRow,
)
from buyback.settlement.tables import (
    Settlement,
    SettlementLine,
    SettlementPart,
)

_NUMBER = re.compile(r"([0-9]{4})-([0-9]{1,6})", re.ASCII)
_NATIONAL = frozenset({OrganisationKind.MINISTRY, OrganisationKind.COMPTROLLER})


@dataclass(frozen=True)
class Scope:
    """Whose settlements somebody sees: all, or those in which one organisation has a share, and that share only."""

    funder: UUID | None

    @property
    def is_whole(self) -> bool:
        """Whether every share is seen."""
        return self.funder is None

    def reaches(self, funder: UUID) -> bool:
        """Whether one funder's share is seen."""
        return self.funder in (None, funder)


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


def scope_of(session: Session, actor: Actor) -> Scope:
    """A ministry's reconcilers and auditors, and the comptroller's, see all; everyone else the own share."""
    overlooks = actor.may(Permission.SETTLEMENT_PREPARE) or Role.AUDITOR in actor.roles
    if overlooks and actor.organisation_code is not None:
        employer = people.get_organisation(session, actor.organisation_code)
        if employer.kind in _NATIONAL:
            return Scope(None)
    if actor.organisation is None:
        raise NotFound(what="la liquidación")
    return Scope(actor.organisation)


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
        select(SettlementPart.event, SettlementPart.amount, SettlementPart.pact)
        .where(SettlementPart.settlement == key)
        .order_by(SettlementPart.event)
    )
    return Content(
        year=facts.year,
        number=facts.serial,
        merchant=facts.merchant,
        until=facts.until,
        prepared_by=facts.prepared_by,
        lines=tuple(Line(*row) for row in lines),
        parts=tuple(Part(*row) for row in parts),
        part_shares=part_shares(session, key),
        funder_shares=funder_shares(session, key),
    )


def part_shares(session: Session, settlement: UUID) -> tuple[PartShare, ...]:
    """Who bears how much of each event's part."""
    rows = session.execute(
        select(PartShareRow.event, PartShareRow.funder, PartShareRow.amount, PartShareRow.paid_by)
        .where(PartShareRow.settlement == settlement)
        .order_by(PartShareRow.event, PartShareRow.funder)
    )
    return tuple(PartShare(*row) for row in rows)


def funder_shares(session: Session, settlement: UUID) -> tuple[FunderShare, ...]:
    """Who bears and pays how much, largest share first."""
    rows = session.execute(
        select(FunderShareRow.funder, FunderShareRow.amount, FunderShareRow.pays)
        .where(FunderShareRow.settlement == settlement)
        .order_by(FunderShareRow.amount.desc(), FunderShareRow.funder)
    )
    return tuple(FunderShare(*row) for row in rows)


def held(session: Session, merchant: UUID) -> frozenset[UUID]:
    """A merchant's redemptions that are in a settlement which was not returned."""
    return frozenset(
        session.scalars(
            select(SettlementLine.resolution)
            .join(Settlement, Settlement.id == SettlementLine.settlement)
            .where(Settlement.merchant == merchant, SettlementLine.held)
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
        reached = select(FunderShareRow.settlement).where(FunderShareRow.funder == scope.funder)
        statement = statement.where(Settlement.id.in_(reached))
    return statement
