"""Organisations and identified people: staff, officials, merchants' people. Never a depositor."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from buyback.binding import bound
from buyback.db import Base, Instant, choice
from buyback.people.rules import AccountKind, OrganisationKind, SessionEnd
from buyback.security.access import MERCHANT_ROLES, Role

_MERCHANT_ROLE_LIST = ", ".join(f"'{role.value}'" for role in sorted(MERCHANT_ROLES))


class Organisation(Base):
    """A ministry, governorate, municipality, community board, the police, or the comptroller."""

    __tablename__ = "organisation"
    __table_args__ = (
        CheckConstraint(
            "kind NOT IN ('municipality', 'community_board', 'governorate') OR district IS NOT NULL",
            name="local_has_district",
        ),
        bound("code"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(32), unique=True)
    kind: Mapped[OrganisationKind] = mapped_column(choice(OrganisationKind))
    name: Mapped[str] = mapped_column(String(120))
    district: Mapped[str | None] = mapped_column(ForeignKey("district.code"))


class UserAccount(Base):
    """One identified person. ``kind`` keeps merchants' people apart from public servants for good."""

    __tablename__ = "user_account"
    __table_args__ = (
        CheckConstraint(
            "(kind = 'official' AND organisation IS NOT NULL AND merchant IS NULL AND branch IS NULL)"
            " OR (kind = 'merchant' AND merchant IS NOT NULL AND organisation IS NULL)",
            name="belongs_to_one",
        ),
        UniqueConstraint("id", "kind"),
        bound("name"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(64), unique=True)
    kind: Mapped[AccountKind] = mapped_column(choice(AccountKind))
    organisation: Mapped[UUID | None] = mapped_column(ForeignKey("organisation.id"))
    merchant: Mapped[UUID | None] = mapped_column(ForeignKey("merchant.id"))
    branch: Mapped[UUID | None] = mapped_column(ForeignKey("branch.id"))
    password_hash: Mapped[str | None] = mapped_column(String(200))  # argon2id; none until the invitation is accepted
    disabled: Mapped[bool] = mapped_column(Boolean, default=False)
    created_at: Mapped[datetime] = mapped_column(Instant())


class RoleGrant(Base):
    """A role a person holds or held. Taking it away dates the row; the row stays."""

    __tablename__ = "role_grant"
    __table_args__ = (
        ForeignKeyConstraint(["user", "kind"], ["user_account.id", "user_account.kind"]),
        CheckConstraint(f"(kind = 'merchant') = (role IN ({_MERCHANT_ROLE_LIST}))", name="role_of_kind"),
        Index(
            "uq_role_grant_held",
            "user",
            "role",
            unique=True,
            sqlite_where=text("revoked_at IS NULL"),
            postgresql_where=text("revoked_at IS NULL"),
        ),
        bound("user", "role"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user: Mapped[UUID]
    kind: Mapped[AccountKind] = mapped_column(choice(AccountKind))
    role: Mapped[Role] = mapped_column(choice(Role))
    granted_at: Mapped[datetime] = mapped_column(Instant())
    revoked_at: Mapped[datetime | None] = mapped_column(Instant())


class ForbiddenRolePair(Base):
    """Roles that one person may never hold together; a trigger on grants reads this."""

    __tablename__ = "forbidden_role_pair"
    __table_args__ = bound("role", "other")

    role: Mapped[str] = mapped_column(String(32), primary_key=True)
    other: Mapped[str] = mapped_column(String(32), primary_key=True)


class Invitation(Base):
    """A one-time way to set a password. Only the token's SHA-256 is here."""

    __tablename__ = "invitation"
    __table_args__ = bound("user")

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    expires_at: Mapped[datetime] = mapped_column(Instant())
    used_at: Mapped[datetime | None] = mapped_column(Instant())


class LoginSession(Base):
    """A signed-in browser. Only the cookie's SHA-256 is here; ``ended_at`` closes it at once."""

    __tablename__ = "login_session"
    __table_args__ = (
        Index("ix_login_session_user", "user"),
        CheckConstraint("(ended_at IS NULL) = (ended_why IS NULL)", name="ended_with_reason"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    started_at: Mapped[datetime] = mapped_column(Instant())
    seen_at: Mapped[datetime] = mapped_column(Instant())
    till: Mapped[UUID | None] = mapped_column(ForeignKey("till.id"))
    ended_at: Mapped[datetime | None] = mapped_column(Instant())
    ended_why: Mapped[SessionEnd | None] = mapped_column(choice(SessionEnd))


class SignInFailure(Base):
    """A failed sign-in, for throttling: keyed hashes of the name tried and of the device's address."""

    __tablename__ = "sign_in_failure"
    __table_args__ = (
        Index("ix_sign_in_failure_account", "account_key", "at"),
        Index("ix_sign_in_failure_device", "device_key", "at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_key: Mapped[bytes] = mapped_column(LargeBinary(32))
    device_key: Mapped[bytes] = mapped_column(LargeBinary(32))
    at: Mapped[datetime] = mapped_column(Instant())
