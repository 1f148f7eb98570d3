"""The tills' API."""
