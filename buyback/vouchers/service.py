"""Mint vouchers, issue them, and pay out a surrender. What ends a voucher is in ``resolutions.py``.

Many vouchers cost as many statements as one: the import of a year of paper forms goes through here too.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from buyback.audit import service as audit
from buyback.campaigns.facts import EventFacts
from buyback.db import core
from buyback.ids import new_id
from buyback.intake import offers
from buyback.intake.rules import FloatExceeded, check_float
from buyback.keys.queries import get_signer
from buyback.ledger import queries as ledger_queries
from buyback.ledger import service as ledger
from buyback.ledger.rules import ALLOTTED, AccountRef, JournalKind
from buyback.ledger.service import Entry
from buyback.money import decimal_text, screen_text
from buyback.people.rules import Actor
from buyback.security.keyring import KeyRing, token_hash
from buyback.vouchers import postings, queries
from buyback.vouchers.rules import (
    SecretsGone,
    SerialNotBlank,
    SerialsUsedUp,
    faces_to_mint,
    refused_blanks,
)
from buyback.vouchers.serials import SERIALS, serial_at, serial_text
from buyback.vouchers.tables import HandoverVoucher, Issuance, SerialCounter, Voucher


@dataclass(frozen=True)
class MintedVoucher:
    """A voucher that exists; ``face`` in cents."""

    id: UUID
    serial: int
    face: int


@dataclass(frozen=True)
class Payout:
    """What one surrender is paid: ``award`` in cents, and the serials of blanks that were handed out for it."""

    surrender: UUID
    day: date
    award: int
    issuer: UUID | None
    serials: tuple[int, ...] = ()


def mint(session: Session, *, event: EventFacts, faces: Sequence[int], keys: KeyRing) -> tuple[MintedVoucher, ...]:
    """Make blank vouchers of these faces. They are worthless until issued."""
    if event.salt is None:
        raise SecretsGone
    if not faces:
        return ()
    signer = get_signer(session, keys=keys, expires_on=event.expires_on)
    first = _draw(session, event.id, len(faces))
    minted = tuple(
        MintedVoucher(new_id(), serial_at(event.salt, first + place), face) for place, face in enumerate(faces)
    )
    session.execute(insert(core(Voucher)), [_voucher_row(event, voucher, signer.id, keys) for voucher in minted])
    return minted


def mint_book(
    session: Session, *, event: EventFacts, face: int, count: int, by: Actor, keys: KeyRing, now: datetime
) -> tuple[MintedVoucher, ...]:
    """Blank vouchers for a book that is printed before the event."""
    minted = mint(session, event=event, faces=[face] * count, keys=keys)
    body = {"by": by.name, "event": event.code, "face": decimal_text(face), "count": count}
    audit.record(session, chain=by.chain, act="stock:mint", body=body, now=now)
    return minted


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


def pay_out(
    session: Session, *, event: EventFacts, payout: Payout, by: Actor, keys: KeyRing, now: datetime
) -> tuple[MintedVoucher, ...]:
    """Issue the vouchers that a surrender is owed, and remember for the time of review which they were."""
    (issued,) = pay_out_all(session, event=event, payouts=[payout], keys=keys)
    audit.record(
        session,
        chain=by.chain,
        act="voucher:issue",
        body={"by": by.name, "event": event.code, "surrender": str(payout.surrender), "count": len(issued)},
        now=now,
        event=event.id,
    )
    return issued


def pay_out_all(
    session: Session, *, event: EventFacts, payouts: Sequence[Payout], keys: KeyRing
) -> list[tuple[MintedVoucher, ...]]:
    """Pay out many surrenders of one event; the caller writes the audit. FloatExceeded when they cost too much."""
    _check_float(session, event, sum(payout.award for payout in payouts))
    blanks = _take_blanks(session, event, [serial for payout in payouts for serial in payout.serials])
    named = [tuple(blanks[serial] for serial in payout.serials) for payout in payouts]
    denominations = event.programme.denominations
    wanted = [
        faces_to_mint(payout.award, [blank.face for blank in given], denominations)
        for payout, given in zip(payouts, named, strict=True)
    ]
    minted = iter(mint(session, event=event, faces=[face for faces in wanted for face in faces], keys=keys))
    issued = [(*given, *(next(minted) for _ in faces)) for given, faces in zip(named, wanted, strict=True)]
    _issue(session, event, payouts, issued)
    return issued


def issue_again(
    session: Session, *, event: EventFacts, face: int, surrender: UUID | None, day: date, by: Actor, keys: KeyRing
) -> MintedVoucher:
    """A voucher in place of a void one; the caller has posted the void before, so that the float covers it."""
    (minted,) = mint(session, event=event, faces=[face], keys=keys)
    _post_issues(session, event, [(minted, day, by.id)])
    if surrender is not None:
        session.execute(insert(HandoverVoucher).values(voucher=minted.id, surrender=surrender))
    return minted


def hold_numbering(session: Session, event: UUID) -> None:
    """Hold an event's numbering until the transaction ends: nothing is minted meanwhile, and counters stand in line.

    An event without a voucher has no numbering yet: two who count it in one instant each wait for the other, and
    count again.
    """
    session.execute(select(SerialCounter.event).where(SerialCounter.event == event).with_for_update())


def _draw(session: Session, event: UUID, count: int) -> int:
    """Draw serials of an event; the first draw begins its numbering. How many had been drawn before."""
    drawn = session.execute(
        update(SerialCounter)
        .where(SerialCounter.event == event)
        .values(drawn=SerialCounter.drawn + count)
        .returning(SerialCounter.drawn)
    ).scalar()
    if drawn is None:
        drawn = count
        session.execute(insert(SerialCounter).values(event=event, drawn=drawn))
    if drawn > SERIALS:
        raise SerialsUsedUp
    return drawn - count


def _voucher_row(event: EventFacts, minted: MintedVoucher, key_id: int, keys: KeyRing) -> dict[str, object]:
    salt = event.salt or b""
    return {
        "id": minted.id,
        "event": event.id,
        "serial": minted.serial,
        "token_hash": token_hash(keys.token(salt, minted.id)),
        "code_hash": keys.code_hash(keys.typed_code(salt, minted.id)),
        "key_id": key_id,
        "face": minted.face,
        "expires_on": event.expires_on,
    }


def _check_float(session: Session, event: EventFacts, wanted: int) -> None:
    left = ledger_queries.limited_balance(session, AccountRef(ALLOTTED, event=event.id))
    check_float(wanted, left=left)


def _take_blanks(session: Session, event: EventFacts, serials: Sequence[int]) -> dict[int, MintedVoucher]:
    """The blanks with these serials; each exists, is unissued, and is named once."""
    found = queries.blanks(session, event=event.id, serials=serials)
    for _place, refusal in refused_blanks(serials, found):
        raise refusal
    for serial, times in Counter(serials).items():
        if times > 1:
            raise SerialNotBlank(field="serials", serial=serial_text(serial))
    return {serial: MintedVoucher(blank.id, blank.serial, blank.face) for serial, blank in found.items()}


def _issue(
    session: Session, event: EventFacts, payouts: Sequence[Payout], issued: Sequence[Sequence[MintedVoucher]]
) -> None:
    pairs = [(payout, voucher) for payout, vouchers in zip(payouts, issued, strict=True) for voucher in vouchers]
    if not pairs:
        return
    _post_issues(session, event, [(voucher, payout.day, payout.issuer) for payout, voucher in pairs])
    links = [{"voucher": voucher.id, "surrender": payout.surrender} for payout, voucher in pairs]
    session.execute(insert(core(HandoverVoucher)), links)


def _post_issues(
    session: Session, event: EventFacts, issues: Sequence[tuple[MintedVoucher, date, UUID | None]]
) -> None:
    """One journal a voucher, without the minute and without an op id."""
    entries = [
        Entry(JournalKind.ISSUE, postings.issue(event.id, voucher.face), day, None, event=event.id, actor=issuer)
        for voucher, day, issuer in issues
    ]
    try:
        posted = ledger.post_all(session, entries)
    except IntegrityError as error:
        if "not_below_zero" in str(error.orig):
            wanted = sum(voucher.face for voucher, _, _ in issues)
            raise FloatExceeded(left="?", wanted=screen_text(wanted)) from error
        raise
    session.execute(
        insert(core(Issuance)),
        [
            {"voucher": voucher.id, "face": voucher.face, "transfer": journal.transfers[0]}
            for (voucher, _, _), journal in zip(issues, posted, strict=True)
        ],
    )
