"""The end of an event: counts, close, expiry, purge and its traces."""
