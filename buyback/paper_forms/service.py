"""Later capture: surrenders from a file of paper forms, with their vouchers, all of them or none."""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from buyback.audit import service as audit
from buyback.campaigns.facts import EventFacts
from buyback.errors import InputProblem, InvalidInput
from buyback.intake import capture
from buyback.intake import queries as intake
from buyback.intake.capture import CapturedItem, CapturedSurrender
from buyback.money import decimal_text
from buyback.paper_forms.file import read_file
from buyback.paper_forms.plan import Plan, Planned, make_plan
from buyback.people.rules import Actor
from buyback.security.keyring import KeyRing
from buyback.totals import service as totals
from buyback.vouchers import queries as vouchers
from buyback.vouchers.rules import Blank, BlanksDoNotFit, faces_to_mint, refused_blanks
from buyback.vouchers.service import Payout, pay_out_all

AT_ONCE = 250  # surrenders stored by one round of statements: enough to be fast, few enough to be small


@dataclass(frozen=True)
class ImportOutcome:
    """What an import stored, or would store: ``awarded`` in cents, ``already`` surrenders known from before."""

    surrenders: int = 0
    items: int = 0
    vouchers: int = 0
    awarded: int = 0
    already: int = 0

    def __add__(self, other: "ImportOutcome") -> "ImportOutcome":
        return ImportOutcome(
            self.surrenders + other.surrenders,
            self.items + other.items,
            self.vouchers + other.vouchers,
            self.awarded + other.awarded,
            self.already + other.already,
        )


def check_forms(session: Session, *, content: bytes, now: datetime) -> Plan:
    """Read and check a whole file. Raises InvalidInput with every problem, each at its line and field."""
    read = read_file(content)
    plan = make_plan(session, forms=read.forms, now=now)
    problems = [*read.problems, *plan.problems]
    for event, planned in plan.by_event:
        problems += _blank_problems(session, event, planned)
    if problems:
        raise InvalidInput(sorted(problems, key=lambda problem: problem.line or 0))
    return plan


def preview(session: Session, *, content: bytes, now: datetime) -> ImportOutcome:
    """What importing a file would store; nothing is written. Raises InvalidInput as ``check_forms``."""
    plan = check_forms(session, content=content, now=now)
    outcomes = (_foresee(session, event, planned) for event, planned in plan.by_event)
    return sum(outcomes, ImportOutcome(already=plan.already))


def import_forms(
    session: Session,
    *,
    content: bytes,
    by: Actor,
    keys: KeyRing,
    now: datetime,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> ImportOutcome:
    """Store all surrenders of a file and issue their vouchers; ``progress`` hears (done, total).

    A file imported before is counted as ``already``. Raises InvalidInput as ``check_forms``, and then nothing of
    the file is stored.
    """
    plan = check_forms(session, content=content, now=now)
    outcome = ImportOutcome(already=plan.already)
    done = 0
    for event, planned in plan.by_event:
        stored = ImportOutcome()
        number = intake.last_number(session, event.id) + 1
        for some in _portions(planned):
            stored += _store(session, event, some, number=number, keys=keys)
            number += len(some)
            done += len(some)
            progress(done, plan.size)
        _audit(session, event, stored, content=content, by=by, now=now)
        outcome += stored
    totals.fold_many(session)
    return outcome


def _portions(planned: Sequence[Planned]) -> Iterator[Sequence[Planned]]:
    for start in range(0, len(planned), AT_ONCE):
        yield planned[start : start + AT_ONCE]


def _store(
    session: Session, event: EventFacts, planned: Sequence[Planned], *, number: int, keys: KeyRing
) -> ImportOutcome:
    surrenders = [_captured(entry) for entry in planned]
    stored = capture.store(session, event=event, surrenders=surrenders, first_number=number)
    payouts = [
        Payout(surrender, entry.form.day, entry.appraisal.award, entry.issued_by, entry.form.serials)
        for surrender, entry in zip(stored, planned, strict=True)
    ]
    issued = pay_out_all(session, event=event, payouts=payouts, keys=keys)
    return ImportOutcome(
        surrenders=len(stored),
        items=sum(len(entry.form.items) for entry in planned),
        vouchers=sum(map(len, issued)),
        awarded=sum(payout.award for payout in payouts),
    )


def _captured(planned: Planned) -> CapturedSurrender:
    form = planned.form
    return CapturedSurrender(
        op_id=form.op_id,
        op_hash=form.content_hash,
        day=form.day,
        appraisal=planned.appraisal,
        appraised_by=planned.appraised_by,
        approved_by=planned.approved_by,
        issued_by=planned.issued_by,
        items=tuple(
            CapturedItem(item.thing, item.details, priced)
            for item, priced in zip(form.items, planned.priced, strict=True)
        ),
    )


def _audit(
    session: Session, event: EventFacts, stored: ImportOutcome, *, content: bytes, by: Actor, now: datetime
) -> None:
    body = {
        "by": by.name,
        "event": event.code,
        "file": hashlib.sha256(content).hexdigest(),
        "surrenders": stored.surrenders,
        "items": stored.items,
        "vouchers": stored.vouchers,
        "awarded": decimal_text(stored.awarded),
    }
    audit.record(session, chain=by.chain, act="surrender:import", body=body, now=now, event=event.id)


def _foresee(session: Session, event: EventFacts, planned: Sequence[Planned]) -> ImportOutcome:
    blanks = _blanks(session, event, planned)
    return ImportOutcome(
        surrenders=len(planned),
        items=sum(len(entry.form.items) for entry in planned),
        vouchers=sum(len(entry.form.serials) + len(_faces_minted(event, entry, blanks)) for entry in planned),
        awarded=sum(entry.appraisal.award for entry in planned),
    )


def _faces_minted(event: EventFacts, planned: Planned, blanks: Mapping[int, Blank]) -> tuple[int, ...]:
    """The faces that pay a form beside its blanks; BlanksDoNotFit where these are not worth the award."""
    given = [blanks[serial].face for serial in planned.form.serials]
    return faces_to_mint(planned.appraisal.award, given, event.programme.denominations)


def _blanks(session: Session, event: EventFacts, planned: Sequence[Planned]) -> dict[int, Blank]:
    return vouchers.blanks(
        session, event=event.id, serials={serial for entry in planned for serial in entry.form.serials}
    )


def _blank_problems(session: Session, event: EventFacts, planned: Sequence[Planned]) -> Iterator[InputProblem]:
    """Named blanks must exist, be blank, and be worth the award but for one remainder voucher."""
    blanks = _blanks(session, event, planned)
    for entry in planned:
        line, refused = entry.form.line, list(refused_blanks(entry.form.serials, blanks))
        yield from (InputProblem(f"serials[{place}]", refusal, line) for place, refusal in refused)
        try:
            if not refused:
                _faces_minted(event, entry, blanks)
        except BlanksDoNotFit as refusal:
            yield InputProblem("serials", refusal, line)
