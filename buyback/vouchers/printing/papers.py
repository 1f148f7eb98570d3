"""From vouchers in the database to vouchers on paper, while the event's salt exists."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from buyback.audit import service as audit
from buyback.campaigns.facts import EventFacts
from buyback.campaigns.rules import CATEGORY_NAMES, MerchantCategory
from buyback.people.rules import Actor
from buyback.security.keyring import KeyRing
from buyback.vouchers.codes import spell
from buyback.vouchers.printing.faces import Face
from buyback.vouchers.printing.sheets import PrintedVoucher
from buyback.vouchers.qrtext import SignedFace, encode
from buyback.vouchers.rules import ResolutionKind, SecretsGone
from buyback.vouchers.tables import HandoverVoucher, Issuance, Resolution, Voucher

MERCHANTS_PATH = "/comercios"


@dataclass(frozen=True)
class StoredVoucher:
    """What the database knows of a voucher to be printed. Face in cents."""

    id: UUID
    serial: int
    face: int
    key_id: int


def issued(session: Session, event: UUID) -> list[StoredVoucher]:
    """Every voucher issued at an event and not void, in the order of their random ids: it tells nothing."""
    voided = select(Resolution.voucher).where(Resolution.kind == ResolutionKind.VOID)
    rows = session.execute(
        select(Voucher.id, Voucher.serial, Voucher.face, Voucher.key_id)
        .join(Issuance, Issuance.voucher == Voucher.id)
        .where(Voucher.event == event, Voucher.id.not_in(voided))
        .order_by(Voucher.id)
    )
    return [StoredVoucher(*row) for row in rows]


def blank(session: Session, event: UUID, serials: Sequence[int] | None = None) -> list[StoredVoucher]:
    """Blank vouchers of an event, all or some; in random order too, since a book is given out page by page."""
    statement = (
        select(Voucher.id, Voucher.serial, Voucher.face, Voucher.key_id)
        .outerjoin(Issuance, Issuance.voucher == Voucher.id)
        .where(Voucher.event == event, Issuance.voucher.is_(None))
        .order_by(Voucher.id)
    )
    if serials is not None:
        statement = statement.where(Voucher.serial.in_(serials))
    return [StoredVoucher(*row) for row in session.execute(statement)]


def of_surrender(session: Session, surrender: UUID) -> list[StoredVoucher]:
    """What a surrender was paid, largest first."""
    voided = select(Resolution.voucher).where(Resolution.kind == ResolutionKind.VOID)
    rows = session.execute(
        select(Voucher.id, Voucher.serial, Voucher.face, Voucher.key_id)
        .join(HandoverVoucher, HandoverVoucher.voucher == Voucher.id)
        .where(HandoverVoucher.surrender == surrender, Voucher.id.not_in(voided))
        .order_by(Voucher.face.desc(), Voucher.serial)
    )
    return [StoredVoucher(*row) for row in rows]


def lay_out(
    event: EventFacts, vouchers: Sequence[StoredVoucher], *, keys: KeyRing, base_url: str
) -> Iterator[PrintedVoucher]:
    """Derive each voucher's codes again, sign its QR text, and give it its face. SecretsGone after the close."""
    if event.salt is None:
        raise SecretsGone
    categories = tuple(
        CATEGORY_NAMES[category] for category in MerchantCategory if category in event.programme.categories
    )
    for voucher in vouchers:
        signed = SignedFace(voucher.face, event.expires_on, event.programme.number)
        yield PrintedVoucher(
            face=Face(
                programme=event.programme.name,
                cents=voucher.face,
                expires_on=event.expires_on,
                categories=categories,
                merchants_url=base_url + MERCHANTS_PATH,
                is_demonstration=keys.is_demonstration,
            ),
            qr_text=encode(keys.token(event.salt, voucher.id), signed, keys.get_signing_key(voucher.key_id)),
            typed_code=spell(keys.typed_code(event.salt, voucher.id)),
            serial=voucher.serial,
        )


def record_print(
    session: Session, *, event: EventFacts, count: int, by: Actor, now: datetime, surrender: UUID | None = None
) -> None:
    """Each printing is counted: a second paper of the same voucher is a fact that an auditor asks for."""
    body: dict[str, object] = {"by": by.name, "event": event.code, "count": count}
    if surrender is not None:
        body["surrender"] = str(surrender)
    audit.record(session, chain=by.chain, act="voucher:print", body=body, now=now, event=event.id)
