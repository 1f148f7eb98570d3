"""Redemptions as settlements see them: which stand and are not settled, and the seal that settles them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, insert, select
from sqlalchemy.orm import Session

from buyback.vouchers.states import Fate, ResolutionKind
from buyback.vouchers.tables import Resolution, ResolutionFate, Voucher

_CHUNK = 10_000  # ids in one statement: SQLite takes 32,766 parameters


@dataclass(frozen=True)
class Redeemed:
    """A redemption, without the voucher's codes. ``amount`` in cents."""

    id: UUID
    event: UUID
    till: UUID
    amount: int
    redeemed_at: datetime


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


def owed(session: Session, *, merchant: UUID, before: datetime) -> tuple[Redeemed, ...]:
    """A merchant's redemptions, made before an instant, that are neither settled nor reversed, oldest first."""
    rows = session.execute(
        select(Resolution.id, Voucher.event, Resolution.till, Resolution.amount, Resolution.resolved_at)
        .join(Voucher, Voucher.id == Resolution.voucher)
        .outerjoin(ResolutionFate, ResolutionFate.resolution == Resolution.id)
        .where(
            Resolution.merchant == merchant,
            Resolution.kind == ResolutionKind.REDEEM,
            Resolution.resolved_at < before,
            ResolutionFate.resolution.is_(None),
        )
        .order_by(Resolution.resolved_at, Resolution.id)
    )
    return tuple(_redeemed(row) for row in rows)


def redeemed(session: Session, ids: Collection[UUID]) -> dict[UUID, Redeemed]:
    """Redemptions by id."""
    found: dict[UUID, Redeemed] = {}
    for chunk in _chunks(ids):
        rows = session.execute(
            select(Resolution.id, Voucher.event, Resolution.till, Resolution.amount, Resolution.resolved_at)
            .join(Voucher, Voucher.id == Resolution.voucher)
            .where(Resolution.id.in_(chunk))
        )
        found |= {row.id: _redeemed(row) for row in rows}
    return found


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


def seal_settled(session: Session, ids: Collection[UUID]) -> None:
    """Redemptions are settled, for good. IntegrityError when one is reversed at the same time."""
    session.execute(insert(ResolutionFate), [{"resolution": key, "fate": Fate.SETTLED} for key in ids])


def _redeemed(row: Row[UUID, UUID, UUID | None, int, datetime]) -> Redeemed:
    facts: tuple[Any, ...] = tuple(row)  # a redemption names its till, by a rule of the schema
    return Redeemed(*facts)


def _chunks(ids: Collection[UUID]) -> list[list[UUID]]:
    keys = list(ids)
    return [keys[start : start + _CHUNK] for start in range(0, len(keys), _CHUNK)]
