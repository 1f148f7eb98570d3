"""The years before: each bulletin's event from its plan to its purge, through the services that people use."""

import random
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from sqlalchemy.orm import Session

from buyback.campaigns import queries as campaigns
from buyback.campaigns import service as events
from buyback.campaigns.facts import EventFacts
from buyback.campaigns.rules import EventPlan, expiry
from buyback.closing import purge as purging
from buyback.closing import service as closing
from buyback.closing.expiry import expire_due
from buyback.closing.rules import REVIEW_DAYS, CountMoment
from buyback.demo.agenda import EVENING, MORNING, NOON, Timed, on
from buyback.demo.bulletins import Bulletin, bulletins
from buyback.demo.forms import APPRAISER, ISSUER, forms
from buyback.demo.planning import award, plan
from buyback.demo.spending import Errand, errands
from buyback.ids import new_id
from buyback.intake import rolls
from buyback.merchants import queries as merchants
from buyback.merchants.queries import EnrolledTill
from buyback.paper_forms.service import import_forms
from buyback.people import queries as people
from buyback.people.rules import OPERATOR
from buyback.redemption import reversal, service
from buyback.redemption.rules import Code
from buyback.redemption.service import TillRequest
from buyback.security.keyring import KeyRing
from buyback.security.tokens import new_salt
from buyback.tariff import queries as tariffs
from buyback.vouchers import resolutions
from buyback.vouchers.printing import papers
from buyback.vouchers.printing.sheets import PrintedVoucher
from buyback.vouchers.queries import stock
from buyback.vouchers.rules import Stock, VoidReason, split

CHIEF = "jefe.demo"
FLOAT_STEP = 5_000_00
VOID_REASONS = (VoidReason.LOST, VoidReason.DAMAGED)
UNDONE_AFTER = timedelta(minutes=4)


@dataclass(frozen=True)
class TillPlace:
    """A till, and the district it is in."""

    till: UUID
    district: str


def past_events(session: Session, *, keys: KeyRing) -> Iterator[Timed]:
    """The agenda of all past events, in no order."""
    places = [_place(session, till) for till in merchants.enrolled(session)]
    for bulletin in bulletins():
        yield from Past(session, bulletin, keys=keys, places=places).agenda()


def _place(session: Session, till: EnrolledTill) -> TillPlace:
    branch = merchants.get_branch(session, till.merchant, till.branch_name)
    return TillPlace(till.id, branch.corregimiento[:4])


