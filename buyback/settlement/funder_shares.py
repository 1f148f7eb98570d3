"""Who bears and pays how much of a settlement, to the cent. Pure: integers only, the same result each time."""

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from buyback.audit.rules import canonical
from buyback.campaigns.rules import Share
from buyback.campaigns.states import PaymentMode

Carry = dict[tuple[bytes, UUID], int]  # by hash of terms and funder, in cents times the sum of the weights


@dataclass(frozen=True)
class AgreementTerms:
    """An event's agreement: how its funders pay, and their weights; the first one leads."""

    mode: PaymentMode
    shares: tuple[Share, ...]

    def hash(self) -> bytes:
        """SHA-256 of the funders and their weights: events under the same terms share what rounding leaves over."""
        terms = sorted([str(share.funder), share.weight] for share in self.shares)
        return _sha256({"shares": terms})


@dataclass(frozen=True)
class SettlementLineFacts:
    """A redemption in a settlement. ``amount`` in cents."""

    redemption: UUID
    event: UUID
    amount: int


@dataclass(frozen=True)
class PartShareFacts:
    """What a funder bears of one event's redemptions, in cents, and who pays it to the merchant."""

    event: UUID
    funder: UUID
    amount: int
    paid_by: UUID


@dataclass(frozen=True)
class FunderShareFacts:
    """What a funder bears of a settlement, and what it pays to the merchant. Both in cents."""

    funder: UUID
    amount: int
    pays: int


@dataclass(frozen=True)
class SettlementPartFacts:
    """One event's redemptions in a settlement, in cents, and the hash of the terms that split them."""

    event: UUID
    amount: int
    terms_hash: bytes


@dataclass(frozen=True)
class Content:
    """What a settlement says: what its funders sign is the hash of this."""

    year: int
    number: int
    merchant: UUID
    until: date
    prepared_by: UUID
    lines: tuple[SettlementLineFacts, ...]
    parts: tuple[SettlementPartFacts, ...]
    part_shares: tuple[PartShareFacts, ...]
    funder_shares: tuple[FunderShareFacts, ...]

    @property
    def total(self) -> int:
        """Cents owed to the merchant."""
        return sum(line.amount for line in self.lines)

    def hash(self) -> bytes:
        """SHA-256 of the content as canonical JSON (RFC 8785), rows in the order of their ids.

        It holds of each part its sum and its hash only: whoever may see some of the parts checks those line by line,
        and the whole with the sums and hashes of the others.
        """
        return _sha256(
            {
                "format": "settlement/2",
                "year": self.year,
                "number": self.number,
                "merchant": str(self.merchant),
                "until": self.until.isoformat(),
                "prepared_by": str(self.prepared_by),
                "total": self.total,
                "parts": [[str(event), self._sum_of(event), self.hash_of(event).hex()] for event in self._events()],
                "funder_shares": sorted([str(share.funder), share.amount, share.pays] for share in self.funder_shares),
            }
        )

    def hash_of(self, event: UUID) -> bytes:
        """SHA-256 of one event's part: its lines, the terms that split it, and who bears and pays what of it."""
        shares = [share for share in self.part_shares if share.event == event]
        return _sha256(
            {
                "format": "settlement-part/1",
                "event": str(event),
                "amount": self._sum_of(event),
                "terms": "".join(part.terms_hash.hex() for part in self.parts if part.event == event),
                "lines": sorted([str(line.redemption), line.amount] for line in self.lines if line.event == event),
                "shares": sorted([str(share.funder), share.amount, str(share.paid_by)] for share in shares),
            }
        )

    def _events(self) -> list[UUID]:
        """Every event that is named, so that a row of an event without a part is in the hash as well."""
        return sorted({row.event for rows in (self.parts, self.lines, self.part_shares) for row in rows}, key=str)

    def _sum_of(self, event: UUID) -> int:
        return sum(part.amount for part in self.parts if part.event == event)


