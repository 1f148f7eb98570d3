"""What states, steps and reasons of settlements are called on the screen."""

from buyback.security.access import Permission
from buyback.settlement.listing import Turn
from buyback.settlement.statements import WAITING
from buyback.settlement.states import ReturnReason, SettlementState
from buyback.web.shell.i18n import N_

STATES = {
    SettlementState.DRAFT.value: (N_("Borrador"), "plain"),
    SettlementState.SUBMITTED.value: (N_("Presentada"), "wait"),
    SettlementState.APPROVED.value: (N_("Aprobada"), "info"),
    SettlementState.ORDERED.value: (N_("Enviada a pago"), "info"),
    SettlementState.PAID.value: (N_("Pagada"), "good"),
    SettlementState.RETURNED.value: (N_("Devuelta"), "bad"),
    WAITING: (N_("Por liquidar"), "plain"),
}

STAGES = (N_("Preparada"), N_("Presentada"), N_("Aprobada"), N_("Enviada a pago"), N_("Pagada"))
REACHED = {
    SettlementState.DRAFT: 1,
    SettlementState.SUBMITTED: 2,
    SettlementState.APPROVED: 3,
    SettlementState.ORDERED: 4,
    SettlementState.PAID: 5,
}

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
