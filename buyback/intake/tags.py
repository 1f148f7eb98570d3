"""Tags: what hangs on an item. Drawn at random for a programme, so that none tells when its item came. Pure."""

from collections.abc import Callable, Collection, Sequence

from buyback.codes import CheckedCode
from buyback.errors import Refused
from buyback.files.reading import values

TAG_TYPED_MAX = 30  # characters, with whatever a reader or a person puts around and between
TAG_LENGTH = 6  # 7KQ4-M

_CODE = CheckedCode(places=4, first=12)
_CODES = 32**4
# Of the texts whose check character is right by chance, so many at most are somebody else's tag.
TAGS_MAX = _CODES // 4

Sample = Callable[[Sequence[int], int], list[int]]


class TagUnknown(Refused):
    """Neither a number made up at the table nor a cédula is a tag."""

    sentence = "La etiqueta {tag} no es de un rollo de este programa."


class TagInUse(Refused):
    """A tag names one thing within a programme."""

    sentence = "La etiqueta {tag} ya está en otro artículo."


class TooManyTags(Refused):
    """The fuller the programme is of tags, the more mistakes are another tag. Facts: ``left`` that may be printed."""

    sentence = "El programa admite {limit} etiquetas y le quedan {left}. Imprima un rollo más corto."


def read(text: str) -> str:
    """A tag as it is printed, ``7KQ4-M``, from what was typed or scanned; Unreadable or CheckCharacterWrong."""
    return spell(_CODE.value(text))


def parse(raw: object) -> str | None:
    """``read`` for the field of a form or a file; what is no line of text is refused as everywhere."""
    return read(values.text(raw, limit=TAG_TYPED_MAX))


def spell(value: int) -> str:
    """20 bits as a tag."""
    return "-".join(_CODE.letters(value))


def draw(count: int, *, taken: Collection[str], sample: Sample) -> tuple[str, ...]:
    """So many tags that the programme does not have yet, in the order in which ``sample`` drew them; TooManyTags."""
    left = max(0, TAGS_MAX - len(taken))
    if count > left:
        raise TooManyTags(field="count", limit=TAGS_MAX, left=left)
    used = {_CODE.value(tag) for tag in taken}
    return tuple(spell(value) for value in sample([value for value in range(_CODES) if value not in used], count))
