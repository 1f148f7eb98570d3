"""What holds of keys beyond their constraints: a key that stopped signing never signs again."""

from buyback.keys.rules import MOVES
from buyback.triggers import Guard, append_only, changes, kept, moves_but

GUARDS = (
    *append_only("known_secret"),
    *kept("signing_key"),
    Guard("signing_key", "begins_active", "INSERT", "NEW.state <> 'active'", "a signing key begins active"),
    Guard(
        "signing_key",
        "moves_on",
        "UPDATE",
        f"NEW.state = OLD.state OR {moves_but(MOVES)} OR {changes('id', 'public', 'valid_from', 'valid_until')}",
    ),
)
