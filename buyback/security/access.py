"""Roles, permissions, and which role carries which. The whole matrix is this file.

Permissions are named after what a person does. A view declares one; a role not listed for it is refused.
"""

from collections.abc import Iterable
from enum import StrEnum


class Role(StrEnum):
    """What a person is at work."""

    RECEIVER = "receiver"
    APPRAISER = "appraiser"
    APPROVER = "approver"
    ISSUER = "issuer"
    CUSTODY_OFFICER = "custody_officer"
    EVENT_CHIEF = "event_chief"
    PROGRAMME_MANAGER = "programme_manager"
    RECONCILER = "reconciler"
    FUNDER_APPROVER = "funder_approver"
    TREASURER = "treasurer"
    AUDITOR = "auditor"
    WITNESS = "witness"
    ADMINISTRATOR = "administrator"
    OPERATOR = "operator"
    MERCHANT_MANAGER = "merchant_manager"
    CASHIER = "cashier"


MERCHANT_ROLES = frozenset({Role.MERCHANT_MANAGER, Role.CASHIER})

MONEY_ROLES = frozenset(
    {
        Role.APPRAISER,
        Role.APPROVER,
        Role.ISSUER,
        Role.PROGRAMME_MANAGER,
        Role.RECONCILER,
        Role.FUNDER_APPROVER,
        Role.TREASURER,
    }
)

FORBIDDEN_PAIRS = frozenset((Role.ADMINISTRATOR, role) for role in MONEY_ROLES)


class Permission(StrEnum):
    """One thing that can be done or seen."""

    ACCOUNT_OWN = "account.own"  # one's own session: signing out
    EVENT_SEE = "event.see"
    EVENT_OPEN = "event.open"
    EVENT_CLOSE = "event.close"
    STOCK_COUNT = "stock.count"
    SURRENDER_REGISTER = "surrender.register"
    SURRENDER_APPRAISE = "surrender.appraise"
    SURRENDER_APPROVE = "surrender.approve"
    SURRENDER_SEE = "surrender.see"
    VOUCHER_ISSUE = "voucher.issue"
    VOUCHER_VOID = "voucher.void"
    TOTALS_SEE = "totals.see"
    SETTLEMENT_SEE = "settlement.see"
    SETTLEMENT_PREPARE = "settlement.prepare"  # and submit, note the countersign, order the payments
    SETTLEMENT_APPROVE = "settlement.approve"
    SETTLEMENT_PAY = "settlement.pay"  # attest that the own organisation's payment was booked
    HOLD_ASK = "hold.ask"  # that the times of an investigation's merchants or vouchers do not fade
    HOLD_GRANT = "hold.grant"
    TILL_REDEEM = "till.redeem"
    TILL_SEE = "till.see"


_TABLE = frozenset({Permission.EVENT_SEE, Permission.SURRENDER_SEE})
_MONEY = frozenset({Permission.TOTALS_SEE, Permission.SETTLEMENT_SEE})

ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.RECEIVER: _TABLE | {Permission.SURRENDER_REGISTER},
    Role.APPRAISER: _TABLE | {Permission.SURRENDER_REGISTER, Permission.SURRENDER_APPRAISE, Permission.STOCK_COUNT},
    Role.APPROVER: _TABLE | {Permission.SURRENDER_APPROVE, Permission.TOTALS_SEE},
    Role.ISSUER: _TABLE | {Permission.VOUCHER_ISSUE, Permission.STOCK_COUNT},
    Role.CUSTODY_OFFICER: frozenset({Permission.EVENT_SEE}),
    Role.EVENT_CHIEF: _TABLE
    | {
        Permission.EVENT_OPEN,
        Permission.EVENT_CLOSE,
        Permission.STOCK_COUNT,
        Permission.VOUCHER_VOID,
        Permission.TOTALS_SEE,
    },
    Role.PROGRAMME_MANAGER: frozenset(
        {Permission.EVENT_SEE, Permission.EVENT_OPEN, Permission.TOTALS_SEE, Permission.HOLD_ASK}
    ),
    Role.RECONCILER: _MONEY | {Permission.SETTLEMENT_PREPARE, Permission.HOLD_ASK},
    Role.FUNDER_APPROVER: _MONEY | {Permission.SETTLEMENT_APPROVE, Permission.HOLD_GRANT},
    Role.TREASURER: _MONEY | {Permission.SETTLEMENT_PAY},
    Role.AUDITOR: _MONEY | {Permission.EVENT_SEE},
    Role.WITNESS: frozenset(),
    Role.ADMINISTRATOR: frozenset(),
    Role.OPERATOR: frozenset(),
    Role.MERCHANT_MANAGER: frozenset({Permission.TILL_REDEEM, Permission.TILL_SEE}),
    Role.CASHIER: frozenset({Permission.TILL_REDEEM, Permission.TILL_SEE}),
}


def permissions_of(roles: Iterable[Role]) -> frozenset[Permission]:
    """Everything a set of roles may do. Whoever is signed in may end the own session."""
    return frozenset({Permission.ACCOUNT_OWN}).union(*(ROLE_PERMISSIONS[role] for role in roles))


def forbidden_with(roles: Iterable[Role], added: Role) -> Role | None:
    """The role already held that forbids ``added``, or None."""
    for held in roles:
        if (held, added) in FORBIDDEN_PAIRS or (added, held) in FORBIDDEN_PAIRS:
            return held
        if (held in MERCHANT_ROLES) != (added in MERCHANT_ROLES):
            return held
    return None
