"""A programme's rules, when an event may be planned and opened, and who pays for it.

Pure. Days are Panama's, money is in cents.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from uuid import UUID

from buyback.campaigns.states import PaymentMode, PinRule
from buyback.errors import InputProblem, Refused
from buyback.files.reading.reader import text_problems
from buyback.files.reading.refusals import AmountOutOfBounds, DaysReversed
from buyback.money import CENTS_MAX, screen_text

EVENT_DAYS_MAX = 366  # an event is a matter of days; a longer one is a mistyped year
SITE_LENGTH_MAX = 120
PROGRAMME_CODE_LENGTH_MAX = 32
EVENT_CODE_LENGTH_MAX = 64

MUNICIPALITY = "@municipality"
GOVERNORATE = "@governorate"
PLACEHOLDERS = frozenset({MUNICIPALITY, GOVERNORATE})

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*", re.ASCII)


class MerchantCategory(StrEnum):
    """The kinds of merchant that a programme may admit."""

    SHOP = "shop"
    SUPERMARKET = "supermarket"
    RESTAURANT = "restaurant"
    PHARMACY = "pharmacy"


CATEGORY_NAMES = {
    MerchantCategory.SHOP: "Tiendas",
    MerchantCategory.SUPERMARKET: "Supermercados",
    MerchantCategory.RESTAURANT: "Restaurantes",
    MerchantCategory.PHARMACY: "Farmacias",
}


class CodeMalformed(Refused):
    """Codes are typed on command lines and read aloud, so they are plain."""

    sentence = "Un código lleva letras sin acento, cifras y guiones, hasta {longest} en total."


class PinNotAsked(Refused):
    """Nobody would ask for it. Facts: ``instead``, what to write."""

    sentence = "Las cajas todavía no piden el PIN; use {instead}."


class EventTooLong(Refused):
    """More days than any event has."""

    sentence = "La jornada duraría {days} días; el máximo es {longest}."


class OutsideProgramme(Refused):
    """The programme's rules do not hold on some day of the event."""

    sentence = "El programa vale del {valid_from} al {last_day}; la jornada debe caber entera."


class EventNotPlanned(Refused):
    """Only a planned event can be opened."""

    sentence = "La jornada {event} no está por abrir: ya se abrió."


class EventNotOpen(Refused):
    """Surrenders, vouchers and the closing counts want an open event."""

    sentence = "La jornada {event} no está abierta."


class EventNotClosing(Refused):
    """An event is closed, or opened again, out of its closing counts."""

    sentence = "La jornada {event} no está en cierre."


class EventNotClosed(Refused):
    """Only a closed event is purged."""

    sentence = "La jornada {event} no está cerrada."


class ProgrammeClosed(Refused):
    """A closed programme takes no more events, versions or redemptions."""

    sentence = "El programa {programme} está cerrado."


class FunderMissing(Refused):
    """The organisation that should pay a share is not registered."""

    sentence = "Falta registrar el aportante {funder} para el distrito {district}."


class CodeTaken(Refused):
    """An event's code names it for good."""

    sentence = "Ya existe una jornada con el código {code}."


class ProgrammeNumberTaken(Refused):
    """The number stands in the signed text of another programme's vouchers."""

    sentence = "El número {number} ya es del programa {programme}."


class ProgrammeNumberFixed(Refused):
    """The number stands in the signed text of vouchers that are out."""

    sentence = "El programa {programme} tiene el número {number}, que no puede cambiar."


class AppropriationShrinks(Refused):
    """What was appropriated may be promised already."""

    sentence = "La asignación del programa ya es de {amount}; solo puede aumentar."


class FloatOverAppropriation(Refused):
    """The programme's budget does not cover the float."""

    sentence = "El fondo de {wanted} pasa de lo disponible en el programa: {available}."


class FunderTwice(Refused):
    """One organisation would hold two shares of one agreement."""

    sentence = "El aportante {funder} aparece dos veces en el convenio."


@dataclass(frozen=True, kw_only=True)
class FunderWeight:
    """A funder's weight: an organisation's code, or a placeholder that the event's district resolves."""

    organisation: str
    weight: int


@dataclass(frozen=True, kw_only=True)
class ProgrammeRules:
    """One version of a programme, without its tariff. Money in cents; ``valid_until`` is exclusive.

    ``denominations`` run from the largest to the smallest. ``appropriation`` is the budget that the file states,
    if it states one. The first funder leads where ``payment`` is lead.
    """

    code: str
    name: str
    number: int
    valid_from: date
    valid_until: date
    denominations: tuple[int, ...]
    rounding: int
    voucher_days: int
    approval_over: int
    pin: PinRule
    categories: tuple[MerchantCategory, ...]
    payment: PaymentMode
    appropriation: int | None
    funders: tuple[FunderWeight, ...]


@dataclass(frozen=True, kw_only=True)
class EventPlan:
    """An event as an official plans it: both days inclusive, the float in cents."""

    code: str
    site: str
    starts_on: date
    ends_on: date
    float_cents: int

    @property
    def days(self) -> tuple[date, ...]:
        """Every day from the first to the last."""
        return tuple(self.starts_on + timedelta(days=day) for day in range((self.ends_on - self.starts_on).days + 1))


@dataclass(frozen=True, kw_only=True)
class Share:
    """A funder's weight in an agreement."""

    funder: UUID
    weight: int


def is_code(text: str, longest: int) -> bool:
    """Whether a text can be a code: letters without accents, digits, dashes; none leading."""
    return len(text) <= longest and _CODE.fullmatch(text) is not None


def problems_of_plan(plan: EventPlan, *, valid_from: date, valid_until: date) -> tuple[InputProblem, ...]:
    """Everything wrong with an event planned under a programme; ``valid_until`` is exclusive."""
    refusals: list[Refused] = []
    if not is_code(plan.code, EVENT_CODE_LENGTH_MAX):
        refusals.append(CodeMalformed(field="code", longest=EVENT_CODE_LENGTH_MAX))
    if not 0 < plan.float_cents <= CENTS_MAX:
        bounds = {"low": screen_text(1), "high": screen_text(CENTS_MAX)}
        refusals.append(AmountOutOfBounds(field="float", **bounds))
    refusals.extend(_days_refused(plan, valid_from, valid_until))
    problems = [InputProblem(refusal.field or "", refusal) for refusal in refusals]
    return (*problems, *text_problems("site", plan.site, limit=SITE_LENGTH_MAX))


def _days_refused(plan: EventPlan, valid_from: date, valid_until: date) -> Iterable[Refused]:
    if plan.ends_on < plan.starts_on:
        yield DaysReversed(field="to")
        return
    if len(plan.days) > EVENT_DAYS_MAX:
        yield EventTooLong(field="to", days=len(plan.days), longest=EVENT_DAYS_MAX)
    if not valid_from <= plan.starts_on or not plan.ends_on < valid_until:
        last_day = valid_until - timedelta(days=1)
        yield OutsideProgramme(field="from", valid_from=valid_from, last_day=last_day)


def expiry(ends_on: date, voucher_days: int) -> date:
    """The last day on which an event's vouchers are taken: one for all, so that it tells no visit's day."""
    return ends_on + timedelta(days=voucher_days)
