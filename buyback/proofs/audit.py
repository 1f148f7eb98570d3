"""Invariants of the audit log and of people's roles."""

from buyback.proofs.invariant import Invariant

ALL = (
    Invariant(
        "audit_chains_have_no_gap",
        "Every row of the audit log follows the row before it, and each chain begins at its first row.",
        """
        SELECT 'chain ' || CAST(r.chain AS TEXT) || ' row ' || CAST(r.seq AS TEXT)
          FROM audit_row r
          LEFT JOIN audit_row p ON p.chain = r.chain AND p.seq = r.seq - 1
         WHERE r.seq > 0 AND (p.hash IS NULL OR p.hash <> r.previous)
        """,
    ),
    Invariant(
        "audit_bodies_are_emptied_by_purges_only",
        "Every row of the audit log has its body, which only its event's purge or a till's fading has emptied.",
        """
        SELECT 'chain ' || CAST(r.chain AS TEXT) || ' row ' || CAST(r.seq AS TEXT)
          FROM audit_row r
          LEFT JOIN audit_body b ON b.chain = r.chain AND b.seq = r.seq
          LEFT JOIN event e ON e.id = b.event
         WHERE b.chain IS NULL
            OR (b.body IS NULL AND (e.state IS NULL OR e.state <> 'purged')
                AND NOT EXISTS (SELECT 1 FROM audit_body l
                                 WHERE l.chain = b.chain AND l.seq > b.seq AND l.body LIKE '%"act":"audit:empty"%'))
        """,
    ),
    Invariant(
        "tills_are_audited",
        "A till's chain has a row for every answer that is stored and every reversal.",
        """
        SELECT 'till ' || CAST(t.id AS TEXT)
          FROM till t
         WHERE (SELECT COUNT(*) FROM audit_row r WHERE r.chain = t.id)
               < (SELECT COUNT(*) FROM attempt a WHERE a.till = t.id)
               + (SELECT COUNT(*) FROM reversal x WHERE x.till = t.id)
        """,
    ),
    Invariant(
        "nobody_holds_a_forbidden_pair",
        "No person holds two roles that exclude each other.",
        """
        SELECT u.name
          FROM forbidden_role_pair f
          JOIN role_grant g ON g.role = f.role AND g.revoked_at IS NULL
          JOIN role_grant o ON o.role = f.other AND o."user" = g."user" AND o.revoked_at IS NULL
          JOIN user_account u ON u.id = g."user"
        """,
    ),
)
