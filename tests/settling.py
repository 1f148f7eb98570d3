"""Redemptions waiting to be settled, and the four people who settle them: one prepares, one of each funder signs."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from sqlalchemy.orm import Session

from buyback.campaigns.facts import EventFacts
from buyback.db import Database
from buyback.ids import new_id
from buyback.people.rules import Actor, OrganisationKind
from buyback.redemption import reversal
from buyback.security.access import Role
from buyback.security.tokens import token_digest
from buyback.settlement import payments, service
from buyback.settlement.payments import PaymentOrder
from buyback.settlement.queries import SettlementFacts
from tests.builders import NOW, PROGRAMME, TODAY, make_event, make_keys, make_organisation, make_programme, make_user
from tests.tills import FACE, Paper, TillInHand, issue_vouchers, make_merchant, make_till, try_to_redeem

T = TypeVar("T")

FUNDERS = ("MINSEG", "MINGOB", "ALCALDIA-PANAMA")
_EACH = (
    PROGRAMME.replace('"PMB-TEST"', '"PMB-LIQ"')
    .replace("number = 7", "number = 9")
    .replace('["50.00", "20.00", "10.00", "5.00"]', '["20.00"]')
    .replace('approval_over = "300.00"', 'approval_over = "1000000.00"')
    .replace('fixed = "5.00"', 'fixed = "20.00"')
    .replace(
        'funder = [{organisation = "MINSEG", weight = 70}, {organisation = "MINGOB", weight = 30}]',
        'funder = [{organisation = "MINSEG", weight = 1}, {organisation = "MINGOB", weight = 1},'
        ' {organisation = "@municipality", weight = 1}]',
    )
)
_LEAD = _EACH.replace('payment = "each"', 'payment = "lead"').replace('"PMB-LIQ"', '"PMB-LIDER"')
PROGRAMMES = {"each": _EACH, "lead": _LEAD.replace("number = 9", "number = 10")}


@dataclass(frozen=True)
class Office:
    """One who prepares, and of each funder one who approves and pays, by the funder's code."""

    database: Database
    preparer: Actor
    signers: dict[str, Actor]

    def do(self, work: Callable[[Session], T]) -> T:
        """In a transaction of its own, as the pages run it."""
        return self.database.transact(work, again_on_conflict=True)

    def prepare(self, merchant: UUID, *, now: datetime = NOW) -> SettlementFacts:
        """A draft until today."""
        return self.do(
            lambda session: service.prepare(session, merchant=merchant, until=TODAY, by=self.preparer, now=now)
        )

    def submit(self, draft: SettlementFacts) -> None:
        """Put it before the funders."""
        self.do(lambda session: service.submit(session, settlement=draft.id, by=self.preparer, now=NOW))

    def approve(self, draft: SettlementFacts, funder: str) -> bool:
        """One funder's signature."""
        by = self.signers[funder]
        return self.do(lambda session: service.approve(session, settlement=draft.id, by=by, now=NOW))

    def approved(self, merchant: UUID) -> SettlementFacts:
        """A settlement that every funder has approved."""
        draft = self.prepare(merchant)
        self.submit(draft)
        for funder in self.signers:
            self.approve(draft, funder)
        return draft

    def countersign(self, draft: SettlementFacts) -> None:
        """Note the comptroller's."""
        self.do(
            lambda session: payments.countersign(
                session, settlement=draft.id, number="R-2026-77", on=TODAY, by=self.preparer, now=NOW
            )
        )

    def order(self, draft: SettlementFacts) -> tuple[PaymentOrder, ...]:
        """Send it to be paid."""
        return self.do(lambda session: payments.order(session, settlement=draft.id, by=self.preparer, now=NOW))

    def ordered(self, merchant: UUID) -> tuple[SettlementFacts, tuple[PaymentOrder, ...]]:
        """A settlement that was sent to be paid."""
        draft = self.approved(merchant)
        self.countersign(draft)
        return draft, self.order(draft)

    def book(self, payment: PaymentOrder, *, reference: str | None = None, amount: int | None = None) -> bool:
        """Attested by the payer's own treasurer."""
        by = next(actor for actor in self.signers.values() if actor.organisation == payment.funder)
        return self.do(
            lambda session: payments.book(
                session,
                payment=payment.id,
                amount=payment.amount if amount is None else amount,
                reference=reference or f"TRX-{payment.end_to_end_id}",
                booked_on=TODAY,
                by=by,
                now=NOW,
            )
        )

    def paid(self, merchant: UUID) -> SettlementFacts:
        """A settlement from draft to paid."""
        draft, ordered = self.ordered(merchant)
        for payment in ordered:
            self.book(payment)
        return draft


def make_office(database: Database) -> Office:
    """The three funders of the test programme and their people."""
    make_organisation(database, FUNDERS[2], OrganisationKind.MUNICIPALITY, "0808")
    return Office(
        database=database,
        preparer=make_user(
            database, "p.prepara", Role.RECONCILER, Role.FUNDER_APPROVER, Role.TREASURER, organisation="MINSEG"
        ),
        signers={
            code: make_user(
                database, f"f.{code.split('-')[0].lower()}", Role.FUNDER_APPROVER, Role.TREASURER, organisation=code
            )
            for code in FUNDERS
        },
    )


def make_settled_event(
    database: Database, code: str = "LIQ-2026-11-24", *, vouchers: int, mode: str = "each"
) -> EventFacts:
    """An open event whose funders pay a third each, or whose first funder pays for all."""
    make_programme(database, PROGRAMMES[mode])
    programme = "PMB-LIQ" if mode == "each" else "PMB-LIDER"
    return make_event(database, code, programme=programme, float_cents=vouchers * FACE)


def make_shop(database: Database, number: int = 1) -> TillInHand:
    """A merchant with a till."""
    return make_till(database, make_merchant(database, f"Comercio {number}", number=number))


def spend(database: Database, event: EventFacts, tills: Iterable[TillInHand]) -> tuple[Paper, ...]:
    """A voucher for each till named, redeemed there."""
    tills = list(tills)
    papers = issue_vouchers(database, len(tills), event=event)
    for till, paper in zip(tills, papers, strict=True):
        assert try_to_redeem(database, till, paper.qr).code == "redeemed"
    return papers


def spend_and_undo_later(database: Database, event: EventFacts, till: TillInHand) -> Callable[[], str]:
    """A redemption that the till can undo: the function given does, and tells what it was answered."""
    (paper,) = issue_vouchers(database, 1, event=event)
    op_id = new_id()
    assert try_to_redeem(database, till, paper.qr, op_id=op_id).code == "redeemed"

    def undo() -> str:
        return database.transact(
            lambda session: (
                reversal.undo(
                    session, till=token_digest(till.token), op_id=op_id, cashier=None, keys=make_keys(), now=NOW
                ).code.value
            ),
            again_on_conflict=True,
        )

    return undo
