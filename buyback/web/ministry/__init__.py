"""Pages of the officials."""
