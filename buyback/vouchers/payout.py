"""Paying out a surrender: the items become the State's and the vouchers are issued, both or neither."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from buyback.intake import offers
from buyback.people.rules import Actor
from buyback.security.keyring import KeyRing
from buyback.vouchers.service import MintedVoucher, Payout, pay_out


def issue_surrender(
    session: Session, *, surrender: UUID, by: Actor, keys: KeyRing, now: datetime, serials: Sequence[int] = ()
) -> tuple[MintedVoucher, ...]:
    """Issue what an accepted surrender is owed; a zero award is paid out without a voucher.

    ``serials`` are of blank vouchers that were handed out. SamePerson when the issuer appraised or approved,
    SurrenderMoved when it is not accepted (any more), FloatExceeded when the event's float does not cover it.
    """
    case = offers.mark_paid_out(session, surrender=surrender, by=by, now=now)
    facts = case.surrender
    payout = Payout(facts.id, facts.day, facts.award or 0, by.id, tuple(serials))
    return pay_out(session, event=case.event, payout=payout, by=by, keys=keys, now=now)
