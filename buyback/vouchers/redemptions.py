"""Redemptions: one by its id, with what became of it; and those that a merchant is still owed."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, select
from sqlalchemy.orm import Session

from buyback.ledger import queries as ledger
from buyback.vouchers.rules import Fate, ResolutionKind
from buyback.vouchers.tables import Resolution, ResolutionFate, Reversal, Voucher

_CHUNK = 10_000  # ids in one statement: SQLite takes 32,766 parameters


@dataclass(frozen=True)
class Redemption:
    """What a till took. ``amount`` in cents; ``fate`` is None while it is neither settled nor undone."""

    id: UUID
    voucher: UUID
    cycle: int
    event: UUID
    till: UUID
    amount: int
    redeemed_at: datetime
    fate: Fate | None


def get_redemption(session: Session, resolution: UUID) -> Redemption:
    """A redemption by id."""
    return _redemption(session.execute(_redemptions().where(Resolution.id == resolution)).one())


def find_redemptions(session: Session, ids: Collection[UUID]) -> dict[UUID, Redemption]:
    """Redemptions by id."""
    found: dict[UUID, Redemption] = {}
    for chunk in _chunks(ids):
        rows = session.execute(_redemptions().where(Resolution.id.in_(chunk)))
        found |= {row.id: _redemption(row) for row in rows}
    return found


def owed(session: Session, *, merchant: UUID, before: datetime) -> tuple[Redemption, ...]:
    """A merchant's redemptions, made before an instant, that are neither settled nor reversed, oldest first."""
    rows = session.execute(
        _redemptions()
        .where(
            Resolution.merchant == merchant,
            Resolution.kind == ResolutionKind.REDEEM,
            Resolution.resolved_at < before,
            ResolutionFate.resolution.is_(None),
        )
        .order_by(Resolution.resolved_at, Resolution.id)
    )
    return tuple(_redemption(row) for row in rows)


def merchants_owed(session: Session, *, before: datetime) -> tuple[UUID, ...]:
    """Merchants with redemptions, made before an instant, that are neither settled nor reversed."""
    merchants = session.scalars(
        select(Resolution.merchant)
        .outerjoin(ResolutionFate, ResolutionFate.resolution == Resolution.id)
        .where(
            Resolution.kind == ResolutionKind.REDEEM,
            Resolution.resolved_at < before,
            ResolutionFate.resolution.is_(None),
        )
        .distinct()
    )
    return tuple(sorted(merchant for merchant in merchants if merchant is not None))


def reversed_among(session: Session, ids: Collection[UUID]) -> frozenset[UUID]:
    """Those of some redemptions that were reversed."""
    return frozenset(
        key
        for chunk in _chunks(ids)
        for key in session.scalars(
            select(ResolutionFate.resolution).where(
                ResolutionFate.resolution.in_(chunk), ResolutionFate.fate == Fate.REVERSED
            )
        )
    )


def reversed_at(session: Session, resolutions: Collection[UUID]) -> dict[UUID, datetime]:
    """When redemptions were undone, for those that were."""
    rows = session.execute(
        select(Reversal.resolution, Reversal.reversed_at).where(Reversal.resolution.in_(resolutions))
    )
    return {row.resolution: row.reversed_at for row in rows}


def journal_of(session: Session, resolution: UUID) -> UUID:
    """The journal that posted a resolution."""
    transfer = session.scalars(select(Resolution.transfer).where(Resolution.id == resolution)).one()
    return ledger.journal_of(session, transfer)


def _redemptions() -> Select[UUID, UUID, int, UUID, UUID | None, int, datetime, Fate]:
    return (
        select(
            Resolution.id,
            Resolution.voucher,
            Resolution.cycle,
            Voucher.event,
            Resolution.till,
            Resolution.amount,
            Resolution.resolved_at,
            ResolutionFate.fate,
        )
        .join(Voucher, Voucher.id == Resolution.voucher)
        .outerjoin(ResolutionFate, ResolutionFate.resolution == Resolution.id)
    )


def _redemption(row: Row[UUID, UUID, int, UUID, UUID | None, int, datetime, Fate]) -> Redemption:
    facts: tuple[Any, ...] = tuple(row)  # a redemption names its till, by a rule of the schema
    return Redemption(*facts)


def _chunks(ids: Collection[UUID]) -> list[list[UUID]]:
    keys = list(ids)
    return [keys[start : start + _CHUNK] for start in range(0, len(keys), _CHUNK)]
