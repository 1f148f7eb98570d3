"""Settlements of the demonstration's first merchant, one in each state: what the walks look at."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from uuid import UUID

from sqlalchemy.orm import Session

from buyback.campaigns.facts import EventFacts
from buyback.db import Database
from buyback.ids import new_id
from buyback.redemption import service as redemption
from buyback.redemption.service import TillRequest
from buyback.settlement import payments, service
from buyback.settlement.queries import SettlementFacts
from buyback.settlement.states import ReturnReason
from tests.builders import NOW, REVOLVER, TODAY, actor, make_keys, make_paid_out
from tests.tills import paper

STATES = ("returned", "draft", "submitted", "approved", "ordered")
SIGNERS = ("minseg.demo", "mingob.demo", "municipio.demo")


def set_settlements(database: Database, event: EventFacts, till: UUID) -> dict[str, str]:
    """The number of a settlement in each state, each of a day's redemptions at one till."""
    return {state: _brought_to(database, event, till, state) for state in STATES}


def _brought_to(database: Database, event: EventFacts, till: UUID, state: str) -> str:
    draft = _draft(database, event, till)
    if state == "returned":
        database.transact(partial(_return, draft=draft, database=database))
    for reached, act in _path(database, draft):
        if state not in STATES[STATES.index(reached) :]:
            break
        database.transact(act)
    return draft.number


def _draft(database: Database, event: EventFacts, till: UUID) -> SettlementFacts:
    first_day = replace(event, ends_on=event.starts_on)
    issued = make_paid_out(database, first_day, actor(database, "avaluo.demo"), actor(database, "emite.demo"), REVOLVER)

    def work(session: Session) -> SettlementFacts:
        for voucher in issued:
            asked = TillRequest(till=till, op_id=new_id(), voucher=paper(event, voucher, make_keys()).qr)
            redemption.redeem(session, asked, keys=make_keys(), now=NOW)
        merchant = actor(database, "caja.demo").merchant
        assert merchant is not None
        by = actor(database, "concilia.demo")
        return service.prepare(session, merchant=merchant, until=TODAY, by=by, now=NOW)

    return database.transact(work)


def _return(session: Session, *, draft: SettlementFacts, database: Database) -> None:
    reason, by = ReturnReason.PAPERS_MISSING, actor(database, "concilia.demo")
    service.send_back(session, settlement=draft.id, reason=reason, by=by, now=NOW)


def _path(database: Database, draft: SettlementFacts) -> list[tuple[str, Callable[[Session], object]]]:
    by, key = actor(database, "concilia.demo"), draft.id
    signers = [actor(database, name) for name in SIGNERS]

    def approve(session: Session) -> None:
        for signer in signers:
            service.approve(session, settlement=key, by=signer, now=NOW)

    def order(session: Session) -> None:
        payments.countersign(session, settlement=key, number="R-2026-100", on=TODAY, by=by, now=NOW)
        payments.order(session, settlement=key, by=by, now=NOW)

    return [
        ("submitted", lambda session: service.submit(session, settlement=key, by=by, now=NOW)),
        ("approved", approve),
        ("ordered", order),
    ]
