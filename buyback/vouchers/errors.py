"""What is refused about vouchers, for people at a desk or a table. A till's refusals are in ``redemption``."""

from buyback.errors import Refused


class FloatExceeded(Refused):
    """An event cannot promise more than its float."""

    sentence = "El fondo de la jornada no alcanza: quedan {left} y hacen falta {wanted}."


class SecretsGone(Refused):
    """The event's salt was destroyed at its close."""

    sentence = "La jornada está cerrada: sus vales ya no se pueden crear ni imprimir."


class SerialUnknown(Refused):
    """No voucher of the event has this serial."""

    sentence = "No hay un vale {serial} en esta jornada."


class SerialNotBlank(Refused):
    """A blank is given out once."""

    sentence = "El vale {serial} ya se entregó."


class BlanksDoNotFit(Refused):
    """The blanks given out must be worth the award, but for a remainder under the smallest denomination."""

    sentence = "Los vales nombrados suman {given} y la entrega da derecho a {award}."


class VoucherNotOutstanding(Refused):
    """Only a voucher that is issued and unspent can be made void."""

    sentence = "El vale {serial} no se puede anular: está {disposition}."


class SerialsUsedUp(Refused):
    """A million serials an event."""

    sentence = "La jornada ya usó todos sus números de vale."
