"""What can be wrong with what is read, in sentences: the same for a file, a request's body, a form and a command.

The place (line, field, path) is in the InputProblem that carries the refusal.
"""

from buyback.errors import Refused


class Missing(Refused):
    """Something that is needed is not there, or empty."""

    sentence = "Complete este campo."


class UnknownKey(Refused):
    """Nobody would read this; a mistyped key must not be ignored."""

    sentence = "Esta clave no existe aquí."


class NotText(Refused):
    """Text was wanted."""

    sentence = "Escriba un texto entre comillas."


class NotPlainText(Refused):
    """Empty, or with control characters, or with spaces around it."""

    sentence = "El texto está vacío, tiene espacios alrededor o caracteres que no se imprimen."


class TooLong(Refused):
    """More characters than fit. Facts: ``limit``."""

    sentence = "Use como máximo {limit} caracteres."


class NotWhole(Refused):
    """Not a whole number inside its limits. Facts: ``low``, ``high``, as people write them."""

    sentence = "Escriba un número entero de {low} a {high}."


class NotAnAmount(Refused):
    """Not an amount in balboas. Facts: ``example``, as the source spells it."""

    sentence = "Escriba un monto en balboas, con punto para los centavos, como {example}."


class AmountOutOfBounds(Refused):
    """An amount that cannot be meant. Facts: ``low`` and ``high``, both allowed, as people write them."""

    sentence = "Escriba un monto de {low} a {high}."


class NotADay(Refused):
    """Not a day of the calendar, or spelled in another way. Facts: ``example``, as the source spells it."""

    sentence = "Escriba una fecha que exista, como {example}."


class DayInFuture(Refused):
    """Only what has happened can be told. Facts: ``day``."""

    sentence = "El {day} todavía no ha llegado; use hoy o un día anterior."


class DayOutOfBounds(Refused):
    """A day that cannot be meant. Facts: ``first`` and ``last``, both allowed."""

    sentence = "Escriba una fecha del {first} al {last}."


class DaysReversed(Refused):
    """The last day lies before the first."""

    sentence = "La fecha final es anterior a la inicial."


class NotAnInstant(Refused):
    """Not a date with a time. Facts: ``example``."""

    sentence = "Escriba una fecha con su hora, como {example}."


class NotAnId(Refused):
    """Not a UUID in its usual spelling. Facts: ``example``, as the source spells it."""

    sentence = "Escriba un identificador (UUID), como {example}."


class NotOneOf(Refused):
    """Not in a closed list. Facts: ``choices``."""

    sentence = "Elija una de las opciones: {choices}."


class NotAList(Refused):
    """Not a list, or one with too few or too many entries. Facts: ``low``, ``high``."""

    sentence = "Escriba una lista entre corchetes, de {low} a {high} elementos."


class NotAnObject(Refused):
    """A list, a number or a text where keys with values belong."""

    sentence = "Escriba un grupo de claves con sus valores."


class FileTooLarge(Refused):
    """Larger than any file of its kind. Facts: ``limit`` in megabytes."""

    sentence = "El archivo pasa de {limit} MB. Divídalo en partes, o compruebe que sea el correcto."


class NotUtf8(Refused):
    """Bytes that are not UTF-8: the text was saved in another encoding. Facts: ``place`` in the line, from 1."""

    sentence = "El byte {place} de la línea no es UTF-8. Guarde el texto como UTF-8."


class InvalidJson(Refused):
    """Facts: ``place``, the character at which reading stopped, from 1."""

    sentence = "No es JSON válido (carácter {place})."


class InvalidToml(Refused):
    """The file cannot be read as TOML from its line on."""

    sentence = "El archivo no es TOML válido a partir de aquí."


class TooIntricate(Refused):
    """Well formed, perhaps, and beyond reading: thousands of levels, or a number of thousands of digits."""

    sentence = "Tiene un número demasiado largo o demasiados niveles anidados."
