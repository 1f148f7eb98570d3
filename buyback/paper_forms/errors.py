"""What can be wrong with a file of paper forms, in sentences; the place is in the InputProblem that carries them."""

from buyback.errors import Refused


class FileEmpty(Refused):
    """There is nothing to import."""

    sentence = "El archivo está vacío."


class ByteOrderMark(Refused):
    """The file begins with invisible bytes of an encoding."""

    sentence = "El archivo empieza con una marca de codificación (BOM). Guárdelo como UTF-8 sin BOM."


class NulByte(Refused):
    """A NUL is in no text: the file is damaged, or in another encoding."""

    sentence = "La línea contiene un byte nulo: el archivo está dañado o en otra codificación."


class CutOff(Refused):
    """The last line stops in the middle: the copy was not complete."""

    sentence = "El archivo termina a media línea. Cópielo otra vez, completo."


class EmptyLine(Refused):
    """Each line is one surrender."""

    sentence = "La línea está vacía."


class LineTooLong(Refused):
    """Longer than any form. Facts: ``limit`` in bytes."""

    sentence = "La línea pasa de {limit} bytes."


class KeyTwice(Refused):
    """JSON lets a key stand twice; which of the two was meant nobody can say."""

    sentence = "La clave está dos veces."


class OpIdTwice(Refused):
    """Two lines of one file claim to be the same surrender. Facts: ``first``, the earlier line."""

    sentence = "Este op_id ya está en la línea {first}."


class SerialTwice(Refused):
    """One blank voucher cannot have been given out twice. Facts: ``first``, the earlier line."""

    sentence = "Esta serie ya se nombró en la línea {first}."


class TagTwice(Refused):
    """A tag names one thing within a programme. Facts: ``first``, the earlier line."""

    sentence = "Esta etiqueta ya está en la línea {first}."


class PersonUnknown(Refused):
    """Paper forms name people by their user names; a disabled account takes no part."""

    sentence = "No hay un usuario activo con el nombre {name}."


class ApprovalNeeded(Refused):
    """The value is outside the tariff's range, or over the programme's threshold."""

    sentence = "El valor de {value} necesita la aprobación de una segunda persona («approved_by»)."
