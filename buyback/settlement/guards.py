"""What holds of settlements beyond their constraints: frozen content, states in order, who may sign."""

from buyback.settlement.states import MOVES
from buyback.triggers import Guard, append_only, changes, kept, moves_but

_STATE = "(SELECT s.state FROM settlement s WHERE s.id = NEW.settlement)"
_OF_PAYMENT = "FROM payment p JOIN settlement s ON s.id = p.settlement WHERE p.id = NEW.payment"
_PREPARER = "(SELECT s.prepared_by FROM settlement s WHERE s.id = NEW.settlement)"
_PREPARER_OF_PAYMENT = f"(SELECT s.prepared_by {_OF_PAYMENT})"
_EMPLOYER = "(SELECT u.organisation FROM user_account u WHERE u.id = NEW.{who})"


def _sum(what: str, source: str) -> str:
    return f"(SELECT {what} FROM {source} WHERE {source.split()[1]}.settlement = NEW.id)"


_CONTENT = (
    *(
        Guard(table, "while_draft", "INSERT", f"{_STATE} <> 'draft'", "only a draft takes content")
        for table in ("settlement_part", "settlement_line", "funder_share", "part_share")
    ),
    Guard(
        "settlement_line",
        "is_its_redemption",
        "INSERT",
        "NEW.fate IS NOT NULL OR NOT NEW.active OR NOT EXISTS ("
        "SELECT 1 FROM resolution r JOIN voucher v ON v.id = r.voucher JOIN settlement s ON s.merchant = r.merchant"
        " WHERE r.id = NEW.resolution AND s.id = NEW.settlement AND r.kind = 'redeem' AND r.amount = NEW.amount"
        " AND v.event = NEW.event)",
        "not a redemption of this merchant, event and amount",
    ),
    Guard(
        "settlement_line",
        "sealed_or_let_go",
        "UPDATE",
        f"{changes('settlement', 'resolution', 'event', 'amount')} OR NOT OLD.active OR OLD.fate IS NOT NULL"
        f" OR (NOT NEW.active AND {_STATE} <> 'returned') OR (NEW.fate IS NOT NULL AND {_STATE} <> 'submitted')",
    ),
    Guard(
        "settlement",
        "adds_up",
        "UPDATE",
        "OLD.state = 'draft' AND NEW.state = 'submitted' AND ("
        f" NEW.total <> {_sum('COALESCE(SUM(l.amount), 0)', 'settlement_line l')}"
        f" OR NEW.redemptions <> {_sum('COUNT(*)', 'settlement_line l')}"
        f" OR NEW.total <> {_sum('COALESCE(SUM(p.amount), 0)', 'settlement_part p')}"
        f" OR NEW.total <> {_sum('COALESCE(SUM(p.amount), 0)', 'part_share p')}"
        f" OR NEW.total <> {_sum('COALESCE(SUM(f.amount), 0)', 'funder_share f')}"
        f" OR NEW.total <> {_sum('COALESCE(SUM(f.pays), 0)', 'funder_share f')})",
        "its lines and shares do not add up",
    ),
)

_STATES = (
    Guard("settlement", "begins_as_draft", "INSERT", "NEW.state <> 'draft'", "a settlement begins as a draft"),
    Guard(
        "settlement",
        "content_and_order",
        "UPDATE",
        changes("id", "year", "number", "merchant", "until", "total", "redemptions", "content_hash")
        + f" OR {changes('prepared_by', 'prepared_at')} OR {moves_but(MOVES)}",
    ),
    Guard(
        "settlement",
        "approved_by_all",
        "UPDATE",
        "OLD.state = 'submitted' AND NEW.state = 'approved' AND ("
        "EXISTS (SELECT 1 FROM funder_share f LEFT JOIN settlement_approval a"
        " ON a.settlement = f.settlement AND a.funder = f.funder"
        " WHERE f.settlement = NEW.id AND (f.amount > 0 OR f.pays > 0) AND a.funder IS NULL)"
        " OR EXISTS (SELECT 1 FROM settlement_line l WHERE l.settlement = NEW.id AND l.fate IS NULL))",
        "a funder has not approved, or a line is not sealed",
    ),
    Guard(
        "settlement",
        "ordered_whole",
        "UPDATE",
        "OLD.state = 'approved' AND NEW.state = 'ordered' AND ("
        "NOT EXISTS (SELECT 1 FROM countersign c WHERE c.settlement = NEW.id)"
        f" OR NEW.total <> {_sum('COALESCE(SUM(p.amount), 0)', 'payment p')})",
        "not countersigned, or not ordered whole",
    ),
    Guard(
        "settlement",
        "paid_whole",
        "UPDATE",
        "OLD.state = 'ordered' AND NEW.state = 'paid' AND NEW.total <> (SELECT COALESCE(SUM(b.amount), 0)"
        " FROM payment p JOIN payment_booking b ON b.payment = p.id WHERE p.settlement = NEW.id)",
        "a payment is not booked",
    ),
    Guard("countersign", "of_approved", "INSERT", f"{_STATE} <> 'approved'", "not approved by every funder"),
    Guard("payment", "of_approved", "INSERT", f"{_STATE} <> 'approved'", "not approved by every funder"),
    Guard("payment", "one_attempt", "INSERT", "NEW.attempt <> 1", "an order is given once"),
    Guard("payment_booking", "of_ordered", "INSERT", f"(SELECT s.state {_OF_PAYMENT}) <> 'ordered'", "not ordered"),
    Guard("settlement_counter", "only_grows", "UPDATE", f"NEW.drawn < OLD.drawn OR {changes('year')}"),
)

_PEOPLE = (
    Guard("settlement_approval", "of_submitted", "INSERT", f"{_STATE} <> 'submitted'", "not submitted"),
    Guard(
        "settlement_approval",
        "not_by_preparer",
        "INSERT",
        f"NEW.approved_by = {_PREPARER}",
        "who prepared it does not approve it",
    ),
    Guard(
        "settlement_approval",
        "own_share",
        "INSERT",
        f"COALESCE({_EMPLOYER.format(who='approved_by')} <> NEW.funder, TRUE)",
        "another funder",
    ),
    Guard(
        "payment_booking",
        "own_payment",
        "INSERT",
        f"COALESCE({_EMPLOYER.format(who='attested_by')} <> (SELECT p.funder {_OF_PAYMENT}), TRUE)",
        "another payer",
    ),
    Guard(
        "payment_booking",
        "not_by_preparer",
        "INSERT",
        f"NEW.attested_by = {_PREPARER_OF_PAYMENT}",
        "who prepared it does not pay it",
    ),
)

GUARDS = (
    *append_only(
        "countersign",
        "funder_share",
        "part_share",
        "payment",
        "payment_booking",
        "settlement_approval",
        "settlement_part",
        "settlement_step",
    ),
    *kept("funder_carry", "settlement", "settlement_counter", "settlement_line"),
    *_CONTENT,
    *_STATES,
    *_PEOPLE,
)
