"""Redemptions: one by its id, with what became of it; and those that a merchant is still owed."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Row, Select, select
from sqlalchemy.orm import Session

from buyback.ledger import queries as ledger
from buyback.times import When
from buyback.vouchers.rules import Fate, ResolutionKind
from buyback.vouchers.tables import Resolution, ResolutionFate, Reversal, Voucher

_CHUNK = 10_000  # ids in one statement: SQLite takes 32,766 parameters


@dataclass(frozen=True)
class Redemption:
    """What a till took. ``amount`` in cents; ``fate`` is None while it is neither settled nor undone.

    ``till`` is None once its day has faded.
    """

    id: UUID
    voucher: UUID
    cycle: int
    event: UUID
    till: UUID | None
    amount: int
    redeemed: When
    fate: Fate | None

    @property
    def place_in_list(self) -> tuple[str, date, UUID]:
        """Lists go by month and day; within a day in the order of random ids, for an order would tell the hour."""
        return self.redeemed.month, self.redeemed.on or date.min, self.id


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


def owed(session: Session, *, merchant: UUID, until: date) -> tuple[Redemption, ...]:
    """A merchant's redemptions, made until a day, that are neither settled nor reversed, in random order."""
    rows = session.execute(
        _redemptions()
        .where(
            Resolution.merchant == merchant,
            Resolution.kind == ResolutionKind.REDEEM,
            Resolution.resolved_on <= until,
            ResolutionFate.resolution.is_(None),
        )
        .order_by(Resolution.id)
    )
    return tuple(_redemption(row) for row in rows)


def merchants_owed(session: Session, *, until: date) -> tuple[UUID, ...]:
    """Merchants with redemptions, made until a day, that are neither settled nor reversed."""
    merchants = session.scalars(
        select(Resolution.merchant)
        .outerjoin(ResolutionFate, ResolutionFate.resolution == Resolution.id)
        .where(
            Resolution.kind == ResolutionKind.REDEEM,
            Resolution.resolved_on <= until,
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


def reversed_when(session: Session, resolutions: Collection[UUID]) -> dict[UUID, When]:
    """When redemptions were undone, for those that were."""
    rows = session.execute(
        select(Reversal.resolution, Reversal.reversed_at, Reversal.reversed_on, Reversal.reversed_in).where(
            Reversal.resolution.in_(resolutions)
        )
    )
    return {row.resolution: When(row.reversed_at, row.reversed_on, row.reversed_in) for row in rows}


def journal_of(session: Session, resolution: UUID) -> UUID:
    """The journal that posted a resolution."""
    transfer = session.scalars(select(Resolution.transfer).where(Resolution.id == resolution)).one()
    return ledger.journal_of(session, transfer)


def _redemptions() -> Select[UUID, UUID, int, UUID, UUID | None, int, datetime | None, date | None, str, Fate]:
    return (
        select(
            Resolution.id,
            Resolution.voucher,
            Resolution.cycle,
            Voucher.event,
            Resolution.till,
            Resolution.amount,
            Resolution.resolved_at,
            Resolution.resolved_on,
            Resolution.resolved_in,
            ResolutionFate.fate,
        )
        .join(Voucher, Voucher.id == Resolution.voucher)
        .outerjoin(ResolutionFate, ResolutionFate.resolution == Resolution.id)
    )


def _redemption(
    row: Row[UUID, UUID, int, UUID, UUID | None, int, datetime | None, date | None, str, Fate],
) -> Redemption:
    key, voucher, cycle, event, till, amount, at, on, month, fate = row
    return Redemption(key, voucher, cycle, event, till, amount, When(at, on, month), fate)


def _chunks(ids: Collection[UUID]) -> list[list[UUID]]:
    keys = list(ids)
    return [keys[start : start + _CHUNK] for start in range(0, len(keys), _CHUNK)]
