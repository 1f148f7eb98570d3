"""What the API answers. The OpenAPI document is made from these, and from ``bodies``."""

from marshmallow import INCLUDE, Schema, fields, validate

from buyback.money import CURRENCY
from buyback.redemption.rules import Code, Whose

_AMOUNT = validate.Regexp(r"^[0-9]+\.[0-9]{2}$")
_REFUSALS = [code.value for code in Code if code not in {Code.REDEEMED, Code.REDEEMABLE, Code.REVERSED}]


class _Open(Schema):
    """An answer that may say more later: a till ignores what it does not know."""

    class Meta:
        """See above."""

        unknown = INCLUDE


class Redeemed(_Open):
    """A voucher was taken, now or before (``replayed``)."""

    code = fields.String(required=True, validate=validate.Equal(Code.REDEEMED.value))
    redemption_id = fields.UUID(required=True)
    op_id = fields.UUID(required=True)
    amount = fields.String(required=True, validate=_AMOUNT)
    currency = fields.String(required=True, validate=validate.Equal(CURRENCY))
    redeemed_at = fields.DateTime(required=True)
    replayed = fields.Boolean(required=True)


class Redeemable(_Open):
    """A voucher would be taken now."""

    code = fields.String(required=True, validate=validate.Equal(Code.REDEEMABLE.value))
    amount = fields.String(required=True, validate=_AMOUNT)
    currency = fields.String(required=True, validate=validate.Equal(CURRENCY))
    expires_on = fields.Date(required=True)


class Reversed(_Open):
    """A redemption was undone, now or before (``replayed``)."""

    code = fields.String(required=True, validate=validate.Equal(Code.REVERSED.value))
    redemption_id = fields.UUID(required=True)
    op_id = fields.UUID(required=True)
    amount = fields.String(required=True, validate=_AMOUNT)
    currency = fields.String(required=True, validate=validate.Equal(CURRENCY))
    reversed_at = fields.DateTime(required=True)
    replayed = fields.Boolean(required=True)


class Outcome(_Open):
    """What became of a try: the code it was answered, and its facts."""

    op_id = fields.UUID(required=True)
    code = fields.String(required=True, validate=validate.OneOf([Code.REDEEMED.value, *_REFUSALS]))
    redemption_id = fields.UUID()
    amount = fields.String(validate=_AMOUNT)
    currency = fields.String()
    redeemed_at = fields.DateTime()
    reversed_at = fields.DateTime()
    branch = fields.String()
    expired_on = fields.Date()
    reason = fields.String()
    replayed = fields.Boolean(required=True)


class DayLine(_Open):
    """One answer of a till's day."""

    op_id = fields.UUID(required=True)
    code = fields.String(required=True)
    amount = fields.String(allow_none=True, required=True)
    decided_at = fields.DateTime(required=True)
    reversed_at = fields.DateTime(allow_none=True, required=True)


class TillDay(_Open):
    """A till's day; ``total`` leaves out what was undone."""

    day = fields.Date(required=True)
    count = fields.Integer(required=True)
    total = fields.String(required=True, validate=_AMOUNT)
    currency = fields.String(required=True)
    redemptions = fields.List(fields.Nested(DayLine), required=True)


class Problem(_Open):
    """An error (RFC 9457): ``detail`` is for the cashier, ``whose`` says who has to act. Some codes say more."""

    type = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    code = fields.String(required=True)
    detail = fields.String(required=True)
    whose = fields.String(required=True, validate=validate.OneOf([whose.value for whose in Whose]))
    replayed = fields.Boolean(metadata={"description": "The op id was answered before, in the same way."})
    redeemed_at = fields.DateTime(metadata={"description": "already_redeemed: when."})
    branch = fields.String(metadata={"description": "already_redeemed: where, if at this merchant."})
    expired_on = fields.Date(metadata={"description": "expired: its last day."})
    retry_after_s = fields.String(
        validate=validate.Regexp(r"^[0-9]+$"), metadata={"description": "slow_down: seconds to wait."}
    )
    reason = fields.String(metadata={"description": "key_revoked: why its vouchers are refused."})
    errors = fields.Dict(
        keys=fields.String(),
        values=fields.List(fields.String()),
        metadata={"description": "invalid_request: what is wrong, in sentences for the cashier, by path."},
    )
    reference = fields.String(metadata={"description": "internal_server_error: where the operator finds it."})
