"""What states, conditions, serials and units are called on the tables' screens."""

from buyback.closing.rules import TallyOutcome
from buyback.intake.rules import SerialStatus
from buyback.web.shell.i18n import N_

TALLY_OUTCOMES = {
    TallyOutcome.WAITING: N_("Su conteo está guardado. Falta el de otra persona."),
    TallyOutcome.DIFFERS: N_("Su conteo está guardado, pero no coincide."),
    TallyOutcome.AGREED: N_("Los dos conteos coinciden con el sistema."),
}

SERIAL_STATUSES = {
    SerialStatus.LEGIBLE: N_("Se lee completa"),
    SerialStatus.PARTIAL: N_("Se lee en parte"),
    SerialStatus.OBLITERATED: N_("Borrada"),
    SerialStatus.NEVER_MARKED: N_("Nunca la tuvo"),
    SerialStatus.ALTERED: N_("Alterada"),
    SerialStatus.CORRODED: N_("Corroída"),
}

# Who may have made an explosive safe. A list: a free text could name a person.
UNITS = {
    "Policía Nacional": N_("Policía Nacional, antiexplosivos"),
    "SENAFRONT": N_("SENAFRONT"),
    "SENAN": N_("SENAN"),
    "Bomberos": N_("Cuerpo de Bomberos"),
}
