"""What tills take: decided, stored, answered, undone."""
