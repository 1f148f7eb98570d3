"""Which steps of a settlement are open, and to whom. Pure: services ask before a step, pages before they offer it.

A refusal says why a step is not open; the first that holds is the one that people read.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from uuid import UUID

from buyback.errors import Forbidden, NotFound, Refused
from buyback.money import screen_text
from buyback.people.rules import Actor, OrganisationKind
from buyback.security.access import Permission, Role
from buyback.settlement.errors import (
    ApprovedAlready,
    CountersignedAlready,
    LinesReversed,
    NoShareInIt,
    NotCountersigned,
    NotInThisState,
    NotNational,
    NotYourPayment,
    PaymentBookedAlready,
    PreparedBySame,
)
from buyback.settlement.states import SettlementAct, SettlementState

NATIONAL = frozenset({OrganisationKind.MINISTRY, OrganisationKind.COMPTROLLER})
RETURNABLE = (SettlementState.DRAFT, SettlementState.SUBMITTED)
# What a funder is waited for, by whom and when: the same as below, for lists of many settlements.
AWAITED = {
    SettlementAct.APPROVE: (Permission.SETTLEMENT_APPROVE, SettlementState.SUBMITTED),
    SettlementAct.PAY: (Permission.SETTLEMENT_PAY, SettlementState.ORDERED),
}


@dataclass(frozen=True)
class Scope:
    """Whose settlements somebody sees: all, or those in which one organisation has a share, and that share only."""

    funder: UUID | None

    @property
    def is_whole(self) -> bool:
        """Whether every share is seen."""
        return self.funder is None

    def reaches(self, funder: UUID) -> bool:
        """Whether one funder's share is seen."""
        return self.funder in (None, funder)


@dataclass(frozen=True)
class Official:
    """Who would take a step, and what kind of organisation employs that person; the operator has none."""

    actor: Actor
    employer: OrganisationKind | None

    @property
    def is_national(self) -> bool:
        """Whether the organisation looks over the events of every district."""
        return self.employer in NATIONAL

    @property
    def prepares(self) -> bool:
        """Whether this person may prepare settlements, which run over the events of every district."""
        return not any(_refuse_preparing(self))

    def scope(self) -> Scope:
        """A ministry's reconcilers and auditors, and the comptroller's, see all; everyone else the own share."""
        if self.prepares or (self.is_national and Role.AUDITOR in self.actor.roles):
            return Scope(None)
        if self.actor.organisation is None:
            raise NotFound(what="la liquidación")
        return Scope(self.actor.organisation)


@dataclass(frozen=True)
class PaymentProgress:
    """An order to pay: the funder that pays it, and the reference under which it was booked, once it was."""

    funder: UUID
    funder_code: str
    reference: str | None


@dataclass(frozen=True)
class SettlementProgress:
    """How far a settlement has come. ``funders`` bear or pay something of it; ``payments`` are found by their id.

    ``reversed_lines`` were undone at tills while it was prepared, and come to ``reversed_amount`` cents.
    """

    number: str
    state: SettlementState
    prepared_by: UUID
    funders: frozenset[UUID]
    approved_by: frozenset[UUID]
    reversed_lines: int
    reversed_amount: int
    is_countersigned: bool
    payments: Mapping[UUID, PaymentProgress]

    def is_approved_with(self, funder: UUID) -> bool:
        """Whether one funder's approval is all that is missing."""
        return self.funders <= self.approved_by | {funder}


def refusal(act: SettlementAct, progress: SettlementProgress, official: Official) -> Refused | None:
    """Why somebody may not take a step now; None where it is open. For a payment, ask ``payment_refusal``."""
    return next(_REFUSALS[act](progress, official), None)


def payment_refusal(progress: SettlementProgress, official: Official, payment: UUID) -> Refused | None:
    """Why somebody may not attest a payment now; None where it is open."""
    return next(_refuse_payment(progress, official, progress.payments[payment]), None)


def preparing_refusal(official: Official) -> Refused | None:
    """Why somebody may not prepare settlements."""
    return next(_refuse_preparing(official), None)


