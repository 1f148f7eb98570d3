"""The demonstration: what was published of five real events, with every detail invented, and one event open today.

It is made through the same services as the real thing, each act at the moment at which it would have happened. The
open event lets a visitor do the whole job; everybody's password is printed, and the keys are marked, so that
``buyback serve`` refuses them.
"""

from datetime import UTC, datetime

from sqlalchemy.orm import Session

from buyback.campaigns import queries as campaigns
from buyback.closing import recall
from buyback.closing.rewriting import rewrite_tables
from buyback.db import Database
from buyback.demo import today
from buyback.demo.agenda import Progress, happen
from buyback.demo.cast import PEOPLE, SHOPS, add_cast, sign_ins
from buyback.demo.history import past_events
from buyback.demo.programmes import programme_files
from buyback.demo.settling import settlements
from buyback.demo.today import EVENT
from buyback.people.rules import OPERATOR
from buyback.security.keyring import KeyRing
from buyback.security.passwords import DEMONSTRATION, hash_password
from buyback.tariff.service import load_programme

__all__ = ["EVENT", "PASSWORD", "PEOPLE", "SHOPS", "is_loaded", "load", "load_all", "sign_ins"]

PASSWORD = DEMONSTRATION  # printed for visitors; refused keys keep it out of real use
FOUNDED = datetime(2010, 7, 1, 14, 0, tzinfo=UTC)  # before the first event: everybody was there already


def load(database: Database, *, now: datetime) -> None:
    """The people, the merchants and an open event without a visit, in a database that has the schema only."""
    password_hash = hash_password(PASSWORD)
    database.transact(lambda session: _set_the_stage(session, password_hash=password_hash, now=now))


def load_all(
    database: Database, *, keys: KeyRing, now: datetime, progress: Progress = lambda _done, _total: None
) -> None:
    """The whole demonstration, in a database that has the schema only: in one transaction, whole or not at all.

    ``progress`` hears (done, total).
    """
    password_hash = hash_password(PASSWORD)

    def work(session: Session) -> None:
        _set_the_stage(session, password_hash=password_hash, now=now)
        happen([*past_events(session, keys=keys), *settlements(session, now=now)], progress)
        today.add_visits(session, keys=keys, now=now)

    database.transact(work)
    _rewrite(database, now=now)


def _rewrite(database: Database, *, now: datetime) -> None:
    """What the weekly run does; as if it had begun now."""
    with database.reading() as session:
        purges = recall.waiting(session)
    if not rewrite_tables(database):
        database.transact(
            lambda session: recall.record_rewriting(session, purges=purges, began_at=now, by=OPERATOR, now=now)
        )


def is_loaded(database: Database) -> bool:
    """Whether there is a programme already: then the data is kept as it is."""
    with database.reading() as session:
        return bool(campaigns.programmes(session))


def _set_the_stage(session: Session, *, password_hash: str, now: datetime) -> None:
    add_cast(session, password_hash=password_hash, now=FOUNDED)
    for file in programme_files():
        load_programme(session, file=file, by=OPERATOR, now=FOUNDED)
    today.add_open_event(session, now=now)
