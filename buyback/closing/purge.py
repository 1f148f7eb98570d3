"""The purge: after the review, what leads from a weapon to a voucher is deleted.

What goes: the hand-overs (who did what, which award, which items, which vouchers), the bodies of the audit rows about
the event's surrenders, the order in which rows were written, what each item was worth, and the rows of rounds,
magazines, parts and accessories. What stays: surrenders as a day and an end, items with class, identity and tag, sums
of what there was and what it was worth, vouchers with their books, and one audit row that proves that both sides were
equal before it.
``docs/decisions/0010-the-purge.md`` says what amounts can still tell.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from buyback.audit import service as audit
from buyback.audit.emptying import emptying
from buyback.campaigns import queries as campaigns
from buyback.campaigns import service as campaign_service
from buyback.campaigns.facts import EventFacts
from buyback.campaigns.rules import EventNotClosed
from buyback.campaigns.states import EventState
from buyback.closing import recall
from buyback.closing.anonymity import Measure, measure
from buyback.closing.erasure import Shuffle, rewrite_rows
from buyback.closing.rules import REVIEW_DAYS, CountsDoNotAgree, ReviewNotOver, explanations, review_end
from buyback.intake import links as item_links
from buyback.intake import sums
from buyback.intake.links import Collected
from buyback.money import decimal_text, screen_text
from buyback.people.rules import Actor
from buyback.tariff import queries as tariffs
from buyback.tariff.rules import PriceKind
from buyback.times import panama_day
from buyback.totals import service as totals
from buyback.vouchers import links as voucher_links


@dataclass(frozen=True)
class PurgeReport:
    """What a purge left. ``issued`` in cents, without replacements of void vouchers.

    ``single_visit_days`` are days with one surrender, whose items and vouchers the day itself joins; ``singled_out``
    are remainder vouchers that one single item of their day explains.
    """

    event: str
    collected: Collected
    issued: int
    vouchers: int
    emptied: int
    measure: Measure
    single_visit_days: int
    singled_out: int


def due(session: Session, *, now: datetime) -> tuple[UUID, ...]:
    """Events whose review is over."""
    return campaigns.closed_until(session, now - timedelta(days=REVIEW_DAYS))


def purge(session: Session, *, event: UUID, shuffle: Shuffle, by: Actor, now: datetime) -> PurgeReport:
    """``purge_together`` with one event."""
    (report,) = purge_together(session, events=[event], shuffle=shuffle, by=by, now=now)
    return report


def purge_together(
    session: Session, *, events: Sequence[UUID], shuffle: Shuffle, by: Actor, now: datetime
) -> tuple[PurgeReport, ...]:
    """Delete what leads from the weapons of some events to their vouchers, for good; measured as one.

    ``shuffle`` puts a list into random order, in place. EventNotClosed, ReviewNotOver, NotVerified where a row is not
    as its act left it, or CountsDoNotAgree while awards and issues differ. Afterwards, outside the transaction,
    ``rewriting.rewrite_tables`` writes over what was deleted.
    """
    pooled = measure(award for event in events for award in item_links.awards(session, event))
    reports = {event: _purge_one(session, event, shuffle=shuffle, by=by, now=now) for event in events}
    measures = {event: report.measure for event, report in reports.items()}
    recall.record_purge(session, measures=measures, pooled=pooled, now=now)
    return tuple(reports.values())


def _purge_one(session: Session, event: UUID, *, shuffle: Shuffle, by: Actor, now: datetime) -> PurgeReport:
    facts = campaigns.get_event_by_id(session, event)
    _check_review(session, facts, now=now)
    with emptying(session, event=event, reason="purge", chain=by.chain, by=by.name, now=now) as emptied:
        report = _prove(session, facts, emptied=emptied.bodies)
        voucher_links.delete_links(session, event=event)
        item_links.delete_links(session, event=event)
        tariff = tariffs.tariff_of(session, facts.programme)
        sums.dissolve(
            session,
            event=event,
            ranges=[line.id for line in tariff.lines if line.price.kind is PriceKind.RANGE],
        )
        totals.fold_purged(session, event=event)  # a delta lies where its visit was written
        rewrite_rows(session, event=event, shuffle=shuffle)
    campaign_service.mark_purged(session, event=event, by=by, now=now)
    audit.record(session, chain=by.chain, act="event:purge_proof", body=_proof(report, by), now=now)
    return report


def check(session: Session, *, event: UUID, now: datetime) -> None:
    """Refuse as a purge would; nothing is written."""
    facts = campaigns.get_event_by_id(session, event)
    _check_review(session, facts, now=now)
    _prove(session, facts, emptied=0)


def count_links(session: Session, event: UUID) -> int:
    """How many rows that lead from weapons to vouchers a purge would delete."""
    return item_links.count(session, event) + voucher_links.count(session, event)


def _check_review(session: Session, event: EventFacts, *, now: datetime) -> None:
    closed_at = campaigns.closed_at(session, event.id)
    if closed_at is None or event.state is not EventState.CLOSED:
        raise EventNotClosed(event=event.code)
    over = review_end(closed_at)
    if now < over:
        raise ReviewNotOver(event=event.code, day=panama_day(over))


def _prove(session: Session, event: EventFacts, *, emptied: int) -> PurgeReport:
    collected = item_links.collected(session, event.id)
    vouchers, issued = voucher_links.issued_for_surrenders(session, event.id)
    if collected.award != issued:
        raise CountsDoNotAgree(event=event.code, awarded=screen_text(collected.award), issued=screen_text(issued))
    visits = item_links.paid_visits_by_day(session, event.id)
    return PurgeReport(
        event=event.code,
        collected=collected,
        issued=issued,
        vouchers=vouchers,
        emptied=emptied,
        measure=measure(item_links.awards(session, event.id)),
        single_visit_days=sum(count == 1 for count in visits.values()),
        singled_out=sum(_singled_out(session, event)),
    )


def _singled_out(session: Session, event: EventFacts) -> Iterator[bool]:
    denominations = event.programme.denominations
    values = item_links.values_by_day(session, event.id)
    for remainder in voucher_links.remainders(session, event=event.id, denominations=denominations):
        alone = explanations(
            remainder.face,
            values.get(remainder.day, ()),
            smallest=min(denominations),
            step=event.programme.rounding,
            together=1,
        )
        yield alone == 1


def _proof(report: PurgeReport, by: Actor) -> dict[str, object]:
    """Totals only: that what was collected was paid for, to the cent."""
    return {
        "by": by.name,
        "event": report.event,
        "surrenders": report.collected.surrenders,
        "items": report.collected.items,
        "value": decimal_text(report.collected.value),
        "rounding": decimal_text(report.collected.rounding),
        "vouchers": report.vouchers,
        "issued": decimal_text(report.issued),
        "bodies_emptied": report.emptied,
        "visits": report.measure.visits,
        "awards": report.measure.awards,
        "visits_sharing_an_award": report.measure.sharing,
    }
