"""Organisations, users, their roles, invitations and sessions."""
