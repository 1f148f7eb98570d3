"""What a surrender and its items may become, and who may take which step. Pure; money in cents, days Panama's.

``MOVES`` is the one table of steps: services, pages and the database's trigger follow it.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID

from buyback.errors import Refused, Word
from buyback.files.reading.refusals import DayInFuture
from buyback.languages import N_
from buyback.money import round_half_up, screen_text
from buyback.people.rules import Actor
from buyback.security.access import Permission
from buyback.tariff.catalogue import CATALOGUE, TotalColumn

QUANTITY_MAX = 100_000
ITEMS_MAX = 200  # of one visit: more is a slip, or a dealer's stock


class SurrenderState(StrEnum):
    """``open → (awaiting_approval →) offered → accepted → paid_out``, or an end before it.

    Finishing an appraisal decides at once whether it wants a second person, so that no surrender rests in between.
    """

    OPEN = "open"
    AWAITING_APPROVAL = "awaiting_approval"
    OFFERED = "offered"
    ACCEPTED = "accepted"
    PAID_OUT = "paid_out"
    DECLINED = "declined"
    CANCELLED = "cancelled"


STATE_NAMES = {
    SurrenderState.OPEN: N_("En avalúo"),
    SurrenderState.AWAITING_APPROVAL: N_("Espera aprobación"),
    SurrenderState.OFFERED: N_("Ofrecida"),
    SurrenderState.ACCEPTED: N_("Aceptada, por pagar"),
    SurrenderState.PAID_OUT: N_("Pagada"),
    SurrenderState.DECLINED: N_("No aceptada"),
    SurrenderState.CANCELLED: N_("Cancelada"),
}

ENDED = frozenset({SurrenderState.PAID_OUT, SurrenderState.DECLINED, SurrenderState.CANCELLED})

UNFINISHED = frozenset(SurrenderState) - ENDED

# Their awards are spoken for: whoever sits at the table has heard the sum, or is about to.
PROMISED = frozenset({SurrenderState.AWAITING_APPROVAL, SurrenderState.OFFERED, SurrenderState.ACCEPTED})


class ItemState(StrEnum):
    """``registered`` at the table; then ``received`` for good, or ``returned`` to whoever brought it.

    ``struck`` is an entry made by mistake: the thing was never there.
    """

    REGISTERED = "registered"
    RECEIVED = "received"
    RETURNED = "returned"
    STRUCK = "struck"


# Of these an event's purge keeps sums; everything else has an identity, and stays.
DISSOLVED = tuple(
    sorted(
        code.value
        for code, entry in CATALOGUE.items()
        if entry.total in {TotalColumn.AMMUNITION, TotalColumn.MAGAZINES, TotalColumn.ACCESSORIES}
    )
)

ITEM_ENDED = frozenset({ItemState.RECEIVED, ItemState.RETURNED, ItemState.STRUCK})


class SerialStatus(StrEnum):
    """How a firearm's serial was read."""

    LEGIBLE = "legible"
    PARTIAL = "partial"
    OBLITERATED = "obliterated"
    NEVER_MARKED = "never_marked"
    ALTERED = "altered"
    CORRODED = "corroded"


class Step(StrEnum):
    """What people do with a surrender once it is open; the values are the audit log's."""

    OFFER = "offer"
    ASK_APPROVAL = "ask_approval"
    APPROVE = "approve"
    SEND_BACK = "send_back"
    REOPEN = "reopen"
    ACCEPT = "accept"
    DECLINE = "decline"
    PAY_OUT = "pay_out"
    CANCEL = "cancel"


class Duty(StrEnum):
    """Whose a step is among those with its permission: appraisal, approval and issue are three people's work."""

    ANYBODY = "anybody"
    APPRAISER = "appraiser"  # or whoever becomes it by this step
    NOT_APPRAISER = "not_appraiser"
    NEITHER_APPRAISER_NOR_APPROVER = "neither_appraiser_nor_approver"


@dataclass(frozen=True)
class Move:
    """A step leads from one of ``sources`` to ``target``, by somebody with the permission whose duty it is."""

    sources: frozenset[SurrenderState]
    target: SurrenderState
    permission: Permission
    duty: Duty = Duty.ANYBODY


def _move(
    sources: set[SurrenderState], target: SurrenderState, permission: Permission, duty: Duty = Duty.ANYBODY
) -> Move:
    return Move(frozenset(sources), target, permission, duty)


_S, _P = SurrenderState, Permission
MOVES: Mapping[Step, Move] = MappingProxyType(
    {
        Step.OFFER: _move({_S.OPEN}, _S.OFFERED, _P.SURRENDER_APPRAISE, Duty.APPRAISER),
        Step.ASK_APPROVAL: _move({_S.OPEN}, _S.AWAITING_APPROVAL, _P.SURRENDER_APPRAISE, Duty.APPRAISER),
        Step.APPROVE: _move({_S.AWAITING_APPROVAL}, _S.OFFERED, _P.SURRENDER_APPROVE, Duty.NOT_APPRAISER),
        Step.SEND_BACK: _move({_S.AWAITING_APPROVAL}, _S.OPEN, _P.SURRENDER_APPROVE, Duty.NOT_APPRAISER),
        Step.REOPEN: _move({_S.AWAITING_APPROVAL, _S.OFFERED}, _S.OPEN, _P.SURRENDER_APPRAISE, Duty.APPRAISER),
        Step.ACCEPT: _move({_S.OFFERED}, _S.ACCEPTED, _P.SURRENDER_REGISTER),
        Step.DECLINE: _move({_S.OFFERED}, _S.DECLINED, _P.SURRENDER_REGISTER),
        Step.PAY_OUT: _move({_S.ACCEPTED}, _S.PAID_OUT, _P.VOUCHER_ISSUE, Duty.NEITHER_APPRAISER_NOR_APPROVER),
        Step.CANCEL: _move(set(UNFINISHED), _S.CANCELLED, _P.SURRENDER_REGISTER),
    }
)


