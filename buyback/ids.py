"""Identifiers are random (UUID version 4): an id that carries time would tell the minute of a surrender."""

from uuid import UUID, uuid4


def new_id() -> UUID:
    """A fresh random id."""
    return uuid4()
