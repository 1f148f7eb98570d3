"""What is read off an item besides its class, and what may not be written there. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from buyback.errors import Refused
from buyback.intake.rules import SerialStatus


class SerialContradicts(Refused):
    """A serial was read, or there is none to read."""

    sentence = "El estado de la serie dice que no se puede leer; deje la serie en blanco o cambie el estado."


class SerialMissing(Refused):
    """A serial that was read whole identifies the weapon, so it is written down."""

    sentence = "El estado de la serie dice que se lee completa: escríbala, o cambie el estado."


class SerialIsOfOnePiece(Refused):
    """Identity is make, model, calibre and serial: of one piece."""

    sentence = "Una serie es de una sola pieza: registre cada pieza por separado."


class MadeSafeNotExpected(Refused):
    """Only explosives are made safe by a unit."""

    sentence = "Solo los explosivos llevan la unidad que los desactivó."


class MadeSafeNeeded(Refused):
    """Explosives never come to the desk: they are recorded as made safe by a named unit."""

    sentence = "Indique qué unidad desactivó el explosivo. No lo traiga a la mesa."


class PersonalData(Refused):
    """Nothing about whoever brought the thing is written down, anywhere."""

    sentence = "Aquí no va ningún dato de personas: ni cédula, ni teléfono, ni correo."


@dataclass(frozen=True, kw_only=True)
class Details:
    """What is read off a thing, as far as anybody read it.

    ``tag`` is as ``tags.read`` gives it; ``made_safe_by`` is a unit, for explosives only.
    """

    make: str | None = None
    model: str | None = None
    calibre: str | None = None
    serial: str | None = None
    serial_status: SerialStatus | None = None
    tag: str | None = None
    made_safe_by: str | None = None


NO_DETAILS = Details()
DETAIL_LENGTHS: Mapping[str, int] = MappingProxyType(
    {"make": 60, "model": 60, "calibre": 30, "serial": 40, "made_safe_by": 60}
)
NOT_RECORDED = "not_recorded"  # a later capture that does not know the unit: an exception to be explained
_UNREADABLE = frozenset({SerialStatus.OBLITERATED, SerialStatus.NEVER_MARKED})

# Cédulas (8-123-456, PE-1-23, E-8-12345), mobile numbers (6123-4567) and e-mail addresses of Panama.
_PERSONAL = re.compile(r"\b(?:\d{1,2}|PE|E|N)-\d{1,4}-\d{1,6}\b|\b6\d{3}-?\d{4}\b|\S@\S", re.ASCII | re.IGNORECASE)


def check_details(details: Details, *, quantity: int, is_explosive: bool) -> None:
    """Refuse details that contradict each other or the thing they describe, or that speak of a person.

    A serial may look like anything, so it alone is not searched for personal data.
    """
    for field in ("make", "model", "calibre", "made_safe_by"):
        if _PERSONAL.search(getattr(details, field) or ""):
            raise PersonalData(field=field)
    if details.serial and quantity > 1:
        raise SerialIsOfOnePiece(field="serial")
    if details.serial and details.serial_status in _UNREADABLE:
        raise SerialContradicts(field="serial")
    if details.serial_status is SerialStatus.LEGIBLE and not details.serial:
        raise SerialMissing(field="serial")
    if details.made_safe_by and not is_explosive:
        raise MadeSafeNotExpected(field="made_safe_by")
