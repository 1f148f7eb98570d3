"""Merchants, tills and vouchers in people's hands: what tests of redemption begin with, made through the services."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from buyback.campaigns.facts import EventFacts
from buyback.db import Database
from buyback.ids import new_id
from buyback.merchants import queries as merchants
from buyback.merchants import service as merchant_service
from buyback.merchants import tills
from buyback.merchants.rules import MerchantEntry
from buyback.merchants.states import RucKind
from buyback.merchants.tax_numbers import check_digits
from buyback.people.rules import OPERATOR
from buyback.redemption import reversal, service
from buyback.redemption.rules import TillAnswer
from buyback.redemption.service import TillRequest
from buyback.security.access import Role
from buyback.security.keyring import KeyRing
from buyback.security.tokens import new_token, token_digest
from buyback.tariff.catalogue import ClassCode
from buyback.tariff.rules import PricedThing
from buyback.vouchers.codes import spell
from buyback.vouchers.qrtext import SignedFace, encode
from buyback.vouchers.service import MintedVoucher, issue_surrender
from tests.builders import NOW, PROGRAMME, make_accepted, make_event, make_keys, make_programme, make_user

FACE = 20_00
TILL_PROGRAMME = "PMB-CAJAS"
_RULES = (
    PROGRAMME.replace('"PMB-TEST"', f'"{TILL_PROGRAMME}"')
    .replace("number = 7", "number = 8")
    .replace('["50.00", "20.00", "10.00", "5.00"]', '["20.00"]')
    .replace('approval_over = "300.00"', 'approval_over = "1000000.00"')
    .replace('fixed = "5.00"', 'fixed = "20.00"')
)


@dataclass(frozen=True)
class Paper:
    """A voucher as a person holds it: ``qr`` is scanned, ``typed`` is typed. Face in cents."""

    id: UUID
    serial: int
    face: int
    qr: str
    typed: str


@dataclass(frozen=True)
class TillInHand:
    """An enrolled till with its token."""

    id: UUID
    token: str
    name: str
    merchant: UUID


def make_merchant(
    database: Database, name: str = "Súper Bahía", *, number: int = 1, category: str = "supermarket"
) -> UUID:
    """A merchant with one branch, ``Centro``; ``number`` tells its tax number from the others'."""
    ruc = f"155{number:06d}-2-2015"
    dv = check_digits(RucKind.JURIDICA, ruc)
    entry = MerchantEntry(
        kind=RucKind.JURIDICA, ruc=ruc, dv=dv, name=name, category=category, branch="Centro", corregimiento="080806"
    )
    return database.transact(lambda session: merchant_service.add_merchant(session, entry=entry, by=OPERATOR, now=NOW))


def make_branch(database: Database, merchant: UUID, name: str) -> UUID:
    """Another branch of a merchant."""
    return database.transact(
        lambda session: merchant_service.add_branch(
            session, merchant=merchant, name=name, corregimiento="080807", by=OPERATOR, now=NOW
        )
    )


def make_till(database: Database, merchant: UUID, name: str = "Caja 1", *, branch: str = "Centro") -> TillInHand:
    """A till of a merchant's branch."""
    token = new_token()

    def work(session: Session) -> UUID:
        place = merchants.get_branch(session, merchant, branch).id
        return tills.enrol_till(session, branch=place, name=name, token_hash=token_digest(token), by=OPERATOR, now=NOW)

    return TillInHand(database.transact(work), token, name, merchant)


def make_till_event(database: Database, code: str = "CAJAS-2026-11-24", *, vouchers: int = 1) -> EventFacts:
    """An open event whose float is just enough for so many vouchers of B/. 20.00."""
    make_programme(database, _RULES)
    return make_event(database, code, programme=TILL_PROGRAMME, float_cents=vouchers * FACE)


def issue_vouchers(
    database: Database, count: int = 1, *, event: EventFacts | None = None, keys: KeyRing | None = None
) -> tuple[Paper, ...]:
    """So many vouchers of B/. 20.00, paid out for one surrender of as many magazines."""
    event = event or make_till_event(database, vouchers=count)
    ring = keys or make_keys()
    desk = new_id().hex[:8]
    appraiser = make_user(database, f"avaluador.{desk}", Role.APPRAISER, Role.RECEIVER)
    issuer = make_user(database, f"emisor.{desk}", Role.ISSUER, organisation="MINGOB")
    surrender = make_accepted(database, event, appraiser, PricedThing(class_code=ClassCode.MAGAZINE, quantity=count))
    minted = database.transact(
        lambda session: issue_surrender(session, surrender=surrender, by=issuer, keys=ring, now=NOW)
    )
    return tuple(paper(event, voucher, ring) for voucher in minted)


def paper(event: EventFacts, voucher: MintedVoucher, keys: KeyRing) -> Paper:
    """What is printed of a voucher."""
    salt = event.salt or b""
    face = SignedFace(voucher.face, event.expires_on, event.programme.number)
    qr = encode(keys.token(salt, voucher.id), face, keys.signing[-1])
    return Paper(voucher.id, voucher.serial, voucher.face, qr, spell(keys.typed_code(salt, voucher.id)))


def try_to_redeem(
    database: Database,
    till: TillInHand,
    voucher: str,
    *,
    op_id: UUID | None = None,
    keys: KeyRing | None = None,
    now: datetime = NOW,
) -> TillAnswer:
    """What a till is answered, in a transaction of its own, as the API runs it."""
    request = TillRequest(till=token_digest(till.token), op_id=op_id or new_id(), voucher=voucher)
    ring = keys or make_keys()
    return database.transact(
        lambda session: service.redeem(session, request, keys=ring, now=now),
        again_on_conflict=True,
        turn=lambda session: service.take_turn(session, request.till),
    )


def try_to_undo(database: Database, till: TillInHand, op_id: UUID, *, now: datetime = NOW) -> TillAnswer:
    """What a till that undoes is answered, in a transaction of its own, as the API runs it."""
    token_hash = token_digest(till.token)
    return database.transact(
        lambda session: reversal.undo(session, till=token_hash, op_id=op_id, cashier=None, keys=make_keys(), now=now),
        again_on_conflict=True,
        turn=lambda session: service.take_turn(session, token_hash),
    )
