"""Where vouchers stand. ``current`` is a voucher's newest cycle; it has ended unless its resolution was reversed."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, func, select
from sqlalchemy.orm import Session, aliased

from buyback.errors import NotFound
from buyback.intake import queries as intake
from buyback.intake.queries import IDS_A_STATEMENT
from buyback.ledger import queries as ledger
from buyback.vouchers.rules import Blank, Disposition, ResolutionKind, Stock, disposition
from buyback.vouchers.serials import serial_text
from buyback.vouchers.tables import Issuance, Resolution, Reversal, Voucher


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
class FloatUse:
    """An event's float in cents. ``issued`` leaves out void vouchers, whose budget went back."""

    issued: int
    promised: int
    left: int

    @property
    def spoken_for(self) -> int:
        """What is issued or promised to somebody at the tables."""
        return self.issued + self.promised

    @property
    def ceiling(self) -> int:
        """Everything the event may promise."""
        return self.spoken_for + self.left


def get_standing(session: Session, *, event: UUID, serial: int) -> Standing:
    """One voucher by its event and serial; NotFound otherwise."""
    row = session.execute(_standings().where(Voucher.event == event, Voucher.serial == serial)).first()
    if row is None:
        raise NotFound(field="serial", what="el vale", name=serial_text(serial))
    return _standing(row)


def stock(session: Session, event: UUID) -> Stock:
    """An event's vouchers as the records have them."""
    minted, issued = session.execute(
        select(func.count(Voucher.id), func.count(Issuance.voucher))
        .outerjoin(Issuance, Issuance.voucher == Voucher.id)
        .where(Voucher.event == event)
    ).one()
    return Stock(blank=minted - issued, issued=issued)


def blanks(session: Session, *, event: UUID, serials: Collection[int]) -> dict[int, Blank]:
    """The event's vouchers with these serials; a serial that does not exist is left out."""
    wanted = iter(set(serials))
    found: dict[int, Blank] = {}
    while some := list(islice(wanted, IDS_A_STATEMENT)):
        rows = session.execute(
            select(Voucher.id, Voucher.serial, Voucher.face, Issuance.voucher.is_not(None))
            .outerjoin(Issuance, Issuance.voucher == Voucher.id)
            .where(Voucher.event == event, Voucher.serial.in_(some))
        )
        found.update({row.serial: Blank(*row) for row in rows})
    return found


def issue_day(session: Session, voucher: UUID) -> date:
    """The day for which a voucher was issued: its surrender's."""
    transfer = session.scalars(select(Issuance.transfer).where(Issuance.voucher == voucher)).one()
    return ledger.day_of(session, transfer)


def past_their_day(session: Session, today: date) -> list[Standing]:
    """Outstanding vouchers whose last day lies before ``today``, event by event."""
    statement = (
        _standings()
        .where(Voucher.expires_on < today, Issuance.voucher.is_not(None))
        .where((Resolution.id.is_(None)) | (Reversal.resolution.is_not(None)))
        .order_by(Voucher.event, Voucher.serial)
    )
    return [_standing(row) for row in session.execute(statement)]


def float_use(session: Session, event: UUID) -> FloatUse:
    """How much of one event's float is used."""
    return float_uses(session, [event])[event]


def float_uses(session: Session, events: Collection[UUID]) -> dict[UUID, FloatUse]:
    """How much of each event's float is used."""
    voided = select(Resolution.voucher).where(Resolution.kind == ResolutionKind.VOID)
    rows = session.execute(
        select(Voucher.event, func.sum(Issuance.face))
        .join(Issuance, Issuance.voucher == Voucher.id)
        .where(Voucher.event.in_(events), Voucher.id.not_in(voided))
        .group_by(Voucher.event)
    )
    issued: dict[UUID, int] = {event: int(total) for event, total in rows}
    held = {event: intake.float_of(session, event) for event in events}
    return {
        event: FloatUse(issued=issued.get(event, 0), promised=held[event].promised, left=held[event].left)
        for event in events
    }


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
