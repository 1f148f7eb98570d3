"""What holds of the audit's rows beyond their constraints: a chain grows, and retention may empty a body."""

from buyback.triggers import Guard, append_only, changes, kept

GUARDS = (
    *append_only("audit_chain", "audit_row"),
    *kept("audit_body"),
    Guard(
        "audit_body",
        "only_emptied",
        "UPDATE",
        f"{changes('chain', 'seq')} OR NEW.body IS NOT NULL OR NEW.salt IS NOT NULL"
        " OR (NEW.event IS NULL) <> (OLD.event IS NULL) OR NEW.event <> OLD.event",
    ),
)
