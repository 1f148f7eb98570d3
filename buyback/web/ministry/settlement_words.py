"""What states, steps and reasons of settlements are called on the screen."""

from buyback.settlement.states import STATE_NAMES, WAITING, ReturnReason, SettlementAct, SettlementState
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

AWAITED = {
    SettlementAct.APPROVE: N_("Espera mi aprobación"),
    SettlementAct.PAY: N_("Espera mi pago"),
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
    SettlementAct.PREPARE: N_("La preparó"),
    SettlementAct.SUBMIT: N_("La presentó a los aportantes"),
    SettlementAct.APPROVE: N_("Aprobó la parte de su organización"),
    SettlementAct.RETURN: N_("La devolvió"),
    SettlementAct.COUNTERSIGN: N_("Anotó el refrendo de la Contraloría"),
    SettlementAct.ORDER: N_("La envió a pago"),
    SettlementAct.PAY: N_("Registró el pago"),
}
