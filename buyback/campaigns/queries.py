"""Programmes, their versions and events, as frozen facts."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from buyback.audit.sealing import event_keys
from buyback.campaigns.facts import EventFacts, ProgrammeFacts
from buyback.campaigns.rules import FunderWeight, Share
from buyback.campaigns.states import EventState, PaymentMode
from buyback.campaigns.tables import (
    Agreement,
    AgreementShare,
    Event,
    EventSession,
    Programme,
    ProgrammeCategory,
    ProgrammeDenomination,
    ProgrammeFunder,
    ProgrammeVersion,
)
from buyback.errors import NotFound
from buyback.security.event_keys import EventKeyMissing, Purpose


@dataclass(frozen=True)
class EventName:
    """What an event is called, where it is held (six digits) and its first day: for lists to choose from."""

    code: str
    site: str
    corregimiento: str
    starts_on: date


def find_programme(session: Session, code: str) -> ProgrammeFacts | None:
    """The programme with a code, under its latest version: the rules for events created from now on."""
    return _latest(session, Programme.code == code)


def find_programme_by_number(session: Session, number: int) -> ProgrammeFacts | None:
    """The programme whose vouchers carry a number, under its latest version."""
    return _latest(session, Programme.number == number)


def get_programme(session: Session, code: str) -> ProgrammeFacts:
    """The programme with a code, under its latest version; NotFound otherwise."""
    found = find_programme(session, code)
    if found is None:
        raise NotFound(field="programme", what="el programa", name=code)
    return found


def programmes(session: Session) -> tuple[ProgrammeFacts, ...]:
    """All programmes by code, each under its latest version."""
    codes = session.scalars(select(Programme.code).order_by(Programme.code)).all()
    return tuple(get_programme(session, code) for code in codes)


def programme_names(session: Session) -> dict[str, str]:
    """The name of every programme under its latest version, by code: for choices, in one statement."""
    rows = session.execute(
        select(Programme.code, ProgrammeVersion.name)
        .join(ProgrammeVersion, ProgrammeVersion.programme == Programme.id)
        .order_by(Programme.code, ProgrammeVersion.version)
    )
    return {row.code: row.name for row in rows}


def find_event(session: Session, code: str) -> EventFacts | None:
    """The event with a code."""
    return next(iter(_events(session, Event.code == code)), None)


def get_event(session: Session, code: str) -> EventFacts:
    """The event with a code; NotFound otherwise."""
    found = find_event(session, code)
    if found is None:
        raise NotFound(field="event", what="la jornada", name=code)
    return found


def get_event_by_id(session: Session, event: UUID) -> EventFacts:
    """The event with an id; NotFound otherwise."""
    found = next(iter(_events(session, Event.id == event)), None)
    if found is None:
        raise NotFound(field="event", what="la jornada")
    return found


def events(
    session: Session,
    *,
    district: str | None = None,
    programme: str | None = None,
    states: Iterable[EventState] = EventState,
) -> tuple[EventFacts, ...]:
    """Events in some states, newest first; of one district (four digits) or one programme (its code) on request."""
    conditions: list[ColumnElement[bool]] = [Event.state.in_(list(states))]
    if district is not None:
        conditions.append(Event.corregimiento.startswith(district, autoescape=True))
    if programme is not None:
        conditions.append(Programme.code == programme)
    return _events(session, *conditions)


def event_names(session: Session, *, district: str | None = None) -> tuple[EventName, ...]:
    """All events, newest first, in one statement; of one district (four digits) on request."""
    rows = session.execute(
        select(Event.code, Event.site, Event.corregimiento, Event.starts_on)
        .where(Event.corregimiento.startswith(district or "", autoescape=True))
        .order_by(Event.starts_on.desc(), Event.code)
    )
    return tuple(EventName(*row) for row in rows)


def content_hash(session: Session, version: UUID) -> bytes:
    """SHA-256 of the canonical content of the file that a version was loaded from."""
    return session.scalars(select(ProgrammeVersion.content_hash).where(ProgrammeVersion.id == version)).one()


def version_number(session: Session, version: UUID) -> int:
    """1 for a programme's first version, and so on."""
    return session.scalars(select(ProgrammeVersion.version).where(ProgrammeVersion.id == version)).one()


def funders(session: Session, version: UUID) -> tuple[FunderWeight, ...]:
    """The funders as the programme file names them, in its order."""
    rows = session.execute(
        select(ProgrammeFunder.organisation, ProgrammeFunder.weight)
        .where(ProgrammeFunder.version == version)
        .order_by(ProgrammeFunder.position)
    )
    return tuple(FunderWeight(organisation=row.organisation, weight=row.weight) for row in rows)


def shares(session: Session, event: UUID) -> tuple[Share, ...]:
    """An event's agreement, in the programme's order: the first funder leads where one pays for all."""
    rows = session.execute(
        select(AgreementShare.funder, AgreementShare.weight)
        .where(AgreementShare.event == event)
        .order_by(AgreementShare.position)
    )
    return tuple(Share(funder=row.funder, weight=row.weight) for row in rows)


