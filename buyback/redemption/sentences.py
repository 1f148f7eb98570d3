"""What a cashier reads for each answer, and who has to act. Spanish here; English is in the catalogue."""

from dataclasses import dataclass

from buyback.redemption.rules import Code, Whose


@dataclass(frozen=True)
class Saying:
    """A sentence, what to do now, and whose turn it is."""

    sentence: str
    advice: str
    whose: Whose


_SAYINGS = {
    Code.REDEEMED: Saying("Vale canjeado.", "Entregue la compra.", Whose.VOUCHER),
    Code.REDEEMABLE: Saying("El vale es bueno y no se ha usado.", "Cánjelo para cobrarlo.", Whose.VOUCHER),
    Code.REVERSED: Saying("Canje anulado.", "El vale se puede usar otra vez.", Whose.VOUCHER),
    Code.OP_ID_REUSED: Saying(
        "Esta operación ya se usó con otro vale.", "Empiece una operación nueva y lea el vale otra vez.", Whose.TILL
    ),
    Code.UNREADABLE: Saying(
        "Esto no es un código de vale.", "Lea el código QR o escriba los 13 caracteres que están debajo.", Whose.VOUCHER
    ),
    Code.WRONG_CHECK_CHARACTER: Saying(
        "El código tiene un error de escritura.", "Compárelo con el vale y escríbalo otra vez.", Whose.VOUCHER
    ),
    Code.BAD_SIGNATURE: Saying("Este vale no es auténtico.", "No lo acepte.", Whose.VOUCHER),
    Code.KEY_REVOKED: Saying(
        "Los vales de esta impresión fueron retirados.",
        "No lo acepte: la persona puede pedir que se lo cambien.",
        Whose.PROGRAMME,
    ),
    Code.UNKNOWN_VOUCHER: Saying(
        "Ese código no corresponde a ningún vale.", "Revise que esté completo.", Whose.VOUCHER
    ),
    Code.ALREADY_REDEEMED: Saying("Este vale ya se canjeó.", "No lo acepte.", Whose.VOUCHER),
    Code.VOID: Saying("Este vale fue anulado.", "No lo acepte.", Whose.VOUCHER),
    Code.REPLACED: Saying("Este vale fue cambiado por otro.", "No lo acepte: pida el vale nuevo.", Whose.VOUCHER),
    Code.EXPIRED: Saying("Este vale venció.", "No lo acepte.", Whose.VOUCHER),
    Code.NOT_ISSUED: Saying("Este vale no se ha entregado a nadie.", "No lo acepte.", Whose.VOUCHER),
    Code.TILL_REVOKED: Saying(
        "Esta caja no está inscrita o fue dada de baja.", "Avise al encargado del comercio.", Whose.TILL
    ),
    Code.MERCHANT_SUSPENDED: Saying(
        "El comercio está suspendido del programa.", "Avise al encargado del comercio.", Whose.MERCHANT
    ),
    Code.CATEGORY_NOT_ALLOWED: Saying(
        "Este programa no se canjea en esta clase de comercio.",
        "La persona puede usar el vale en otra clase de comercio.",
        Whose.MERCHANT,
    ),
    Code.PROGRAMME_CLOSED: Saying("El programa de este vale está cerrado.", "No lo acepte.", Whose.PROGRAMME),
    Code.SLOW_DOWN: Saying(
        "Se escribieron demasiados códigos equivocados.",
        "Lea el código QR, o espere antes de volver a escribir.",
        Whose.TILL,
    ),
    Code.UNKNOWN_OPERATION: Saying("Esta caja no tiene esa operación.", "Revise la lista del día.", Whose.TILL),
    Code.NOT_REDEEMED: Saying("Esa operación no canjeó ningún vale.", "No hay nada que anular.", Whose.TILL),
    Code.TOO_LATE_TO_REVERSE: Saying(
        "Pasaron más de 15 minutos desde el canje.",
        "La caja ya no puede anularlo: avise al encargado del comercio.",
        Whose.TILL,
    ),
    Code.SETTLED: Saying(
        "Ese canje ya está en una liquidación.", "Solo un funcionario puede corregirlo.", Whose.PROGRAMME
    ),
}


def saying(code: Code) -> Saying:
    """The words for an answer."""
    return _SAYINGS[code]


def sentence_of(code: Code) -> str:
    """What happened, as a message to translate."""
    return _SAYINGS[code].sentence


def advice_of(code: Code) -> str:
    """What to do now, as a message to translate."""
    return _SAYINGS[code].advice


def whose(code: Code) -> Whose:
    """Who has to act."""
    return _SAYINGS[code].whose
