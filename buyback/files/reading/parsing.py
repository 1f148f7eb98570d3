"""From text to plain values: JSON and TOML, with everything that a parser may stumble over as a refusal."""

import json
import re
import tomllib
from collections.abc import Callable

from buyback.errors import InputProblem, InvalidInput, Refused
from buyback.files.reading.refusals import InvalidJson, InvalidToml, NotUtf8, TooIntricate

Pairs = list[tuple[str, object]]


def json_value(text: str, *, make_object: Callable[[Pairs], dict[str, object]] = dict) -> object:
    """What a JSON text says; NaN and Infinity are no JSON, whatever the parser thinks."""

    def refuse_constant(name: str) -> object:
        raise InvalidJson(place=text.find(name) + 1)

    try:
        return json.loads(text, object_pairs_hook=make_object, parse_constant=refuse_constant)
    except json.JSONDecodeError as error:
        raise InvalidJson(place=error.pos + 1) from error
    except (RecursionError, ValueError) as error:
        raise TooIntricate from error


def toml_table(content: bytes) -> dict[str, object]:
    """What a TOML file says; a byte order mark is no problem. Raises InvalidInput with the line."""
    line: int | None = None
    try:
        return tomllib.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        before = content[: error.start]
        line = before.count(b"\n") + 1
        refusal: Refused = NotUtf8(place=error.start - before.rfind(b"\n"))
    except tomllib.TOMLDecodeError as error:
        told = re.search(r"at line ([0-9]+)", str(error))
        line = int(told.group(1)) if told else content.count(b"\n") + 1
        refusal = InvalidToml()
    except (RecursionError, ValueError):
        refusal = TooIntricate()
    raise InvalidInput([InputProblem("", refusal, line)])
