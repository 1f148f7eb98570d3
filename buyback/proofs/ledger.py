"""Invariants of the books."""

from buyback.proofs.invariant import BALANCES, NAMED, OUTSTANDING, OWED, Invariant, event_balance

ALL = (
    Invariant(
        "books_balance",
        "Every transfer moves a positive amount between two accounts of one ledger.",
        """
        SELECT 'transfer ' || CAST(t.id AS TEXT)
          FROM transfer t
          LEFT JOIN account d ON d.id = t.debit AND d.ledger = t.ledger
          LEFT JOIN account c ON c.id = t.credit AND c.ledger = t.ledger
         WHERE d.id IS NULL OR c.id IS NULL OR t.amount <= 0 OR t.debit = t.credit
        """,
    ),
    Invariant(
        "cached_balances",
        "The balance kept for an account with a limit is what its transfers come to, and not below zero.",
        f"""
        SELECT {NAMED} || ': kept ' || COALESCE(CAST(k.balance AS TEXT), 'nothing')
               || ', transfers come to ' || CAST(b.balance AS TEXT)
          FROM ({BALANCES}) b
          JOIN account a ON a.id = b.account AND a.limited
          LEFT JOIN account_balance k ON k.account = b.account
         WHERE k.balance IS NULL OR k.balance <> b.balance OR k.balance < 0
        """,  # noqa: S608  constants of this package
    ),
    Invariant(
        "no_account_crosses_zero",
        "Vouchers outstanding, merchant payable, committed and accrued never fall below zero.",
        f"""
        SELECT {NAMED} || ': ' || CAST(b.balance AS TEXT)
          FROM ({BALANCES}) b
         WHERE b.code IN ('2100', '2200', '2250', '8200', '8300', '8350') AND b.balance < 0
        """,  # noqa: S608  as above
    ),
    Invariant(
        "floats_cover_promises",
        "What an event has committed and accrued is within what was allotted to it.",
        f"""
        SELECT e.code
          FROM event e
         WHERE {event_balance("8200")} + {event_balance("8300")}
               > COALESCE((SELECT SUM(t.amount) FROM journal j
                             JOIN transfer t ON t.journal = j.id
                            WHERE j.event = e.id AND j.kind = 'allot'), 0)
        """,  # noqa: S608  as above
    ),
    Invariant(
        "outstanding_is_2100",
        "Account 2100 of each event is worth the vouchers that are still to be spent.",
        f"""
        SELECT e.code
          FROM event e
         WHERE {event_balance("2100")}
               <> COALESCE((SELECT SUM(o.face) FROM ({OUTSTANDING}) o WHERE o.event = e.id), 0)
        """,  # noqa: S608  as above
    ),
    Invariant(
        "owed_is_2200",
        "Account 2200 of each event is worth the redemptions that stand and are not settled.",
        f"""
        SELECT e.code
          FROM event e
         WHERE {event_balance("2200")}
               <> COALESCE((SELECT SUM(o.amount) FROM ({OWED}) o WHERE o.event = e.id), 0)
        """,  # noqa: S608  as above
    ),
    Invariant(
        "budget_follows_vouchers",
        "The budget's stages of each event, 8200 and 8300, tell the same as its vouchers.",
        f"""
        SELECT e.code
          FROM event e
         WHERE {event_balance("8200")} <> {event_balance("2100")}
            OR {event_balance("8300")} <> {event_balance("2200")}
        """,  # noqa: S608  as above
    ),
    Invariant(
        "issues_have_no_minute",
        "The journal of an issue keeps the day and no minute, and no operation's id.",
        """
        SELECT 'journal ' || CAST(j.id AS TEXT)
          FROM journal j
         WHERE j.kind = 'issue'
           AND (j.recorded_at IS NOT NULL OR j.op_id IS NOT NULL OR j.op_scope IS NOT NULL OR j.op_hash IS NOT NULL)
        """,
    ),
    Invariant(
        "one_journal_a_voucher",
        "The journal of an issue belongs to one voucher and has its two transfers.",
        """
        SELECT 'journal ' || CAST(j.id AS TEXT)
          FROM journal j
         WHERE j.kind = 'issue'
           AND ((SELECT COUNT(*) FROM transfer t JOIN issuance i ON i.transfer = t.id WHERE t.journal = j.id) <> 1
                OR (SELECT COUNT(*) FROM transfer t WHERE t.journal = j.id) <> 2)
        """,
    ),
    Invariant(
        "journals_fall_in_their_period",
        "A journal counts for the month of its day.",
        """
        SELECT 'journal ' || CAST(j.id AS TEXT)
          FROM journal j
         WHERE j.period <> substr(CAST(j.effective_on AS TEXT), 1, 7)
        """,
    ),
)
