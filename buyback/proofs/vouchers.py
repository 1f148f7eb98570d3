"""Invariants of vouchers, redemptions and tills."""

from buyback.proofs.invariant import Invariant

ALL = (
    Invariant(
        "issue_is_worth_its_voucher",
        "A voucher is issued at its face, by a transfer of that amount in its own event.",
        """
        SELECT e.code || ' serial ' || CAST(v.serial AS TEXT)
          FROM issuance i
          JOIN voucher v ON v.id = i.voucher
          JOIN event e ON e.id = v.event
          LEFT JOIN transfer t ON t.id = i.transfer
          LEFT JOIN journal j ON j.id = t.journal
          LEFT JOIN account d ON d.id = t.debit
          LEFT JOIN account c ON c.id = t.credit
         WHERE i.face <> v.face OR t.amount IS NULL OR t.amount <> i.face OR j.kind <> 'issue' OR j.event <> v.event
            OR d.code <> '5100' OR c.code <> '2100'
        """,
    ),
    Invariant(
        "ending_is_worth_its_voucher",
        "What ends a voucher is posted at its face, in its own event, as what it is.",
        """
        SELECT e.code || ' serial ' || CAST(v.serial AS TEXT)
          FROM resolution r
          JOIN voucher v ON v.id = r.voucher
          JOIN event e ON e.id = v.event
          LEFT JOIN transfer t ON t.id = r.transfer
          LEFT JOIN journal j ON j.id = t.journal
         WHERE r.amount <> v.face OR t.amount IS NULL OR t.amount <> r.amount OR j.kind <> r.kind
            OR j.event IS NULL OR j.event <> v.event
        """,
    ),
    Invariant(
        "every_serial_has_one_disposition",
        "A voucher ends once, and only after it was issued; each later cycle was opened by a reversal.",
        """
        SELECT e.code || ' serial ' || CAST(v.serial AS TEXT)
          FROM voucher v
          JOIN event e ON e.id = v.event
          JOIN (SELECT r.voucher, COUNT(*) AS cycles, MAX(r.cycle) AS newest, COUNT(x.resolution) AS undone
                  FROM resolution r LEFT JOIN reversal x ON x.resolution = r.id GROUP BY r.voucher) r
            ON r.voucher = v.id
          LEFT JOIN issuance i ON i.voucher = v.id
         WHERE i.voucher IS NULL OR r.cycles <> r.newest + 1 OR r.undone < r.newest
        """,
    ),
    Invariant(
        "serials_are_all_there",
        "An event has as many vouchers as serials were drawn.",
        """
        SELECT e.code || ': drawn ' || CAST(COALESCE(c.drawn, 0) AS TEXT) || ', there are ' || CAST(COUNT(v.id) AS TEXT)
          FROM event e
          LEFT JOIN voucher v ON v.event = e.id
          LEFT JOIN serial_counter c ON c.event = e.id
         GROUP BY e.code, c.drawn
        HAVING COALESCE(c.drawn, 0) <> COUNT(v.id)
        """,
    ),
    Invariant(
        "vouchers_expire_with_their_event",
        "All vouchers of an event expire on its one day, and none was redeemed after it.",
        """
        SELECT e.code || ' serial ' || CAST(v.serial AS TEXT)
          FROM voucher v
          JOIN event e ON e.id = v.event
         WHERE v.expires_on <> e.expires_on
            OR EXISTS (SELECT 1 FROM resolution r
                         JOIN transfer t ON t.id = r.transfer
                         JOIN journal j ON j.id = t.journal
                        WHERE r.voucher = v.id AND r.kind = 'redeem'
                          AND (j.effective_on > v.expires_on
                               OR j.period > substr(CAST(v.expires_on AS TEXT), 1, 7)))
        """,
    ),
    Invariant(
        "replaced_vouchers_are_void",
        "A voucher that was replaced is void for that reason, and its successor has the same face and event.",
        """
        SELECT e.code || ' serial ' || CAST(v.serial AS TEXT)
          FROM replacement p
          JOIN voucher v ON v.id = p.voucher
          JOIN event e ON e.id = v.event
          JOIN voucher s ON s.id = p.replaced_by
         WHERE s.face <> v.face OR s.event <> v.event
            OR NOT EXISTS (SELECT 1 FROM resolution r
                            WHERE r.voucher = v.id AND r.kind = 'void' AND r.reason = 'replaced')
        """,
    ),
    Invariant(
        "answers_match_redemptions",
        "Each redemption was answered yes to one operation of its till, and each yes has its redemption.",
        """
        SELECT 'redemption ' || CAST(r.id AS TEXT)
          FROM resolution r LEFT JOIN attempt a ON a.resolution = r.id
         WHERE r.kind = 'redeem' AND (a.code IS NULL OR a.till IS DISTINCT FROM r.till OR a.code <> 'redeemed')
         UNION ALL
        SELECT 'answer of ' || a.decided_in || COALESCE(' to till ' || CAST(a.till AS TEXT), '')
          FROM attempt a LEFT JOIN resolution r ON r.id = a.resolution
         WHERE a.code = 'redeemed' AND (r.id IS NULL OR r.kind <> 'redeem')
        """,
    ),
    Invariant(
        "traces_fade_together",
        "Journal and answer say of what became of a voucher the same day or month, and the time as long as it does.",
        """
        SELECT r.kind || ' ' || CAST(r.id AS TEXT)
          FROM resolution r
          JOIN transfer t ON t.id = r.transfer
          JOIN journal j ON j.id = t.journal
          LEFT JOIN attempt a ON a.resolution = r.id
         WHERE r.resolved_in <> j.period OR r.resolved_on IS DISTINCT FROM j.effective_on
            OR (r.resolved_at IS NULL) <> (j.recorded_at IS NULL)
            OR (a.code IS NOT NULL AND (r.resolved_in <> a.decided_in OR r.resolved_on IS DISTINCT FROM a.decided_on
                                        OR (r.resolved_at IS NULL) <> (a.decided_at IS NULL)))
        """,
    ),
    Invariant(
        "redemptions_are_the_tills_merchants",
        "A redemption's merchant is its till's.",
        """
        SELECT 'redemption ' || CAST(r.id AS TEXT)
          FROM resolution r JOIN till t ON t.id = r.till
         WHERE t.merchant <> r.merchant
        """,
    ),
    Invariant(
        "reversals_undo_their_redemption",
        "A reversed redemption has its reversal, whose journal undoes the redemption's for the same amount.",
        """
        SELECT 'redemption ' || CAST(r.id AS TEXT)
          FROM resolution r
          LEFT JOIN resolution_fate f ON f.resolution = r.id
          LEFT JOIN reversal x ON x.resolution = r.id
          LEFT JOIN transfer t ON t.id = r.transfer
          LEFT JOIN journal j ON j.id = x.journal
         WHERE (f.fate = 'reversed' OR x.resolution IS NOT NULL)
           AND (f.fate IS NULL OR f.fate <> 'reversed' OR x.resolution IS NULL OR j.kind <> 'reverse'
                OR j.reverses IS NULL OR j.reverses <> t.journal
                OR (SELECT COUNT(*) FROM transfer u WHERE u.journal = j.id AND u.amount = r.amount) <> 2)
        """,
    ),
    Invariant(
        "stock_is_counted_at_the_close",
        "A closed event was counted by two people who agreed with each other and with the records.",
        """
        SELECT e.code
          FROM event e
         WHERE e.state IN ('closed', 'purged')
           AND 2 <> (SELECT COUNT(DISTINCT s.counted_by)
                       FROM stock_count s
                      WHERE s.event = e.id AND s.moment = 'closing'
                        AND s.tally = (SELECT MAX(n.tally) FROM stock_count n
                                        WHERE n.event = e.id AND n.moment = 'closing')
                        AND s.issued = (SELECT COUNT(*) FROM issuance i JOIN voucher v ON v.id = i.voucher
                                         WHERE v.event = e.id)
                        AND s.blank + s.issued = (SELECT COUNT(*) FROM voucher v WHERE v.event = e.id))
        """,
    ),
)
