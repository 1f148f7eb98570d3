"""Create programmes, give them new versions, close them. The tariff of a version is stored by ``tariff``."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from buyback.audit import service as audit
from buyback.campaigns import budget, queries
from buyback.campaigns.facts import ProgrammeFacts
from buyback.campaigns.rules import (
    PLACEHOLDERS,
    ProgrammeClosed,
    ProgrammeNumberFixed,
    ProgrammeNumberTaken,
    ProgrammeRules,
)
from buyback.campaigns.tables import (
    Programme,
    ProgrammeCategory,
    ProgrammeDenomination,
    ProgrammeFunder,
    ProgrammeVersion,
)
from buyback.errors import InputProblem, InvalidInput, Refused
from buyback.ids import new_id
from buyback.people import queries as people
from buyback.people.rules import Actor


@dataclass(frozen=True, kw_only=True)
class LoadedVersion:
    """A programme's version after a file was loaded; ``is_new`` is false when the file said nothing new."""

    id: UUID
    programme: str
    version: int
    is_new: bool


def store_version(
    session: Session, *, rules: ProgrammeRules, content_hash: bytes, by: Actor, now: datetime
) -> LoadedVersion:
    """Create a programme, or a new version of it when the content differs from its latest; the caller audits it.

    Raises ProgrammeClosed, ProgrammeNumberTaken, ProgrammeNumberFixed, AppropriationShrinks, or InvalidInput for
    funders that are not registered.
    """
    known = queries.find_programme(session, rules.code)
    if known is not None and queries.content_hash(session, known.version) == content_hash:
        version = queries.version_number(session, known.version)
        return LoadedVersion(id=known.version, programme=rules.code, version=version, is_new=False)
    _check_identity(session, rules, known)
    _check_funders(session, rules)
    programme = known.id if known else _insert_programme(session, rules)
    number = queries.version_number(session, known.version) + 1 if known else 1
    version_id = _insert_version(session, programme, rules, number=number, content_hash=content_hash, now=now)
    if rules.appropriation is not None:
        budget.state_appropriation(session, programme=programme, amount=rules.appropriation, by=by, now=now)
    return LoadedVersion(id=version_id, programme=rules.code, version=number, is_new=True)


def close_programme(session: Session, *, code: str, by: Actor, now: datetime) -> None:
    """Close a programme for good: no more versions or events, and tills are told ``programme_closed``."""
    programme = queries.get_programme(session, code)
    closed = session.execute(
        update(Programme)
        .where(Programme.id == programme.id, Programme.closed_at.is_(None))
        .values(closed_at=now)
        .returning(Programme.id)
    ).first()
    if closed is None:
        raise ProgrammeClosed(programme=code)
    audit.record(session, chain=by.chain, act="programme:close", body={"by": by.name, "programme": code}, now=now)


def _check_identity(session: Session, rules: ProgrammeRules, known: ProgrammeFacts | None) -> None:
    if known is None:
        other = queries.find_programme_by_number(session, rules.number)
        if other is not None:
            raise ProgrammeNumberTaken(field="number", number=rules.number, programme=other.code)
        return
    if known.is_closed:
        raise ProgrammeClosed(field="code", programme=rules.code)
    if known.number != rules.number:
        raise ProgrammeNumberFixed(field="number", programme=rules.code, number=known.number)


def _check_funders(session: Session, rules: ProgrammeRules) -> None:
    problems = []
    for at, funder in enumerate(rules.funders):
        if funder.organisation not in PLACEHOLDERS:
            try:
                people.get_organisation(session, funder.organisation)
            except Refused as refusal:
                problems.append(InputProblem(f"funder[{at}].organisation", refusal))
    if problems:
        raise InvalidInput(problems)


def _insert_programme(session: Session, rules: ProgrammeRules) -> UUID:
    programme = new_id()
    session.execute(insert(Programme).values(id=programme, code=rules.code, number=rules.number))
    budget.open_programme_accounts(session, programme=programme)
    return programme


def _insert_version(
    session: Session,
    programme: UUID,
    rules: ProgrammeRules,
    *,
    number: int,
    content_hash: bytes,
    now: datetime,
) -> UUID:
    version = new_id()
    session.execute(
        insert(ProgrammeVersion).values(
            id=version,
            programme=programme,
            version=number,
            name=rules.name,
            valid_from=rules.valid_from,
            valid_until=rules.valid_until,
            rounding=rules.rounding,
            voucher_days=rules.voucher_days,
            approval_over=rules.approval_over,
            pin=rules.pin,
            payment=rules.payment,
            content_hash=content_hash,
            loaded_at=now,
        )
    )
    _insert_lists(session, version, rules)
    return version


def _insert_lists(session: Session, version: UUID, rules: ProgrammeRules) -> None:
    session.execute(insert(ProgrammeDenomination), [{"version": version, "face": face} for face in rules.denominations])
    session.execute(
        insert(ProgrammeCategory),
        [{"version": version, "category": category.value} for category in rules.categories],
    )
    session.execute(
        insert(ProgrammeFunder),
        [
            {"version": version, "position": at, "organisation": funder.organisation, "weight": funder.weight}
            for at, funder in enumerate(rules.funders)
        ],
    )
