"""Everything that decides a redemption, read in one statement.

It names other domains' tables as SQL on purpose: a redemption may cost seven statements, and each domain asking for its
own facts would take five of them. ``docs/decisions/0014-sql-across-domains.md`` lists what else does so.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Date,
    LargeBinary,
    Row,
    SmallInteger,
    String,
    TextualSelect,
    Uuid,
    bindparam,
    column,
    select,
    text,
)
from sqlalchemy.orm import Session

from buyback.audit.rules import EMPTY, Head
from buyback.db import Instant
from buyback.keys.rules import KeyState
from buyback.merchants.states import MerchantState, TillState
from buyback.money import CURRENCY, decimal_text
from buyback.redemption.rules import WRONG_CODES_WINDOW, Code, CycleEnd, KeyFacts, TillAnswer, TillFacts, VoucherFacts
from buyback.redemption.tables import WrongCode
from buyback.security.keyring import KeyRing
from buyback.times import When
from buyback.vouchers.rules import ResolutionKind


class UnknownTill(Exception):  # noqa: N818  an answer (401), not a fault
    """The token is no till's."""


@dataclass(frozen=True)
class FactsKey:
    """What to read: a till, an op id of its own, and a voucher by one of its two hashes (or none).

    ``signed_by`` is the number of the key that signed a scanned voucher; a typed one leads to its key by its row.
    """

    till: UUID | bytes  # its id, or the digest of its token
    op_id: UUID | None = None
    token_hash: bytes | None = None
    code_hash: bytes | None = None
    signed_by: int | None = None


@dataclass(frozen=True)
class PriorAnswer:
    """What was answered to an op id before, and since when that redemption is undone."""

    request_hash: bytes
    code: Code
    facts: dict[str, str]
    resolution: UUID | None
    reversed: When | None

    def replay(self) -> TillAnswer:
        """The same answer again, with when it was undone; of times that have faded the day or the month."""
        undone = {} if self.reversed is None else {"reversed_at": self.reversed.text}
        return TillAnswer(self.code, self.facts | undone, replayed=True)


@dataclass(frozen=True)
class RedemptionFacts:
    """The till, what it was told before under this op id, the voucher, and the key that it was signed with."""

    till: TillFacts
    prior: PriorAnswer | None
    voucher: VoucherFacts | None
    key: KeyFacts | None


_SQL = """
SELECT t.id AS till, t.state AS till_state, m.id AS merchant, m.state AS merchant_state,
       h.seq AS head_seq, h.hash AS head_hash,
       a.asker_hash, a.request_hash, a.code, a.expired_on, a.reason, a.resolution,
       s.amount AS stated_amount, s.resolved_at AS stated_at, s.resolved_on AS stated_on, s.resolved_in AS stated_in,
       s.merchant AS stated_merchant, sb.name AS stated_branch, ar.reversed_at, ar.reversed_on, ar.reversed_in,
       v.id AS voucher, v.event, v.face, v.expires_on, i.voucher AS issued,
       k.state AS key_state, k.reason AS key_reason,
       r.id AS ended_by, r.cycle, r.kind, r.resolved_at, r.resolved_on, r.resolved_in, r.merchant AS taken_by,
       rb.name AS taken_at, x.resolution AS undone,
       rp.voucher AS replaced, pc.category AS allowed_category, p.closed_at
  FROM till t
  JOIN merchant m ON m.id = t.merchant
  LEFT JOIN audit_row h ON h.chain = t.id AND h.seq = (SELECT max(seq) FROM audit_row WHERE chain = t.id)
  LEFT JOIN attempt a ON a.op_hash = :op_hash
  LEFT JOIN resolution s ON s.id = COALESCE(a.resolution, a.spent_by)
  LEFT JOIN till st ON st.id = s.till
  LEFT JOIN branch sb ON sb.id = st.branch
  LEFT JOIN reversal ar ON ar.resolution = a.resolution
  LEFT JOIN voucher v ON v.{voucher_key} = :voucher_key
  LEFT JOIN signing_key k ON k.id = COALESCE(:signed_by, v.key_id)
  LEFT JOIN event e ON e.id = v.event
  LEFT JOIN programme_version pv ON pv.id = e.version
  LEFT JOIN programme p ON p.id = pv.programme
  LEFT JOIN programme_category pc ON pc.version = pv.id AND pc.category = m.category
  LEFT JOIN issuance i ON i.voucher = v.id
  LEFT JOIN resolution r ON r.voucher = v.id AND r.cycle = (SELECT max(cycle) FROM resolution WHERE voucher = v.id)
  LEFT JOIN reversal x ON x.resolution = r.id
  LEFT JOIN till rt ON rt.id = r.till
  LEFT JOIN branch rb ON rb.id = rt.branch
  LEFT JOIN replacement rp ON rp.voucher = v.id
 WHERE t.{till_key} = :till_key
"""

