"""What a voucher is worth, how an award becomes vouchers, where a voucher stands, and what is refused. Pure.

What a till is refused is in ``redemption``.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from buyback.errors import Refused
from buyback.money import screen_text
from buyback.vouchers.serials import serial_text


class ResolutionKind(StrEnum):
    """How a cycle of a voucher ended."""

    REDEEM = "redeem"
    VOID = "void"
    EXPIRE = "expire"


class Fate(StrEnum):
    """What became of a redemption."""

    SETTLED = "settled"
    REVERSED = "reversed"


class VoidReason(StrEnum):
    """Why an official made a voucher worthless. A list: free text could hold a person's data."""

    MISPRINT = "misprint"
    DAMAGED = "damaged"
    LOST = "lost"
    ISSUED_IN_ERROR = "issued_in_error"
    REPLACED = "replaced"


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


@dataclass(frozen=True)
class Stock:
    """Numbers of vouchers of an event: still blank, and given out whatever became of them since."""

    blank: int
    issued: int


@dataclass(frozen=True)
class Blank:
    """A voucher that was named by its serial, to be given out. ``face`` in cents."""

    id: UUID
    serial: int
    face: int
    is_issued: bool


class SecretsGone(Refused):
    """The event's salt was destroyed at its close, or the key that seals it is missing."""

    sentence = "La jornada está cerrada o falta su llave: sus vales no se pueden crear ni imprimir."


class SerialUnknown(Refused):
    """No voucher of the event has this serial."""

    sentence = "No hay un vale {serial} en esta jornada."


class SerialNotBlank(Refused):
    """A blank is given out once."""

    sentence = "El vale {serial} ya se entregó."


class BlanksDoNotFit(Refused):
    """The blanks given out must be worth the award, but for a remainder under the smallest denomination."""

    sentence = "Los vales nombrados suman {given} y la entrega da derecho a {award}."


class VoucherNotOutstanding(Refused):
    """Only a voucher that is issued and unspent can be made void."""

    sentence = "El vale {serial} no se puede anular: está {disposition}."


class SerialsUsedUp(Refused):
    """A million serials an event."""

    sentence = "La jornada ya usó todos sus números de vale."


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


def refused_blanks(serials: Sequence[int], found: Mapping[int, Blank]) -> Iterator[tuple[int, Refused]]:
    """Which of the serials named are no voucher of the event, or one that is given out: place and refusal."""
    for place, serial in enumerate(serials):
        if serial not in found:
            yield place, SerialUnknown(field="serials", serial=serial_text(serial))
        elif found[serial].is_issued:
            yield place, SerialNotBlank(field="serials", serial=serial_text(serial))


def faces_to_mint(award: int, given: Sequence[int], denominations: Sequence[int]) -> tuple[int, ...]:
    """The faces that pay an award beside the blanks given out, whose faces are ``given``; cents, largest first.

    BlanksDoNotFit unless blanks leave no more than one remainder voucher under the smallest denomination.
    """
    left = award - sum(given)
    if given and not 0 <= left < min(denominations):
        raise BlanksDoNotFit(field="serials", given=screen_text(sum(given)), award=screen_text(award))
    return split(left, denominations)
