"""Tills, devices of a branch that take vouchers, are enrolled and revoked.

The database holds the SHA-256 of a till's token only.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from buyback.audit import service as audit
from buyback.audit.rules import ChainKind
from buyback.errors import InvalidInput
from buyback.files.reading.reader import text_problems
from buyback.ids import new_id
from buyback.merchants import queries
from buyback.merchants.rules import TILL_LENGTH_MAX, TillKnown, TillRevoked
from buyback.merchants.states import TillState
from buyback.merchants.tables import Till
from buyback.people.rules import Actor


def enrol_till(session: Session, *, branch: UUID, name: str, token_hash: bytes, by: Actor, now: datetime) -> UUID:
    """Enrol a till and open its audit chain.

    The edge makes the token, shows it once and gives its digest (``security.tokens``). Raises NotFound,
    InvalidInput (``name``) or TillKnown.
    """
    if problems := text_problems("name", name, limit=TILL_LENGTH_MAX):
        raise InvalidInput(problems)
    merchant = queries.get_merchant_by_id(session, queries.get_branch_by_id(session, branch).merchant)
    if any(till.name == name for till in queries.enrolled(session, branch=branch)):
        raise TillKnown(field="name", till=name)
    till = new_id()
    session.execute(
        insert(Till).values(
            id=till,
            branch=branch,
            merchant=merchant.id,
            name=name,
            token_hash=token_hash,
            state=TillState.ACTIVE,
            enrolled_at=now,
        )
    )
    audit.open_chain(session, chain=till, kind=ChainKind.TILL, now=now)
    body = {"by": by.name, "ruc": merchant.ruc, "branch": str(branch), "till": str(till), "name": name}
    audit.record(session, chain=by.chain, act="till:enrol", body=body, now=now)
    return till


def revoke_till(session: Session, *, till: UUID, by: Actor, now: datetime) -> None:
    """From now on the till's token is refused, for good. Raises NotFound or TillRevoked."""
    facts = queries.get_till_by_id(session, till)
    revoked = session.execute(
        update(Till)
        .where(Till.id == till, Till.state == TillState.ACTIVE)
        .values(state=TillState.REVOKED)
        .returning(Till.id)
    ).first()
    if revoked is None:
        raise TillRevoked(till=facts.name)
    body = {"by": by.name, "till": str(till), "name": facts.name}
    audit.record(session, chain=by.chain, act="till:revoke", body=body, now=now)
