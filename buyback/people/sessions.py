"""Signing in and out. A session is a row; ending the row ends the session at once, wherever the browser is."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from buyback.audit import service as audit
from buyback.ids import new_id
from buyback.people import queries
from buyback.people.rules import (
    FAILURES_MAX,
    FAILURES_WINDOW,
    OPERATOR_CHAIN,
    SEEN_EVERY,
    SessionEnd,
    retry_after,
)
from buyback.people.tables import LoginSession, SignInFailure

DEVICE_FACTOR = 3  # people behind one address: a device may fail three times as often as an account


@dataclass(frozen=True)
class SignInKeys:
    """Keyed hashes of the name that was tried and of the device's address; neither is stored in clear."""

    account: bytes
    device: bytes


@dataclass(frozen=True)
class SignedIn:
    """The session was opened."""

    user: UUID


@dataclass(frozen=True)
class SignInRefused:
    """Name and password do not fit, or it was tried too often: then ``wait`` says how long to pause."""

    wait: timedelta | None = None


def throttled(session: Session, *, keys: SignInKeys, now: datetime) -> timedelta | None:
    """How long an account or a device has to wait after too many failures; asked before the password is hashed."""
    since = now - FAILURES_WINDOW
    by_account = queries.failures(session, account_key=keys.account, since=since)
    by_device = queries.device_failures(session, device_key=keys.device, since=since)
    waits = (
        retry_after(by_account, limit=FAILURES_MAX, now=now),
        retry_after(by_device, limit=FAILURES_MAX * DEVICE_FACTOR, now=now),
    )
    return max((wait for wait in waits if wait is not None), default=None)


def sign_in(
    session: Session, *, name: str, password_matches: bool, token_hash: bytes, keys: SignInKeys, now: datetime
) -> SignedIn | SignInRefused:
    """Open a session under a fresh token, or store the failure. The password was compared before, outside."""
    wait = throttled(session, keys=keys, now=now)
    if wait is not None:
        return SignInRefused(wait)
    actor = queries.find_actor(session, name)
    if actor is None or actor.id is None or not password_matches:
        session.execute(
            insert(SignInFailure).values(id=new_id(), account_key=keys.account, device_key=keys.device, at=now)
        )
        chain = OPERATOR_CHAIN if actor is None else actor.chain
        body = {"user": name} if actor is not None else {}  # what was typed for a name may be a password
        audit.record(session, chain=chain, act="session:refuse", body=body, now=now)
        return SignInRefused()
    session.execute(
        insert(LoginSession).values(id=new_id(), user=actor.id, token_hash=token_hash, started_at=now, seen_at=now)
    )
    audit.record(session, chain=actor.chain, act="session:start", body={"by": actor.name}, now=now)
    return SignedIn(actor.id)


def touch(session: Session, *, login: UUID, seen_at: datetime, now: datetime) -> None:
    """Note that a session is in use, at most once a minute."""
    if now - seen_at >= SEEN_EVERY:
        session.execute(
            update(LoginSession).where(LoginSession.id == login, LoginSession.ended_at.is_(None)).values(seen_at=now)
        )


def choose_till(session: Session, *, login: UUID, till: UUID) -> None:
    """The cashier's session works at a till from now on; the caller has checked that it may."""
    session.execute(
        update(LoginSession).where(LoginSession.id == login, LoginSession.ended_at.is_(None)).values(till=till)
    )


def sign_out(session: Session, *, login: UUID, now: datetime) -> None:
    """End one session."""
    session.execute(
        update(LoginSession)
        .where(LoginSession.id == login, LoginSession.ended_at.is_(None))
        .values(ended_at=now, ended_why=SessionEnd.SIGNED_OUT)
    )


def end_sessions(session: Session, *, user: UUID, why: SessionEnd, now: datetime) -> None:
    """End all sessions of a user."""
    session.execute(
        update(LoginSession)
        .where(LoginSession.user == user, LoginSession.ended_at.is_(None))
        .values(ended_at=now, ended_why=why)
    )
