"""The purge: after the review, nothing leads from a weapon to a voucher any more.

What goes: the hand-overs (who did what, which award, which items, which vouchers), the bodies of the audit rows about
the event's surrenders, and the order in which rows were written. What stays: surrenders as a day and an end, items with
class and value, vouchers with their books, and one audit row that proves that both sides were equal when they parted.
``docs/decisions/0010-parting.md`` says what amounts can still tell.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from buyback.audit import service as audit
from buyback.campaigns import queries as campaigns
from buyback.campaigns import review
from buyback.campaigns import service as campaign_service
from buyback.campaigns.facts import EventFacts
from buyback.campaigns.rules import EventNotClosed
from buyback.campaigns.states import EventState
from buyback.errors import Refused
from buyback.intake import parting
from buyback.intake.parting import Collected
from buyback.money import decimal_text, screen_text
from buyback.people.rules import Actor
from buyback.rollup import service as rollup
from buyback.times import panama_day
from buyback.vouchers import queries
from buyback.vouchers.reordering import Shuffle, reorder
from buyback.vouchers.tables import HandoverVoucher, Issuance, Replacement, Voucher
from buyback.vouchers.telling import explanations

REVIEW_DAYS = 30  # after the close, for complaints and reconciliation: the links are still needed then


class ReviewNotOver(Refused):
    """The links are kept for a while, so that a complaint can be answered."""

    sentence = "La jornada {event} está en revisión hasta el {day}; se purga después."


class CountsDoNotAgree(Refused):
    """Once the links are gone nobody could find out why."""

    sentence = "La jornada {event} no se purga: se ofrecieron {awarded} y se emitieron {issued}. Busque la diferencia."


@dataclass(frozen=True)
class Parted:
    """What a purge left. ``issued`` in cents, without replacements of void vouchers.

    ``lone_visits`` are days with one surrender, whose items and vouchers the day itself joins; ``told`` are remainder
    vouchers that one single item of their day explains.
    """

    event: str
    collected: Collected
    issued: int
    vouchers: int
    emptied: int
    lone_visits: int
    told: int


def due(session: Session, *, now: datetime) -> tuple[UUID, ...]:
    """Events whose review is over."""
    return review.closed_until(session, now - timedelta(days=REVIEW_DAYS))


def purge(session: Session, *, event: UUID, shuffle: Shuffle, by: Actor, now: datetime) -> Parted:
    """Part an event's weapons from its vouchers, for good. ``shuffle`` puts a list into random order, in place.

    EventNotClosed, ReviewNotOver, or CountsDoNotAgree while awards and issues differ. Afterwards, outside the
    transaction, ``erasing.erase_traces`` writes over what was deleted.
    """
    facts = campaigns.get_event_by_id(session, event)
    _check_review(session, facts, now=now)
    parted = _prove(session, facts, emptied=audit.empty_bodies(session, event=event))
    of_event = select(Voucher.id).where(Voucher.event == event)
    session.execute(delete(HandoverVoucher).where(HandoverVoucher.voucher.in_(of_event)))
    parting.delete_links(session, event=event)
    rollup.fold(session)  # a delta lies where its visit was written
    reorder(session, event=event, shuffle=shuffle)
    campaign_service.mark_purged(session, event=event, by=by, now=now)
    audit.record(session, chain=by.chain, act="event:part", body=_proof(parted, by), now=now)
    return parted


def _check_review(session: Session, event: EventFacts, *, now: datetime) -> None:
    closed_at = review.closed_at(session, event.id)
    if closed_at is None or event.state is not EventState.CLOSED:
        raise EventNotClosed(event=event.code)
    over = closed_at + timedelta(days=REVIEW_DAYS)
    if now < over:
        raise ReviewNotOver(event=event.code, day=panama_day(over).isoformat())


def _prove(session: Session, event: EventFacts, *, emptied: int) -> Parted:
    collected = parting.collected(session, event.id)
    vouchers, issued = _issued(session, event.id)
    if collected.award != issued:
        raise CountsDoNotAgree(event=event.code, awarded=screen_text(collected.award), issued=screen_text(issued))
    visits = parting.paid_visits_by_day(session, event.id)
    return Parted(
        event=event.code,
        collected=collected,
        issued=issued,
        vouchers=vouchers,
        emptied=emptied,
        lone_visits=sum(count == 1 for count in visits.values()),
        told=sum(_told(session, event)),
    )


def _issued(session: Session, event: UUID) -> tuple[int, int]:
    """How many vouchers paid for surrenders, and their faces together; a replacement pays for none."""
    count, total = session.execute(
        select(func.count(), func.coalesce(func.sum(Issuance.face), 0))
        .select_from(Issuance)
        .join(Voucher, Voucher.id == Issuance.voucher)
        .where(Voucher.event == event, Voucher.id.not_in(select(Replacement.replaced_by)))
    ).one()
    return int(count), int(total)


def _told(session: Session, event: EventFacts) -> Iterator[bool]:
    denominations = event.programme.denominations
    values = parting.values_by_day(session, event.id)
    remainders = session.execute(
        select(Voucher.id, Voucher.face)
        .join(Issuance, Issuance.voucher == Voucher.id)
        .where(Voucher.event == event.id, Voucher.face.not_in(denominations))
    )
    for row in remainders.all():
        day = queries.issue_day(session, row.id)
        alone = explanations(
            row.face, values.get(day, ()), smallest=min(denominations), step=event.programme.rounding, together=1
        )
        yield alone == 1


def _proof(parted: Parted, by: Actor) -> dict[str, object]:
    """Totals only: that what was collected was paid for, to the cent."""
    return {
        "by": by.name,
        "event": parted.event,
        "surrenders": parted.collected.surrenders,
        "items": parted.collected.items,
        "value": decimal_text(parted.collected.value),
        "rounding": decimal_text(parted.collected.rounding),
        "vouchers": parted.vouchers,
        "issued": decimal_text(parted.issued),
        "bodies_emptied": parted.emptied,
    }
