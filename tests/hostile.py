"""Texts that would be more than texts where somebody forgot to escape them, in every field that takes a free text."""

import json
from dataclasses import dataclass

from sqlalchemy.orm import Session

from buyback.campaigns.facts import EventFacts
from buyback.db import Database
from buyback.intake.details import Details
from buyback.intake.rules import SerialStatus
from buyback.merchants import queries as merchants
from buyback.merchants import service as merchant_service
from buyback.merchants import tills
from buyback.merchants.rules import MerchantEntry
from buyback.merchants.states import RucKind
from buyback.merchants.tax_numbers import check_digits
from buyback.people import service as people
from buyback.people.rules import OPERATOR, Actor, OrganisationKind
from buyback.people.service import Employer
from buyback.security.access import Role
from buyback.security.tokens import new_token, token_digest
from buyback.settlement import service as settlement
from buyback.tariff.catalogue import ClassCode, Condition
from buyback.tariff.rules import PricedThing
from tests.builders import (
    NOW,
    PROGRAMME,
    TODAY,
    actor,
    add_item,
    make_event,
    make_keys,
    make_paid_out,
    make_programme,
    make_user,
    open_surrender,
)
from tests.settling import Office
from tests.tills import TillInHand, paper, try_to_redeem

MARK = "xq1"  # what no text of ours contains
TEXTS = (
    "<script>xq1()</script>",
    '"><img src=x onerror=xq1()>',
    "' autofocus onfocus=xq1() x='",
    '</td></title><xq1 y="z">',
    "<!--xq1",
    "]]><xq1>",
    "javascript:xq1()",
    "{{7*7}}{%xq1%}%(num)s{name}",
    "&lt;xq1&gt;&#60;xq1",
    '=HYPERLINK("//xq1","a")',
    "+xq1",
    "-2+3+cmd|xq1",
    "@SUM(xq1)",
)
CHIEF, COLLEAGUE = "todo.oficial", "otra.oficial"
EVERY_OFFICE = (
    Role.APPRAISER,
    Role.APPROVER,
    Role.ISSUER,
    Role.EVENT_CHIEF,
    Role.RECONCILER,
    Role.FUNDER_APPROVER,
    Role.TREASURER,
    Role.AUDITOR,
)
MAGAZINES = PricedThing(class_code=ClassCode.MAGAZINE, quantity=len(TEXTS))
REVOLVER = PricedThing(class_code=ClassCode.REVOLVER, condition=Condition.SERVICEABLE, value=150_00)


@dataclass(frozen=True)
class Planted:
    """A cashier's name and till for each text, by its place in ``TEXTS``."""

    cashiers: tuple[str, ...]
    tills: tuple[TillInHand, ...]


def plant(database: Database) -> Planted:
    """An event, an item, a merchant with branch and till, and a settlement for each text, made through the services."""
    database.transact(
        lambda session: people.add_organisation(
            session, code="HOSTIL", kind=OrganisationKind.MINISTRY, name=TEXTS[0], district=None, by=OPERATOR, now=NOW
        )
    )
    programme = make_programme(
        database,
        PROGRAMME.replace('"Pacificando mi Barrio (prueba)"', json.dumps(" ".join(TEXTS[:4])))
        .replace('["50.00", "20.00", "10.00", "5.00"]', '["5.00"]')
        .replace('"MINGOB"', '"HOSTIL"')
        .replace('payment = "each"', 'payment = "lead"'),
    )
    chief = make_user(database, CHIEF, *EVERY_OFFICE, organisation="MINSEG")
    colleague = make_user(database, COLLEAGUE, Role.ISSUER, organisation="MINSEG")
    events = [
        make_event(database, f"HOSTIL-{number}", programme=programme, site=text) for number, text in enumerate(TEXTS)
    ]
    for event, text in zip(events, TEXTS, strict=True):
        _hand_in(database, event, chief, text)
    planted = [_merchant(database, number, text) for number, text in enumerate(TEXTS)]
    shops = [till for _cashier, till in planted]
    vouchers = make_paid_out(database, events[0], chief, colleague, MAGAZINES)
    for voucher, till in zip(vouchers, shops, strict=True):
        assert try_to_redeem(database, till, paper(events[0], voucher, make_keys()).qr).code == "redeemed"
    for event in events[1:]:
        make_paid_out(database, event, chief, colleague, MAGAZINES)
    signers = {
        code: make_user(database, f"firma.{code.lower()}", Role.FUNDER_APPROVER, organisation=code)
        for code in ("MINSEG", "HOSTIL")
    }
    Office(database, chief, signers).ordered(shops[0].merchant)  # from now on one funder owes the other
    database.transact(lambda session: settlement.prepare_all(session, until=TODAY, by=chief, now=NOW))
    return Planted(tuple(cashier for cashier, _till in planted), tuple(shops))


def details_of(text: str) -> Details:
    """A text wherever something is read off an item."""
    return Details(make=text, model=text, calibre=text, serial=text, serial_status=SerialStatus.PARTIAL)


def _hand_in(database: Database, event: EventFacts, by: Actor, text: str) -> None:
    add_item(database, open_surrender(database, event, by), by, REVOLVER, details_of(text))


def _merchant(database: Database, number: int, text: str) -> tuple[str, TillInHand]:
    ruc, token, cashier = f"155{number:06d}-2-2015", new_token(), f"caja.{number}"
    entry = MerchantEntry(
        kind=RucKind.JURIDICA,
        ruc=ruc,
        dv=check_digits(RucKind.JURIDICA, ruc),
        name=text,
        category="shop",
        branch=text,
        corregimiento="080806",
    )

    def work(session: Session) -> TillInHand:
        merchant = merchant_service.add_merchant(session, entry=entry, by=OPERATOR, now=NOW)
        branch = merchants.get_branch(session, merchant, text).id
        people.add_user(
            session,
            name=cashier,
            employer=Employer(merchant=merchant),
            roles=[Role.CASHIER],
            invitation_hash=token_digest(new_token()),
            by=OPERATOR,
            now=NOW,
        )
        till = tills.enrol_till(session, branch=branch, name=text, token_hash=token_digest(token), by=OPERATOR, now=NOW)
        return TillInHand(till, token, text, merchant)

    made = database.transact(work)
    assert actor(database, cashier).merchant == made.merchant
    return cashier, made
