"""What holds of the books beyond their constraints: they are only added to, and the database keeps the balances."""

from buyback.ledger.rules import BUDGET, FADING
from buyback.triggers import Guard, Reaction, alters, append_only, empties, kept, sets_anew


def _still(known: str) -> str:
    """The condition that of what a journal posted the time (``at``) or the day (``on``) is still known.

    A journal fades with its redemption or reversal; whether those may, their own guards say.
    """
    return (
        f"(EXISTS (SELECT 1 FROM transfer t JOIN resolution r ON r.transfer = t.id"
        f" WHERE t.journal = OLD.id AND r.resolved_{known} IS NOT NULL)"
        f" OR EXISTS (SELECT 1 FROM reversal x WHERE x.journal = OLD.id AND x.reversed_{known} IS NOT NULL)"
        f" OR OLD.kind NOT IN {FADING})"
    )


GUARDS = (
    *append_only("account", "transfer"),
    *kept("account_balance", "journal", "period"),
    Guard(
        "journal",
        "begins_timed",
        "INSERT",
        "NEW.kind <> 'issue' AND (NEW.recorded_at IS NULL OR NEW.effective_on IS NULL)",
        "it begins with its time",
    ),
    Guard(
        "journal",
        "fades",
        "UPDATE",
        alters("id", "kind", "period", "event", "op_scope", "op_id", "op_hash", "reverses")
        + f" OR {sets_anew('effective_on', 'recorded_at', 'actor')}"
        f" OR ({empties('recorded_at')}) AND {_still('at')}"
        f" OR ({empties('effective_on')}) AND {_still('on')}"
        f" OR ({empties('actor')}) AND NEW.effective_on IS NOT NULL",
        "this fades when it is due, and does not change otherwise",
    ),
    Reaction(
        "account",
        "opens_balance",
        "INSERT",
        "NEW.limited",
        "INSERT INTO account_balance (account, balance) VALUES (NEW.id, 0)",
    ),
    Reaction(
        "transfer",
        "moves_balance",
        "INSERT",
        f"NEW.ledger = {BUDGET}",
        "UPDATE account_balance"
        " SET balance = balance + CASE WHEN account = NEW.credit THEN NEW.amount ELSE -NEW.amount END"
        " WHERE account IN (NEW.debit, NEW.credit)",
    ),
)
