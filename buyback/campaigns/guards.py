"""What holds of programmes and events beyond their constraints: an event's identity stays, its states go in order."""

from buyback.campaigns.states import EVENT_MOVES
from buyback.triggers import Guard, append_only, changes, kept, moves_but

GUARDS = (
    *append_only(
        "agreement",
        "agreement_share",
        "event_session",
        "programme_category",
        "programme_denomination",
        "programme_funder",
        "programme_version",
    ),
    *kept("event", "programme"),
    Guard("programme", "identity", "UPDATE", f"{changes('code', 'number')} OR OLD.closed_at IS NOT NULL"),
    Guard("event", "begins_planned", "INSERT", "NEW.state <> 'planned'", "an event begins planned"),
    Guard(
        "event",
        "identity_and_order",
        "UPDATE",
        changes("id", "code", "version", "corregimiento", "expires_on", "starts_on", "ends_on")
        + " OR (OLD.salt IS NOT NULL AND NEW.salt IS NOT NULL AND NEW.salt <> OLD.salt)"
        " OR (OLD.salt IS NULL AND NEW.salt IS NOT NULL)"
        " OR (OLD.closed_at IS NOT NULL AND (NEW.closed_at IS NULL OR NEW.closed_at <> OLD.closed_at))"
        f" OR {moves_but(EVENT_MOVES)}",
    ),
)