_COLUMNS = (
    column("till", Uuid),
    column("till_state", String),
    column("merchant", Uuid),
    column("merchant_state", String),
    column("head_seq", BigInteger),
    column("head_hash", LargeBinary),
    column("asker_hash", LargeBinary),
    column("request_hash", LargeBinary),
    column("code", String),
    column("expired_on", Date),
    column("reason", String),
    column("resolution", Uuid),
    column("stated_amount", BigInteger),
    column("stated_at", Instant),
    column("stated_on", Date),
    column("stated_in", String),
    column("stated_merchant", Uuid),
    column("stated_branch", String),
    column("reversed_at", Instant),
    column("reversed_on", Date),
    column("reversed_in", String),
    column("voucher", Uuid),
    column("event", Uuid),
    column("face", BigInteger),
    column("expires_on", Date),
    column("issued", Uuid),
    column("key_state", String),
    column("key_reason", String),
    column("ended_by", Uuid),
    column("cycle", SmallInteger),
    column("kind", String),
    column("resolved_at", Instant),
    column("resolved_on", Date),
    column("resolved_in", String),
    column("taken_by", Uuid),
    column("taken_at", String),
    column("undone", Uuid),
    column("replaced", Uuid),
    column("allowed_category", String),
    column("closed_at", Instant),
)


def _statement(voucher_key: str, till_key: str) -> TextualSelect:
    return (
        text(_SQL.format(voucher_key=voucher_key, till_key=till_key))
        .bindparams(
            bindparam("op_hash", type_=LargeBinary()),
            bindparam("voucher_key", type_=LargeBinary()),
            bindparam("signed_by", type_=SmallInteger()),
            bindparam("till_key", type_=Uuid() if till_key == "id" else LargeBinary()),
        )
        .columns(*_COLUMNS)
    )


_STATEMENTS = {
    (voucher_key, till_key): _statement(voucher_key, till_key)
    for voucher_key in ("token_hash", "code_hash")
    for till_key in ("id", "token_hash")
}


def get_facts(session: Session, key: FactsKey, *, keys: KeyRing) -> RedemptionFacts:
    """Till, prior answer and voucher as they stand now; UnknownTill when there is no such till."""
    voucher_key = "code_hash" if key.code_hash is not None else "token_hash"
    till_key = "id" if isinstance(key.till, UUID) else "token_hash"
    rows = session.execute(
        _STATEMENTS[voucher_key, till_key],
        {
            "op_hash": None if key.op_id is None else keys.op_hash(key.op_id),
            "voucher_key": key.token_hash if key.code_hash is None else key.code_hash,
            "signed_by": key.signed_by,
            "till_key": key.till,
        },
    ).all()
    if not rows:
        raise UnknownTill
    row = rows[0]  # another till may have used the same op id: only the answer differs from row to row
    asker = None if key.op_id is None else keys.asker_hash(row.till, key.op_id)
    prior = next((_prior(row) for row in rows if asker is not None and row.asker_hash == asker), None)
    return RedemptionFacts(_till(row), prior, _voucher(row), _key(row))


def wrong_codes(session: Session, till: UUID, *, now: datetime) -> list[datetime]:
    """When a till typed wrong codes lately."""
    since = now - WRONG_CODES_WINDOW
    tried = session.scalars(select(WrongCode.tried_at).where(WrongCode.till == till, WrongCode.tried_at > since))
    return [moment for moment in tried if moment is not None]


def _till(row: Row[Any]) -> TillFacts:
    return TillFacts(
        id=row.till,
        state=TillState(row.till_state),
        merchant=row.merchant,
        merchant_state=MerchantState(row.merchant_state),
        head=EMPTY if row.head_seq is None else Head(row.head_seq, row.head_hash),
    )


def _prior(row: Row[Any]) -> PriorAnswer:
    undone = None if row.reversed_in is None else When(row.reversed_at, row.reversed_on, row.reversed_in)
    return PriorAnswer(row.request_hash, Code(row.code), _stated(row), row.resolution, undone)


def _stated(row: Row[Any]) -> dict[str, str]:
    """What an answer named besides its code, from the columns that still say it."""
    stated: dict[str, str] = {}
    if row.resolution is not None:
        stated |= taken(row.resolution, row.stated_amount)
    if row.stated_in is not None:
        stated["redeemed_at"] = When(row.stated_at, row.stated_on, row.stated_in).text
    if row.resolution is None and row.stated_branch is not None and row.stated_merchant == row.merchant:
        stated["branch"] = row.stated_branch
    if row.expired_on is not None:
        stated["expired_on"] = row.expired_on.isoformat()
    if row.reason is not None:
        stated["reason"] = row.reason
    return stated


def taken(redemption: UUID, amount: int) -> dict[str, str]:
    """What an answer names of a redemption, besides when it was."""
    return {"redemption_id": str(redemption), "amount": decimal_text(amount), "currency": CURRENCY}


def _key(row: Row[Any]) -> KeyFacts | None:
    return None if row.key_state is None else KeyFacts(KeyState(row.key_state), row.key_reason)


def _voucher(row: Row[Any]) -> VoucherFacts | None:
    if row.voucher is None:
        return None
    has_ended = row.kind is not None and row.undone is None
    return VoucherFacts(
        id=row.voucher,
        event=row.event,
        face=row.face,
        expires_on=row.expires_on,
        is_issued=row.issued is not None,
        cycle=0 if row.cycle is None else row.cycle + (row.undone is not None),
        ended=_end(row) if has_ended else None,
        is_replaced=row.replaced is not None,
        category_allowed=row.allowed_category is not None,
        programme_closed=row.closed_at is not None,
    )


def _end(row: Row[Any]) -> CycleEnd:
    when = When(row.resolved_at, row.resolved_on, row.resolved_in)
    return CycleEnd(row.ended_by, ResolutionKind(row.kind), when, row.taken_by, row.taken_at)
