"""Whether paper forms may be taken over as they are: events, days, people, prices, approvals, floats.

Nothing is written here. Every problem is found, each at its line and field, before anybody decides anything.
"""

from collections import defaultdict
from collections.abc import Collection, Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from buyback.campaigns import queries as campaigns
from buyback.campaigns.facts import EventFacts
from buyback.campaigns.rules import EventNotOpen
from buyback.campaigns.states import EventState
from buyback.errors import InputProblem, InvalidInput, NotFound, Refused
from buyback.intake import queries
from buyback.intake.rules import (
    Appraisal,
    OpIdReused,
    Parties,
    Step,
    appraise,
    check_day,
    check_duty,
    check_float,
)
from buyback.intake.tags import TagInUse, TagUnknown
from buyback.money import screen_text
from buyback.paper_forms.errors import ApprovalNeeded, PersonUnknown, TagTwice
from buyback.paper_forms.file import PaperForm
from buyback.people import queries as people
from buyback.people.errors import RoleMissing
from buyback.people.rules import Actor
from buyback.security.access import Role
from buyback.tariff import queries as tariffs
from buyback.tariff.rules import Priced, Tariff, price_visit
from buyback.times import panama_day

STEPS: Final = (
    ("appraised_by", Role.APPRAISER),
    ("approved_by", Role.APPROVER),
    ("issued_by", Role.ISSUER),
)


@dataclass(frozen=True)
class Planned:
    """A form with its items priced, its award, and its people; ready to be stored."""

    form: PaperForm
    priced: tuple[Priced, ...]
    appraisal: Appraisal
    appraised_by: UUID
    approved_by: UUID | None
    issued_by: UUID


@dataclass(frozen=True)
class Plan:
    """What an import would do: an event's forms in the order of the file, and how many are known already."""

    by_event: tuple[tuple[EventFacts, tuple[Planned, ...]], ...]
    already: int
    problems: tuple[InputProblem, ...]

    @property
    def size(self) -> int:
        """How many surrenders are to be stored."""
        return sum(len(planned) for _event, planned in self.by_event)


def make_plan(session: Session, *, forms: Sequence[PaperForm], now: datetime) -> Plan:
    """Check forms that could be read. Those whose op id is known with the same content are left out."""
    problems: list[InputProblem] = []
    fresh = list(_fresh(session, forms, problems))
    checker = _Checker(session, today=panama_day(now), problems=problems)
    by_event: dict[str, list[Planned]] = defaultdict(list)
    for form in fresh:
        planned = checker.plan(form)
        if planned is not None:
            by_event[form.event].append(planned)
    grouped = [(checker.events[code], tuple(planned)) for code, planned in by_event.items()]
    seen: dict[tuple[UUID, str], int] = {}
    for event, planned_here in grouped:
        if event is not None:
            problems += _tag_problems(session, event, planned_here, seen)
            problems += _float_problems(session, event, planned_here)
    ready = tuple((event, planned) for event, planned in grouped if event is not None)
    return Plan(ready, len(forms) - len(fresh) - _count_reused(problems), tuple(problems))


def _fresh(session: Session, forms: Sequence[PaperForm], problems: list[InputProblem]) -> Iterator[PaperForm]:
    known = queries.known_ops(session, [form.op_id for form in forms])
    for form in forms:
        content = known.get(form.op_id)
        if content is None:
            yield form
        elif content != form.content_hash:
            problems.append(InputProblem("op_id", OpIdReused(), form.line))


def _count_reused(problems: Iterable[InputProblem]) -> int:
    return sum(isinstance(problem.refusal, OpIdReused) for problem in problems)


def _tag_problems(
    session: Session, event: EventFacts, planned: Collection[Planned], seen: dict[tuple[UUID, str], int]
) -> Iterator[InputProblem]:
    """``seen`` holds the line of each tag so far, of all events: two may be of one programme."""
    programme = event.programme.id
    named = [
        (entry.form.line, position, item.details.tag)
        for entry in planned
        for position, item in enumerate(entry.form.items)
        if item.details.tag
    ]
    tags = {tag for _line, _position, tag in named}
    known, used = queries.tags_of(session, programme, tags), queries.tags_in_use(session, programme, tags)
    for line, position, tag in named:
        refusal = _tag_refusal(tag, known=known, used=used, first=seen.get((programme, tag)))
        if refusal is not None:
            yield InputProblem(f"items[{position}].tag", refusal, line)
        seen.setdefault((programme, tag), line)


