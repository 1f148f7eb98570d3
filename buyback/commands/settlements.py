"""Settlements from the command line: drafts, to be submitted and approved on screen."""

from datetime import date

import click
from sqlalchemy.orm import Session

from buyback.commands.base import DAY, Context, as_json, report
from buyback.merchants import queries as merchants
from buyback.money import decimal_text
from buyback.people import queries as people
from buyback.settlement import queries, service
from buyback.settlement.queries import SettlementFacts

Document = dict[str, object]


@click.command("settle")
@click.option("--merchant", "ruc", help="One merchant, by its tax number.")
@click.option("--all", "every", is_flag=True, help="Every merchant that is owed something.")
@click.option("--until", required=True, type=DAY, help="Last day of redemptions, included.")
@click.option("--by", required=True, help="Who prepares: a reconciler of a ministry.")
@as_json
@click.pass_obj
def settle(context: Context, *, ruc: str | None, every: bool, until: date, by: str, as_json: bool) -> None:
    """Freeze redemptions into drafts, one a merchant, split among the funders of each event."""
    if (ruc is None) == (not every):
        raise click.UsageError("give --merchant or --all")

    def work(session: Session) -> list[Document]:
        preparer, now = people.actor_by_name(session, by), context.now()
        if ruc is None:
            drafts = service.prepare_all(session, until=until, by=preparer, now=now)
        else:
            merchant = merchants.get_merchant(session, ruc).id
            drafts = (service.prepare(session, merchant=merchant, until=until, by=preparer, now=now),)
        return [_document(session, draft) for draft in drafts]

    documents = context.transact(work)
    report({"settlements": documents}, "\n".join(map(_line, documents)), as_json=as_json)


def _document(session: Session, draft: SettlementFacts) -> Document:
    shares = queries.funder_shares(session, draft.id)
    codes = queries.organisation_codes(session, [share.funder for share in shares])
    return {
        "number": draft.number,
        "merchant": merchants.get_merchant_by_id(session, draft.merchant).ruc,
        "redemptions": draft.redemptions,
        "total": decimal_text(draft.total),
        "shares": [{"funder": codes[share.funder], "amount": decimal_text(share.amount)} for share in shares],
        "state": draft.state.value,
    }


def _line(document: Document) -> str:
    return "{number} {merchant}: {redemptions} redemptions, {total} ({state})".format(**document)
