"""The tariff: what an item is, and what a programme offers for it."""
