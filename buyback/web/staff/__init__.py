"""Pages of the people at an event's tables."""
