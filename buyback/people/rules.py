"""Who people are and how long their sessions live. Pure."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from buyback.security.access import Permission, Role, permissions_of

IDLE_MAX = timedelta(minutes=15)  # OWASP ASVS 5.0 V7.3.1: a tablet at a table
SESSION_MAX = timedelta(hours=12)  # V7.3.2
SEEN_EVERY = timedelta(minutes=1)  # a session's last sight is written at most this often
INVITATION_LIFE = timedelta(days=7)
FAILURES_MAX = 5  # per account, and three times as many per device, within:
FAILURES_WINDOW = timedelta(minutes=15)


class OrganisationKind(StrEnum):
    """What a public organisation is."""

    MINISTRY = "ministry"
    GOVERNORATE = "governorate"
    MUNICIPALITY = "municipality"
    COMMUNITY_BOARD = "community_board"
    POLICE = "police"
    COMPTROLLER = "comptroller"


class AccountKind(StrEnum):
    """Public servants and merchants' people never share an account."""

    OFFICIAL = "official"
    MERCHANT = "merchant"


class SessionEnd(StrEnum):
    """Why a session ended."""

    SIGNED_OUT = "signed_out"
    USER_DISABLED = "user_disabled"
    ROLES_CHANGED = "roles_changed"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105  a reason, not a password


@dataclass(frozen=True)
class Actor:
    """Who does something, for services and the audit log.

    ``id`` and ``name`` are None for the operator at the command line. ``chain`` is the audit chain the act belongs
    to: the person's organisation, or the till.
    """

    id: UUID | None
    name: str
    chain: UUID
    roles: frozenset[Role] = field(default_factory=frozenset)
    organisation: UUID | None = None
    organisation_code: str | None = None
    district: str | None = None  # of a municipality or community board: what it may see
    merchant: UUID | None = None
    branch: UUID | None = None
    till: UUID | None = None

    def may(self, permission: Permission) -> bool:
        """Whether one of the person's roles carries a permission."""
        return permission in permissions_of(self.roles)


OPERATOR_CHAIN = UUID("00000000-0000-4000-8000-000000000001")
OPERATOR = Actor(id=None, name="operador", chain=OPERATOR_CHAIN)


def session_is_alive(*, started_at: datetime, seen_at: datetime, ended_at: datetime | None, now: datetime) -> bool:
    """A session lives until it is ended, idle for 15 minutes, or 12 hours old."""
    return ended_at is None and now - seen_at <= IDLE_MAX and now - started_at <= SESSION_MAX


def retry_after(failures: list[datetime], *, limit: int, now: datetime) -> timedelta | None:
    """How long to wait when ``limit`` failures lie within the window; None when another try is allowed."""
    recent = sorted(moment for moment in failures if now - moment < FAILURES_WINDOW)
    if len(recent) < limit:
        return None
    return recent[-limit] + FAILURES_WINDOW - now
