"""Invariants and checkpoints: above all domains, reading everything."""
