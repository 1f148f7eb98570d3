"""What states are called on every screen, with the look of their tags, and how far each is on its way."""

from buyback.campaigns.states import EventState
from buyback.intake.rules import SurrenderState
from buyback.settlement.states import STATE_NAMES, WAITING, SettlementState
from buyback.web.shell.i18n import N_

EVENT_STATES = {
    EventState.PLANNED: (N_("Planificada"), "plain"),
    EventState.OPEN: (N_("Abierta"), "good"),
    EventState.CLOSING: (N_("En cierre"), "wait"),
    EventState.CLOSED: (N_("Cerrada"), "plain"),
    EventState.PURGED: (N_("Cerrada y depurada"), "plain"),
}

EVENT_STAGES = (N_("Planificada"), N_("Mesas abiertas"), N_("Conteo final"), N_("Cerrada"))
EVENT_STAGE = {
    EventState.PLANNED: 0,
    EventState.OPEN: 1,
    EventState.CLOSING: 2,
    EventState.CLOSED: 4,
    EventState.PURGED: 4,
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

_SETTLEMENT_LOOKS = {
    WAITING: "plain",
    SettlementState.DRAFT: "plain",
    SettlementState.SUBMITTED: "wait",
    SettlementState.APPROVED: "info",
    SettlementState.ORDERED: "info",
    SettlementState.PAID: "good",
    SettlementState.RETURNED: "bad",
}
SETTLEMENT_STATES = {state: (N_(STATE_NAMES[state]), look) for state, look in _SETTLEMENT_LOOKS.items()}

_SETTLEMENT_WAY = (SettlementState.SUBMITTED, SettlementState.APPROVED, SettlementState.ORDERED, SettlementState.PAID)
SETTLEMENT_STAGES = (N_("Preparada"), *(N_(STATE_NAMES[state]) for state in _SETTLEMENT_WAY))
SETTLEMENT_STAGE = {state: stage for stage, state in enumerate((SettlementState.DRAFT, *_SETTLEMENT_WAY), start=1)}
