"""What states, steps and reasons of settlements are called on the screen."""

from buyback.security.access import Permission
from buyback.settlement.listing import Turn
from buyback.settlement.states import STATE_NAMES, WAITING, ReturnReason, SettlementState
from buyback.web.shell.i18n import N_

_LOOKS = {
    WAITING: "plain",
    SettlementState.DRAFT: "plain",
    SettlementState.SUBMITTED: "wait",
    SettlementState.APPROVED: "info",
    SettlementState.ORDERED: "info",
    SettlementState.PAID: "good",
    SettlementState.RETURNED: "bad",
}
STATES = {state: (N_(STATE_NAMES[state]), look) for state, look in _LOOKS.items()}

_WAY = (SettlementState.SUBMITTED, SettlementState.APPROVED, SettlementState.ORDERED, SettlementState.PAID)
STAGES = (N_("Preparada"), *(N_(STATE_NAMES[state]) for state in _WAY))
REACHED = {state: stage for stage, state in enumerate((SettlementState.DRAFT, *_WAY), start=1)}

TURNS = {
    Turn.APPROVAL: (N_("Espera mi aprobación"), Permission.SETTLEMENT_APPROVE),
    Turn.PAYMENT: (N_("Espera mi pago"), Permission.SETTLEMENT_PAY),
}

REASONS = {
    ReturnReason.WITHDRAWN.value: N_("La retira quien la preparó"),
    ReturnReason.REDEMPTION_REVERSED.value: N_("Se anuló un canje"),
    ReturnReason.MERCHANT_IN_DOUBT.value: N_("Hay dudas sobre el comercio"),
    ReturnReason.AMOUNT_IN_DOUBT.value: N_("Hay dudas sobre el monto"),
    ReturnReason.AGREEMENT_IN_DOUBT.value: N_("Hay dudas sobre el convenio"),
    ReturnReason.NO_BUDGET.value: N_("No hay partida"),
    ReturnReason.PAPERS_MISSING.value: N_("Faltan documentos"),
}

ACTS = {
    "prepare": N_("La preparó"),
    "submit": N_("La presentó a los aportantes"),
    "approve": N_("Aprobó la parte de su organización"),
    "return": N_("La devolvió"),
    "countersign": N_("Anotó el refrendo de la Contraloría"),
    "order": N_("La envió a pago"),
    "pay": N_("Registró el pago"),
}
