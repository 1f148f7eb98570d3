"""The catalogue of English as tests read it: each message with its Spanish source and its translation."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

from buyback.paths import TRANSLATIONS

PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w+\}")


@cache
def english() -> dict[str, Message]:
    """All messages by their Spanish source, in the singular."""
    messages: dict[str, Message] = {}
    for path in sorted((TRANSLATIONS / "en" / "LC_MESSAGES").glob("*.po")):
        messages |= {forms(message.id)[0]: message for message in _catalogue(path) if message.id}
    return messages


def pairs() -> Iterator[tuple[str, str]]:
    """Each Spanish text, singular or plural, and its English one."""
    for message in english().values():
        yield from zip(forms(message.id), forms(message.string), strict=True)


def forms(text: str | list[str] | tuple[str, ...] | None) -> tuple[str, ...]:
    """Singular and, where there is one, plural."""
    return (text,) if isinstance(text, str) else tuple(text or ("",))


def _catalogue(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale="en", abort_invalid=True)