@dataclass(frozen=True)
class Parties:
    """Who has taken which step of a surrender so far."""

    appraised_by: UUID | None
    approved_by: UUID | None


class DayOutsideEvent(Refused):
    """A surrender's day is one of its event's days."""

    sentence = "El {day} no es un día de la jornada."


class OpIdReused(Refused):
    """An op id is of one surrender; the same one with other content is a mistake somewhere."""

    sentence = "Este op_id ya se usó para otra entrega."


class SurrenderMoved(Refused):
    """Somebody else, or a second tap, has taken the surrender to another state."""

    sentence = "La entrega {number} ya cambió de estado: ahora está «{state}». Siga desde ahí."

    def __init__(self, *, number: int, state: SurrenderState) -> None:
        super().__init__(number=number, state=Word(STATE_NAMES[state]))


class ItemsMoved(Refused):
    """The list of items is not the one that was on the screen."""

    sentence = "La lista de artículos cambió mientras tanto. Mírela y repita lo que falte."


class NothingAppraised(Refused):
    """A visit without items has nothing to offer for."""

    sentence = "Registre al menos un artículo antes de terminar el avalúo."


class TooManyItems(Refused):
    """More entries than one visit can hold."""

    sentence = "Una entrega lleva como máximo {limit} renglones; junte los artículos iguales por cantidad."


class AppraisedByAnother(Refused):
    """One person appraises a surrender, so that the record knows who must not issue it."""

    sentence = "Esta entrega la avalúa otra persona; solo ella puede cambiarla."


class SamePerson(Refused):
    """Appraisal, approval and issue of one surrender are three people's work."""

    sentence = "El avalúo, la aprobación y la emisión de una entrega los hacen personas distintas."


class FloatExceeded(Refused):
    """The event cannot promise or pay more than it was given."""

    sentence = "El fondo de la jornada no alcanza: quedan {left} y hacen falta {wanted}."


class FloatSpent(Refused):
    """Told before anything is appraised, not after."""

    sentence = "A la jornada no le queda fondo. No reciba más entregas hasta que se amplíe."


def check_day(day: date, *, days: Collection[date], today: date) -> None:
    """Refuse a day that is not the event's or has not come yet."""
    if day not in days:
        raise DayOutsideEvent(field="date", day=day)
    if day > today:
        raise DayInFuture(field="date", day=day)


@dataclass(frozen=True)
class Appraisal:
    """The items' values together, and the award that the programme's rounding makes of them; cents."""

    exact: int
    award: int


def appraise(values: Iterable[int], *, rounding: int) -> Appraisal:
    """Add up the values of a surrender (cents, each for its whole quantity) and round half up."""
    exact = sum(values)
    return Appraisal(exact, round_half_up(exact, rounding))


def check_float(award: int, *, left: int) -> None:
    """Refuse an award over what the event has left to promise; both in cents. The last cent may be given."""
    if award > left:
        raise FloatExceeded(wanted=screen_text(award), left=screen_text(left))


def after_appraisal(*, needs_approval: bool) -> Step:
    """How a finished appraisal goes on."""
    return Step.ASK_APPROVAL if needs_approval else Step.OFFER


def check_appraiser(parties: Parties, by: UUID | None) -> None:
    """Refuse everybody but the surrender's appraiser; whoever asks first becomes it."""
    if parties.appraised_by not in {None, by}:
        raise AppraisedByAnother


def check_duty(step: Step, parties: Parties, by: UUID | None) -> None:
    """Refuse a step to somebody whose it is not: AppraisedByAnother or SamePerson."""
    duty = MOVES[step].duty
    if duty is Duty.APPRAISER:
        check_appraiser(parties, by)
    if duty is Duty.NOT_APPRAISER:
        check_different(by, parties.appraised_by)
    if duty is Duty.NEITHER_APPRAISER_NOR_APPROVER:
        check_different(by, parties.appraised_by, parties.approved_by)


def open_steps(state: SurrenderState, parties: Parties, by: Actor) -> frozenset[Step]:
    """The steps that a person may take of a surrender now."""
    return frozenset(
        step
        for step, move in MOVES.items()
        if state in move.sources and by.may(move.permission) and _is_duty_of(step, parties, by.id)
    )


def _is_duty_of(step: Step, parties: Parties, by: UUID | None) -> bool:
    try:
        check_duty(step, parties, by)
    except (AppraisedByAnother, SamePerson):
        return False
    return True


def check_different(person: UUID | None, *others: UUID | None, field: str | None = None) -> None:
    """Refuse somebody who already took another step of the same surrender."""
    if person is not None and person in others:
        raise SamePerson(field=field)