class Past:
    """One event of the past, and the moments of its life."""

    def __init__(self, session: Session, bulletin: Bulletin, *, keys: KeyRing, places: Sequence[TillPlace]) -> None:
        self._session = session
        self._bulletin = bulletin
        self._keys = keys
        self._places = places
        self._chance = random.Random(f"life of {bulletin.event}")  # noqa: S311  the same life each time
        self._rules = campaigns.get_programme(session, bulletin.programme)
        self._tariff = tariffs.tariff_of(session, self._rules)
        self._visits = plan(bulletin, self._tariff, rounding=self._rules.rounding)
        self._papers: list[PrintedVoucher] = []

    def agenda(self) -> Iterator[Timed]:
        """Everything that happens, in no order."""
        first, last = self._bulletin.days[0], self._bulletin.days[-1]
        closes = on(last + timedelta(days=3), EVENING)
        purges = closes + timedelta(days=REVIEW_DAYS, hours=1)
        expires = on(expiry(last, self._rules.voucher_days) + timedelta(days=1), NOON)
        planned, opens = on(first - timedelta(days=10), NOON), on(first, MORNING)
        captured, voided = on(last + timedelta(days=1), NOON), on(last + timedelta(days=2), MORNING)
        count = self._voucher_count()
        yield Timed(planned, partial(self._plan, planned))
        yield Timed(opens, partial(self._open, opens))
        yield Timed(captured, partial(self._capture, captured), weight=count // 5)
        yield Timed(voided, partial(self._void, voided))
        yield Timed(closes, partial(self._close, closes))
        yield Timed(purges, partial(self._purge, purges), weight=count // 10)
        yield Timed(expires, partial(self._expire, expires), weight=count // 10)
        yield from self._redemptions(count)

    def _voucher_count(self) -> int:
        awards = (award(visit.things, self._tariff, rounding=self._rules.rounding) for visit in self._visits)
        return sum(len(split(award, self._rules.denominations)) for award in awards)

    def _redemptions(self, count: int) -> Iterator[Timed]:
        last, district = self._bulletin.days[-1], self._bulletin.corregimiento[:4]
        planned = errands(
            count - len(VOID_REASONS),
            after=last + timedelta(days=2),
            until=expiry(last, self._rules.voucher_days),
            near=[number for number, place in enumerate(self._places) if place.district == district],
            tills=len(self._places),
            chance=self._chance,
        )
        for errand in planned:
            op_id = new_id()
            yield Timed(errand.at, partial(self._redeem, errand, op_id))
            if errand.is_undone:
                yield Timed(errand.at + UNDONE_AFTER, partial(self._undo, errand, op_id))

    @property
    def _event(self) -> EventFacts:
        return campaigns.get_event(self._session, self._bulletin.event)

    def _plan(self, now: datetime) -> None:
        bulletin = self._bulletin
        event_plan = EventPlan(
            code=bulletin.event,
            site=f"{bulletin.site} (demostración)",
            starts_on=bulletin.days[0],
            ends_on=bulletin.days[-1],
            float_cents=-(-bulletin.paid // FLOAT_STEP) * FLOAT_STEP,
        )
        events.add_event(
            self._session,
            programme=bulletin.programme,
            plan=event_plan,
            corregimiento=bulletin.corregimiento,
            salt=new_salt(),
            by=OPERATOR,
            now=now,
        )

    def _open(self, now: datetime) -> None:
        event = self._event
        for name in (APPRAISER, ISSUER):
            person = people.actor_by_name(self._session, name)
            closing.count(
                self._session, event=event.id, moment=CountMoment.OPENING, counted=Stock(0, 0), by=person, now=now
            )
        chief = people.actor_by_name(self._session, CHIEF)
        events.open_event(self._session, event=event.id, by=chief, now=now)

    def _capture(self, now: datetime) -> None:
        roll = rolls.make_roll(
            self._session,
            programme=self._rules,
            count=sum(len(visit.things) for visit in self._visits),
            sample=secrets.SystemRandom().sample,
            by=OPERATOR,
            now=now,
        )
        content = forms(self._bulletin.event, [(new_id(), visit) for visit in self._visits], self._tariff, roll)
        import_forms(self._session, content=content, by=OPERATOR, keys=self._keys, now=now)
        event = self._event
        stored = papers.issued(self._session, event.id)
        self._papers = list(papers.lay_out(event, stored, keys=self._keys, base_url=""))

    def _void(self, now: datetime) -> None:
        """The last papers of the list: nobody spends them."""
        chief = people.actor_by_name(self._session, CHIEF)
        for reason in VOID_REASONS:
            serial = self._papers.pop().serial
            resolutions.void(self._session, event=self._event, serial=serial, reason=reason, by=chief, now=now)

    def _close(self, now: datetime) -> None:
        event = self._event.id
        closing.begin(self._session, event=event, by=people.actor_by_name(self._session, CHIEF), now=now)
        counted = stock(self._session, event)
        for name in (APPRAISER, ISSUER):
            person = people.actor_by_name(self._session, name)
            closing.count(self._session, event=event, moment=CountMoment.CLOSING, counted=counted, by=person, now=now)

    def _purge(self, now: datetime) -> None:
        shuffle = secrets.SystemRandom().shuffle
        purging.purge(self._session, event=self._event.id, shuffle=shuffle, by=OPERATOR, now=now)

    def _expire(self, now: datetime) -> None:
        expire_due(self._session, today=now.date(), by=OPERATOR, now=now)

    def _redeem(self, errand: Errand, op_id: UUID) -> None:
        text = self._papers[errand.voucher].qr_text
        request = TillRequest(self._places[errand.till].till, op_id, text, claimed_at=errand.at)
        answer = service.redeem(self._session, request, keys=self._keys, now=errand.at)
        if answer.code is not Code.REDEEMED:
            raise AssertionError(answer)

    def _undo(self, errand: Errand, op_id: UUID) -> None:
        till, now = self._places[errand.till].till, errand.at + UNDONE_AFTER
        answer = reversal.undo(self._session, till=till, op_id=op_id, cashier=None, keys=self._keys, now=now)
        if answer.code is not Code.REVERSED:
            raise AssertionError(answer)
