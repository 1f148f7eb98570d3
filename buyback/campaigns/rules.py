"""When an event may be planned and opened, and who pays for it. Pure; days are Panama's, money is in cents."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from uuid import UUID

from buyback.errors import Problem, Refused

EVENT_DAYS_MAX = 366  # an event is a matter of days; a typed year is a slip


class EventState(StrEnum):
    """Open is a state that an official sets, whatever the date."""

    PLANNED = "planned"
    OPEN = "open"
    CLOSING = "closing"
    CLOSED = "closed"
    PURGED = "purged"


class PaymentMode(StrEnum):
    """Each funder pays its share, or the first pays all and the others owe it."""

    EACH = "each"
    LEAD = "lead"


class PinRule(StrEnum):
    """Whether vouchers carry a PIN."""

    NEVER = "never"
    OPTIONAL = "optional"
    ALWAYS = "always"
