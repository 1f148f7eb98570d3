"""A settlement as rows, written straight into the tables in the right form unless told otherwise."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any
from uuid import UUID

from buyback.db import Database
from buyback.ids import new_id
from buyback.people.rules import Actor
from buyback.security.access import Role
from tests.builders import NOW, TODAY, make_user
from tests.tills import FACE
from tests.world import Hand

HASH = bytes(range(32))
NOTHING: Mapping[str, Any] = MappingProxyType({})
WEIGHTS = {"MINSEG": 70, "MINGOB": 30}  # of the test programme


@dataclass(frozen=True)
class Officials:
    """One who prepares, and of each of two funders one who approves and one who pays."""

    preparer: Actor
    approver: Actor
    other_approver: Actor
    treasurer: Actor
    other_treasurer: Actor


def make_officials(database: Database) -> Officials:
    """Of MINSEG, which bears seven tenths, and MINGOB, which bears the rest."""
    return Officials(
        preparer=make_user(
            database,
            "p.prepara",
            Role.RECONCILER,
            Role.FUNDER_APPROVER,
            Role.TREASURER,
            organisation="MINSEG",
        ),
        approver=make_user(database, "q.aprueba", Role.FUNDER_APPROVER, organisation="MINSEG"),
        other_approver=make_user(database, "r.aprueba", Role.FUNDER_APPROVER, organisation="MINGOB"),
        treasurer=make_user(database, "s.tesorero", Role.TREASURER, organisation="MINSEG"),
        other_treasurer=make_user(database, "t.tesorero", Role.TREASURER, organisation="MINGOB"),
    )


class Rows:
    """One settlement of the world's spent voucher, step by step."""

    def __init__(self, hand: Hand, officials: Officials) -> None:
        self.hand = hand
        self.officials = officials
        self.id = new_id()
        self.event = hand.world.event.id
        self.funders = {code: UUID(str(hand.one("organisation", code=code)["id"])) for code in WEIGHTS}

    def put(self, table: str, **values: Any) -> None:  # noqa: ANN401  whatever a column holds
        """A row that belongs to the settlement."""
        self.hand.put(table, **{"settlement": self.id, **values})

    def change(self, **values: Any) -> None:  # noqa: ANN401  as above
        """Change the settlement's own row."""
        self.hand.change("settlement", {"id": self.id}, **values)

    def header(self, **values: Any) -> None:  # noqa: ANN401  as above
        """The settlement's own row, a draft."""
        row: dict[str, Any] = {
            "id": self.id,
            "year": 2026,
            "number": 1,
            "merchant": self.hand.world.till.merchant,
            "until": TODAY,
            "total": FACE,
            "redemptions": 1,
            "content_hash": HASH,
            "prepared_by": self.officials.preparer.id,
            "prepared_at": NOW,
            "state": "draft",
        }
        self.hand.put("settlement", **{**row, **values})

    def part(self, **values: Any) -> None:  # noqa: ANN401  as above
        """The event's part."""
        self.put("settlement_part", **{"event": self.event, "amount": FACE, "terms_hash": HASH, **values})

    def line(self, voucher: UUID, **values: Any) -> None:  # noqa: ANN401  as above
        """A redemption in it."""
        taken = self.hand.one("resolution", voucher=voucher)
        row = {"resolution": taken["id"], "event": self.event, "amount": FACE, "active": True}
        self.put("settlement_line", **{**row, **values})

    def share(self, code: str, **values: Any) -> None:  # noqa: ANN401  as above
        """What a funder bears of it, and pays."""
        amount = FACE * WEIGHTS[code] // 100
        self.put("funder_share", **{"funder": self.funders[code], "amount": amount, "pays": amount, **values})

    def part_share(self, code: str, **values: Any) -> None:  # noqa: ANN401  as above
        """What a funder bears of the event's part."""
        funder, amount = self.funders[code], FACE * WEIGHTS[code] // 100
        row = {"event": self.event, "funder": funder, "amount": amount, "paid_by": funder}
        self.put("part_share", **{**row, **values})

    def draft(
        self,
        part: Mapping[str, Any] = NOTHING,
        share: Mapping[str, Any] = NOTHING,
        part_share: Mapping[str, Any] = NOTHING,
        **values: Any,  # noqa: ANN401  as above
    ) -> None:
        """All of its content. ``values`` are its own row's; ``share`` and ``part_share`` those of MINGOB."""
        self.header(**values)
        self.part(**part)
        self.line(self.hand.world.spent.id)
        self.share("MINSEG")
        self.share("MINGOB", **share)
        self.part_share("MINSEG")
        self.part_share("MINGOB", **part_share)
        self.step("prepare")

    def step(self, act: str, **values: Any) -> None:  # noqa: ANN401  as above
        """Something that the preparer did."""
        self.put("settlement_step", **{"act": act, "actor": self.officials.preparer.id, "acted_at": NOW, **values})

    def submitted(self) -> None:
        """A draft, submitted."""
        self.draft()
        self.change(state="submitted")

    def approve(self, code: str, by: Actor, **values: Any) -> None:  # noqa: ANN401  as above
        """A funder's signature."""
        row = {"funder": self.funders[code], "approved_by": by.id, "content_hash": HASH, "approved_at": NOW}
        self.put("settlement_approval", **{**row, **values})

    def seal(self) -> None:
        """The line's redemption is settled."""
        self.hand.seal(self.hand.world.spent.id, "settled")
        self.hand.change("settlement_line", {"settlement": self.id}, fate="settled")

    def approved(self) -> None:
        """Approved by both funders."""
        self.submitted()
        self.approve("MINSEG", self.officials.approver)
        self.approve("MINGOB", self.officials.other_approver)
        self.seal()
        self.change(state="approved")

    def countersign(self, **values: Any) -> None:  # noqa: ANN401  as above
        """The comptroller's countersign."""
        row = {"number": "R-1", "countersigned_on": TODAY, "noted_by": self.officials.preparer.id, "noted_at": NOW}
        self.put("countersign", **{**row, **values})

    def order(self, code: str, **values: Any) -> UUID:  # noqa: ANN401  as above
        """An order to pay a funder's share; gives the payment."""
        key, amount = new_id(), FACE * WEIGHTS[code] // 100
        row = {"id": key, "funder": self.funders[code], "attempt": 1, "amount": amount, "end_to_end_id": key.hex}
        self.put("payment", **{**row, **values})
        return key

    def ordered(self) -> tuple[UUID, UUID]:
        """Both payments ordered."""
        self.approved()
        self.countersign()
        payments = self.order("MINSEG"), self.order("MINGOB")
        self.change(state="ordered")
        return payments

    def book(self, payment: UUID, by: Actor, **values: Any) -> None:  # noqa: ANN401  as above
        """A payment is booked."""
        amount = self.hand.one("payment", id=payment)["amount"]
        row = {"amount": amount, "reference": payment.hex, "booked_on": TODAY, "attested_by": by.id}
        self.hand.put("payment_booking", **{"payment": payment, **row, "attested_at": NOW, **values})
