"""Identifiers are random (UUID version 4): an id that carries time would tell the minute of a surrender."""

from uuid import UUID, uuid4, uuid5

_ACCOUNTS = UUID("9d1b6d1c-1f2f-4c39-9c5e-0b7f1f6f0a55")


def new_id() -> UUID:
    """A fresh random id."""
    return uuid4()


def account_id(ledger: int, code: str, scope: str) -> UUID:
    """The id of a ledger account follows from its name, so that posting needs no look-up of accounts."""
    return uuid5(_ACCOUNTS, f"{ledger}/{code}/{scope}")
