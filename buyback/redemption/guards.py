"""What holds of tries beyond their constraints: an answer that was given stays, and its time fades.

A try that a redemption is about (which it made, or which it was refused for) fades with that; any other after a week.
"""

from buyback.triggers import NINETY_DAYS_ON, WEEK_AGO, Guard, alters, append_only, changes, empties, kept, sets_anew
from buyback.vouchers.guards import NOT_DUE, UNTIMED, held

_MERCHANT = "(SELECT t.merchant FROM till t WHERE t.id = OLD.till)"
_VOUCHER = "(SELECT r.voucher FROM resolution r WHERE r.id = OLD.spent_by)"
_STILL = "EXISTS (SELECT 1 FROM resolution r WHERE r.id = {which} AND r.resolved_{known} IS NOT NULL)"
_ABOUT = "COALESCE(OLD.resolution, OLD.spent_by)"

GUARDS = (
    *append_only("time_hold", "time_hold_end", "time_hold_grant", "time_hold_subject"),
    *kept("attempt", "wrong_code"),
    Guard("attempt", "begins_timed", "INSERT", "NEW.decided_at IS NULL", UNTIMED),
    Guard("wrong_code", "begins_timed", "INSERT", "NEW.tried_at IS NULL", UNTIMED),
    Guard(
        "attempt",
        "fades",
        "UPDATE",
        alters("op_hash", "asker_hash", "request_hash", "code", "resolution", "spent_by", "expired_on", "reason")
        + f" OR {alters('decided_in')}"
        f" OR {sets_anew('till', 'op_id', 'claimed_at', 'decided_at', 'decided_on', 'cashier')}"
        f" OR ({empties('decided_at')})"
        f" AND ({_ABOUT} IS NULL OR {_STILL.format(which=_ABOUT, known='at')})"
        f" AND (OLD.resolution IS NOT NULL OR OLD.decided_on >= {WEEK_AGO} OR {held(_MERCHANT, _VOUCHER)})"
        f" OR ({empties('op_id', 'claimed_at')}) AND NEW.decided_at IS NOT NULL"
        f" OR ({empties('decided_on')}) AND ({_ABOUT} IS NULL OR {_STILL.format(which=_ABOUT, known='on')})"
        f" OR ({empties('cashier')}) AND NEW.decided_on IS NOT NULL",
        NOT_DUE,
    ),
    Guard(
        "wrong_code",
        "fades",
        "UPDATE",
        f"{changes('id', 'till', 'tried_on')} OR {sets_anew('tried_at')}"
        f" OR ({empties('tried_at')}) AND (OLD.tried_on >= {WEEK_AGO} OR {held(_MERCHANT, 'NULL')})",
        NOT_DUE,
    ),
    Guard(
        "time_hold_grant",
        "ninety_days",
        "INSERT",
        f"NEW.until < NEW.granted_on OR NEW.until > {NINETY_DAYS_ON}",
        "a hold lasts 90 days at most",
    ),
)