def agreement(session: Session, event: UUID) -> tuple[PaymentMode, tuple[Share, ...]]:
    """How an event's funders pay, and their shares."""
    mode = session.scalars(select(Agreement.payment).where(Agreement.event == event)).one()
    return mode, shares(session, event)


def event_codes(session: Session, ids: Collection[UUID]) -> dict[UUID, str]:
    """Codes of events, for lists."""
    rows = session.execute(select(Event.id, Event.code).where(Event.id.in_(ids)))
    return {row.id: row.code for row in rows}


def _latest(session: Session, condition: ColumnElement[bool]) -> ProgrammeFacts | None:
    version = session.scalar(
        select(ProgrammeVersion.id)
        .join(Programme, Programme.id == ProgrammeVersion.programme)
        .where(condition)
        .order_by(ProgrammeVersion.version.desc())
        .limit(1)
    )
    return None if version is None else _versions(session, {version})[version]


def _versions(session: Session, wanted: set[UUID]) -> dict[UUID, ProgrammeFacts]:
    faces: dict[UUID, list[int]] = defaultdict(list)
    for denomination in session.scalars(
        select(ProgrammeDenomination)
        .where(ProgrammeDenomination.version.in_(wanted))
        .order_by(ProgrammeDenomination.face.desc())
    ):
        faces[denomination.version].append(denomination.face)
    admitted: dict[UUID, set[str]] = defaultdict(set)
    for category in session.scalars(select(ProgrammeCategory).where(ProgrammeCategory.version.in_(wanted))):
        admitted[category.version].add(category.category)
    rows = session.execute(
        select(ProgrammeVersion, Programme)
        .join(Programme, Programme.id == ProgrammeVersion.programme)
        .where(ProgrammeVersion.id.in_(wanted))
        .execution_options(populate_existing=True)
    )
    return {
        version.id: _programme(programme, version, tuple(faces[version.id]), frozenset(admitted[version.id]))
        for version, programme in rows
    }


def _programme(
    programme: Programme, version: ProgrammeVersion, faces: tuple[int, ...], categories: frozenset[str]
) -> ProgrammeFacts:
    return ProgrammeFacts(
        id=programme.id,
        version=version.id,
        code=programme.code,
        number=programme.number,
        name=version.name,
        valid_from=version.valid_from,
        valid_until=version.valid_until,
        rounding=version.rounding,
        voucher_days=version.voucher_days,
        approval_over=version.approval_over,
        pin=version.pin,
        payment=version.payment,
        denominations=faces,
        categories=categories,
        is_closed=programme.closed_at is not None,
    )


def _events(session: Session, *conditions: ColumnElement[bool]) -> tuple[EventFacts, ...]:
    rows = session.execute(
        select(
            Event.id,
            Event.code,
            Event.version,
            Event.site,
            Event.corregimiento,
            Event.starts_on,
            Event.ends_on,
            Event.expires_on,
            Event.state,
            Event.salt,
        )
        .join(ProgrammeVersion, ProgrammeVersion.id == Event.version)
        .join(Programme, Programme.id == ProgrammeVersion.programme)
        .where(*conditions)
        .order_by(Event.starts_on.desc(), Event.code)
    ).all()
    rules = _versions(session, {row.version for row in rows})
    days = _days(session, [row.id for row in rows])
    return tuple(
        EventFacts(
            id=row.id,
            code=row.code,
            site=row.site,
            corregimiento=row.corregimiento,
            starts_on=row.starts_on,
            ends_on=row.ends_on,
            days=tuple(days[row.id]),
            expires_on=row.expires_on,
            state=row.state,
            salt=_open_salt(session, row.id, row.salt),
            programme=rules[row.version],
        )
        for row in rows
    )


def _open_salt(session: Session, event: UUID, sealed: bytes | None) -> bytes | None:
    if sealed is None:
        return None
    try:
        return event_keys(session).open(event, Purpose.SALT, sealed)
    except EventKeyMissing:
        return None


def _days(session: Session, wanted: list[UUID]) -> dict[UUID, list[date]]:
    found: dict[UUID, list[date]] = defaultdict(list)
    for row in session.execute(
        select(EventSession.event, EventSession.day).where(EventSession.event.in_(wanted)).order_by(EventSession.day)
    ):
        found[row.event].append(row.day)
    return found


def closed_at(session: Session, event: UUID) -> datetime | None:
    """When an event was closed, for the review that follows; None while it is not."""
    return session.scalars(select(Event.closed_at).where(Event.id == event)).one()


def closed_until(session: Session, moment: datetime) -> tuple[UUID, ...]:
    """Events that were closed at ``moment`` or before and are not purged yet, the oldest first."""
    statement = select(Event.id).where(Event.state == EventState.CLOSED, Event.closed_at <= moment)
    return tuple(session.scalars(statement.order_by(Event.closed_at, Event.code)))
