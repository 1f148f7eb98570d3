"""What a cashier reads for each answer, and who has to act. Spanish here; English is in the catalogue."""

from dataclasses import dataclass

from buyback.redemption.rules import Code, Responsible


@dataclass(frozen=True)
class Wording:
    """What happened and what to do now, as messages to translate; ``responsible`` has to act."""

    sentence: str
    advice: str
    responsible: Responsible


_WORDINGS = {
    Code.REDEEMED: Wording("Vale canjeado.", "Entregue la compra.", Responsible.VOUCHER),
    Code.REDEEMABLE: Wording("El vale es bueno y no se ha usado.", "Cánjelo para cobrarlo.", Responsible.VOUCHER),
    Code.REVERSED: Wording("Canje anulado.", "El vale se puede usar otra vez.", Responsible.VOUCHER),
    Code.OP_ID_REUSED: Wording(
        "Esta operación ya se usó con otro vale.",
        "Empiece una operación nueva y lea el vale otra vez.",
        Responsible.TILL,
    ),
    Code.UNREADABLE: Wording(
        "Esto no es un código de vale.",
        "Lea el código QR o escriba los 13 caracteres que están debajo.",
        Responsible.VOUCHER,
    ),
    Code.WRONG_CHECK_CHARACTER: Wording(
        "El código tiene un error de escritura.", "Compárelo con el vale y escríbalo otra vez.", Responsible.VOUCHER
    ),
    Code.BAD_SIGNATURE: Wording("Este vale no es auténtico.", "No lo acepte.", Responsible.VOUCHER),
    Code.KEY_REVOKED: Wording(
        "Los vales de esta impresión fueron retirados.",
        "No lo acepte: la persona puede pedir que se lo cambien.",
        Responsible.PROGRAMME,
    ),
    Code.UNKNOWN_VOUCHER: Wording(
        "Ese código no corresponde a ningún vale.", "Revise que esté completo.", Responsible.VOUCHER
    ),
    Code.ALREADY_REDEEMED: Wording("Este vale ya se canjeó.", "No lo acepte.", Responsible.VOUCHER),
    Code.VOID: Wording("Este vale fue anulado.", "No lo acepte.", Responsible.VOUCHER),
    Code.REPLACED: Wording(
        "Este vale fue cambiado por otro.", "No lo acepte: pida el vale nuevo.", Responsible.VOUCHER
    ),
    Code.EXPIRED: Wording("Este vale venció.", "No lo acepte.", Responsible.VOUCHER),
    Code.NOT_ISSUED: Wording("Este vale no se ha entregado a nadie.", "No lo acepte.", Responsible.VOUCHER),
    Code.TILL_REVOKED: Wording(
        "Esta caja no está inscrita o fue dada de baja.", "Avise al encargado del comercio.", Responsible.TILL
    ),
    Code.MERCHANT_SUSPENDED: Wording(
        "El comercio está suspendido del programa.", "Avise al encargado del comercio.", Responsible.MERCHANT
    ),
    Code.CATEGORY_NOT_ALLOWED: Wording(
        "Este programa no se canjea en esta clase de comercio.",
        "La persona puede usar el vale en otra clase de comercio.",
        Responsible.MERCHANT,
    ),
    Code.PROGRAMME_CLOSED: Wording("El programa de este vale está cerrado.", "No lo acepte.", Responsible.PROGRAMME),
    Code.SLOW_DOWN: Wording(
        "Se escribieron demasiados códigos equivocados.",
        "Lea el código QR, o espere antes de volver a escribir.",
        Responsible.TILL,
    ),
    Code.UNKNOWN_OPERATION: Wording("Esta caja no tiene esa operación.", "Revise la lista del día.", Responsible.TILL),
    Code.NOT_REDEEMED: Wording("Esa operación no canjeó ningún vale.", "No hay nada que anular.", Responsible.TILL),
    Code.TOO_LATE_TO_REVERSE: Wording(
        "Pasaron más de 15 minutos desde el canje.",
        "La caja ya no puede anularlo: avise al encargado del comercio.",
        Responsible.TILL,
    ),
    Code.SETTLED: Wording(
        "Ese canje ya está en una liquidación.", "Solo un funcionario puede corregirlo.", Responsible.PROGRAMME
    ),
}


def wording(code: Code) -> Wording:
    """The words for an answer."""
    return _WORDINGS[code]