def open_acts(progress: SettlementProgress, official: Official) -> frozenset[SettlementAct]:
    """The steps that somebody may take now, payments aside."""
    return frozenset(act for act in _REFUSALS if refusal(act, progress, official) is None)


def open_payments(progress: SettlementProgress, official: Official) -> frozenset[UUID]:
    """The payments that somebody may attest now."""
    return frozenset(key for key in progress.payments if payment_refusal(progress, official, key) is None)


def _refuse_submitting(progress: SettlementProgress, official: Official) -> Iterator[Refused]:
    yield from _refuse_preparing(official)
    yield from _refuse_state(progress, SettlementState.DRAFT)
    yield from _refuse_reversed(progress)


def _refuse_approving(progress: SettlementProgress, official: Official) -> Iterator[Refused]:
    yield from _refuse_share(progress, official)
    if official.actor.organisation in progress.approved_by:
        yield ApprovedAlready(number=progress.number, funder=official.actor.organisation_code)
    yield from _refuse_state(progress, SettlementState.SUBMITTED)
    yield from _refuse_preparer(progress, official)
    yield from _refuse_reversed(progress)


def _refuse_returning(progress: SettlementProgress, official: Official) -> Iterator[Refused]:
    if official.prepares:
        yield from _refuse_state(progress, *RETURNABLE)
    else:
        yield from _refuse_share(progress, official)
        yield from _refuse_state(progress, SettlementState.SUBMITTED)


def _refuse_countersigning(progress: SettlementProgress, official: Official) -> Iterator[Refused]:
    yield from _refuse_preparing(official)
    yield from _refuse_state(progress, SettlementState.APPROVED)
    if progress.is_countersigned:
        yield CountersignedAlready(number=progress.number)


def _refuse_ordering(progress: SettlementProgress, official: Official) -> Iterator[Refused]:
    yield from _refuse_preparing(official)
    yield from _refuse_state(progress, SettlementState.APPROVED)
    if not progress.is_countersigned:
        yield NotCountersigned(number=progress.number)


def _refuse_payment(progress: SettlementProgress, official: Official, payment: PaymentProgress) -> Iterator[Refused]:
    if not official.actor.may(Permission.SETTLEMENT_PAY):
        yield Forbidden()
    yield from _refuse_state(progress, SettlementState.ORDERED, SettlementState.PAID)
    if official.actor.organisation != payment.funder:
        yield NotYourPayment(funder=payment.funder_code)
    yield from _refuse_preparer(progress, official)
    if payment.reference is not None:
        yield PaymentBookedAlready(reference=payment.reference)


def _refuse_preparing(official: Official) -> Iterator[Refused]:
    if not official.actor.may(Permission.SETTLEMENT_PREPARE):
        yield Forbidden()
    if not official.is_national:
        yield NotNational()


def _refuse_share(progress: SettlementProgress, official: Official) -> Iterator[Refused]:
    """A funder's approvers decide about its share; whoever bears and pays nothing has none."""
    if not official.actor.may(Permission.SETTLEMENT_APPROVE):
        yield Forbidden()
    if official.actor.organisation not in progress.funders:
        yield NoShareInIt(number=progress.number)


def _refuse_state(progress: SettlementProgress, *states: SettlementState) -> Iterator[Refused]:
    if progress.state not in states:
        yield NotInThisState(number=progress.number)


def _refuse_preparer(progress: SettlementProgress, official: Official) -> Iterator[Refused]:
    if official.actor.id == progress.prepared_by:
        yield PreparedBySame(number=progress.number)


def _refuse_reversed(progress: SettlementProgress) -> Iterator[Refused]:
    if progress.reversed_lines:
        yield LinesReversed(
            number=progress.number,
            count=progress.reversed_lines,
            amount=screen_text(progress.reversed_amount),
        )


_REFUSALS: dict[SettlementAct, Callable[[SettlementProgress, Official], Iterator[Refused]]] = {
    SettlementAct.SUBMIT: _refuse_submitting,
    SettlementAct.APPROVE: _refuse_approving,
    SettlementAct.RETURN: _refuse_returning,
    SettlementAct.COUNTERSIGN: _refuse_countersigning,
    SettlementAct.ORDER: _refuse_ordering,
}