def _tag_refusal(tag: str, *, known: Container[str], used: Container[str], first: int | None) -> Refused | None:
    if tag not in known:
        return TagUnknown(tag=tag)
    if tag in used:
        return TagInUse(tag=tag)
    return None if first is None else TagTwice(first=first)


def _float_problems(session: Session, event: EventFacts, planned: Iterable[Planned]) -> Iterator[InputProblem]:
    """The first form that the float does not cover; the later ones would only repeat it."""
    left = queries.float_of(session, event.id).left
    for entry in planned:
        try:
            check_float(entry.appraisal.award, left=left)
        except Refused as refusal:
            yield InputProblem("items", refusal, entry.form.line)
            return
        left -= entry.appraisal.award


class _Checker:
    """Checks one form after another; events, tariffs and people are looked up once each."""

    def __init__(self, session: Session, *, today: date, problems: list[InputProblem]) -> None:
        self.events: dict[str, EventFacts | None] = {}
        self._session = session
        self._today = today
        self._problems = problems
        self._tariffs: dict[UUID, Tariff] = {}
        self._people: dict[str, Actor | None] = {}

    def plan(self, form: PaperForm) -> Planned | None:
        """The form ready to be stored; None after noting all that is wrong with it."""
        before = len(self._problems)
        people_ids = {field: self._person(form, field, role) for field, role in STEPS}
        self._check_apart(form, people_ids)
        event = self._event(form)
        if event is None:
            return None
        priced = self._price(form, event)
        appraiser, issuer = people_ids["appraised_by"], people_ids["issued_by"]
        if len(self._problems) > before or appraiser is None or issuer is None:
            return None
        appraisal = appraise((item.amount for item in priced), rounding=event.programme.rounding)
        return Planned(form, priced, appraisal, appraiser, people_ids["approved_by"], issuer)

    def _note(self, form: PaperForm, field: str, refusal: Refused) -> None:
        self._problems.append(InputProblem(field, refusal, form.line))

    def _event(self, form: PaperForm) -> EventFacts | None:
        if form.event not in self.events:
            self.events[form.event] = campaigns.find_event(self._session, form.event)
        event = self.events[form.event]
        if event is None:
            self._note(form, "event", NotFound(what="la jornada", name=form.event))
        elif event.state is not EventState.OPEN:
            self._note(form, "event", EventNotOpen(event=form.event))
        else:
            try:
                check_day(form.day, days=event.days, today=self._today)
            except Refused as refusal:
                self._note(form, "date", refusal)
        return event

    def _person(self, form: PaperForm, field: str, role: Role) -> UUID | None:
        name: str | None = getattr(form, field)
        if name is None:
            return None
        if name not in self._people:
            self._people[name] = people.find_actor(self._session, name)
        actor = self._people[name]
        if actor is None:
            self._note(form, field, PersonUnknown(name=name))
            return None
        if role not in actor.roles:
            self._note(form, field, RoleMissing(name=name, role=role.value))
        return actor.id

    def _check_apart(self, form: PaperForm, ids: dict[str, UUID | None]) -> None:
        parties = Parties(ids["appraised_by"], ids["approved_by"])
        for field, step in (("approved_by", Step.APPROVE), ("issued_by", Step.PAY_OUT)):
            try:
                check_duty(step, parties, ids[field])
            except Refused as refusal:
                self._note(form, field, refusal)

    def _price(self, form: PaperForm, event: EventFacts) -> tuple[Priced, ...]:
        version = event.programme.version
        if version not in self._tariffs:
            self._tariffs[version] = tariffs.tariff_of(self._session, event.programme)
        try:
            priced = price_visit(self._tariffs[version], [item.thing for item in form.items])
        except InvalidInput as invalid:
            for problem in invalid.problems:
                self._note(form, problem.field, problem.refusal)
            return ()
        for position, item in enumerate(priced):
            if item.needs_approval and form.approved_by is None:
                refusal = ApprovalNeeded(value=screen_text(item.amount))
                self._note(form, f"items[{position}].value", refusal)
        return priced