@dataclass(frozen=True)
class Split:
    """How a set of redemptions is split, and the carry afterwards."""

    parts: tuple[SettlementPartFacts, ...]
    part_shares: tuple[PartShareFacts, ...]
    funder_shares: tuple[FunderShareFacts, ...]
    carry: Carry


def _sha256(document: Mapping[str, object]) -> bytes:
    return hashlib.sha256(canonical(document).encode()).digest()


def share_out(amount: int, weights: Sequence[int], carry: Sequence[int]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Split ``amount`` cents by weights: the shares, and what each is short of (or over, below zero) from now on.

    Largest remainder with carry: each gets the whole cents of its exact quota plus what it was short of before, and the
    cents left go to the largest remainders, the first of equals. The carry is in cents times the sum of the weights and
    adds up to zero, before and after; so no funder ever drifts by a cent, however many runs there are.
    """
    whole = sum(weights)
    quotas = [amount * weight + before for weight, before in zip(weights, carry, strict=True)]
    shares = [max(0, quota // whole) for quota in quotas]
    left = amount - sum(shares)
    for at in sorted(range(len(quotas)), key=lambda at: (shares[at] * whole - quotas[at], at))[: max(0, left)]:
        shares[at] += 1
    while sum(shares) > amount:  # somebody was over by more than its quota and cannot give back below nothing
        at = min((at for at in range(len(quotas)) if shares[at]), key=lambda at: (quotas[at] - shares[at] * whole, at))
        shares[at] -= 1
    after = tuple(quota - share * whole for quota, share in zip(quotas, shares, strict=True))
    return tuple(shares), after


def split(
    lines: Sequence[SettlementLineFacts],
    terms: Mapping[UUID, AgreementTerms],
    carry: Mapping[tuple[bytes, UUID], int],
) -> Split:
    """Split a settlement's redemptions by the agreement of each one's event, event by event in the order of ids."""
    amounts: dict[UUID, int] = defaultdict(int)
    for line in lines:
        amounts[line.event] += line.amount
    after: Carry = {}
    parts: list[SettlementPartFacts] = []
    shares: list[PartShareFacts] = []
    for event in sorted(amounts):
        agreed = terms[event]
        terms_hash = agreed.hash()
        keys = [(terms_hash, share.funder) for share in agreed.shares]
        before = [after.get(key, carry.get(key, 0)) for key in keys]
        given, left = share_out(amounts[event], [share.weight for share in agreed.shares], before)
        after |= dict(zip(keys, left, strict=True))
        parts.append(SettlementPartFacts(event, amounts[event], terms_hash))
        shares += [
            PartShareFacts(event, share.funder, cents, _payer(agreed, share.funder))
            for share, cents in zip(agreed.shares, given, strict=True)
        ]
    return Split(tuple(parts), tuple(shares), _by_funder(shares), after)


def carry_added(content: Content, terms: Mapping[UUID, AgreementTerms]) -> Carry:
    """What a settlement added to the carry: a returned one takes this back."""
    added: Carry = defaultdict(int)
    amounts = {part.event: part.amount for part in content.parts}
    for share in content.part_shares:
        agreed = terms[share.event]
        weights = {agreed_share.funder: agreed_share.weight for agreed_share in agreed.shares}
        exact = amounts[share.event] * weights[share.funder]
        added[agreed.hash(), share.funder] += exact - share.amount * sum(weights.values())
    return dict(added)


def _payer(terms: AgreementTerms, funder: UUID) -> UUID:
    return funder if terms.mode is PaymentMode.EACH else terms.shares[0].funder


def _by_funder(shares: Sequence[PartShareFacts]) -> tuple[FunderShareFacts, ...]:
    bears: dict[UUID, int] = defaultdict(int)
    pays: dict[UUID, int] = defaultdict(int)
    for share in shares:
        bears[share.funder] += share.amount
        pays[share.paid_by] += share.amount
    return tuple(FunderShareFacts(funder, bears[funder], pays[funder]) for funder in bears)
