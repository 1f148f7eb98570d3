"""Merchants, their tills, and what tills take."""
