"""The audit log: hash chains that only grow."""
