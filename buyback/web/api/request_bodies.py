"""What a till sends: described by marshmallow, read by the same grammar and refused in the same words as all input."""

from collections.abc import Callable
from functools import partial
from typing import Any, NoReturn

from flask import Request
from marshmallow import EXCLUDE, Schema, ValidationError, fields, missing
from marshmallow.exceptions import SCHEMA
from webargs.flaskparser import FlaskParser

from buyback.errors import InputProblem, InvalidInput, Refused
from buyback.files.reading import values
from buyback.files.reading.parsing import json_value
from buyback.files.reading.refusals import InvalidJson, Missing, NotAnObject
from buyback.files.reading.values import Dialect
from buyback.redemption.rules import VOUCHER_TEXT_MAX

PIN_LENGTH_MAX = 12


class InvalidRequest(InvalidInput):
    """The body or the query does not have the form that the API describes."""

    sentence = "La solicitud no tiene la forma que describe la API."


class BodyParser(FlaskParser):
    """Bodies and queries, with every problem at its path."""

    def load_json(self, req: Request, schema: Schema) -> object:  # noqa: ARG002  webargs' own signature
        """The body as plain values, missing where it says that it is something else."""
        content = req.get_data()
        if not content or not req.is_json:
            return missing
        try:
            return json_value(content.decode())
        except UnicodeDecodeError as error:
            raise InvalidJson(place=error.start + 1) from error

    def handle_error(self, error: ValidationError, *_args: object, **_kwargs: object) -> NoReturn:
        """Refuse, with what the fields refused; what is wrong with the whole has an empty path."""
        found = [told for places in error.messages_dict.values() for told in places.items()]
        raise InvalidRequest(
            [InputProblem("" if key == SCHEMA else key, refusal) for key, refusals in found for refusal in refusals]
        )


class Read(fields.Field[Any]):
    """A key that ``read`` takes or refuses; ``schema`` describes it, and an ``optional`` one may be left out."""

    def __init__(self, read: Callable[[object], object], *, optional: bool = False, **schema: object) -> None:
        absence: dict[str, Any] = {"allow_none": True, "load_default": None} if optional else {"required": True}
        told: dict[str, Any] = {key: [Missing()] for key in ("required", "null")}
        super().__init__(metadata=schema, error_messages=told, **absence)
        self._read = read

    def _deserialize(self, value: object, *_args: object, **_kwargs: object) -> object:
        try:
            return self._read(value)
        except Refused as refusal:
            raise ValidationError([refusal]) from refusal


class _Body(Schema):
    """A request's body. What it does not know it ignores: a till's rights come from its token only."""

    error_messages: dict[str, Any] = {"type": NotAnObject()}  # noqa: RUF012  as marshmallow declares it

    class Meta:
        """See above."""

        unknown = EXCLUDE


def _voucher() -> Read:
    read = partial(values.verbatim, limit=VOUCHER_TEXT_MAX)
    told = "The QR text or the typed code."
    return Read(read, type="string", minLength=1, maxLength=VOUCHER_TEXT_MAX, description=told)


class RedemptionRequest(_Body):
    """A voucher to take."""

    op_id = Read(values.identifier, type="string", format="uuid", description="Made by the till before its first try.")
    voucher = _voucher()
    pin = Read(
        partial(values.verbatim, limit=PIN_LENGTH_MAX, may_be_empty=True),
        optional=True,
        type="string",
        maxLength=PIN_LENGTH_MAX,
    )
    occurred_at = Read(
        values.instant,
        optional=True,
        type="string",
        format="date-time",
        description="The till's clock. Kept, never a reason to refuse.",
    )


class CheckRequest(_Body):
    """A voucher to ask about."""

    voucher = _voucher()


class DayQuery(_Body):
    """Which day of Panama to list; today where none is named."""

    day = Read(partial(values.day, dialect=Dialect.TYPED), optional=True, type="string", format="date")
