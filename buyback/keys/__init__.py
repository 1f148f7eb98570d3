"""Which keys are a database's, and which of them still sign."""
