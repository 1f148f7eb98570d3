"""What holds of vouchers beyond their constraints: history is added to, links go with the purge."""

from buyback.triggers import (
    TODAY,
    WEEK_AGO,
    Guard,
    NotReplaced,
    alters,
    append_only,
    changes,
    empties,
    kept,
    sets_anew,
)

NOT_DUE = "this fades when it is due, and does not change otherwise"
UNTIMED = "it begins with its time"


def held(merchant: str, voucher: str) -> str:
    """The condition that an investigation holds the times of a merchant's redemptions, or of a voucher's."""
    return (
        "EXISTS (SELECT 1 FROM time_hold_subject s JOIN time_hold_grant g ON g.hold = s.hold"
        f" WHERE (s.merchant = {merchant} OR s.voucher = {voucher}) AND {TODAY} BETWEEN g.granted_on AND g.until"
        " AND NOT EXISTS (SELECT 1 FROM time_hold_end e WHERE e.hold = s.hold))"
    )


_HELD = held("OLD.merchant", "OLD.voucher")
_MERCHANT = "(SELECT r.merchant FROM resolution r WHERE r.id = OLD.resolution)"
_SETTLED = " AND f.fate = 'settled'"
_FATE = "EXISTS (SELECT 1 FROM resolution_fate f WHERE f.resolution = OLD.id{which})"
_PURGED = (
    "EXISTS (SELECT 1 FROM voucher v JOIN event e ON e.id = v.event WHERE v.id = OLD.voucher AND e.state = 'purged')"
)

GUARDS = (
    *append_only("issuance", "replacement", "resolution_fate", "voucher"),
    *kept("resolution", "reversal", "serial_counter"),
    Guard("resolution", "begins_timed", "INSERT", "NEW.resolved_at IS NULL", UNTIMED),
    Guard("reversal", "begins_timed", "INSERT", "NEW.reversed_at IS NULL", UNTIMED),
    Guard(
        "resolution",
        "fades",
        "UPDATE",
        alters("id", "voucher", "cycle", "opened_cycle", "kind", "reason", "amount", "transfer", "merchant")
        + f" OR {alters('resolved_in')} OR {sets_anew('resolved_at', 'resolved_on', 'till', 'actor')}"
        f" OR ({empties('resolved_at')}) AND"
        f" ({_HELD} OR NOT (OLD.resolved_on < {WEEK_AGO} OR {_FATE.format(which=_SETTLED)}))"
        f" OR ({empties('resolved_on')}) AND ({_HELD} OR NOT ({_FATE.format(which='')} AND {_PURGED}))"
        f" OR ({empties('actor')}) AND NEW.resolved_on IS NOT NULL",
        NOT_DUE,
    ),
    Guard(
        "reversal",
        "fades",
        "UPDATE",
        alters("resolution", "voucher", "cycle", "opens_cycle", "kind", "fate", "journal", "reversed_in")
        + f" OR {sets_anew('reversed_at', 'reversed_on', 'till', 'actor')}"
        f" OR ({empties('reversed_at')}) AND"
        f" ({held(_MERCHANT, 'OLD.voucher')} OR OLD.reversed_on >= {WEEK_AGO})"
        f" OR ({empties('reversed_on')}) AND"
        " EXISTS (SELECT 1 FROM resolution r WHERE r.id = OLD.resolution AND r.resolved_on IS NOT NULL)"
        f" OR ({empties('till', 'actor')}) AND NEW.reversed_on IS NOT NULL",
        NOT_DUE,
    ),
    Guard("serial_counter", "only_grows", "UPDATE", f"NEW.drawn < OLD.drawn OR {changes('event')}"),
    NotReplaced("handover_voucher"),
    Guard(
        "handover_voucher",
        "deleted_by_purge",
        "DELETE",
        "(SELECT e.state FROM event e JOIN voucher v ON v.event = e.id WHERE v.id = OLD.voucher)"
        " NOT IN ('closed', 'purged')",
        "only a closed event is purged",
    ),
    Guard("handover_voucher", "link_stays", "UPDATE", changes("voucher", "surrender")),
)
