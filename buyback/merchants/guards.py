"""What holds of merchants beyond their constraints: a revoked till stays revoked, and none changes its branch."""

from buyback.triggers import Guard, changes, kept

GUARDS = (
    *kept("branch", "merchant", "till"),
    Guard("till", "revoked_is_final", "UPDATE", f"OLD.state = 'revoked' OR {changes('branch', 'token_hash')}"),
)
