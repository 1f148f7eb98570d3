"""What the API answers: these schemas make the bodies, and the OpenAPI document describes them.

What was stored with an answer is text already; what is read for a list is not.
"""

from typing import Any

from marshmallow import INCLUDE, Schema, fields, validate

from buyback.money import CURRENCY, decimal_text
from buyback.redemption.rules import AGREEMENTS, Code
from buyback.times import When

# Whoever shows a redemption two weeks later shows its day: see the guide of tills.
_KNOWN = (
    "An instant in UTC (2026-11-24T15:04:05Z). Seven days later, or once a settlement with it is approved, its day in"
    " Panama (2026-11-24); once its event is purged too, its month (2026-11)."
)
_REFUSALS = [code.value for code in Code if code not in AGREEMENTS]


class Amount(fields.String):
    """An amount with two decimals, from cents or from the text that was stored."""

    def __init__(self, **more: Any) -> None:  # noqa: ANN401  marshmallow's own
        super().__init__(validate=validate.Regexp(r"^[0-9]+\.[0-9]{2}$"), **more)

    def _serialize(self, value: object, *args: Any, **more: Any) -> str | None:  # noqa: ANN401  marshmallow's own
        return super()._serialize(decimal_text(value) if isinstance(value, int) else value, *args, **more)


class MomentOrDay(fields.String):
    """When something was, as far as it is still known."""

    def __init__(self, **more: Any) -> None:  # noqa: ANN401  marshmallow's own
        super().__init__(
            validate=validate.Regexp(r"^[0-9]{4}-[0-9]{2}(-[0-9]{2}(T[0-9]{2}:[0-9]{2}:[0-9]{2}Z)?)?$"),
            metadata={"description": _KNOWN},
            **more,
        )

    def _serialize(self, value: object, *args: Any, **more: Any) -> str | None:  # noqa: ANN401  marshmallow's own
        return super()._serialize(value.text if isinstance(value, When) else value, *args, **more)


class Day(fields.String):
    """A day of Panama; as text it is ISO 8601."""

    def __init__(self, **more: Any) -> None:  # noqa: ANN401  marshmallow's own
        super().__init__(metadata={"format": "date"}, **more)


class _Open(Schema):
    """An answer that may say more later: a till ignores what it does not know."""

    class Meta:
        """See above."""

        unknown = INCLUDE


class _OfOperation(_Open):
    """What was decided of an op id, now or before (``replayed``)."""

    redemption_id = fields.UUID(required=True)
    op_id = fields.UUID(required=True)
    amount = Amount(required=True)
    currency = fields.String(required=True, validate=validate.Equal(CURRENCY))
    replayed = fields.Boolean(required=True)


class Redeemed(_OfOperation):
    """A voucher was taken, now or before (``replayed``); ``reversed_at`` where that was undone since."""

    code = fields.String(required=True, validate=validate.Equal(Code.REDEEMED.value))
    redeemed_at = MomentOrDay(required=True)
    reversed_at = MomentOrDay()


class Redeemable(_Open):
    """A voucher would be taken now."""

    code = fields.String(required=True, validate=validate.Equal(Code.REDEEMABLE.value))
    amount = Amount(required=True)
    currency = fields.String(required=True, validate=validate.Equal(CURRENCY))
    expires_on = Day(required=True)


class Reversed(_OfOperation):
    """A redemption was undone, now or before (``replayed``)."""

    code = fields.String(required=True, validate=validate.Equal(Code.REVERSED.value))
    reversed_at = MomentOrDay(required=True)


class AttemptOutcome(_Open):
    """What became of a try: the code it was answered, and its facts."""

    op_id = fields.UUID(required=True)
    code = fields.String(required=True, validate=validate.OneOf([Code.REDEEMED.value, *_REFUSALS]))
    redemption_id = fields.UUID()
    amount = Amount()
    currency = fields.String()
    redeemed_at = MomentOrDay()
    reversed_at = MomentOrDay()
    branch = fields.String()
    expired_on = Day()
    reason = fields.String()
    replayed = fields.Boolean(required=True)


class TillEntryBody(_Open):
    """One answer of a till's day. Once its time has faded it has no ``op_id``; asked by op id, it is found as ever."""

    op_id = fields.UUID(allow_none=True, required=True)
    code = fields.String(required=True)
    amount = Amount(allow_none=True, required=True)
    decided_at = MomentOrDay(required=True)
    reversed_at = MomentOrDay(allow_none=True, required=True)


class TillDayBody(_Open):
    """A till's day; ``count`` and ``total`` leave out what was undone."""

    day = Day(required=True)
    count = fields.Integer(required=True)
    total = Amount(required=True)
    currency = fields.Constant(CURRENCY, required=True)
    redemptions = fields.List(fields.Nested(TillEntryBody), required=True, attribute="entries")
