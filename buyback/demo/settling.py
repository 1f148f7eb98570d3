"""What the State owes the merchants: paid for the events of 2010 and 2022, on its way for those of 2025.

Of the latter one merchant's settlement is approved by all, one waits for two more signatures, one is a draft, and one
merchant's redemptions are for the visitor to settle.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import partial
from uuid import UUID

from sqlalchemy.orm import Session

from buyback.demo.agenda import MORNING, Timed, on
from buyback.demo.cast import PEOPLE, SHOPS
from buyback.merchants import queries as merchants
from buyback.people import queries as people
from buyback.people.rules import Actor
from buyback.security.access import Role
from buyback.settlement import payments, service
from buyback.settlement import queries as settled
from buyback.settlement.queries import SettlementFacts
from buyback.times import panama_day

PREPARER = "concilia.demo"
LAST_DAYS = (date(2010, 11, 30), date(2023, 2, 28))  # by then the vouchers of 2010 and of 2022 had come to an end
DAY = timedelta(days=1)
APPROVED, SUBMITTED, DRAFT = (shop.ruc for shop in SHOPS[:3])


def settlements(session: Session, *, now: datetime) -> Iterator[Timed]:
    """The agenda of all settlements, in no order."""
    office = SettlingOffice(session)
    for last in LAST_DAYS:
        begins = on(last + DAY, MORNING)
        yield Timed(begins, partial(office.settle_all, last, begins), weight=50)
    yield Timed(now - 9 * DAY, partial(office.on_the_way, now - 9 * DAY), weight=50)


class SettlingOffice:
    """The ministry's office that prepares, and the people of each funder."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def settle_all(self, until: date, begins: datetime) -> None:
        """Everything that merchants are owed until a day: prepared, approved, ordered, paid."""
        by = self._named(PREPARER)
        for draft in service.prepare_all(self._session, until=until, by=by, now=begins):
            self._submit(draft, begins + DAY)
            self._approve(draft, begins + 4 * DAY)
            self._pay(draft, begins + 9 * DAY)

    def on_the_way(self, begins: datetime) -> None:
        """Three settlements in different states."""
        until = panama_day(begins)
        approved, submitted, _draft = (self._prepare(ruc, until, begins) for ruc in (APPROVED, SUBMITTED, DRAFT))
        for draft in (approved, submitted):
            self._submit(draft, begins + DAY)
        self._approve(approved, begins + 4 * DAY)
        self._approve(submitted, begins + 5 * DAY, only="MINGOB")

    def _prepare(self, ruc: str, until: date, now: datetime) -> SettlementFacts:
        merchant = merchants.get_merchant(self._session, ruc).id
        return service.prepare(self._session, merchant=merchant, until=until, by=self._named(PREPARER), now=now)

    def _submit(self, draft: SettlementFacts, now: datetime) -> None:
        service.submit(self._session, settlement=draft.id, by=self._named(PREPARER), now=now)

    def _approve(self, draft: SettlementFacts, now: datetime, *, only: str | None = None) -> None:
        for share in settled.funder_shares(self._session, draft.id):
            by = self._of(share.funder, Role.FUNDER_APPROVER)
            if only in (None, by.organisation_code):
                service.approve(self._session, settlement=draft.id, by=by, now=now)

    def _pay(self, draft: SettlementFacts, now: datetime) -> None:
        by, noted, session = self._named(PREPARER), now - 2 * DAY, self._session
        number = f"DEMO-{draft.number}"
        payments.countersign(session, settlement=draft.id, number=number, on=panama_day(noted), by=by, now=noted)
        for ordered in payments.order(session, settlement=draft.id, by=by, now=now - DAY):
            payments.book(
                session,
                payment=ordered.id,
                amount=ordered.amount,
                reference=f"DEMO-{ordered.end_to_end_id}",
                booked_on=panama_day(now),
                by=self._of(ordered.funder, Role.TREASURER),
                now=now,
            )

    def _named(self, name: str) -> Actor:
        return people.actor_by_name(self._session, name)

    def _of(self, funder: UUID, role: Role) -> Actor:
        """Whoever has a role at a funder."""
        code = people.organisations_by_id(self._session, [funder])[funder].code
        return self._named(
            next(person.name for person in PEOPLE if person.organisation == code and role in person.roles)
        )
