"""The demonstration in full use: a surrender in each state, a till after a day's work. What the walks look at."""

from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy.orm import Session

from buyback import demo
from buyback.campaigns import queries as campaigns
from buyback.campaigns.facts import EventFacts
from buyback.db import Database
from buyback.ids import new_id
from buyback.intake import offers
from buyback.intake import queries as intake
from buyback.intake.details import NO_DETAILS, Details
from buyback.intake.rules import SerialStatus
from buyback.merchants import queries as merchants
from buyback.redemption import service as redemption
from buyback.redemption.service import TillRequest
from buyback.tariff.catalogue import CalibreGroup, ClassCode, Condition
from buyback.tariff.rules import PricedThing
from buyback.vouchers.service import issue_surrender
from tests.browser.settled import set_settlements
from tests.builders import NOW, actor, add_item, make_event, make_keys, open_surrender
from tests.tills import paper
from tests.web.site import Site

PLANNED = "DEMO-BELLA-VISTA-PLANIFICADA"
STATES = ("empty", "open", "awaiting_approval", "offered", "accepted", "paid_out", "declined")

REVOLVER = PricedThing(class_code=ClassCode.REVOLVER, condition=Condition.SERVICEABLE, value=200_00)
OVER_THE_THRESHOLD = PricedThing(class_code=ClassCode.PISTOL, condition=Condition.SERVICEABLE, value=380_00)
RIFLE = PricedThing(class_code=ClassCode.RIFLE, condition=Condition.POOR, value=75_00)
ROUNDS = PricedThing(class_code=ClassCode.AMMUNITION, calibre_group=CalibreGroup.HANDGUN, quantity=250)
READ_OFF = Details(make="Smith & Wesson", model="10-5", serial="D482913", serial_status=SerialStatus.PARTIAL)


@dataclass(frozen=True)
class Stage:
    """Where to look: the open event, the number of a surrender in each state, the till and its answers, settlements."""

    event: str
    surrenders: dict[str, int]
    till: UUID
    answers: dict[str, UUID]
    merchant: UUID
    settlements: dict[str, str]


def set_stage(database: Database, _loaded: None) -> Stage:
    """Use the demonstration for a day: what goes on from ``make_demonstration``."""
    with database.reading() as session:
        event = campaigns.get_event(session, demo.EVENT)
    make_event(database, PLANNED, programme=event.programme.code, is_open=False)
    made = {state: _surrender(database, event, state) for state in STATES}
    till = _till(database)
    answers = _work_at(database, till, made["paid_out"][1])
    merchant = actor(database, "caja.demo").merchant
    assert merchant is not None
    return Stage(
        event=event.code,
        surrenders={state: number for state, (number, _qr) in made.items()},
        till=till,
        answers=answers,
        merchant=merchant,
        settlements=set_settlements(database, event, till),
    )


def hold_session(site: Site, name: str | None, *, till: UUID | None = None, language: str = "es") -> str:
    """The cookie with which a browser is signed in as somebody of the demonstration, or nobody, in a language."""
    visitor = site.browser() if name is None else site.signed_in(actor(site.database, name), till=till)
    visitor.post("/idioma", {"lang": language})
    found = visitor.client.get_cookie("session", domain="127.0.0.1")
    assert found is not None
    return found.value


def _surrender(database: Database, event: EventFacts, state: str) -> tuple[int, str]:
    """A surrender brought to a state: its number, and the text of a voucher that paid for it."""
    appraiser, issuer = actor(database, "avaluo.demo"), actor(database, "emite.demo")
    surrender = open_surrender(database, replace(event, ends_on=event.starts_on), appraiser)
    first = OVER_THE_THRESHOLD if state == "awaiting_approval" else REVOLVER
    things = ((first, READ_OFF), (ROUNDS, NO_DETAILS), (RIFLE, NO_DETAILS))
    for thing, details in things if state != "empty" else ():
        add_item(database, surrender, appraiser, thing, details)

    def work(session: Session) -> str:
        if state not in {"empty", "open"}:
            offers.finish_appraisal(session, surrender=surrender, by=appraiser, now=NOW)
        if state in {"accepted", "paid_out"}:
            offers.accept(session, surrender=surrender, by=appraiser, now=NOW)
        if state == "declined":
            offers.decline(session, surrender=surrender, by=appraiser, now=NOW)
        if state != "paid_out":
            return ""
        first = issue_surrender(session, surrender=surrender, by=issuer, keys=make_keys(), now=NOW)[0]
        return paper(event, first, make_keys()).qr

    qr = database.transact(work)
    with database.reading() as session:
        return intake.get_surrender_by_id(session, surrender).number, qr


def _till(database: Database) -> UUID:
    cashier = actor(database, "caja.demo")
    with database.reading() as session:
        found = merchants.enrolled(session, merchant=cashier.merchant)
    return next(till.id for till in found if cashier.branch in {None, till.branch})


def _work_at(database: Database, till: UUID, qr: str) -> dict[str, UUID]:
    """A yes, a no for the same voucher, and a no for a slip of the hand: each answer's op id."""
    cashier = actor(database, "caja.demo").id
    told = {"yes": qr, "no": qr, "mistyped": "0000-0000-0000-1"}
    ops = {kind: new_id() for kind in told}
    for kind, text in told.items():
        _redeem(database, TillRequest(till=till, op_id=ops[kind], voucher=text, cashier=cashier))
    return ops


def _redeem(database: Database, asked: TillRequest) -> None:
    database.transact(lambda session: redemption.redeem(session, asked, keys=make_keys(), now=NOW))
