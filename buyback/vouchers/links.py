"""Which vouchers paid for surrenders, as a purge sees them: their sum, their remainders, and the end of the links."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from buyback.vouchers import queries
from buyback.vouchers.tables import HandoverVoucher, Issuance, Replacement, Voucher


@dataclass(frozen=True)
class Remainder:
    """A voucher of a face that is no denomination: what the denominations did not cover of one award. Cents."""

    face: int
    day: date


def issued_for_surrenders(session: Session, event: UUID) -> tuple[int, int]:
    """How many vouchers paid for surrenders, and their faces together; a replacement pays for none."""
    count, total = session.execute(
        select(func.count(), func.coalesce(func.sum(Issuance.face), 0))
        .select_from(Issuance)
        .join(Voucher, Voucher.id == Issuance.voucher)
        .where(Voucher.event == event, Voucher.id.not_in(select(Replacement.replaced_by)))
    ).one()
    return int(count), int(total)


def remainders(session: Session, *, event: UUID, denominations: Collection[int]) -> tuple[Remainder, ...]:
    """The remainder vouchers issued at an event, each with the day of its surrender."""
    rows = session.execute(
        select(Voucher.id, Voucher.face)
        .join(Issuance, Issuance.voucher == Voucher.id)
        .where(Voucher.event == event, Voucher.face.not_in(denominations))
    )
    return tuple(Remainder(row.face, queries.issue_day(session, row.id)) for row in rows.all())


def count(session: Session, event: UUID) -> int:
    """How many rows ``delete_links`` would delete."""
    links = select(func.count()).select_from(HandoverVoucher).join(Voucher, Voucher.id == HandoverVoucher.voucher)
    return session.scalars(links.where(Voucher.event == event)).one()


def delete_links(session: Session, *, event: UUID) -> None:
    """Delete which surrender each voucher of an event paid for."""
    of_event = select(Voucher.id).where(Voucher.event == event)
    session.execute(delete(HandoverVoucher).where(HandoverVoucher.voucher.in_(of_event)))
