"""The totals as they are kept: one row a day of an event, and what has happened since the last fold.

Triggers of the database write a delta with each thing that counts; a fold adds the deltas to the rows and deletes them,
in one transaction. Rows plus deltas are the totals at every commit. ``docs/decisions/0012-kept-totals.md`` says why.
"""
