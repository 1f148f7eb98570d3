"""The event of today: visits in different states, so that whoever signs in finds something to do."""

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from buyback.campaigns import queries as campaigns
from buyback.campaigns import service as events
from buyback.campaigns.facts import EventFacts
from buyback.campaigns.rules import EventPlan
from buyback.demo.cast import SHOPS
from buyback.demo.forms import APPRAISER, ISSUER
from buyback.demo.programmes import example
from buyback.ids import new_id
from buyback.intake import offers, rolls
from buyback.intake import queries as intake
from buyback.intake import service as tables
from buyback.intake.details import NO_DETAILS, Details
from buyback.intake.rules import SerialStatus
from buyback.merchants import queries as merchants
from buyback.people import queries as people
from buyback.people.rules import OPERATOR
from buyback.redemption import service
from buyback.redemption.service import TillRequest
from buyback.security.keyring import KeyRing
from buyback.security.tokens import new_salt
from buyback.tariff.catalogue import CalibreGroup, ClassCode, Condition
from buyback.tariff.rules import PricedThing
from buyback.times import panama_day
from buyback.vouchers import resolutions
from buyback.vouchers.printing import papers
from buyback.vouchers.service import issue_surrender

EVENT = "DEMO-BETANIA"
EVENT_DAYS = 30
FLOAT_CENTS = 20_000_00
CHIEF = "jefe.demo"
SPENT = 20_00
TAGS = 24  # a sheet of them

_C = ClassCode
REVOLVER = PricedThing(class_code=_C.REVOLVER, condition=Condition.SERVICEABLE, value=150_00)
OLD_REVOLVER = PricedThing(class_code=_C.REVOLVER, condition=Condition.POOR, value=75_00)
PISTOL = PricedThing(class_code=_C.PISTOL, condition=Condition.SERVICEABLE, value=220_00)
DEAR_PISTOL = PricedThing(class_code=_C.PISTOL, condition=Condition.SERVICEABLE, value=350_00)
SHOTGUN = PricedThing(class_code=_C.SHOTGUN, condition=Condition.SERVICEABLE, value=180_00)
MAGAZINES = PricedThing(class_code=_C.MAGAZINE, quantity=2)
AIR_GUN = PricedThing(class_code=_C.AIR_GUN)
MAKES = frozenset({_C.REVOLVER, _C.PISTOL, _C.SHOTGUN, _C.AIR_GUN})


def add_open_event(session: Session, *, now: datetime) -> UUID:
    """An event that is open for a month from today on, without a visit."""
    today = panama_day(now)
    plan = EventPlan(
        code=EVENT,
        site="Escuela de Betania (demostración)",
        starts_on=today,
        ends_on=today + timedelta(days=EVENT_DAYS),
        float_cents=FLOAT_CENTS,
    )
    event = events.add_event(
        session,
        programme=example().rules.code,
        plan=plan,
        corregimiento="080806",
        barrio="El Dorado",
        salt=new_salt(),
        by=OPERATOR,
        now=now,
    )
    events.open_event(session, event=event, by=OPERATOR, now=now)
    return event


def add_visits(session: Session, *, keys: KeyRing, now: datetime) -> None:
    """Two visits that are paid, one that may be issued, one to be approved, one that has an offer, one begun."""
    day = Desk(session, campaigns.get_event(session, EVENT), now)
    paid = [day.accepted(REVOLVER, _rounds(50)), day.accepted(PISTOL, MAGAZINES, _rounds(30))]
    issued = [serial for surrender in paid for serial in day.issue(surrender, keys)]
    day.accepted(SHOTGUN, _rounds(25, CalibreGroup.SHOTGUN))
    day.appraised(DEAR_PISTOL, MAGAZINES)
    day.appraised(OLD_REVOLVER)
    day.registered(AIR_GUN)
    day.replace(issued[0], keys)
    _redeem_one(session, keys=keys, now=now)


def _rounds(quantity: int, group: CalibreGroup = CalibreGroup.HANDGUN) -> PricedThing:
    return PricedThing(class_code=_C.AMMUNITION, calibre_group=group, quantity=quantity)


class Desk:
    """The table of the open event, and the people behind it."""

    def __init__(self, session: Session, event: EventFacts, now: datetime) -> None:
        self._session, self._event, self._now = session, event, now
        self._appraiser = people.actor_by_name(session, APPRAISER)
        self._issuer = people.actor_by_name(session, ISSUER)
        self._roll = enumerate(
            rolls.make_roll(
                session,
                programme=event.programme,
                count=TAGS,
                sample=secrets.SystemRandom().sample,
                by=self._appraiser,
                now=now,
            ),
            start=1,
        )

    def registered(self, *things: PricedThing) -> UUID:
        """A visit whose things are on the table."""
        event, by, now = self._event.id, self._appraiser, self._now
        number = tables.open_surrender(self._session, event=event, day=panama_day(now), op_id=new_id(), by=by, now=now)
        surrender = intake.get_surrender(self._session, event=event, number=number).id
        for line, (thing, details) in enumerate(self._described(things), start=1):
            tables.add_item(self._session, surrender=surrender, line=line, thing=thing, details=details, by=by, now=now)
        return surrender

    def appraised(self, *things: PricedThing) -> UUID:
        """A visit with an offer, or with a value that waits for a second person."""
        surrender = self.registered(*things)
        offers.finish_appraisal(self._session, surrender=surrender, by=self._appraiser, now=self._now)
        return surrender

    def accepted(self, *things: PricedThing) -> UUID:
        """A visit that has taken its offer and waits for its vouchers."""
        surrender = self.appraised(*things)
        offers.accept(self._session, surrender=surrender, by=self._appraiser, now=self._now)
        return surrender

    def issue(self, surrender: UUID, keys: KeyRing) -> list[int]:
        """Pay a visit; the serials of its vouchers."""
        issued = issue_surrender(self._session, surrender=surrender, by=self._issuer, keys=keys, now=self._now)
        return [voucher.serial for voucher in issued]

    def replace(self, serial: int, keys: KeyRing) -> None:
        """A voucher that came out of the printer torn."""
        chief = people.actor_by_name(self._session, CHIEF)
        resolutions.replace(self._session, event=self._event, serial=serial, by=chief, keys=keys, now=self._now)

    def _described(self, things: Iterable[PricedThing]) -> Iterable[tuple[PricedThing, Details]]:
        for thing in things:
            yield thing, _details(*next(self._roll)) if thing.class_code in MAKES else NO_DETAILS


def _details(number: int, tag: str) -> Details:
    return Details(
        make="Marca inventada",
        model="Modelo inventado",
        serial=f"INVENTADA-{number:04d}",
        serial_status=SerialStatus.LEGIBLE,
        tag=tag,
    )


def _redeem_one(session: Session, *, keys: KeyRing, now: datetime) -> None:
    """One voucher is spent already: the till has a line in its list, the totals a figure."""
    event = campaigns.get_event(session, EVENT)
    shop = SHOPS[0]
    merchant = merchants.get_merchant(session, shop.ruc).id
    branch = merchants.get_branch(session, merchant, shop.branches[0][0]).id
    till = merchants.get_till(session, branch=branch, name="Caja 1").id
    stored = min(papers.issued(session, event.id), key=lambda voucher: (abs(voucher.face - SPENT), voucher.serial))
    (printed,) = papers.lay_out(event, [stored], keys=keys, base_url="")
    cashier = people.actor_by_name(session, shop.cashier).id
    request = TillRequest(till, new_id(), printed.qr_text, claimed_at=now, cashier=cashier)
    service.redeem(session, request, keys=keys, now=now)
