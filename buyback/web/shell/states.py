"""What states are called on every screen, with the look of their tags, and how far each is on its way."""

from buyback.campaigns.states import EventState
from buyback.intake.rules import STATE_NAMES as SURRENDER_NAMES
from buyback.intake.rules import SurrenderState
from buyback.settlement.states import STATE_NAMES, WAITING, SettlementState
from buyback.web.shell.i18n import _l

EVENT_STATES = {
    EventState.PLANNED: (_l("Planificada"), "plain"),
    EventState.OPEN: (_l("Abierta"), "good"),
    EventState.CLOSING: (_l("En cierre"), "wait"),
    EventState.CLOSED: (_l("Cerrada"), "plain"),
    EventState.PURGED: (_l("Cerrada y depurada"), "plain"),
}

EVENT_STAGES = (_l("Planificada"), _l("Mesas abiertas"), _l("Conteo final"), _l("Cerrada"))
EVENT_STAGE = {
    EventState.PLANNED: 0,
    EventState.OPEN: 1,
    EventState.CLOSING: 2,
    EventState.CLOSED: 4,
    EventState.PURGED: 4,
}

_SURRENDER_LOOKS = {
    SurrenderState.OPEN: "info",
    SurrenderState.AWAITING_APPROVAL: "wait",
    SurrenderState.OFFERED: "info",
    SurrenderState.ACCEPTED: "wait",
    SurrenderState.PAID_OUT: "good",
    SurrenderState.DECLINED: "plain",
    SurrenderState.CANCELLED: "plain",
}
SURRENDER_STATES = {state: (_l(SURRENDER_NAMES[state]), look) for state, look in _SURRENDER_LOOKS.items()}

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
SETTLEMENT_STATES = {state: (_l(STATE_NAMES[state]), look) for state, look in _SETTLEMENT_LOOKS.items()}

_SETTLEMENT_WAY = (SettlementState.SUBMITTED, SettlementState.APPROVED, SettlementState.ORDERED, SettlementState.PAID)
SETTLEMENT_STAGES = (_l("Preparada"), *(_l(STATE_NAMES[state]) for state in _SETTLEMENT_WAY))
SETTLEMENT_STAGE = {state: stage for stage, state in enumerate((SettlementState.DRAFT, *_SETTLEMENT_WAY), start=1)}
