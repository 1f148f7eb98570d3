"""Invariants of surrenders and items, and of what the purge leaves."""

from buyback.intake.rules import DISSOLVED
from buyback.proofs.invariant import Invariant

_DISSOLVED = ", ".join(f"'{code}'" for code in DISSOLVED)

ALL = (
    Invariant(
        "received_items_have_a_price",
        "Until the purge what was received has a value, zero included; what went back or was never there has none.",
        """
        SELECT 'item ' || CAST(i.id AS TEXT)
          FROM item i
          JOIN event e ON e.id = i.event
         WHERE (i.state = 'received' AND e.state <> 'purged' AND i.value IS NULL)
            OR (i.state IN ('returned', 'struck') AND i.value IS NOT NULL)
        """,
    ),
    Invariant(
        "items_add_up_to_the_appraisal",
        "Until the purge, a paid surrender was appraised at the sum of its received items.",
        """
        SELECT e.code || ' surrender ' || CAST(h.number AS TEXT)
          FROM handover h
          JOIN event e ON e.id = h.event
          JOIN surrender s ON s.id = h.surrender
         WHERE s.state = 'paid_out'
           AND COALESCE(h.appraised, -1) <> COALESCE((SELECT SUM(i.value) FROM handover_item l
                                                        JOIN item i ON i.id = l.item
                                                       WHERE l.surrender = h.surrender AND i.state = 'received'), 0)
        """,
    ),
    Invariant(
        "awards_are_issued",
        "Until the purge, a paid surrender was issued vouchers worth its award, zero included; replacements aside.",
        """
        SELECT e.code || ' surrender ' || CAST(h.number AS TEXT)
          FROM handover h
          JOIN event e ON e.id = h.event
          JOIN surrender s ON s.id = h.surrender
         WHERE CASE WHEN s.state = 'paid_out' THEN COALESCE(h.award, -1) ELSE 0 END
               <> COALESCE((SELECT SUM(n.face) FROM handover_voucher l
                              JOIN issuance n ON n.voucher = l.voucher
                             WHERE l.surrender = h.surrender
                               AND l.voucher NOT IN (SELECT p.replaced_by FROM replacement p)), 0)
        """,
    ),
    Invariant(
        "every_voucher_was_for_a_surrender",
        "Until the purge, each issued voucher names the surrender it paid for.",
        """
        SELECT e.code || ' serial ' || CAST(v.serial AS TEXT)
          FROM issuance i
          JOIN voucher v ON v.id = i.voucher
          JOIN event e ON e.id = v.event
          LEFT JOIN handover_voucher l ON l.voucher = v.id
         WHERE e.state <> 'purged' AND l.voucher IS NULL
        """,
    ),
    Invariant(
        "collected_is_paid_for",
        "What an event issued differs from what it collected by no more than rounding, before the purge and after it.",
        """
        SELECT e.code || ': collected ' || CAST(c.value AS TEXT) || ', issued ' || CAST(n.face AS TEXT)
          FROM event e
          JOIN programme_version p ON p.id = e.version
          JOIN (SELECT e.id, COALESCE(SUM(i.value), 0) AS value
                  FROM event e
                  LEFT JOIN (SELECT event, value FROM item WHERE state = 'received'
                              UNION ALL SELECT event, value FROM value_sum) i ON i.event = e.id
                 GROUP BY e.id) c ON c.id = e.id
          JOIN (SELECT e.id, COALESCE(SUM(n.face), 0) AS face
                  FROM event e
                  LEFT JOIN voucher v ON v.event = e.id AND v.id NOT IN (SELECT r.replaced_by FROM replacement r)
                  LEFT JOIN issuance n ON n.voucher = v.id
                 GROUP BY e.id) n ON n.id = e.id
          JOIN (SELECT e.id, COUNT(s.id) AS visits
                  FROM event e LEFT JOIN surrender s ON s.event = e.id AND s.state = 'paid_out'
                 GROUP BY e.id) s ON s.id = e.id
         WHERE 2 * ABS(n.face - c.value) > s.visits * p.rounding
        """,
    ),
    Invariant(
        "two_people_a_surrender",
        "Until the purge, who appraised a paid surrender did not issue it, and an approver did neither.",
        """
        SELECT e.code || ' surrender ' || CAST(h.number AS TEXT)
          FROM handover h
          JOIN event e ON e.id = h.event
          JOIN surrender s ON s.id = h.surrender
         WHERE s.state = 'paid_out'
           AND (h.appraised_by IS NULL OR h.issued_by IS NULL OR h.appraised_by = h.issued_by
                OR h.approved_by IN (h.appraised_by, h.issued_by)
                OR (h.approved_by IS NULL
                    AND EXISTS (SELECT 1 FROM handover_item l JOIN item i ON i.id = l.item
                                 WHERE l.surrender = h.surrender AND l.needs_approval AND i.state = 'received')))
        """,
    ),
    Invariant(
        "days_are_the_events",
        "Surrenders and items lie on a day of their event, and until the purge an item on its surrender's.",
        """
        SELECT 'item ' || CAST(i.id AS TEXT)
          FROM item i
         WHERE NOT EXISTS (SELECT 1 FROM event_session d WHERE d.event = i.event AND d.day = i.day)
         UNION ALL
        SELECT 'surrender ' || CAST(s.id AS TEXT)
          FROM surrender s
         WHERE NOT EXISTS (SELECT 1 FROM event_session d WHERE d.event = s.event AND d.day = s.day)
         UNION ALL
        SELECT 'item ' || CAST(i.id AS TEXT)
          FROM handover_item l
          JOIN item i ON i.id = l.item
          JOIN surrender s ON s.id = l.surrender
         WHERE i.event <> s.event OR i.day <> s.day
        """,
    ),
    Invariant(
        "closed_events_are_at_rest",
        "A closed event has no salt, no float left and no unfinished surrender.",
        """
        SELECT e.code
          FROM event e
         WHERE e.state IN ('closed', 'purged')
           AND (e.salt IS NOT NULL OR e.closed_at IS NULL
                OR EXISTS (SELECT 1 FROM surrender s
                            WHERE s.event = e.id AND s.state NOT IN ('paid_out', 'declined', 'cancelled'))
                OR EXISTS (SELECT 1 FROM account a JOIN account_balance b ON b.account = a.id
                            WHERE a.code = '8150' AND a.event = e.id AND b.balance <> 0))
        """,
    ),
    Invariant(
        "purged_events_are_unlinked",
        "A purged event has no hand-over, no link to a voucher, and no word in the audit log about its surrenders.",
        """
        SELECT e.code
          FROM event e
         WHERE e.state = 'purged'
           AND (EXISTS (SELECT 1 FROM handover h WHERE h.event = e.id)
                OR EXISTS (SELECT 1 FROM handover_item l JOIN item i ON i.id = l.item WHERE i.event = e.id)
                OR EXISTS (SELECT 1 FROM handover_voucher l JOIN voucher v ON v.id = l.voucher WHERE v.event = e.id)
                OR EXISTS (SELECT 1 FROM audit_body b
                            WHERE b.event = e.id AND (b.body IS NOT NULL OR b.salt IS NOT NULL)))
        """,
    ),
    Invariant(
        "purged_events_tell_no_items_value",
        "Items of a purged event have no value, rounds, magazines, parts and accessories no rows; sums of values are of"
        " ten items, or of all.",
        f"""
        SELECT 'item ' || CAST(i.id AS TEXT)
          FROM item i
          JOIN event e ON e.id = i.event
         WHERE e.state = 'purged' AND (i.value IS NOT NULL OR i.catalogue_class IN ({_DISSOLVED}))
         UNION ALL
        SELECT e.code || ' ' || CAST(v.day AS TEXT) || ' ' || COALESCE(v.catalogue_class, 'other')
          FROM value_sum v
          JOIN event e ON e.id = v.event
         WHERE v.items < 10
           AND EXISTS (SELECT 1 FROM value_sum o WHERE o.event = v.event AND o.day = v.day AND o.id <> v.id)
        """,  # noqa: S608  classes of the catalogue
    ),
    Invariant(
        "every_event_has_its_agreement",
        "An event has its funders and their weights, and its days.",
        """
        SELECT e.code
          FROM event e
         WHERE NOT EXISTS (SELECT 1 FROM agreement a JOIN agreement_share s ON s.event = a.event WHERE a.event = e.id)
            OR NOT EXISTS (SELECT 1 FROM event_session d WHERE d.event = e.id)
        """,
    ),
)
