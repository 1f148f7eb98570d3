"""Invariants of the totals that are kept: they are what the rows come to."""

from buyback.proofs.invariant import Invariant
from buyback.totals.figures import COLUMNS, KEPT, OF_DELTA, SUMS_OF_DELTAS

# Everything that counts, in the form of deltas: (event, day, kind, catalogue_class, number, cents).
_ROWS = """
    SELECT event, day, 'item' AS kind, catalogue_class, quantity AS number, value AS cents
      FROM item WHERE state = 'received'
     UNION ALL
    SELECT event, day, 'surrender', NULL, 1, 0 FROM surrender WHERE state = 'paid_out'
     UNION ALL
    SELECT v.event, j.effective_on, 'issue', NULL, 1, n.face
      FROM voucher v
      JOIN issuance n ON n.voucher = v.id
      JOIN transfer t ON t.id = n.transfer
      JOIN journal j ON j.id = t.journal
     UNION ALL
    SELECT v.event, j.effective_on, r.kind, NULL, 1, n.face
      FROM voucher v
      JOIN issuance n ON n.voucher = v.id
      JOIN transfer t ON t.id = n.transfer
      JOIN journal j ON j.id = t.journal
      JOIN resolution r ON r.voucher = v.id
     WHERE NOT EXISTS (SELECT 1 FROM reversal x WHERE x.resolution = r.id)
     UNION ALL
    SELECT v.event, j.effective_on, 'replace', NULL, 1, n.face
      FROM replacement p
      JOIN voucher v ON v.id = p.replaced_by
      JOIN issuance n ON n.voucher = v.id
      JOIN transfer t ON t.id = n.transfer
      JOIN journal j ON j.id = t.journal
"""
_LESS = ", ".join(f"-{figure.value} AS {figure.value}" for figure in KEPT)
_DIFFERS = " OR ".join(f"SUM(x.{figure.value}) <> 0" for figure in KEPT)

ALL = (
    Invariant(
        "kept_totals_are_the_rows",
        "The figures kept of each day of an event, with the deltas to come, are what its rows come to.",
        f"""
        SELECT COALESCE(e.code, CAST(x.event AS TEXT)) || ' ' || CAST(x.day AS TEXT)
          FROM (SELECT event, day, {COLUMNS} FROM rollup_day
                 UNION ALL
                SELECT d.event, d.day, {OF_DELTA} FROM rollup_delta d
                 UNION ALL
                SELECT event, day, {_LESS}
                  FROM (SELECT d.event, d.day, {SUMS_OF_DELTAS} FROM ({_ROWS}) d GROUP BY d.event, d.day) r) x
          LEFT JOIN event e ON e.id = x.event
         GROUP BY e.code, x.event, x.day
        HAVING {_DIFFERS}
        """,  # noqa: S608  constants of this package
    ),
    Invariant(
        "kept_classes_are_the_rows",
        "What is kept of each class on each day of an event, with the deltas to come, is what its items come to.",
        f"""
        SELECT COALESCE(e.code, CAST(x.event AS TEXT)) || ' ' || CAST(x.day AS TEXT) || ' ' || x.catalogue_class
          FROM (SELECT event, day, catalogue_class, items, appraised_value FROM rollup_class
                 UNION ALL
                SELECT event, day, catalogue_class, number, cents FROM rollup_delta WHERE kind = 'item'
                 UNION ALL
                SELECT event, day, catalogue_class, -number, -cents FROM ({_ROWS}) r WHERE kind = 'item') x
          LEFT JOIN event e ON e.id = x.event
         GROUP BY e.code, x.event, x.day, x.catalogue_class
        HAVING SUM(x.items) <> 0 OR SUM(x.appraised_value) <> 0
        """,  # noqa: S608  as above
    ),
    Invariant(
        "purged_events_are_folded",
        "No delta tells of a visit, an item or an issue of a purged event.",
        """
        SELECT e.code || ' ' || d.kind
          FROM rollup_delta d
          JOIN event e ON e.id = d.event
         WHERE e.state = 'purged' AND d.kind IN ('item', 'surrender', 'issue', 'replace')
        """,
    ),
)
