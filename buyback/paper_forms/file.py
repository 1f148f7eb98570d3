"""A file of paper forms: one surrender a line, as JSON. Pure: bytes in, forms and every problem out.

Whether the event, the people and the prices are right is for whoever has the database; here a line is only read.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import date
from functools import cached_property
from uuid import UUID

from buyback.errors import Problem, Refused
from buyback.intake.details import DETAIL_LENGTHS, NOT_RECORDED, Details, check_details
from buyback.intake.rules import ITEMS_MAX, NothingAppraised, SerialStatus, TooManyItems
from buyback.paper_forms import errors
from buyback.paper_forms.fields import Fields
from buyback.tariff.catalogue import CATALOGUE, CalibreGroup, ClassCode, Condition
from buyback.tariff.rules import PricedThing, check_quantity

LINE_BYTES_MAX = 100_000
EVENT_CODE_MAX = 64
USER_NAME_MAX = 64
SERIAL_MAX = 999_999
VOUCHERS_MAX = 200

_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_KEYS = frozenset({"op_id", "event", "date", "appraised_by", "approved_by", "issued_by", "pin", "items", "serials"})
_ITEM_KEYS = frozenset({"class", "condition", "calibre_group", "quantity", "value", "serial_status", *DETAIL_LENGTHS})


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
            [(*vars(one.thing).values(), *vars(one.details).values()) for one in self.items],
        ]
        text = json.dumps(content, default=str, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(text.encode()).digest()


@dataclass(frozen=True)
class PaperFile:
    """The forms that could be read, and all problems of the others, in the order of the lines."""

    forms: tuple[PaperForm, ...]
    problems: tuple[Problem, ...]


def read_file(content: bytes) -> PaperFile:
    """Read a whole file. A file that is unreadable as such has one problem, others one for each thing amiss."""
    if content.startswith(_MARKS):
        return PaperFile((), (Problem("", errors.ByteOrderMark(), 1),))
    if not content.strip():
        return PaperFile((), (Problem("", errors.FileEmpty()),))
    problems: list[Problem] = []
    forms = list(_forms(content, problems))
    _refuse_repeated(forms, problems)
    return PaperFile(tuple(forms), tuple(sorted(problems, key=lambda problem: problem.line or 0)))


def _forms(content: bytes, problems: list[Problem]) -> Iterator[PaperForm]:
    lines = content.split(b"\n")
    unended = len(lines) if lines[-1] else None  # the number of a last line that no line end closes
    for number, raw in enumerate(lines if unended else lines[:-1], start=1):
        found: list[Problem] = []
        read = _object(raw, number, found, is_last=number == unended)
        form = None if read is None else _form(read, number, found)
        problems += found
        if form is not None and not found:
            yield form


def _object(raw: bytes, number: int, problems: list[Problem], *, is_last: bool) -> dict[str, object] | None:
    try:
        return _parse(raw, number, problems)
    except json.JSONDecodeError as error:
        refusal: Refused = errors.CutOff() if is_last else errors.NotJson(place=error.pos + 1)
    except UnicodeDecodeError as error:
        cut = is_last and error.end == len(raw)
        refusal = errors.CutOff() if cut else errors.NotUtf8(place=error.start + 1)
    except (RecursionError, ValueError):  # too deep, or a number of thousands of digits
        refusal = errors.NotJson(place=1)
    except Refused as refused:
        refusal = refused
    problems.append(Problem("", refusal, number))
    return None


def _parse(raw: bytes, number: int, problems: list[Problem]) -> dict[str, object]:
    if len(raw) > LINE_BYTES_MAX:
        raise errors.LineTooLong(limit=LINE_BYTES_MAX)
    if b"\0" in raw:
        raise errors.NulByte
    text = raw.decode()
    if not text.strip():
        raise errors.EmptyLine

    def unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
        problems.extend(
            Problem(key if key.isprintable() else "?", errors.KeyTwice(), number)
            for key in _repeated(key for key, _value in pairs)
        )
        return dict(pairs)

    parsed = json.loads(text, object_pairs_hook=unique, parse_constant=_refuse_constant)
    if not isinstance(parsed, dict):
        raise errors.NotAnObject
    return parsed


def _refuse_constant(name: str) -> object:
    raise ValueError(name)  # NaN and Infinity are no JSON, whatever the parser thinks


def _repeated(keys: Iterable[str]) -> Iterator[str]:
    seen: set[str] = set()
    for key in keys:
        if key in seen:
            yield key
        seen.add(key)


def _form(raw: dict[str, object], number: int, problems: list[Problem]) -> PaperForm | None:
    fields = Fields(raw, line=number, problems=problems)
    fields.refuse_unknown(_KEYS)
    if fields.has("pin"):
        fields.refuse("pin", errors.PinNotAsked())
    op_id = fields.uuid("op_id")
    event = fields.text("event", limit=EVENT_CODE_MAX)
    day = fields.day("date")
    appraised_by = fields.text("appraised_by", limit=USER_NAME_MAX)
    approved_by = fields.text("approved_by", limit=USER_NAME_MAX, required=False)
    issued_by = fields.text("issued_by", limit=USER_NAME_MAX)
    items = _items(fields, number, problems)
    serials = _serials(fields)
    if op_id is None or event is None or day is None or appraised_by is None or issued_by is None:
        return None
    return PaperForm(number, op_id, event, day, appraised_by, approved_by, issued_by, items, serials)


def _items(fields: Fields, number: int, problems: list[Problem]) -> tuple[PaperItem, ...]:
    raw = fields.find("items")
    if not isinstance(raw, list):
        fields.refuse("items", errors.ListExpected())
        return ()
    if not raw:
        fields.refuse("items", NothingAppraised())
    if len(raw) > ITEMS_MAX:
        fields.refuse("items", TooManyItems(limit=ITEMS_MAX))
        return ()
    items = []
    for position, one in enumerate(raw):
        if isinstance(one, dict):
            items.append(_item(Fields(one, line=number, problems=problems, path=f"items[{position}].")))
        else:
            fields.refuse(f"items[{position}]", errors.NotAnObject())
    return tuple(item for item in items if item is not None)


def _item(fields: Fields) -> PaperItem | None:
    fields.refuse_unknown(_ITEM_KEYS)
    class_code = fields.choice("class", ClassCode, required=True)
    quantity = _quantity(fields)
    thing = {
        "condition": fields.choice("condition", Condition),
        "calibre_group": fields.choice("calibre_group", CalibreGroup),
        "value": fields.cents("value"),
    }
    details = _details(fields)
    if class_code is None or quantity is None:
        return None
    is_explosive = not CATALOGUE[class_code].reaches_the_desk
    try:
        check_details(details, quantity=quantity, is_explosive=is_explosive)
    except Refused as refusal:
        fields.refuse(refusal.field or "", refusal)
    if is_explosive and details.made_safe_by is None:
        details = Details(**{**asdict(details), "made_safe_by": NOT_RECORDED})
    return PaperItem(PricedThing(class_code=class_code, quantity=quantity, **thing), details)  # type: ignore[arg-type]  # each by its key


def _quantity(fields: Fields) -> int | None:
    try:
        return check_quantity(fields.find("quantity") if fields.has("quantity") else 1)
    except Refused as refusal:
        fields.refuse("quantity", refusal)
        return None


def _details(fields: Fields) -> Details:
    texts = {key: fields.text(key, limit=limit, required=False) for key, limit in DETAIL_LENGTHS.items()}
    return Details(serial_status=fields.choice("serial_status", SerialStatus), **texts)


def _serials(fields: Fields) -> tuple[int, ...]:
    raw = fields.find("serials")
    if raw is None:
        return ()
    if not isinstance(raw, list) or len(raw) > VOUCHERS_MAX:
        fields.refuse("serials", errors.ListExpected())
        return ()
    read = [_serial(one) for one in raw]
    for position, serial in enumerate(read):
        if serial is None:
            fields.refuse(f"serials[{position}]", errors.SerialExpected())
    return tuple(serial for serial in read if serial is not None)


def _serial(raw: object) -> int | None:
    if isinstance(raw, str) and raw.isascii() and raw.isdigit() and len(raw) <= len(str(SERIAL_MAX)):
        return int(raw)
    if isinstance(raw, int) and not isinstance(raw, bool) and 0 <= raw <= SERIAL_MAX:
        return raw
    return None


def _refuse_repeated(forms: list[PaperForm], problems: list[Problem]) -> None:
    """What may stand once only: an op id in a file; a voucher's serial and a tag within an event."""
    op_ids: dict[UUID, int] = {}
    serials: dict[tuple[str, int], int] = {}
    tags: dict[tuple[str, str], int] = {}
    for form in forms:
        first = op_ids.setdefault(form.op_id, form.line)
        if first != form.line:
            problems.append(Problem("op_id", errors.OpIdTwice(first=first), form.line))
        named: set[int] = set()
        for position, serial in enumerate(form.serials):
            first = serials.setdefault((form.event, serial), form.line)
            if first != form.line or serial in named:
                problems.append(Problem(f"serials[{position}]", errors.SerialTwice(first=first), form.line))
            named.add(serial)
        _refuse_repeated_tags(form, tags, problems)


def _refuse_repeated_tags(form: PaperForm, tags: dict[tuple[str, str], int], problems: list[Problem]) -> None:
    here: set[str] = set()
    for position, item in enumerate(form.items):
        tag = item.details.tag
        if tag is None:
            continue
        first = tags.setdefault((form.event, tag), form.line)
        if first != form.line or tag in here:
            problems.append(Problem(f"items[{position}].tag", errors.TagTwice(first=first), form.line))
        here.add(tag)
