"""Totals, and the proofs that the books are right."""
