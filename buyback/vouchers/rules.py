"""What a voucher is worth, how an award becomes vouchers, and where a voucher stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from buyback.money import round_half_up
from buyback.vouchers.states import ResolutionKind


class Disposition(StrEnum):
    """Where a numbered voucher stands; every serial of an event has exactly one."""

    BLANK = "blank"
    ISSUED = "issued"
    REDEEMED = "redeemed"
    VOID = "void"
    EXPIRED = "expired"


_ENDS = {
    ResolutionKind.REDEEM: Disposition.REDEEMED,
    ResolutionKind.VOID: Disposition.VOID,
    ResolutionKind.EXPIRE: Disposition.EXPIRED,
}


def disposition(*, is_issued: bool, standing: ResolutionKind | None) -> Disposition:
    """The disposition that the records give a voucher.

    ``standing`` is its resolution that no reversal has undone, None where there is none. Only an issued
    voucher can have one: ValueError otherwise.
    """
    if standing is not None:
        if not is_issued:
            raise ValueError(standing)
        return _ENDS[standing]
    return Disposition.ISSUED if is_issued else Disposition.BLANK


def is_past(expires_on: date, day: date) -> bool:
    """Whether a voucher is refused for its date: it is good through all of ``expires_on``, in Panama."""
    return day > expires_on


@dataclass(frozen=True)
class RoundedAward:
    """An award in cents: what the items came to, and what is paid after the programme's rounding."""

    exact: int
    paid: int

    @property
    def difference(self) -> int:
        """Cents that the rounding added; negative where it took some away."""
        return self.paid - self.exact


def round_award(exact: int, step: int) -> RoundedAward:
    """Round the total of a surrender (cents) to the programme's step (cents), half up."""
    if exact < 0 or step < 1:
        raise ValueError((exact, step))
    return RoundedAward(exact, round_half_up(exact, step))


def split(award: int, denominations: Sequence[int]) -> tuple[int, ...]:
    """The faces, in cents and largest first, that pay out an award of whole cents.

    As many as fit of the largest denomination, then of the next; what is left is one remainder voucher,
    smaller than the smallest denomination. An award of nothing is paid out without a voucher.
    """
    if award < 0 or not denominations or min(denominations) < 1:
        raise ValueError((award, tuple(denominations)))
    faces: list[int] = []
    left = award
    for face in sorted(set(denominations), reverse=True):
        fitting, left = divmod(left, face)
        faces += [face] * fitting
    return (*faces, left) if left else tuple(faces)
