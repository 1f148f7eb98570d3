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

# What stands on each account on its normal side: (account, ledger, code, side, whose it is, balance).
BALANCES = """
    SELECT a.id AS account, a.ledger, a.code, a.normal_side, a.event, a.programme, a.funder, a.merchant,
           a.counterparty,
           CASE WHEN a.normal_side = 'credit' THEN 1 ELSE -1 END
           * (COALESCE((SELECT SUM(t.amount) FROM transfer t WHERE t.ledger = a.ledger AND t.credit = a.id), 0)
              - COALESCE((SELECT SUM(t.amount) FROM transfer t WHERE t.ledger = a.ledger AND t.debit = a.id), 0))
           AS balance
      FROM account a
"""

# An account ``b`` of those, by its code and the ids of whose it is.
NAMED = "b.code" + "".join(
    f" || COALESCE(' {owner} ' || CAST(b.{owner} AS TEXT), '')"
    for owner in ("event", "programme", "funder", "merchant", "counterparty")
)


def event_balance(code: str) -> str:
    """A scalar subquery: an event's balance on the account with this code; the event is ``e``."""
    return balance(code, "b.event = e.id")


def balance(code: str, whose: str) -> str:
    """A scalar subquery: what stands on the account ``b`` with a code and a condition; 0 where there is none."""
    return (
        f"COALESCE((SELECT b.balance FROM ({BALANCES}) b"  # noqa: S608  constants of this package
        f" WHERE b.code = '{code}' AND {whose}), 0)"
    )
