"""What steps and reasons of settlements are called on the screen."""

from buyback.settlement.states import ReturnReason, SettlementAct
from buyback.web.shell.i18n import _l

AWAITED = {
    SettlementAct.APPROVE: _l("Espera mi aprobación"),
    SettlementAct.PAY: _l("Espera mi pago"),
}

REASONS = {
    ReturnReason.WITHDRAWN.value: _l("La retira quien la preparó"),
    ReturnReason.REDEMPTION_REVERSED.value: _l("Se anuló un canje"),
    ReturnReason.MERCHANT_IN_DOUBT.value: _l("Hay dudas sobre el comercio"),
    ReturnReason.AMOUNT_IN_DOUBT.value: _l("Hay dudas sobre el monto"),
    ReturnReason.AGREEMENT_IN_DOUBT.value: _l("Hay dudas sobre el convenio"),
    ReturnReason.NO_BUDGET.value: _l("No hay partida"),
    ReturnReason.PAPERS_MISSING.value: _l("Faltan documentos"),
}

ACTS = {
    SettlementAct.PREPARE: _l("La preparó"),
    SettlementAct.SUBMIT: _l("La presentó a los aportantes"),
    SettlementAct.APPROVE: _l("Aprobó la parte de su organización"),
    SettlementAct.RETURN: _l("La devolvió"),
    SettlementAct.COUNTERSIGN: _l("Anotó el refrendo de la Contraloría"),
    SettlementAct.ORDER: _l("La envió a pago"),
    SettlementAct.PAY: _l("Registró el pago"),
}
