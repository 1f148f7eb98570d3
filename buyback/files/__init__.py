"""What comes in as a file and what goes out as one."""
