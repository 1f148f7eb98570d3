"""What steps and reasons of settlements are called on the screen."""

from buyback.settlement.states import ReturnReason, SettlementAct
from buyback.web.shell.i18n import N_

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
