"""What holds of the books beyond their constraints: they are only added to, and the database keeps the balances."""

from buyback.ledger.rules import BUDGET
from buyback.triggers import Reaction, append_only, kept

GUARDS = (
    *append_only("account", "journal", "transfer"),
    *kept("account_balance", "period"),
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
