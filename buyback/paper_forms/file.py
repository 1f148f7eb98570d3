"""A file of paper forms: one surrender a line, as JSON. Pure: bytes in, forms and every problem out.

Whether the event, the people and the prices are right is for whoever has the database; here a line is only read.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from uuid import UUID

from buyback.campaigns.rules import PinNotAsked
from buyback.errors import InputProblem, Refused
from buyback.files.reading.parsing import json_value
from buyback.files.reading.reader import Reader
from buyback.files.reading.refusals import InvalidJson, NotAnObject, NotUtf8
from buyback.files.reading.values import Dialect
from buyback.intake import tags
from buyback.intake.details import DETAIL_LENGTHS, NOT_RECORDED, Details, check_details
from buyback.intake.rules import ITEMS_MAX, SerialStatus
from buyback.paper_forms import errors
from buyback.tariff.catalogue import CATALOGUE, CalibreGroup, ClassCode, Condition
from buyback.tariff.rules import QUANTITY_MAX, PricedThing
from buyback.vouchers.serials import serial_of

LINE_BYTES_MAX = 100_000
EVENT_CODE_MAX = 64
USER_NAME_MAX = 64
VOUCHERS_MAX = 200

_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True)
class PaperItem:
    """One entry of a form: what the tariff has to know, and what was read off the thing."""

    thing: PricedThing
    details: Details


@dataclass(frozen=True)
class PaperForm:
    """One surrender as a paper form told it. ``serials`` are of the blank vouchers that were given out."""

    line: int
    op_id: UUID
    event: str
    day: date
    appraised_by: str
    approved_by: str | None
    issued_by: str
    items: tuple[PaperItem, ...]
    serials: tuple[int, ...]

    @cached_property
    def content_hash(self) -> bytes:
        """SHA-256 of what the form says, however the line spelled it; the line's number is not part of it."""
        head = (self.op_id, self.event, self.day, self.appraised_by, self.approved_by, self.issued_by)
        content = [
            *head,
            self.serials,
            [(*vars(item.thing).values(), *vars(item.details).values()) for item in self.items],
        ]
        text = json.dumps(content, default=str, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(text.encode()).digest()


@dataclass(frozen=True)
class PaperFile:
    """The forms that could be read, and all problems of the others, in the order of the lines."""

    forms: tuple[PaperForm, ...]
    problems: tuple[InputProblem, ...]


def read_file(content: bytes) -> PaperFile:
    """Read a whole file. A file that is unreadable as such has one problem, others one for each thing amiss."""
    if content.startswith(_MARKS):
        return PaperFile((), (InputProblem("", errors.ByteOrderMark(), 1),))
    if not content.strip():
        return PaperFile((), (InputProblem("", errors.FileEmpty()),))
    problems: list[InputProblem] = []
    forms = list(_forms(content, problems))
    _refuse_repeated(forms, problems)
    return PaperFile(tuple(forms), tuple(sorted(problems, key=lambda problem: problem.line or 0)))


def _forms(content: bytes, problems: list[InputProblem]) -> Iterator[PaperForm]:
    lines = content.split(b"\n")
    unended = len(lines) if lines[-1] else None  # the number of a last line that no line end closes
    for number, raw in enumerate(lines if unended else lines[:-1], start=1):
        found: list[InputProblem] = []
        read = _object(raw, number, found, is_last=number == unended)
        form = None if read is None else _form(read, number, found)
        problems += found
        if form is not None and not found:
            yield form


def _object(raw: bytes, number: int, problems: list[InputProblem], *, is_last: bool) -> dict[str, object] | None:
    try:
        return _parse(raw, number, problems)
    except InvalidJson as refused:
        refusal: Refused = errors.CutOff() if is_last else refused
    except UnicodeDecodeError as error:
        cut = is_last and error.end == len(raw)
        refusal = errors.CutOff() if cut else NotUtf8(place=error.start + 1)
    except Refused as refused:
        refusal = refused
    problems.append(InputProblem("", refusal, number))
    return None


def _parse(raw: bytes, number: int, problems: list[InputProblem]) -> dict[str, object]:
    if len(raw) > LINE_BYTES_MAX:
        raise errors.LineTooLong(limit=LINE_BYTES_MAX)
    if b"\0" in raw:
        raise errors.NulByte
    text = raw.decode()
    if not text.strip():
        raise errors.EmptyLine

    def unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
        problems.extend(
            InputProblem(key if key.isprintable() else "?", errors.KeyTwice(), number)
            for key in _repeated(key for key, _value in pairs)
        )
        return dict(pairs)

    parsed = json_value(text, make_object=unique)
    if not isinstance(parsed, dict):
        raise NotAnObject
    return parsed


def _repeated(keys: Iterable[str]) -> Iterator[str]:
    seen: set[str] = set()
    for key in keys:
        if key in seen:
            yield key
        seen.add(key)


def _form(raw: dict[str, object], number: int, problems: list[InputProblem]) -> PaperForm:
    fields = Reader(raw, Dialect.JSON, line=number, problems=problems)
    if fields.has("pin"):
        fields.refuse("pin", PinNotAsked(instead="null"))
    form = PaperForm(
        line=number,
        op_id=fields.id("op_id"),
        event=fields.text("event", limit=EVENT_CODE_MAX),
        day=fields.day("date"),
        appraised_by=fields.text("appraised_by", limit=USER_NAME_MAX),
        approved_by=fields.text("approved_by", limit=USER_NAME_MAX, required=False) or None,
        issued_by=fields.text("issued_by", limit=USER_NAME_MAX),
        items=tuple(_item(item) for item in fields.readers("items", high=ITEMS_MAX)),
        serials=_serials(fields),
    )
    fields.finish()
    return form


def _item(fields: Reader) -> PaperItem:
    thing = PricedThing(
        class_code=fields.choice("class", ClassCode),
        condition=fields.choice("condition", Condition) if fields.has("condition") else None,
        calibre_group=fields.choice("calibre_group", CalibreGroup) if fields.has("calibre_group") else None,
        quantity=fields.whole("quantity", high=QUANTITY_MAX) if fields.has("quantity") else 1,
        value=fields.amount("value") if fields.has("value") else None,
    )
    details = Details(
        tag=fields.read("tag", tags.parse, None) if fields.has("tag") else None,
        serial_status=fields.choice("serial_status", SerialStatus) if fields.has("serial_status") else None,
        **{key: fields.text(key, limit=limit, required=False) or None for key, limit in DETAIL_LENGTHS.items()},
    )
    fields.finish()
    if not fields.sound("class", "quantity", "serial"):
        return PaperItem(thing, details)
    is_explosive = not CATALOGUE[thing.class_code].reaches_the_desk
    try:
        check_details(details, quantity=thing.quantity, is_explosive=is_explosive)
    except Refused as refusal:
        fields.refuse(refusal.field or "", refusal)
    if is_explosive and details.made_safe_by is None:
        details = replace(details, made_safe_by=NOT_RECORDED)
    return PaperItem(thing, details)


def _serials(fields: Reader) -> tuple[int, ...]:
    return fields.each("serials", serial_of, 0, low=0, high=VOUCHERS_MAX) if fields.has("serials") else ()


def _refuse_repeated(forms: list[PaperForm], problems: list[InputProblem]) -> None:
    """What may stand once only: an op id in a file, and a voucher's serial within an event."""
    op_ids: dict[UUID, int] = {}
    serials: dict[tuple[str, int], int] = {}
    for form in forms:
        first = op_ids.setdefault(form.op_id, form.line)
        if first != form.line:
            problems.append(InputProblem("op_id", errors.OpIdTwice(first=first), form.line))
        named: set[int] = set()
        for position, serial in enumerate(form.serials):
            first = serials.setdefault((form.event, serial), form.line)
            if first != form.line or serial in named:
                problems.append(InputProblem(f"serials[{position}]", errors.SerialTwice(first=first), form.line))
            named.add(serial)
