"""What states, conditions, serials and units are called on the tables' screens."""

from buyback.closing.rules import TallyOutcome
from buyback.intake.rules import SerialStatus
from buyback.web.shell.i18n import _l

TALLY_OUTCOMES = {
    TallyOutcome.WAITING: _l("Su conteo está guardado. Falta el de otra persona."),
    TallyOutcome.DIFFERS: _l("Su conteo está guardado, pero no coincide."),
    TallyOutcome.AGREED: _l("Los dos conteos coinciden con el sistema."),
}

SERIAL_STATUSES = {
    SerialStatus.LEGIBLE: _l("Se lee completa"),
    SerialStatus.PARTIAL: _l("Se lee en parte"),
    SerialStatus.OBLITERATED: _l("Borrada"),
    SerialStatus.NEVER_MARKED: _l("Nunca la tuvo"),
    SerialStatus.ALTERED: _l("Alterada"),
    SerialStatus.CORRODED: _l("Corroída"),
}

# Who may have made an explosive safe. A list: a free text could name a person.
UNITS = {
    "Policía Nacional": _l("Policía Nacional, antiexplosivos"),
    "SENAFRONT": _l("SENAFRONT"),
    "SENAN": _l("SENAN"),
    "Bomberos": _l("Cuerpo de Bomberos"),
}
