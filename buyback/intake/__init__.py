"""Surrenders and their items."""
