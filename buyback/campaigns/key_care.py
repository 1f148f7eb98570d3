"""The keys of events that should be there and are not, and those that are there and should not be."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from buyback.audit import service as audit
from buyback.audit.sealing import event_keys
from buyback.campaigns import queries
from buyback.campaigns.states import EventState
from buyback.campaigns.tables import Event
from buyback.errors import Refused
from buyback.people.rules import Actor
from buyback.security.event_keys import Purpose

BOTH = frozenset(Purpose)
NEEDED: Mapping[EventState, frozenset[Purpose]] = MappingProxyType(
    {
        EventState.PLANNED: BOTH,
        EventState.OPEN: BOTH,
        EventState.CLOSING: BOTH,
        EventState.CLOSED: frozenset({Purpose.STAFF}),
        EventState.PURGED: frozenset(),
    }
)

Keys = Collection[tuple[UUID, Purpose]]


class KeyNotLost(Refused):
    """A key that is there is not replaced: what it sealed would stay shut. Facts: ``event``."""

    sentence = "La jornada {event} no perdió esa llave, o ya no la necesita."


@dataclass(frozen=True)
class KeyFindings:
    """Each a key, as event and purpose. ``orphans`` are of no event: one that was never committed."""

    needed: int
    missing: tuple[tuple[UUID, Purpose], ...]
    past: tuple[tuple[UUID, Purpose], ...]
    orphans: tuple[tuple[UUID, Purpose], ...]

    @property
    def is_all_missing(self) -> bool:
        """The folder is not there, or is another one: nobody loses every key."""
        return self.needed == len(self.missing) > 0


def judge(states: Mapping[UUID, EventState], present: Keys) -> KeyFindings:
    """Hold the keys that are there against the events and how far they are."""
    needed = {(event, purpose) for event, state in states.items() for purpose in NEEDED[state]}
    return KeyFindings(
        needed=len(needed),
        missing=tuple(sorted(needed - set(present))),
        past=tuple(sorted(key for key in present if key not in needed and key[0] in states)),
        orphans=tuple(sorted(key for key in present if key[0] not in states)),
    )


def look(session: Session) -> KeyFindings:
    """The same for this installation."""
    present = event_keys(session).present()  # first: an event of this moment has its keys before it is committed
    states = {row.id: row.state for row in session.execute(select(Event.id, Event.state))}
    return judge(states, present)


def describe(session: Session) -> tuple[str, ...]:
    """A line for each key that is not as it should be."""
    found = look(session)
    codes = {row.id: row.code for row in session.execute(select(Event.id, Event.code))}
    return (
        *(f"event {codes[event]}: its {purpose} key is missing" for event, purpose in found.missing),
        *(f"event {codes[event]}: its {purpose} key should be destroyed" for event, purpose in found.past),
        *(f"key {event}.{purpose} is of no event" for event, purpose in found.orphans),
    )


def destroy_past(session: Session) -> int:
    """Destroy what a close or a purge should have, and could not. How many went."""
    past = look(session).past
    for event, purpose in past:
        event_keys(session).destroy(event, purpose)
    return len(past)


def renew_staff_key(session: Session, *, event: UUID, by: Actor, now: datetime) -> None:
    """Another staff key in a lost one's place, so that the event can go on; what is sealed stays shut. KeyNotLost."""
    facts, lost = queries.get_event_by_id(session, event), (event, Purpose.STAFF)
    if lost not in look(session).missing:
        raise KeyNotLost(event=facts.code)
    event_keys(session).renew(*lost)
    audit.record(session, chain=by.chain, act="event:renew_key", body={"by": by.name, "event": facts.code}, now=now)
