"""A little of everything, made through the services: what the tests of the schema try to break."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, select
from sqlalchemy.orm import Session

from buyback.campaigns import queries as campaigns
from buyback.campaigns.facts import EventFacts
from buyback.db import Database
from buyback.ids import new_id
from buyback.ledger.rules import Leg
from buyback.people.rules import OPERATOR, Actor
from buyback.places import service as places
from buyback.redemption import reversal
from buyback.schema import metadata
from buyback.security.access import Role
from buyback.security.tokens import token_digest
from buyback.vouchers import postings, resolutions
from buyback.vouchers import service as vouchers
from buyback.vouchers.rules import VoidReason
from tests.builders import (
    NOW,
    TODAY,
    add_item,
    make_event,
    make_keys,
    make_user,
    open_surrender,
)
from tests.raw import put
from tests.tills import (
    FACE,
    TILL_PROGRAMME,
    Paper,
    TillInHand,
    issue_vouchers,
    make_merchant,
    make_till,
    make_till_event,
    try_to_redeem,
)

LATER = NOW + timedelta(minutes=5)
MONTH = f"{TODAY:%Y-%m}"


@dataclass(frozen=True)
class World:
    """Two events, vouchers in every state, a till, people, and an open surrender."""

    event: EventFacts
    other_event: EventFacts
    blank: UUID
    unspent: Paper
    spent: Paper
    undone: Paper
    void: Paper
    till: TillInHand
    other_till: TillInHand
    appraiser: Actor
    approver: Actor
    issuer: Actor
    administrator: Actor
    surrender: UUID
    item: UUID


def make_world(database: Database) -> World:
    """Build it."""
    event = make_till_event(database, vouchers=6)
    other = make_event(database, "OTRA-2026-11-24", programme=TILL_PROGRAMME, float_cents=10 * FACE)
    unspent, spent, undone, void, replaced = issue_vouchers(database, 5, event=event)
    merchant = make_merchant(database)
    till = make_till(database, merchant)
    appraiser = make_user(database, "a.avaluador", Role.APPRAISER, Role.RECEIVER)
    surrender = open_surrender(database, other, appraiser)
    world = World(
        event=event,
        other_event=other,
        blank=_blank(database, other),
        unspent=unspent,
        spent=spent,
        undone=undone,
        void=void,
        till=till,
        other_till=make_till(database, make_merchant(database, "Farmacia Sol", number=2)),
        appraiser=appraiser,
        approver=make_user(database, "b.aprobador", Role.APPROVER),
        issuer=make_user(database, "c.emisor", Role.ISSUER),
        administrator=make_user(database, "d.admin", Role.ADMINISTRATOR, organisation="MINSEG"),
        surrender=surrender,
        item=add_item(database, surrender, appraiser),
    )
    _live(database, world, replaced)
    return world


def _blank(database: Database, event: EventFacts) -> UUID:
    (minted,) = database.transact(
        lambda session: vouchers.mint_book(
            session, event=event, face=FACE, count=1, by=OPERATOR, keys=make_keys(), now=NOW
        )
    )
    return minted.id


def _live(database: Database, world: World, replaced: Paper) -> None:
    """Redeem, undo, void, replace; and a wrong code."""
    op_id = new_id()
    try_to_redeem(database, world.till, world.spent.qr)
    try_to_redeem(database, world.till, world.undone.qr, op_id=op_id)
    try_to_redeem(database, world.till, "0000-0000-0000-0")

    def work(session: Session) -> None:
        event = campaigns.get_event(session, world.event.code)
        digest = token_digest(world.till.token)
        reversal.undo(session, till=digest, op_id=op_id, cashier=None, keys=make_keys(), now=LATER)
        misprint, by = VoidReason.MISPRINT, world.issuer
        resolutions.void(session, event=event, serial=world.void.serial, reason=misprint, by=by, now=LATER)
        resolutions.replace(session, event=event, serial=replaced.serial, by=by, keys=make_keys(), now=LATER)
        chain, name = OPERATOR.chain, OPERATOR.name
        places.add_barrio(session, corregimiento="080806", name="La Loma", chain=chain, by=name, now=NOW)

    database.transact(work)


class Hand:
    """Somebody with the database in hand: rows straight into tables, in the right form unless told otherwise."""

    def __init__(self, connection: Connection, world: World) -> None:
        self.connection = connection
        self.world = world

    def put(self, table: str, **values: Any) -> None:  # noqa: ANN401  whatever a column holds
        """Insert a row."""
        put(self.connection, table, **values)

    def change(self, table: str, key: dict[str, Any], **values: Any) -> None:  # noqa: ANN401  as above
        """Update the rows with a key; there must be some."""
        rows = metadata.tables[table]
        done = self.connection.execute(rows.update().filter_by(**key).values(values))
        assert done.rowcount, f"no {table} with {key}"

    def take(self, table: str, **key: Any) -> None:  # noqa: ANN401  as above
        """Delete the rows with a key; there must be some."""
        done = self.connection.execute(metadata.tables[table].delete().filter_by(**key))
        assert done.rowcount, f"no {table} with {key}"

    def one(self, table: str, **key: Any) -> dict[str, Any]:  # noqa: ANN401  as above
        """A row with a key."""
        rows = metadata.tables[table]
        return dict(self.connection.execute(select(rows).filter_by(**key)).mappings().first() or {})

    def copy(self, table: str, key: dict[str, Any], **values: Any) -> None:  # noqa: ANN401  as above
        """Insert another row like one that is there."""
        self.put(table, **{**self.one(table, **key), **values})

    def journal(self, kind: str, **values: Any) -> UUID:  # noqa: ANN401  as above
        """A journal without transfers."""
        key = new_id()
        recorded_at: datetime | None = None if kind == "issue" else NOW
        row = {"id": key, "kind": kind, "period": MONTH, "effective_on": TODAY, "recorded_at": recorded_at}
        self.put("journal", **{**row, "event": self.world.event.id, **values})
        return key

    def post(self, kind: str, legs: Sequence[Leg]) -> UUID:
        """A journal with transfers; gives the first transfer."""
        journal, transfers = self.journal(kind), [new_id() for _ in legs]
        for line, leg in enumerate(legs):
            self.transfer(journal, line, leg, id=transfers[line])
        return transfers[0]

    def transfer(self, journal: UUID, line: int, leg: Leg, **values: Any) -> None:  # noqa: ANN401  as above
        """One transfer of a journal."""
        sides = {"ledger": leg.ledger, "debit": leg.debit.id, "credit": leg.credit.id, "amount": leg.amount}
        self.put("transfer", **{"id": new_id(), "journal": journal, "line": line, **sides, **values})

    def end(self, voucher: UUID, kind: str, *, cycle: int = 0, **values: Any) -> UUID:  # noqa: ANN401  as above
        """A posted resolution of a voucher's cycle."""
        event, programme = self.world.event.id, self.world.event.programme.id
        legs = {
            "redeem": postings.redeem(event, FACE),
            "void": postings.void(programme, event, FACE, event_closed=False),
            "expire": postings.expire(programme, event, FACE),
        }[kind]
        row = {
            "id": new_id(),
            "voucher": voucher,
            "cycle": cycle,
            "opened_cycle": cycle or None,
            "kind": kind,
            "reason": "misprint" if kind == "void" else None,
            "amount": FACE,
            "transfer": None,
            "merchant": self.world.till.merchant if kind == "redeem" else None,
            "till": self.world.till.id if kind == "redeem" else None,
            "resolved_at": NOW,
            "resolved_on": TODAY,
            "resolved_in": MONTH,
            **values,
        }
        self.put("resolution", **{**row, "transfer": row["transfer"] or self.post(kind, legs)})
        return UUID(str(row["id"]))

    def reverse(self, voucher: UUID, **values: Any) -> None:  # noqa: ANN401  as above
        """Undo the newest resolution of a voucher in the right form, posted and sealed."""
        found = self.one("resolution", voucher=voucher)
        journal = self.journal("reverse")
        for line, leg in enumerate(postings.reverse(self.world.event.id, FACE)):
            self.transfer(journal, line, leg)
        row = {"resolution": found["id"], "voucher": voucher, "cycle": found["cycle"], "kind": found["kind"]}
        ends = {"opens_cycle": found["cycle"] + 1, "fate": "reversed", "journal": journal, "reversed_at": NOW}
        ends |= {"reversed_on": TODAY, "reversed_in": MONTH}
        self.put("reversal", **{**row, **ends, **values})

    def seal(self, voucher: UUID, fate: str) -> None:
        """Say what became of a redemption."""
        self.put("resolution_fate", resolution=self.one("resolution", voucher=voucher)["id"], fate=fate)
