"""Merchants by tax number, their branches and tills."""
