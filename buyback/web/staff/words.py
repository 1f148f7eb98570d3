"""What states, conditions, serials and units are called on the tables' screens."""

from buyback.campaigns.states import EventState
from buyback.closing.rules import TallyOutcome
from buyback.intake.rules import SerialStatus, SurrenderState
from buyback.web.shell.i18n import N_

EVENT_STATES = {
    EventState.PLANNED: (N_("Planificada"), "plain"),
    EventState.OPEN: (N_("Abierta"), "good"),
    EventState.CLOSING: (N_("En cierre"), "wait"),
    EventState.CLOSED: (N_("Cerrada"), "plain"),
    EventState.PURGED: (N_("Cerrada y depurada"), "plain"),
}

TALLY_OUTCOMES = {
    TallyOutcome.WAITING: N_("Su conteo está guardado. Falta el de otra persona."),
    TallyOutcome.DIFFERS: N_("Su conteo está guardado, pero no coincide."),
    TallyOutcome.AGREED: N_("Los dos conteos coinciden con el sistema."),
}

SURRENDER_STATES = {
    SurrenderState.OPEN: (N_("En avalúo"), "info"),
    SurrenderState.AWAITING_APPROVAL: (N_("Espera aprobación"), "wait"),
    SurrenderState.OFFERED: (N_("Ofrecida"), "info"),
    SurrenderState.ACCEPTED: (N_("Aceptada, por pagar"), "wait"),
    SurrenderState.PAID_OUT: (N_("Pagada"), "good"),
    SurrenderState.DECLINED: (N_("No aceptada"), "plain"),
    SurrenderState.CANCELLED: (N_("Cancelada"), "plain"),
}

# How far a surrender has come: appraised, offered, accepted, paid. One that was given back is on no way.
SURRENDER_STAGES = {
    SurrenderState.OPEN: 0,
    SurrenderState.AWAITING_APPROVAL: 0,
    SurrenderState.OFFERED: 1,
    SurrenderState.ACCEPTED: 3,
    SurrenderState.PAID_OUT: 4,
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
