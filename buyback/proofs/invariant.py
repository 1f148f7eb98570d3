"""The form of an invariant, and the pieces of SQL that several share."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Invariant:
    """``sentence`` says what always holds; ``query`` gives a line of text for each case where it does not."""

    name: str
    sentence: str
    query: str


# Vouchers that are issued and whose newest cycle has not ended: (voucher, event, face).
OUTSTANDING = """
    SELECT v.id AS voucher, v.event, i.face
      FROM issuance i JOIN voucher v ON v.id = i.voucher
     WHERE NOT EXISTS (SELECT 1 FROM resolution r LEFT JOIN reversal x ON x.resolution = r.id
                        WHERE r.voucher = v.id AND x.resolution IS NULL)
"""

# Redemptions that stand and are not settled: (resolution, event, amount).
OWED = """
    SELECT r.id AS resolution, v.event, r.amount
      FROM resolution r JOIN voucher v ON v.id = r.voucher
     WHERE r.kind = 'redeem' AND NOT EXISTS (SELECT 1 FROM resolution_fate f WHERE f.resolution = r.id)
"""

# What stands on each account on its normal side: (account, ledger, code, scope, balance).
BALANCES = """
    SELECT a.id AS account, a.ledger, a.code, a.scope,
           CASE WHEN a.normal_side = 'credit' THEN 1 ELSE -1 END
           * (COALESCE((SELECT SUM(t.amount) FROM transfer t WHERE t.ledger = a.ledger AND t.credit = a.id), 0)
              - COALESCE((SELECT SUM(t.amount) FROM transfer t WHERE t.ledger = a.ledger AND t.debit = a.id), 0))
           AS balance
      FROM account a
"""


def event_balance(code: str) -> str:
    """A scalar subquery: an event's balance on the account with this code; the event is ``e``.

    An account's scope spells the event's id with dashes on both databases, SQLite's column without.
    """
    return (
        f"COALESCE((SELECT b.balance FROM ({BALANCES}) b WHERE b.code = '{code}'"  # noqa: S608  constants of this file
        " AND replace(b.scope, '-', '') = 'event/' || replace(CAST(e.id AS TEXT), '-', '')), 0)"
    )
