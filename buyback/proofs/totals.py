"""Invariants of the totals that are kept: they are what the rows come to."""

from collections.abc import Iterable

from buyback.proofs.invariant import Invariant
from buyback.totals.figures import KEPT, OF_CLASSES, Figure, of_delta, sums_of_deltas

# Everything that counts, in the form of deltas: (event, day, kind, catalogue_class, number, cents).
_ROWS = """
    SELECT event, day, 'item' AS kind, catalogue_class, quantity AS number, COALESCE(value, 0) AS cents
      FROM item WHERE state = 'received'
     UNION ALL
    SELECT event, day, 'item', catalogue_class, number, 0 FROM quantity_sum
     UNION ALL
    SELECT event, day, 'item', COALESCE(catalogue_class, 'other'), 0, value FROM value_sum
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
# What is kept, what is still a delta, and less what the rows come to: of each day, and of each class on it.
_DAYS = f"""
    SELECT event, day, {", ".join(KEPT)} FROM rollup_day
     UNION ALL
    SELECT d.event, d.day, {of_delta(KEPT)} FROM rollup_delta d
     UNION ALL
    SELECT event, day, {", ".join(f"-{figure.value}" for figure in KEPT)}
      FROM (SELECT d.event, d.day, {sums_of_deltas(KEPT)} FROM ({_ROWS}) d GROUP BY d.event, d.day) r
"""  # noqa: S608  constants of this package
_CLASSES = f"""
    SELECT event, day, catalogue_class, {", ".join(OF_CLASSES)} FROM rollup_class
     UNION ALL
    SELECT d.event, d.day, d.catalogue_class, {of_delta(OF_CLASSES)} FROM rollup_delta d WHERE d.kind = 'item'
     UNION ALL
    SELECT event, day, catalogue_class, {", ".join(f"-{figure.value}" for figure in OF_CLASSES)}
      FROM (SELECT d.event, d.day, d.catalogue_class, {sums_of_deltas(OF_CLASSES)} FROM ({_ROWS}) d
             WHERE d.kind = 'item' GROUP BY d.event, d.day, d.catalogue_class) r
"""  # noqa: S608  as above


def _differ(figures: Iterable[Figure]) -> str:
    return " OR ".join(f"SUM(x.{figure.value}) <> 0" for figure in figures)


ALL = (
    Invariant(
        "kept_totals_are_the_rows",
        "The figures kept of each day of an event, with the deltas to come, are what its rows come to.",
        f"""
        SELECT COALESCE(e.code, CAST(x.event AS TEXT)) || ' ' || CAST(x.day AS TEXT)
          FROM ({_DAYS}) x
          LEFT JOIN event e ON e.id = x.event
         GROUP BY e.code, x.event, x.day
        HAVING {_differ(KEPT)}
        """,  # noqa: S608  constants of this package
    ),
    Invariant(
        "kept_classes_are_the_rows",
        "What is kept of each class on each day of an event, with the deltas to come, is what its items come to.",
        f"""
        SELECT COALESCE(e.code, CAST(x.event AS TEXT)) || ' ' || CAST(x.day AS TEXT) || ' ' || x.catalogue_class
          FROM ({_CLASSES}) x
          LEFT JOIN event e ON e.id = x.event
         GROUP BY e.code, x.event, x.day, x.catalogue_class
        HAVING {_differ(OF_CLASSES)}
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
