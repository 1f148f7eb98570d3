"""Who pays for an event: the programme's funders, with the local ones found by the event's district."""

from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.orm import Session

from buyback.campaigns import queries
from buyback.campaigns.facts import ProgrammeFacts
from buyback.campaigns.rules import GOVERNORATE, MUNICIPALITY, FunderMissing, FunderTwice, Share
from buyback.campaigns.tables import Agreement, AgreementShare
from buyback.people import queries as people
from buyback.people.queries import OrganisationFacts
from buyback.people.rules import OrganisationKind

_LOCAL = {MUNICIPALITY: OrganisationKind.MUNICIPALITY, GOVERNORATE: OrganisationKind.GOVERNORATE}


def resolve(session: Session, programme: ProgrammeFacts, district: str) -> tuple[Share, ...]:
    """The shares of an event in a district (four-digit INEC code), in the programme's order.

    ``@municipality`` is the municipality of that district, ``@governorate`` the governorate of its province, so that
    no place pays for another. Raises FunderMissing or FunderTwice, naming the funder.
    """
    shares: list[Share] = []
    for funder in queries.funders(session, programme.version):
        organisation = _organisation(session, funder.organisation, district)
        if any(share.funder == organisation.id for share in shares):
            raise FunderTwice(field="programme", funder=organisation.code)
        shares.append(Share(funder=organisation.id, weight=funder.weight))
    return tuple(shares)


def fix(session: Session, *, event: UUID, programme: ProgrammeFacts, shares: tuple[Share, ...]) -> None:
    """Store an event's agreement, for good."""
    session.execute(insert(Agreement).values(event=event, payment=programme.payment))
    session.execute(
        insert(AgreementShare),
        [
            {"event": event, "position": at, "funder": share.funder, "weight": share.weight}
            for at, share in enumerate(shares)
        ],
    )


def _organisation(session: Session, name: str, district: str) -> OrganisationFacts:
    if name in _LOCAL:
        found = people.local_organisation(session, kind=_LOCAL[name], district=district)
    else:
        found = people.find_organisation(session, name)
    if found is None:
        raise FunderMissing(field="programme", funder=name, district=district)
    return found
