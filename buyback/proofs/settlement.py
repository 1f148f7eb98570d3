"""Invariants of settlements and of the money that follows them."""

from buyback.proofs.invariant import BALANCES, Invariant, balance, event_balance

APPROVED = "('approved', 'ordered', 'paid')"
ORDERED = "('ordered', 'paid')"
NUMBER = "CAST(s.year AS TEXT) || '-' || CAST(s.number AS TEXT)"

# Whose share is paid by whom in which settlement: (settlement, merchant, state, funder, paid_by, amount, is_booked).
SHARES = """
    SELECT p.settlement, s.merchant, s.state, p.funder, p.paid_by, p.amount,
           CASE WHEN EXISTS (SELECT 1 FROM payment y JOIN payment_booking k ON k.payment = y.id
                              WHERE y.settlement = p.settlement AND y.funder = p.paid_by) THEN 1 ELSE 0 END AS is_booked
      FROM part_share p JOIN settlement s ON s.id = p.settlement
"""


def _of_funder(code: str) -> str:
    return balance(code, "b.funder = o.id")


ALL = (
    Invariant(
        "redeemed_is_settled_and_unsettled",
        "What tills took of an event and did not undo is settled, or stands on its account 2200.",
        f"""
        SELECT e.code
          FROM event e
         WHERE COALESCE((SELECT SUM(r.amount) FROM resolution r JOIN voucher v ON v.id = r.voucher
                          WHERE v.event = e.id AND r.kind = 'redeem'
                            AND NOT EXISTS (SELECT 1 FROM reversal x WHERE x.resolution = r.id)), 0)
               <> {event_balance("2200")}
                  + COALESCE((SELECT SUM(l.amount) FROM settlement_line l
                               WHERE l.event = e.id AND l.fate = 'settled'), 0)
        """,  # noqa: S608  constants of this package
    ),
    Invariant(
        "lines_are_active_sealed_or_free",
        "A settlement's lines are active, sealed once every funder approved, and not active if it went back.",
        f"""
        SELECT {NUMBER}
          FROM settlement_line l JOIN settlement s ON s.id = l.settlement
         WHERE (s.state IN ('draft', 'submitted') AND (NOT l.active OR l.fate IS NOT NULL))
            OR (s.state IN {APPROVED} AND (NOT l.active OR l.fate IS NULL))
            OR (s.state = 'returned' AND (l.active OR l.fate IS NOT NULL))
         UNION ALL
        SELECT 'settled without a settlement: ' || CAST(f.resolution AS TEXT)
          FROM resolution_fate f
         WHERE f.fate = 'settled'
           AND (SELECT COUNT(*) FROM settlement_line l
                 WHERE l.resolution = f.resolution AND l.active AND l.fate = 'settled') <> 1
        """,  # noqa: S608  as above
    ),
    Invariant(
        "lines_are_their_redemptions",
        "A line is a redemption at the settlement's merchant, of its event and of its amount.",
        f"""
        SELECT {NUMBER}
          FROM settlement_line l
          JOIN settlement s ON s.id = l.settlement
          JOIN resolution r ON r.id = l.resolution
          JOIN voucher v ON v.id = r.voucher
         WHERE r.kind <> 'redeem' OR r.amount <> l.amount OR v.event <> l.event OR r.merchant <> s.merchant
        """,  # noqa: S608  as above
    ),
    Invariant(
        "settlements_add_up",
        "The lines of a settlement, its parts, what funders bear and what funders pay come to its total, each.",
        f"""
        SELECT {NUMBER}
          FROM settlement s
         WHERE s.total <> (SELECT COALESCE(SUM(l.amount), 0) FROM settlement_line l WHERE l.settlement = s.id)
            OR s.redemptions <> (SELECT COUNT(*) FROM settlement_line l WHERE l.settlement = s.id)
            OR s.total <> (SELECT COALESCE(SUM(f.amount), 0) FROM funder_share f WHERE f.settlement = s.id)
            OR s.total <> (SELECT COALESCE(SUM(f.pays), 0) FROM funder_share f WHERE f.settlement = s.id)
         UNION ALL
        SELECT {NUMBER} || ' by event'
          FROM settlement_part p JOIN settlement s ON s.id = p.settlement
         WHERE p.amount <> (SELECT COALESCE(SUM(l.amount), 0) FROM settlement_line l
                             WHERE l.settlement = p.settlement AND l.event = p.event)
            OR p.amount <> (SELECT COALESCE(SUM(h.amount), 0) FROM part_share h
                             WHERE h.settlement = p.settlement AND h.event = p.event)
         UNION ALL
        SELECT {NUMBER} || ' by funder'
          FROM funder_share f JOIN settlement s ON s.id = f.settlement
         WHERE f.amount <> (SELECT COALESCE(SUM(h.amount), 0) FROM part_share h
                             WHERE h.settlement = f.settlement AND h.funder = f.funder)
            OR f.pays <> (SELECT COALESCE(SUM(h.amount), 0) FROM part_share h
                           WHERE h.settlement = f.settlement AND h.paid_by = f.funder)
        """,  # noqa: S608  as above
    ),
    Invariant(
        "shares_follow_the_agreement",
        "Every funder of an event's agreement has its share of a settlement, paid by itself or by the one that leads.",
        f"""
        SELECT {NUMBER}
          FROM settlement_part p
          JOIN settlement s ON s.id = p.settlement
          JOIN agreement a ON a.event = p.event
          JOIN agreement_share g ON g.event = p.event
          LEFT JOIN part_share h ON h.settlement = p.settlement AND h.event = p.event AND h.funder = g.funder
         WHERE h.funder IS NULL
            OR h.paid_by <> CASE WHEN a.payment = 'each' THEN g.funder
                                 ELSE (SELECT l.funder FROM agreement_share l
                                        WHERE l.event = p.event AND l.position = 0) END
        """,  # noqa: S608  as above
    ),
    Invariant(
        "carry_is_what_rounding_left",
        "What is carried for a funder is its exact shares of all settlements that stand, less what it was given.",
        """
        SELECT 'carry of ' || o.code
          FROM funder_carry c JOIN organisation o ON o.id = c.funder
         WHERE c.carry <> COALESCE((
               SELECT SUM(p.amount * g.weight
                          - h.amount * (SELECT SUM(w.weight) FROM agreement_share w WHERE w.event = p.event))
                 FROM settlement_part p
                 JOIN settlement s ON s.id = p.settlement AND s.state <> 'returned'
                 JOIN agreement_share g ON g.event = p.event AND g.funder = c.funder
                 JOIN part_share h ON h.settlement = p.settlement AND h.event = p.event AND h.funder = c.funder
                WHERE p.terms_hash = c.terms_hash), 0)
        """,
    ),
    Invariant(
        "approvals_sign_what_is_there",
        "An approval signs its settlement's content, by a person of the funder who did not prepare it; none lacks.",
        f"""
        SELECT {NUMBER}
          FROM settlement_approval a
          JOIN settlement s ON s.id = a.settlement
          JOIN user_account u ON u.id = a.approved_by
         WHERE a.content_hash <> s.content_hash OR a.approved_by = s.prepared_by OR u.organisation <> a.funder
         UNION ALL
        SELECT {NUMBER} || ' is not approved by ' || o.code
          FROM funder_share f
          JOIN settlement s ON s.id = f.settlement AND s.state IN {APPROVED}
          JOIN organisation o ON o.id = f.funder
         WHERE (f.amount > 0 OR f.pays > 0)
           AND NOT EXISTS (SELECT 1 FROM settlement_approval a
                            WHERE a.settlement = f.settlement AND a.funder = f.funder)
        """,  # noqa: S608  as above
    ),
    Invariant(
        "steps_are_kept",
        "Who prepared, submitted, ordered or returned a settlement is kept, and a countersign before the order.",
        f"""
        SELECT {NUMBER}
          FROM settlement s
         WHERE NOT EXISTS (SELECT 1 FROM settlement_step t WHERE t.settlement = s.id AND t.act = 'prepare')
            OR (s.state NOT IN ('draft', 'returned')
                AND NOT EXISTS (SELECT 1 FROM settlement_step t WHERE t.settlement = s.id AND t.act = 'submit'))
            OR (s.state = 'returned')
               <> EXISTS (SELECT 1 FROM settlement_step t WHERE t.settlement = s.id AND t.act = 'return')
            OR (s.state IN {ORDERED})
               <> EXISTS (SELECT 1 FROM settlement_step t WHERE t.settlement = s.id AND t.act = 'order')
            OR (s.state IN {ORDERED} AND NOT EXISTS (SELECT 1 FROM countersign c WHERE c.settlement = s.id))
        """,  # noqa: S608  as above
    ),
    Invariant(
        "payments_are_what_funders_pay",
        "An ordered settlement is ordered whole, a paid one booked whole, and nobody's payment is of another amount.",
        f"""
        SELECT {NUMBER}
          FROM settlement s
         WHERE (CASE WHEN s.state IN {ORDERED} THEN s.total ELSE 0 END)
               <> (SELECT COALESCE(SUM(y.amount), 0) FROM payment y WHERE y.settlement = s.id)
            OR (s.state = 'paid') <> (s.total = (SELECT COALESCE(SUM(k.amount), 0) FROM payment y
                                                   JOIN payment_booking k ON k.payment = y.id
                                                  WHERE y.settlement = s.id))
         UNION ALL
        SELECT y.end_to_end_id
          FROM payment y
          LEFT JOIN funder_share f ON f.settlement = y.settlement AND f.funder = y.funder
          LEFT JOIN payment_booking k ON k.payment = y.id
         WHERE f.pays IS NULL OR f.pays <> y.amount OR (k.amount IS NOT NULL AND k.amount <> y.amount)
        """,  # noqa: S608  as above
    ),
    Invariant(
        "unpaid_is_2250",
        "Account 2250 of a merchant and a funder is worth the shares approved and not yet ordered.",
        f"""
        SELECT m.ruc || ' and ' || o.code
          FROM (SELECT DISTINCT s.merchant, h.funder FROM part_share h JOIN settlement s ON s.id = h.settlement) d
          JOIN merchant m ON m.id = d.merchant
          JOIN organisation o ON o.id = d.funder
         WHERE {balance("2250", "b.merchant = m.id AND b.funder = o.id")}
               <> COALESCE((SELECT SUM(h.amount) FROM ({SHARES}) h
                             WHERE h.merchant = d.merchant AND h.funder = d.funder AND h.state = 'approved'), 0)
         UNION ALL
        SELECT 'all of 2250'
         WHERE (SELECT COALESCE(SUM(b.balance), 0) FROM ({BALANCES}) b WHERE b.code = '2250')
               <> (SELECT COALESCE(SUM(h.amount), 0) FROM ({SHARES}) h WHERE h.state = 'approved')
        """,  # noqa: S608  as above
    ),
    Invariant(
        "in_transit_is_ordered_and_not_booked",
        "Account 1150 of a funder is worth its orders that nobody booked yet: with the last booking it is zero.",
        f"""
        SELECT o.code
          FROM organisation o
         WHERE {_of_funder("1150")}
               <> COALESCE((SELECT SUM(y.amount) FROM payment y LEFT JOIN payment_booking k ON k.payment = y.id
                             WHERE y.funder = o.id AND k.payment IS NULL), 0)
        """,  # noqa: S608  as above
    ),
    Invariant(
        "banks_paid_what_is_booked",
        "Account 1100 of a funder has paid exactly what treasurers attested.",
        f"""
        SELECT o.code
          FROM organisation o
         WHERE -{_of_funder("1100")}
               <> COALESCE((SELECT SUM(k.amount) FROM payment y JOIN payment_booking k ON k.payment = y.id
                             WHERE y.funder = o.id), 0)
        """,  # noqa: S608  as above
    ),
    Invariant(
        "shares_are_accrued_then_paid",
        "The budget's stages 8350 and 8400 of a funder are its shares approved and unpaid, and its shares paid.",
        f"""
        SELECT o.code
          FROM organisation o
         WHERE {_of_funder("8350")}
               <> COALESCE((SELECT SUM(h.amount) FROM ({SHARES}) h
                             WHERE h.funder = o.id AND h.state IN {APPROVED} AND h.is_booked = 0), 0)
            OR {_of_funder("8400")}
               <> COALESCE((SELECT SUM(h.amount) FROM ({SHARES}) h WHERE h.funder = o.id AND h.is_booked = 1), 0)
        """,  # noqa: S608  as above
    ),
    Invariant(
        "funders_owe_what_was_paid_for_them",
        "What one funder has coming from another on 1210 is what it paid for it, and the other owes as much.",
        f"""
        SELECT o.code || ' and ' || d.code
          FROM (SELECT DISTINCT h.paid_by, h.funder FROM part_share h WHERE h.paid_by <> h.funder) p
          JOIN organisation o ON o.id = p.paid_by
          JOIN organisation d ON d.id = p.funder
          JOIN (SELECT h.paid_by, h.funder, SUM(CASE WHEN h.state IN {ORDERED} THEN h.amount ELSE 0 END) AS amount
                  FROM ({SHARES}) h GROUP BY h.paid_by, h.funder) w ON w.paid_by = p.paid_by AND w.funder = p.funder
         WHERE {balance("1210", "b.normal_side = 'debit' AND b.funder = o.id AND b.counterparty = d.id")} <> w.amount
            OR {balance("1210", "b.normal_side = 'credit' AND b.funder = d.id AND b.counterparty = o.id")} <> w.amount
        """,  # noqa: S608  as above
    ),
)
