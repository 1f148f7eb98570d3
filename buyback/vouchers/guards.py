"""What holds of vouchers beyond their constraints: history is added to, links go with the purge."""

from buyback.triggers import Guard, NotReplaced, append_only, changes, kept

GUARDS = (
    *append_only("issuance", "replacement", "resolution", "resolution_fate", "reversal", "voucher"),
    *kept("serial_counter"),
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
