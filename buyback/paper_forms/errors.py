"""What can be wrong with a file of paper forms, in sentences; the place is in the Problem that carries them."""

from buyback.errors import Refused


class FileEmpty(Refused):
    """There is nothing to import."""

    sentence = "El archivo está vacío."


class ByteOrderMark(Refused):
    """The file begins with invisible bytes of an encoding."""

    sentence = "El archivo empieza con una marca de codificación (BOM). Guárdelo como UTF-8 sin BOM."


class NotUtf8(Refused):
    """Bytes that are not UTF-8: the file was saved in another encoding. Facts: ``place``, from 1."""

    sentence = "El byte {place} de la línea no es UTF-8. Guarde el archivo como UTF-8."


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


class NotJson(Refused):
    """Facts: ``place``, the character at which reading stopped, from 1."""

    sentence = "No es JSON válido (carácter {place})."


class NotAnObject(Refused):
    """A list, a number or a text where an object belongs."""

    sentence = "Se espera un objeto JSON, entre llaves."


class KeyTwice(Refused):
    """JSON lets a key stand twice; which of the two was meant nobody can say."""

    sentence = "La clave está dos veces."


class UnknownKey(Refused):
    """A key that means nothing here, often a misspelt one."""

    sentence = "Esta clave no existe."


class KeyMissing(Refused):
    """A key that every form has."""

    sentence = "Falta esta clave."


class TextExpected(Refused):
    """Another kind of JSON value where text belongs."""

    sentence = "Se espera un texto entre comillas."


class DayExpected(Refused):
    """Not a day of the calendar, or spelled in another way."""

    sentence = 'Se espera una fecha que exista, como "2022-12-12".'


class UuidExpected(Refused):
    """Not a UUID in its usual spelling."""

    sentence = 'Se espera un UUID, como "6f0c3f8e-2f0e-4d0f-9a55-0e7f5f4a7a11".'


class MoneyExpected(Refused):
    """Money is text with two decimals: a JSON number would be read as a fraction."""

    sentence = 'Se espera un monto con dos decimales entre comillas, como "250.00".'


class ListExpected(Refused):
    """Not a JSON list, or a longer one than any form has."""

    sentence = "Se espera una lista, entre corchetes."


class SerialExpected(Refused):
    """Not the serial of a voucher."""

    sentence = 'Se espera la serie de un vale, de seis cifras, como "004512".'


class UnknownChoice(Refused):
    """Not one of a closed list. Facts: ``choices``."""

    sentence = "No está en la lista: {choices}."


class TextTooLong(Refused):
    """Facts: ``limit`` in characters."""

    sentence = "Use como máximo {limit} caracteres."


class NotPlainText(Refused):
    """Empty, or with control characters, or with spaces around it."""

    sentence = "El texto está vacío, tiene espacios alrededor o caracteres que no se imprimen."


class OpIdTwice(Refused):
    """Two lines of one file claim to be the same surrender. Facts: ``first``, the earlier line."""

    sentence = "Este op_id ya está en la línea {first}."


class SerialTwice(Refused):
    """One blank voucher cannot have been given out twice. Facts: ``first``, the earlier line."""

    sentence = "Esta serie ya se nombró en la línea {first}."


class TagTwice(Refused):
    """A tag names one thing within an event. Facts: ``first``, the earlier line."""

    sentence = "Esta etiqueta ya está en la línea {first}."


class PinNotAsked(Refused):
    """A PIN that no till asks for would protect nobody."""

    sentence = "Las cajas todavía no piden el PIN; deje «pin» en null."
