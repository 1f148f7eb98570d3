"""The closed lists of an event's end."""

from enum import StrEnum


class CountMoment(StrEnum):
    """When stock is counted."""

    OPENING = "opening"
    CLOSING = "closing"
