"""What is refused about settlements, in sentences."""

from buyback.errors import Refused


class NothingToSettle(Refused):
    """No redemption stands that is not in a settlement already."""

    sentence = "No hay nada que liquidar hasta el {until}: ningún canje está pendiente de liquidación."


class NotInThisState(Refused):
    """Each step has its turn."""

    sentence = "La liquidación {number} no está en el momento de este paso. Mire cómo está ahora y siga desde ahí."


class ContentChanged(Refused):
    """The rows are not what was hashed when it was prepared: somebody touched the database."""

    sentence = "El contenido de la liquidación {number} ya no coincide con su huella. Avise al operador; no se firma."


class LinesReversed(Refused):
    """What was frozen in it was undone at the till."""

    sentence = (
        "La liquidación {number} cambió: se anularon {count} canjes por {amount} después de prepararla."
        " Devuélvala y prepárela de nuevo."
    )


class PreparedBySame(Refused):
    """Two people: one prepares, another one signs or pays."""

    sentence = "Usted preparó la liquidación {number}: la aprueba y la paga otra persona."


class NoShareInIt(Refused):
    """A funder signs and pays its own share only."""

    sentence = "Su organización no tiene una parte en la liquidación {number}."


class ApprovedAlready(Refused):
    """A funder signs once."""

    sentence = "{funder} ya aprobó su parte de la liquidación {number}."


class NotCountersigned(Refused):
    """Payments wait for the comptroller."""

    sentence = "Falta el refrendo de la Contraloría en la liquidación {number}."


class CountersignedAlready(Refused):
    """It is noted once."""

    sentence = "El refrendo de la liquidación {number} ya está anotado."


class PaymentOfAnotherAmount(Refused):
    """To the cent."""

    sentence = "El pago ordenado es de {ordered}, no de {given}."


class ReferenceMalformed(Refused):
    """The bank's or the Treasury's own reference, or the number of the comptroller's countersign."""

    sentence = "Use hasta {longest} letras sin tilde, cifras, guiones, puntos o barras."


class ReferenceUsed(Refused):
    """One movement of the bank pays one order."""

    sentence = "La referencia {reference} ya está registrada en otro pago."


class PaymentBookedAlready(Refused):
    """A payment is attested once."""

    sentence = "Este pago ya está registrado con la referencia {reference}."


class NotYourPayment(Refused):
    """A treasurer attests what the own organisation paid."""

    sentence = "Este pago es de {funder}: lo registra la tesorería de esa organización."


class NotNational(Refused):
    """A settlement runs over the events of every district."""

    sentence = "Solo un ministerio prepara liquidaciones."
