"""Where vouchers stand. ``current`` is a voucher's newest cycle; it has ended unless its resolution was reversed."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, func, select
from sqlalchemy.orm import Session, aliased

from buyback.errors import NotFound
from buyback.intake.queries import IDS_A_STATEMENT
from buyback.ledger import queries as ledger
from buyback.vouchers.rules import Disposition, disposition
from buyback.vouchers.states import Fate, ResolutionKind
from buyback.vouchers.tables import HandoverVoucher, Issuance, Resolution, ResolutionFate, Reversal, Voucher


@dataclass(frozen=True)
class Standing:
    """A voucher and where it stands; ``cycle`` is the one that would end next, or has ended. Face in cents."""

    id: UUID
    event: UUID
    serial: int
    face: int
    cycle: int
    disposition: Disposition


@dataclass(frozen=True)
class Stock:
    """Numbers of vouchers of an event: minted, and of those issued, whatever became of them since."""

    minted: int
    issued: int


@dataclass(frozen=True)
class Blank:
    """A voucher that a paper form names; ``face`` in cents."""

    face: int
    is_issued: bool


@dataclass(frozen=True)
class Taken:
    """A redemption. ``amount`` in cents."""

    resolution: UUID
    voucher: UUID
    cycle: int
    event: UUID
    amount: int
    redeemed_at: datetime


def get_standing(session: Session, *, event: UUID, serial: int) -> Standing:
    """One voucher by its event and serial; NotFound otherwise."""
    row = session.execute(_standings().where(Voucher.event == event, Voucher.serial == serial)).first()
    if row is None:
        raise NotFound(field="serial", what="el vale", name=f"{serial:06d}")
    return _standing(row)


def stock(session: Session, event: UUID) -> list[Standing]:
    """All vouchers of an event, by serial."""
    rows = session.execute(_standings().where(Voucher.event == event).order_by(Voucher.serial))
    return [_standing(row) for row in rows]


def of_surrender(session: Session, surrender: UUID) -> list[Standing]:
    """What a surrender was paid, largest first; known until the purge."""
    statement = (
        _standings()
        .join(HandoverVoucher, HandoverVoucher.voucher == Voucher.id)
        .where(HandoverVoucher.surrender == surrender)
        .order_by(Voucher.face.desc(), Voucher.serial)
    )
    return [_standing(row) for row in session.execute(statement)]


def stock_of(session: Session, event: UUID) -> Stock:
    """An event's vouchers as the records have them."""
    minted, issued = session.execute(
        select(func.count(Voucher.id), func.count(Issuance.voucher))
        .outerjoin(Issuance, Issuance.voucher == Voucher.id)
        .where(Voucher.event == event)
    ).one()
    return Stock(minted=minted, issued=issued)


def blanks(session: Session, *, event: UUID, serials: Collection[int]) -> dict[int, Blank]:
    """The event's vouchers with these serials; a serial that does not exist is left out."""
    wanted = iter(set(serials))
    found: dict[int, Blank] = {}
    while some := list(islice(wanted, IDS_A_STATEMENT)):
        rows = session.execute(
            select(Voucher.serial, Voucher.face, Issuance.voucher.is_not(None))
            .outerjoin(Issuance, Issuance.voucher == Voucher.id)
            .where(Voucher.event == event, Voucher.serial.in_(some))
        )
        found.update({serial: Blank(face, is_issued=issued) for serial, face, issued in rows})
    return found


def issue_day(session: Session, voucher: UUID) -> date:
    """The day for which a voucher was issued: its surrender's."""
    transfer = session.scalars(select(Issuance.transfer).where(Issuance.voucher == voucher)).one()
    return ledger.day_of(session, transfer)


def journal_of(session: Session, resolution: UUID) -> UUID:
    """The journal that posted a resolution."""
    transfer = session.scalars(select(Resolution.transfer).where(Resolution.id == resolution)).one()
    return ledger.journal_of(session, transfer)


def get_taken(session: Session, resolution: UUID) -> tuple[Taken, Fate | None]:
    """A redemption by id, and its fate if it is sealed."""
    row = session.execute(
        select(
            Resolution.id,
            Resolution.voucher,
            Resolution.cycle,
            Voucher.event,
            Resolution.amount,
            Resolution.resolved_at,
            ResolutionFate.fate,
        )
        .join(Voucher, Voucher.id == Resolution.voucher)
        .outerjoin(ResolutionFate, ResolutionFate.resolution == Resolution.id)
        .where(Resolution.id == resolution)
    ).one()
    facts: tuple[Any, ...] = tuple(row)
    return Taken(*facts[:-1]), facts[-1]


def reversed_at(session: Session, resolutions: Collection[UUID]) -> dict[UUID, datetime]:
    """When redemptions were undone, for those that were."""
    rows = session.execute(
        select(Reversal.resolution, Reversal.reversed_at).where(Reversal.resolution.in_(resolutions))
    )
    return {row.resolution: row.reversed_at for row in rows}


def past_their_day(session: Session, today: date) -> list[Standing]:
    """Outstanding vouchers whose last day lies before ``today``, event by event."""
    statement = (
        _standings()
        .where(Voucher.expires_on < today, Issuance.voucher.is_not(None))
        .where((Resolution.id.is_(None)) | (Reversal.resolution.is_not(None)))
        .order_by(Voucher.event, Voucher.serial)
    )
    return [_standing(row) for row in session.execute(statement)]


def _standings() -> Select[UUID, UUID, int, int, UUID, int, ResolutionKind, UUID]:
    newer = aliased(Resolution)
    newest = select(func.max(newer.cycle)).where(newer.voucher == Voucher.id).scalar_subquery()
    return (
        select(
            Voucher.id,
            Voucher.event,
            Voucher.serial,
            Voucher.face,
            Issuance.voucher.label("issued"),
            Resolution.cycle,
            Resolution.kind,
            Reversal.resolution.label("reversed"),
        )
        .outerjoin(Issuance, Issuance.voucher == Voucher.id)
        .outerjoin(Resolution, (Resolution.voucher == Voucher.id) & (Resolution.cycle == newest))
        .outerjoin(Reversal, Reversal.resolution == Resolution.id)
    )


def _standing(row: Row[UUID, UUID, int, int, UUID, int, ResolutionKind, UUID]) -> Standing:
    facts: tuple[Any, ...] = tuple(row)  # an outer join's columns may be None, which their types do not say
    key, event, serial, face, issued, cycle, kind, undone = facts
    standing = None if kind is None or undone is not None else ResolutionKind(kind)
    next_cycle = 0 if cycle is None else cycle + (undone is not None)
    return Standing(key, event, serial, face, next_cycle, disposition(is_issued=issued is not None, standing=standing))
